//! The bytes of a NIfTI file, plain or in gzip, one file or a pair, read forward and never beyond what is asked for. Not
//! for what they mean (`header`, `values`).

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::header::{Form, V2_BYTES};
use crate::io::error::IoError;

/// What gzip's format can make of a byte at most: anything beyond is a false claim.
///
/// *Source*: RFC 1951, a match of 258 bytes in two bits.
const MAX_GZIP_RATIO: u64 = 1032;

/// Bytes read at once where they are only passed over.
const SKIP_BYTES: usize = 1 << 16;

/// A file being read.
pub struct Source {
    path: PathBuf,
    bytes: Bytes,
    /// Bytes of the file as it lies on the disk.
    length: u64,
    position: u64,
    /// Bytes that were looked at and not yet taken, from `taken` on.
    ahead: Vec<u8>,
    taken: usize,
}

enum Bytes {
    Plain(BufReader<File>),
    Gzip(Box<MultiGzDecoder<BufReader<File>>>),
}

impl Source {
    /// Opens `path` at its beginning; gzip is known by its first two bytes.
    pub fn open(path: &Path) -> Result<Self, IoError> {
        let read = |e: std::io::Error| IoError::read(&e, path);
        let mut file = File::open(path).map_err(read)?;
        let length = file.metadata().map_err(read)?.len();
        let mut mark = Vec::new();
        file.by_ref().take(2).read_to_end(&mut mark).map_err(read)?;
        file.seek(SeekFrom::Start(0)).map_err(read)?;
        let file = BufReader::new(file);
        let bytes =
            if mark == [0x1F, 0x8B] { Bytes::Gzip(Box::new(MultiGzDecoder::new(file))) } else { Bytes::Plain(file) };
        Ok(Self { path: path.to_owned(), bytes, length, position: 0, ahead: Vec::new(), taken: 0 })
    }

    /// Whether the bytes come out of gzip.
    pub fn is_gzip(&self) -> bool {
        matches!(self.bytes, Bytes::Gzip(_))
    }

    /// The first bytes, enough for any header; fewer where there are no more. They are only looked at: a volume's values
    /// may begin among them.
    pub fn head(&mut self) -> Result<Vec<u8>, IoError> {
        let mut head = vec![0; V2_BYTES];
        let mut filled = 0;
        while filled < head.len() {
            match self.read_on(&mut head[filled..])? {
                0 => break,
                n => filled += n,
            }
        }
        head.truncate(filled);
        self.ahead.clone_from(&head);
        Ok(head)
    }

    /// Refuses a claim of bytes up to `end` that the file cannot keep, before anything is allocated for it.
    pub fn check_reaches(&self, end: u64) -> Result<(), IoError> {
        let most = if self.is_gzip() { self.length.saturating_mul(MAX_GZIP_RATIO) } else { self.length };
        if end > most {
            return Err(self.damaged(format!("its header asks for {end} bytes, the file has {most} at most")));
        }
        Ok(())
    }

    /// The file itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the whole file; `None` in gzip, which does not say.
    pub fn length(&self) -> Option<u64> {
        (!self.is_gzip()).then_some(self.length)
    }

    /// Goes on to `position`, which is not before what was read.
    pub fn skip_to(&mut self, position: u64) -> Result<(), IoError> {
        let mut scratch = vec![0; SKIP_BYTES];
        while self.position < position {
            let step = (position - self.position).min(SKIP_BYTES as u64) as usize;
            if self.read(&mut scratch[..step])? == 0 {
                return Err(self.ended());
            }
        }
        Ok(())
    }

    /// Fills `buffer`.
    pub fn fill(&mut self, buffer: &mut [u8]) -> Result<(), IoError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(&mut buffer[filled..])? {
                0 => return Err(self.ended()),
                n => filled += n,
            }
        }
        Ok(())
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, IoError> {
        let waiting = &self.ahead[self.taken..];
        let count = if waiting.is_empty() {
            self.read_on(buffer)?
        } else {
            let count = waiting.len().min(buffer.len());
            buffer[..count].copy_from_slice(&waiting[..count]);
            self.taken += count;
            count
        };
        self.position += count as u64;
        Ok(count)
    }

    /// The file's next bytes.
    fn read_on(&mut self, buffer: &mut [u8]) -> Result<usize, IoError> {
        let result = match &mut self.bytes {
            Bytes::Plain(file) => file.read(buffer),
            Bytes::Gzip(stream) => stream.read(buffer),
        };
        match result {
            Ok(count) => Ok(count),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(self.ended()),
            Err(_) if self.is_gzip() => Err(self.damaged("its gzip stream is not valid".to_owned())),
            Err(error) => Err(IoError::read(&error, &self.path)),
        }
    }

    fn ended(&self) -> IoError {
        self.damaged(format!("it ends after {} bytes", self.position))
    }

    /// A contradiction in this file.
    pub fn damaged(&self, reason: String) -> IoError {
        IoError::Damaged { kind: "NIfTI", reason, path: self.path.clone() }
    }
}

/// The form of the file at `path`, looked at through gzip; `None` where it is no NIfTI.
pub fn form_of(path: &Path) -> Option<Form> {
    let mut source = Source::open(path).ok()?;
    Form::of(&source.head().ok()?)
}

/// The file that holds the values of the header at `path`.
pub fn values_path(path: &Path) -> Result<PathBuf, IoError> {
    partner(path, "hdr", "img").ok_or_else(|| IoError::Damaged {
        kind: "NIfTI",
        reason: "its values lie in an .img file of the same name, and none is beside it".to_owned(),
        path: path.to_owned(),
    })
}

/// The header that the `.img` at `path` belongs to, where it is one.
pub fn header_path(path: &Path) -> Option<PathBuf> {
    partner(path, "img", "hdr")
        .filter(|header| matches!(form_of(header), Some(Form::Nifti { is_single_file: false, .. })))
}

/// The file beside `path` whose name has `to` where `path` has `from`, with or without `.gz`, in either case.
fn partner(path: &Path, from: &str, to: &str) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let lower = name.to_ascii_lowercase();
    let bare = lower.strip_suffix(".gz").unwrap_or(&lower);
    let stem = name.get(..bare.strip_suffix(from)?.len())?;
    let names = [to.to_owned(), to.to_ascii_uppercase(), format!("{to}.gz"), format!("{}.GZ", to.to_ascii_uppercase())];
    names.iter().map(|ending| path.with_file_name(format!("{stem}{ending}"))).find(|found| found.is_file())
}
