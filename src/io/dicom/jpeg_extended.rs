//! JPEG in 12 bits (extended sequential, Huffman, one channel), which `jpeg-decoder` refuses, and the frame header of JPEGs
//! of every process. Not for 8 bits and lossless, which that crate decodes.
//!
//! *Source*: ITU-T T.81, the sections named at each step.

/// What the frame header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// Height.
    pub rows: usize,
    /// Width.
    pub cols: usize,
    /// Channels.
    pub channels: usize,
    /// Bits a value.
    pub precision: u8,
    /// The marker's second byte: C0 baseline, C1 extended sequential, C3 lossless …
    pub process: u8,
}

impl FrameHeader {
    /// Whether this file's decoder is the one for it.
    pub fn is_extended_sequential(&self) -> bool {
        self.process == 0xC1 && self.precision == 12
    }

    /// Whether values come back exactly.
    pub fn is_lossless(&self) -> bool {
        self.process == 0xC3
    }
}

/// The segments of a JPEG: marker, content, and where the next one begins.
struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Segments<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let pair = self.bytes.get(self.at..self.at + 2)?;
            match pair {
                [0xFF, 0xFF] => self.at += 1,
                [0xFF, marker @ (0xD0..=0xD8 | 0x01)] => {
                    self.at += 2;
                    return Some((*marker, &[]));
                }
                [0xFF, 0xD9 | 0] => return None,
                [0xFF, marker] => {
                    let two = self.bytes.get(self.at + 2..self.at + 4)?;
                    let length = usize::from(u16::from_be_bytes([two[0], two[1]])).max(2);
                    let content = self.bytes.get(self.at + 4..self.at + 2 + length)?;
                    self.at += 2 + length;
                    return Some((*marker, content));
                }
                _ => return None,
            }
        }
    }
}

/// The frame header in `bytes`, T.81 B.2.2.
pub fn frame_header(bytes: &[u8]) -> Option<FrameHeader> {
    let is_frame = |marker: u8| matches!(marker, 0xC0..=0xCF) && ![0xC4, 0xC8, 0xCC].contains(&marker);
    let (process, content) = Segments { bytes, at: 0 }.find(|(marker, _)| is_frame(*marker))?;
    let [precision, r1, r0, c1, c0, channels, ..] = *content else { return None };
    let [rows, cols] = [[r1, r0], [c1, c0]].map(|two| usize::from(u16::from_be_bytes(two)));
    Some(FrameHeader { rows, cols, channels: channels.into(), precision, process })
}

/// A Huffman table: the code lengths' first codes and values, T.81 F.2.2.3.
#[derive(Clone, Default)]
struct Huffman {
    /// For each length: one beyond its largest code, and the index of its first value minus its first code.
    ends: [i32; 17],
    offsets: [i32; 17],
    values: Vec<u8>,
}

impl Huffman {
    fn new(counts: &[u8], values: &[u8]) -> Self {
        let mut table = Self { values: values.to_vec(), ..Self::default() };
        let (mut code, mut index) = (0i32, 0i32);
        for length in 1..=16 {
            let count = i32::from(counts[length - 1]);
            table.offsets[length] = index - code;
            code += count;
            table.ends[length] = if count == 0 { -1 } else { code };
            index += count;
            code <<= 1;
        }
        table
    }
}

#[derive(Default)]
struct Tables {
    quantization: [Option<[u16; 64]>; 4],
    dc: [Option<Huffman>; 4],
    ac: [Option<Huffman>; 4],
    restart: usize,
}

const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
];

/// Decodes the only channel of a 12-bit picture.
pub fn decode(bytes: &[u8]) -> Result<Vec<u16>, String> {
    let header = frame_header(bytes).ok_or("it holds no JPEG picture")?;
    if header.channels != 1 {
        return Err("12-bit JPEG in color is not read".into());
    }
    let mut tables = Tables::default();
    let mut quantization = 0;
    let mut segments = Segments { bytes, at: 0 };
    while let Some((marker, content)) = segments.next() {
        match marker {
            0xDB => read_quantization(content, &mut tables)?,
            0xC4 => read_huffman(content, &mut tables)?,
            0xDD => tables.restart = content.iter().take(2).fold(0, |sum, &b| sum << 8 | usize::from(b)),
            0xC1 => quantization = usize::from(content.get(8).copied().unwrap_or(0) & 3),
            0xDA => {
                let selector = content.get(2).copied().ok_or("JPEG: its scan header is cut short")?;
                let q = tables.quantization[quantization].ok_or("JPEG: its quantization table is missing")?;
                let (dc, ac) = (usize::from(selector >> 4 & 3), usize::from(selector & 3));
                let dc = tables.dc[dc].as_ref().ok_or("JPEG: a Huffman table is missing")?;
                let ac = tables.ac[ac].as_ref().ok_or("JPEG: a Huffman table is missing")?;
                return scan(&bytes[segments.at..], &header, &q, dc, ac, tables.restart);
            }
            _ => {}
        }
    }
    Err("JPEG: no scan in it".into())
}

/// T.81 B.2.4.1.
fn read_quantization(mut content: &[u8], tables: &mut Tables) -> Result<(), String> {
    while let Some((&head, rest)) = content.split_first() {
        let size = if head >> 4 == 0 { 1 } else { 2 };
        let values = rest.get(..64 * size).ok_or("JPEG: a quantization table is cut short")?;
        let value = |i: usize| match size {
            1 => u16::from(values[i]),
            _ => u16::from_be_bytes([values[2 * i], values[2 * i + 1]]),
        };
        tables.quantization[usize::from(head & 3)] = Some(std::array::from_fn(value));
        content = &rest[64 * size..];
    }
    Ok(())
}

/// T.81 B.2.4.2.
fn read_huffman(mut content: &[u8], tables: &mut Tables) -> Result<(), String> {
    while let Some((&head, rest)) = content.split_first() {
        let counts = rest.get(..16).ok_or("JPEG: a Huffman table is cut short")?;
        let count: usize = counts.iter().map(|&c| usize::from(c)).sum();
        let values = rest.get(16..16 + count).ok_or("JPEG: a Huffman table is cut short")?;
        let family = if head >> 4 & 1 == 0 { &mut tables.dc } else { &mut tables.ac };
        family[usize::from(head & 3)] = Some(Huffman::new(counts, values));
        content = &rest[16 + count..];
    }
    Ok(())
}

fn scan(
    bytes: &[u8],
    header: &FrameHeader,
    quantization: &[u16; 64],
    dc: &Huffman,
    ac: &Huffman,
    restart: usize,
) -> Result<Vec<u16>, String> {
    let (rows, cols) = (header.rows, header.cols);
    let mut pixels = vec![0u16; rows * cols];
    let mut bits = Bits { bytes, at: 0, held: 0, count: 0 };
    let cosines = cosines();
    let mut predicted = 0i32;
    let mut since_restart = 0;
    for top in (0..rows).step_by(8) {
        for left in (0..cols).step_by(8) {
            if restart > 0 && since_restart == restart {
                bits.skip_restart()?;
                (predicted, since_restart) = (0, 0);
            }
            since_restart += 1;
            let block = block(&mut bits, quantization, dc, ac, &mut predicted)?;
            let samples = inverse_transform(&block, &cosines);
            for y in 0..8.min(rows - top) {
                for x in 0..8.min(cols - left) {
                    let value = (samples[y * 8 + x] + 2048.0).round().clamp(0.0, 4095.0);
                    pixels[(top + y) * cols + left + x] = value as u16;
                }
            }
        }
    }
    Ok(pixels)
}

/// The coefficients of one block, dequantized, T.81 F.2.2.
fn block(
    bits: &mut Bits<'_>,
    quantization: &[u16; 64],
    dc: &Huffman,
    ac: &Huffman,
    predicted: &mut i32,
) -> Result<[f32; 64], String> {
    let mut block = [0f32; 64];
    let size = bits.symbol(dc)?;
    *predicted = predicted.saturating_add(bits.signed(size.into())?);
    block[0] = *predicted as f32 * f32::from(quantization[0]);
    let mut index = 1;
    while index < 64 {
        let symbol = bits.symbol(ac)?;
        let (zeros, size) = (usize::from(symbol >> 4), symbol & 15);
        if size == 0 {
            if zeros < 15 {
                break;
            }
            index += 16;
            continue;
        }
        index += zeros;
        let place = ZIGZAG.get(index).ok_or("JPEG: more coefficients than a block has")?;
        block[*place] = bits.signed(size.into())? as f32 * f32::from(quantization[index]);
        index += 1;
    }
    Ok(block)
}

/// `cosines[x][u]`: T.81 A.3.3, with the normalization of u = 0 in it.
fn cosines() -> [[f32; 8]; 8] {
    std::array::from_fn(|x| {
        std::array::from_fn(|u| {
            let angle = (2 * x + 1) as f64 * u as f64 * std::f64::consts::PI / 16.0;
            let scale = if u == 0 { std::f64::consts::FRAC_1_SQRT_2 } else { 1.0 };
            (0.5 * scale * angle.cos()) as f32
        })
    })
}

/// The inverse discrete cosine transform, rows and then columns.
fn inverse_transform(block: &[f32; 64], cosines: &[[f32; 8]; 8]) -> [f32; 64] {
    let mut rows = [0f32; 64];
    for v in 0..8 {
        for x in 0..8 {
            rows[v * 8 + x] = (0..8).map(|u| cosines[x][u] * block[v * 8 + u]).sum();
        }
    }
    std::array::from_fn(|i| (0..8).map(|v| cosines[i / 8][v] * rows[v * 8 + i % 8]).sum())
}

/// Bits of a scan, without the zeros that stand behind FF.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u8,
    count: u32,
}

impl Bits<'_> {
    fn bit(&mut self) -> Result<i32, String> {
        if self.count == 0 {
            let byte = self.bytes.get(self.at).copied().ok_or("JPEG: the coded picture ends too soon")?;
            self.at += 1;
            if byte == 0xFF {
                match self.bytes.get(self.at) {
                    Some(0) => self.at += 1,
                    _ => return Err("JPEG: a marker stands inside of the coded picture".into()),
                }
            }
            (self.held, self.count) = (byte, 8);
        }
        self.count -= 1;
        Ok(i32::from(self.held >> self.count & 1))
    }

    fn symbol(&mut self, table: &Huffman) -> Result<u8, String> {
        let mut code = 0;
        for length in 1..=16 {
            code = code << 1 | self.bit()?;
            if code < table.ends[length] {
                let index = usize::try_from(code + table.offsets[length]).ok();
                return index
                    .and_then(|i| table.values.get(i).copied())
                    .ok_or_else(|| "JPEG: a code without value".into());
            }
        }
        Err("JPEG: a code that its table does not have".into())
    }

    /// EXTEND of RECEIVE, T.81 F.2.2.1.
    fn signed(&mut self, size: u32) -> Result<i32, String> {
        if size > 16 {
            return Err("JPEG: a coefficient of more than 16 bits".into());
        }
        let value = (0..size).try_fold(0, |value, _| Ok::<i32, String>(value << 1 | self.bit()?))?;
        Ok(if size > 0 && value < 1 << (size - 1) { value - (1 << size) + 1 } else { value })
    }

    fn skip_restart(&mut self) -> Result<(), String> {
        self.count = 0;
        match self.bytes.get(self.at..self.at + 2) {
            Some([0xFF, 0xD0..=0xD7]) => {
                self.at += 2;
                Ok(())
            }
            _ => Err("JPEG: a restart marker is missing".into()),
        }
    }
}
