//! One scan of JPEG-LS: contexts, Golomb codes, runs. Not for the markers around it (`jpeg_ls`).
//!
//! *Source*: ITU-T T.87, the sections named at each step.

use super::jpeg_ls::Interleave;

/// Contexts of the regular mode, T.87 A.3.4.
const REGULAR_CONTEXTS: usize = 365;
/// Run-length codes, T.87 A.7.1.1.
const J: [u32; 32] =
    [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/// Bounds of the bias correction, T.87 A.2.1.
const BIAS: std::ops::RangeInclusive<i32> = -128..=127;

/// The coding parameters of a scan, T.87 A.2.1 and C.2.4.1.1.1.
#[derive(Clone, Copy, Debug)]
pub struct Parameters {
    max_value: i32,
    near: i32,
    range: i32,
    bits: u32,
    limit: u32,
    thresholds: [i32; 3],
    reset: i32,
}

impl Parameters {
    /// From precision, NEAR and the presets MAXVAL, T1, T2, T3, RESET, where 0 stands for the default.
    pub fn new(precision: u32, near: i32, preset: [u16; 5]) -> Result<Self, String> {
        let [max, t1, t2, t3, reset] = preset.map(i32::from);
        let max_value = if max == 0 { (1 << precision) - 1 } else { max };
        if max_value >= 1 << precision || near > max_value / 2 || near > 255 {
            return Err(format!("JPEG-LS: largest value {max_value} and error {near} do not fit {precision} bits"));
        }
        let range = (max_value + 2 * near) / (2 * near + 1) + 1;
        let bits = ceil_log2(range);
        let bpp = ceil_log2(max_value + 1).max(2);
        let limit = 2 * (bpp + bpp.max(8));
        let defaults = default_thresholds(max_value, near);
        let pick = |given: i32, default: i32| if given == 0 { default } else { given };
        let thresholds = [pick(t1, defaults[0]), pick(t2, defaults[1]), pick(t3, defaults[2])];
        let is_sorted = near < thresholds[0] && thresholds.is_sorted() && thresholds[2] <= max_value.max(near + 1);
        if !is_sorted || limit <= bits + 1 {
            return Err("JPEG-LS: its thresholds are not in order".into());
        }
        Ok(Self { max_value, near, range, bits, limit, thresholds, reset: pick(reset, 64).max(3) })
    }
}

fn ceil_log2(value: i32) -> u32 {
    (value.max(1) as u32).next_power_of_two().trailing_zeros()
}

fn default_thresholds(max_value: i32, near: i32) -> [i32; 3] {
    let clamp = |value: i32, low: i32| if value > max_value || value < low { low } else { value };
    let basic = [3, 7, 21];
    if max_value >= 128 {
        let factor = (max_value.min(4095) + 128) / 256;
        let first = clamp(factor * (basic[0] - 2) + 2 + 3 * near, near + 1);
        let second = clamp(factor * (basic[1] - 3) + 3 + 5 * near, first);
        [first, second, clamp(factor * (basic[2] - 4) + 4 + 7 * near, second)]
    } else {
        let factor = 256 / (max_value + 1);
        let first = clamp((basic[0] / factor + 3 * near).max(2), near + 1);
        let second = clamp((basic[1] / factor + 5 * near).max(3), first);
        [first, second, clamp((basic[2] / factor + 7 * near).max(4), second)]
    }
}

#[derive(Clone, Copy)]
struct Context {
    a: i64,
    b: i32,
    c: i32,
    n: i32,
}

/// The state of one scan.
pub struct Scan {
    rows: usize,
    cols: usize,
    p: Parameters,
    contexts: Vec<Context>,
    /// A, N and Nn of the two run-interruption contexts.
    runs: [[i64; 3]; 2],
    run_index: Vec<usize>,
}

impl Scan {
    /// A scan of `rows` × `cols` values a channel.
    pub fn new(rows: usize, cols: usize, p: Parameters) -> Self {
        let a = ((p.range + 32) / 64).max(2);
        let contexts = vec![Context { a: a.into(), b: 0, c: 0, n: 1 }; REGULAR_CONTEXTS];
        Self { rows, cols, p, contexts, runs: [[a.into(), 1, 0]; 2], run_index: Vec::new() }
    }

    /// Decodes into new planes behind `planes`; answers how many bytes it took.
    pub fn decode(mut self, bytes: &[u8], interleave: Interleave, planes: &mut Vec<Vec<u16>>) -> Result<usize, String> {
        let channels = match interleave {
            Interleave::None => 1,
            Interleave::Line(count) | Interleave::Sample(count) => count,
        };
        self.run_index = vec![0; channels];
        let first = planes.len();
        planes.extend((0..channels).map(|_| vec![0u16; self.rows * self.cols]));
        let mut bits = Bits { bytes, at: 0, held: 0, count: 0, after_ff: false };
        // A column before the first and one behind the last, T.87 A.2.1.
        let width = self.cols + 2;
        let mut lines = vec![[vec![0i32; width], vec![0i32; width]]; channels];
        for row in 0..self.rows {
            for line in &mut lines {
                line.swap(0, 1);
                let above = line[0][1];
                line[0][width - 1] = line[0][width - 2];
                line[1][0] = above;
            }
            if let Interleave::Sample(_) = interleave {
                self.sample_row(&mut bits, &mut lines)?;
            } else {
                for (channel, line) in lines.iter_mut().enumerate() {
                    self.row(&mut bits, line, channel)?;
                }
            }
            for (channel, line) in lines.iter_mut().enumerate() {
                let target = &mut planes[first + channel][row * self.cols..(row + 1) * self.cols];
                target.iter_mut().zip(&line[1][1..=self.cols]).for_each(|(to, &from)| *to = from as u16);
            }
        }
        Ok(bits.at)
    }

    /// One line of one channel.
    fn row(&mut self, bits: &mut Bits<'_>, line: &mut [Vec<i32>; 2], channel: usize) -> Result<(), String> {
        let [above, current] = line;
        let mut col = 1;
        while col <= self.cols {
            let (ra, rb, rc, rd) = (current[col - 1], above[col], above[col - 1], above[col + 1]);
            let gradients = [rd - rb, rb - rc, rc - ra];
            if gradients.iter().all(|d| d.abs() <= self.p.near) {
                let run = self.run_length(bits, self.cols + 1 - col, channel)?;
                current[col..col + run.length].fill(ra);
                col += run.length;
                if run.is_interrupted {
                    current[col] = self.interruption(bits, ra, above[col], self.run_index[channel])?;
                    self.run_index[channel] = self.run_index[channel].saturating_sub(1);
                    col += 1;
                }
            } else {
                current[col] = self.regular(bits, gradients, [ra, rb, rc])?;
                col += 1;
            }
        }
        Ok(())
    }

    /// One line of all channels, value by value: a run is one of all channels together.
    fn sample_row(&mut self, bits: &mut Bits<'_>, lines: &mut [[Vec<i32>; 2]]) -> Result<(), String> {
        let mut col = 1;
        while col <= self.cols {
            let gradients = |line: &[Vec<i32>; 2]| {
                let [above, current] = line;
                [above[col + 1] - above[col], above[col] - above[col - 1], above[col - 1] - current[col - 1]]
            };
            let is_run = lines.iter().all(|line| gradients(line).iter().all(|d| d.abs() <= self.p.near));
            if is_run {
                let run = self.run_length(bits, self.cols + 1 - col, 0)?;
                for [_, current] in lines.iter_mut() {
                    let ra = current[col - 1];
                    current[col..col + run.length].fill(ra);
                }
                col += run.length;
                if run.is_interrupted {
                    for [above, current] in lines.iter_mut() {
                        // In this mode every channel is interrupted as if its neighbors differed, T.87 A.7.2 with RItype 0.
                        let (ra, rb) = (current[col - 1], above[col]);
                        let sign = if rb >= ra { 1 } else { -1 };
                        let error = self.interruption_error(bits, 0, self.run_index[0])?;
                        current[col] = self.restored(rb, sign * error);
                    }
                    self.run_index[0] = self.run_index[0].saturating_sub(1);
                    col += 1;
                }
            } else {
                for line in lines.iter_mut() {
                    let found = gradients(line);
                    let around = [line[1][col - 1], line[0][col], line[0][col - 1]];
                    line[1][col] = self.regular(bits, found, around)?;
                }
                col += 1;
            }
        }
        Ok(())
    }

    /// A value in regular mode, T.87 A.3 to A.6.
    fn regular(&mut self, bits: &mut Bits<'_>, gradients: [i32; 3], around: [i32; 3]) -> Result<i32, String> {
        let [ra, rb, rc] = around;
        let quantized = gradients.map(|d| self.quantized(d));
        let index = 81 * quantized[0] + 9 * quantized[1] + quantized[2];
        let sign = if index < 0 { -1 } else { 1 };
        let context = self.contexts[index.unsigned_abs() as usize];
        let predicted = if rc >= ra.max(rb) {
            ra.min(rb)
        } else if rc <= ra.min(rb) {
            ra.max(rb)
        } else {
            ra + rb - rc
        };
        let predicted = (predicted + sign * context.c).clamp(0, self.p.max_value);
        let k = golomb_parameter(context.n.into(), context.a);
        let mapped = self.code(bits, k, self.p.limit)?;
        let is_reversed = self.p.near == 0 && k == 0 && 2 * context.b <= -context.n;
        let error = match (mapped % 2 == 0, is_reversed) {
            (true, false) | (false, true) => mapped / 2,
            (false, false) => -(mapped + 1) / 2,
            (true, true) => -(mapped / 2) - 1,
        };
        self.learn(index.unsigned_abs() as usize, error);
        Ok(self.restored(predicted, sign * error))
    }

    /// T.87 A.3.3.
    fn quantized(&self, d: i32) -> i32 {
        let [t1, t2, t3] = self.p.thresholds;
        let size = d.abs();
        let level = if size <= self.p.near {
            0
        } else if size < t1 {
            1
        } else if size < t2 {
            2
        } else if size < t3 {
            3
        } else {
            4
        };
        if d < 0 { -level } else { level }
    }

    /// Update of a context, T.87 A.6.
    fn learn(&mut self, index: usize, error: i32) {
        let (near, reset) = (self.p.near, self.p.reset);
        let context = &mut self.contexts[index];
        context.b += error * (2 * near + 1);
        context.a += i64::from(error.abs());
        if context.n == reset {
            context.a >>= 1;
            context.b >>= 1;
            context.n >>= 1;
        }
        context.n += 1;
        if context.b <= -context.n {
            context.b = (context.b + context.n).max(1 - context.n);
            context.c = (context.c - 1).max(*BIAS.start());
        } else if context.b > 0 {
            context.b = (context.b - context.n).min(0);
            context.c = (context.c + 1).min(*BIAS.end());
        }
    }

    /// A coded error before its sign is undone; more than the values' range is no error of any.
    fn code(&self, bits: &mut Bits<'_>, k: u32, limit: u32) -> Result<i32, String> {
        let mapped = bits.golomb(k, limit, self.p.bits)?;
        let most = 2 * i64::from(self.p.range) + 2;
        if i64::from(mapped) <= most { Ok(mapped as i32) } else { Err("JPEG-LS: an error beyond its range".into()) }
    }

    /// The value from prediction and error, T.87 A.4.4 and A.4.5, modulo RANGE.
    fn restored(&self, predicted: i32, error: i32) -> i32 {
        let step = 2 * self.p.near + 1;
        let mut value = predicted + error * step;
        if value < -self.p.near {
            value += self.p.range * step;
        } else if value > self.p.max_value + self.p.near {
            value -= self.p.range * step;
        }
        value.clamp(0, self.p.max_value)
    }

    /// T.87 A.7.1.
    fn run_length(&mut self, bits: &mut Bits<'_>, left: usize, channel: usize) -> Result<Run, String> {
        let index = &mut self.run_index[channel];
        let mut length = 0;
        while bits.bit()? == 1 {
            let block = 1usize << J[*index];
            if length + block <= left && *index < 31 {
                *index += 1;
            }
            length = (length + block).min(left);
            if length == left {
                return Ok(Run { length, is_interrupted: false });
            }
        }
        let rest = bits.bits(J[*index])? as usize;
        length += rest;
        if length >= left {
            return Err("JPEG-LS: a run goes beyond its line".into());
        }
        Ok(Run { length, is_interrupted: true })
    }

    /// The value that ends a run, T.87 A.7.2.
    fn interruption(&mut self, bits: &mut Bits<'_>, ra: i32, rb: i32, run_index: usize) -> Result<i32, String> {
        let kind = usize::from((ra - rb).abs() <= self.p.near);
        let error = self.interruption_error(bits, kind, run_index)?;
        Ok(match kind {
            1 => self.restored(ra, error),
            _ => self.restored(rb, if rb >= ra { error } else { -error }),
        })
    }

    fn interruption_error(&mut self, bits: &mut Bits<'_>, kind: usize, run_index: usize) -> Result<i32, String> {
        let [a, n, nn] = self.runs[kind];
        let temporary = if kind == 1 { a + (n >> 1) } else { a };
        let k = golomb_parameter(n, temporary);
        let limit = self.p.limit.saturating_sub(J[run_index]).saturating_sub(1);
        let mapped = self.code(bits, k, limit.max(self.p.bits + 2))?;
        let sum = mapped + kind as i32;
        let (is_odd, size) = (sum % 2 != 0, (sum + 1) / 2);
        // The map bit of T.87 A.7.2.2 read backwards.
        let is_negative = (k != 0 || 2 * nn >= n) == is_odd;
        let error = if is_negative { -size } else { size };
        let state = &mut self.runs[kind];
        if error < 0 {
            state[2] += 1;
        }
        state[0] += i64::from((mapped + 1 - kind as i32) >> 1);
        if state[1] == i64::from(self.p.reset) {
            *state = state.map(|value| value >> 1);
        }
        state[1] += 1;
        Ok(error)
    }
}

struct Run {
    length: usize,
    is_interrupted: bool,
}

fn golomb_parameter(n: i64, a: i64) -> u32 {
    (0..31).find(|&k| n << k >= a).unwrap_or(31)
}

/// Bits of a scan: behind a byte FF only seven follow, and a marker ends it.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u32,
    count: u32,
    after_ff: bool,
}

impl Bits<'_> {
    fn bit(&mut self) -> Result<u32, String> {
        if self.count == 0 {
            let byte = self.bytes.get(self.at).copied().ok_or("JPEG-LS: the coded picture ends too soon")?;
            if self.after_ff && byte >= 0x80 {
                return Err("JPEG-LS: a marker stands inside of the coded picture".into());
            }
            self.count = if self.after_ff { 7 } else { 8 };
            self.after_ff = byte == 0xFF;
            self.held = byte.into();
            self.at += 1;
        }
        self.count -= 1;
        Ok(self.held >> self.count & 1)
    }

    fn bits(&mut self, count: u32) -> Result<u32, String> {
        (0..count).try_fold(0, |value, _| Ok(value << 1 | self.bit()?))
    }

    /// A limited-length Golomb code, T.87 A.5.3.
    fn golomb(&mut self, k: u32, limit: u32, value_bits: u32) -> Result<u32, String> {
        let most = limit - value_bits - 1;
        let mut zeros = 0;
        while self.bit()? == 0 {
            zeros += 1;
            if zeros > most {
                return Err("JPEG-LS: a code is longer than allowed".into());
            }
        }
        if zeros < most {
            let high = u64::from(zeros) << k;
            Ok(u32::try_from(high + u64::from(self.bits(k)?)).unwrap_or(u32::MAX))
        } else {
            Ok(self.bits(value_bits)? + 1)
        }
    }
}
