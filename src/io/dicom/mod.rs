//! DICOM: what a scanner, a CD or a PACS export holds becomes scans. Untrusted bytes, so every length is held against what is
//! left before anything is allocated. Not for showing, and not for other kinds of files.

mod codec;
pub mod elements;
pub mod file;
pub mod find;
mod form;
mod frames;
mod gray;
mod jpeg_extended;
mod jpeg_ls;
mod jpeg_ls_scan;
pub mod layers;
mod mosaic;
mod pixels;
mod place;
mod read;
mod rle;
mod seg;
pub mod series;
mod slices;
pub mod source;
mod stack;
pub mod syntax;
pub mod table;
mod tags;
pub mod values;
