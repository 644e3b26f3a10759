//! Every limit on what is opened, in one place, each with its reason. Not for checking them: that is where the numbers
//! are read, before anything is allocated.

/// Largest side of a picture in pixels. MR slices have at most 1024; scanned films reach 8000.
pub const MAX_SIDE_PX: u32 = 16_384;

/// Largest picture in pixels (5792²), so that even a big photo opens and can be told that it is no MRI.
pub const MAX_PIXELS_PER_PICTURE: u64 = 1 << 25;

/// Bytes that one decoded picture may take in a decoder's buffer: the largest picture with four 16-bit channels. A
/// failed allocation ends the process and no panic boundary catches it, so this is checked against the header first.
pub const MAX_DECODED_BYTES: u64 = 256 << 20;

/// Bytes of one file. A whole uncompressed brain series of 500 slices of 512² in three 16-bit sequences is 750 MiB, but
/// that is more than [`MAX_STUDY_BYTES`] anyway.
pub const MAX_FILE_BYTES: u64 = 512 << 20;

/// Pages in one multi-page file. Brain series have 20 to 400 slices.
pub const MAX_PAGES: usize = 2048;

/// Pictures in one folder, masks included.
pub const MAX_FILES_PER_FOLDER: usize = 4096;

/// Patient folders in one folder. The whole LGG set has 110.
pub const MAX_STUDIES: usize = 512;

/// Bytes of pixels of one study: a 3-D series of 512 slices of 256 × 512 in three 16-bit sequences is 384 MiB. With one
/// decoder's buffer beside it, opening stays under 1 GB.
pub const MAX_STUDY_BYTES: u64 = 512 << 20;

/// Bytes of pixels of all open studies together: the whole LGG set (110 patients, masks included) takes 0.98 GB.
pub const MAX_OPEN_BYTES: u64 = 1 << 30;

/// Bytes of a settings or review file; ours stay under a hundred kilobytes.
pub const MAX_JSON_BYTES: u64 = 32 << 20;

/// Frames in one DICOM file: enhanced functional series reach some ten thousand.
pub const MAX_FRAMES: u64 = 1 << 15;

/// Bytes that the entries of one archive may claim together; read one at a time.
pub const MAX_ARCHIVE_BYTES: u64 = 4 << 30;

/// How many times larger than the archive its entries may claim to be, beyond [`MIN_BOMB_BYTES`]. Deflate itself reaches 1032;
/// an archive of scans that are half black reaches 8.
pub const MAX_ARCHIVE_RATIO: u64 = 200;

/// Archives whose entries claim less than this are harmless whatever their ratio.
pub const MIN_BOMB_BYTES: u64 = 64 << 20;

/// Entries in one archive.
pub const MAX_ARCHIVE_ENTRIES: u64 = 16_384;
