//! The transfer syntaxes by UID: their names, and which decoder reads their pixels. Not for decoding (`codec`).

/// How the pixels of a syntax are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Plain values.
    Native,
    /// Run lengths, PS3.5 G.
    Rle,
    /// JPEG in 8 bits, or lossless.
    Jpeg,
    /// JPEG in 12 bits, sequential and lossy.
    JpegExtended,
    /// JPEG-LS, lossless or near it.
    JpegLs,
    /// JPEG 2000, high throughput too.
    Jpeg2000,
    /// JPEG XL.
    JpegXl,
    /// Each frame deflated.
    DeflatedFrames,
    /// Known by name, not read.
    NotRead,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct TransferSyntax {
    /// As the file names it.
    pub uid: &'static str,
    /// As a reader knows it.
    pub name: &'static str,
    /// Who decodes it.
    pub coding: Coding,
}

const fn row(uid: &'static str, name: &'static str, coding: Coding) -> TransferSyntax {
    TransferSyntax { uid, name, coding }
}

/// Every transfer syntax of PS3.6 annex A that carries pixels, video among them.
pub const TABLE: [TransferSyntax; 31] = [
    row("1.2.840.10008.1.2", "Implicit VR Little Endian", Coding::Native),
    row("1.2.840.10008.1.2.1", "Explicit VR Little Endian", Coding::Native),
    row("1.2.840.10008.1.2.1.98", "Encapsulated Uncompressed", Coding::Native),
    row("1.2.840.10008.1.2.1.99", "Deflated Explicit VR Little Endian", Coding::Native),
    row("1.2.840.10008.1.2.2", "Explicit VR Big Endian", Coding::Native),
    row("1.2.840.10008.1.2.5", "RLE Lossless", Coding::Rle),
    row("1.2.840.10008.1.2.8.1", "Deflated Image Frame", Coding::DeflatedFrames),
    row("1.2.840.10008.1.2.4.50", "JPEG Baseline", Coding::Jpeg),
    row("1.2.840.10008.1.2.4.51", "JPEG Extended, 12 bit", Coding::JpegExtended),
    row("1.2.840.10008.1.2.4.57", "JPEG Lossless", Coding::Jpeg),
    row("1.2.840.10008.1.2.4.70", "JPEG Lossless, first-order prediction", Coding::Jpeg),
    row("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", Coding::JpegLs),
    row("1.2.840.10008.1.2.4.81", "JPEG-LS Near-lossless", Coding::JpegLs),
    row("1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless", Coding::Jpeg2000),
    row("1.2.840.10008.1.2.4.91", "JPEG 2000", Coding::Jpeg2000),
    row("1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2 Lossless", Coding::NotRead),
    row("1.2.840.10008.1.2.4.93", "JPEG 2000 Part 2", Coding::NotRead),
    row("1.2.840.10008.1.2.4.94", "JPIP Referenced", Coding::NotRead),
    row("1.2.840.10008.1.2.4.95", "JPIP Referenced Deflate", Coding::NotRead),
    row("1.2.840.10008.1.2.4.100", "MPEG-2 Main Profile", Coding::NotRead),
    row("1.2.840.10008.1.2.4.101", "MPEG-2 High Profile", Coding::NotRead),
    row("1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile", Coding::NotRead),
    row("1.2.840.10008.1.2.4.103", "MPEG-4 AVC/H.264 BD", Coding::NotRead),
    row("1.2.840.10008.1.2.4.107", "HEVC/H.265 Main Profile", Coding::NotRead),
    row("1.2.840.10008.1.2.4.108", "HEVC/H.265 Main 10 Profile", Coding::NotRead),
    row("1.2.840.10008.1.2.4.110", "JPEG XL Lossless", Coding::JpegXl),
    row("1.2.840.10008.1.2.4.111", "JPEG XL Recompression", Coding::JpegXl),
    row("1.2.840.10008.1.2.4.112", "JPEG XL", Coding::JpegXl),
    row("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 Lossless", Coding::Jpeg2000),
    row("1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000 Lossless, RPCL", Coding::Jpeg2000),
    row("1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000", Coding::Jpeg2000),
];

/// The row of `uid`.
pub fn find(uid: &str) -> Option<&'static TransferSyntax> {
    TABLE.iter().find(|row| row.uid == uid)
}

/// The name of `uid`.
pub fn name(uid: &str) -> Option<&'static str> {
    find(uid).map(|row| row.name)
}
