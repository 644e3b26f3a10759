//! What a package needs: the icon in every form, the menu entry with its file types. Not for building a package.

use std::fs;
use std::path::{Path, PathBuf};

fn asset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name)
}

#[test]
fn the_icon_is_there_in_every_size_and_form() {
    for size in [48, 256] {
        let icon = image::open(asset(&format!("icon-{size}.png"))).expect("the icon decodes").to_rgba8();
        assert_eq!(icon.dimensions(), (size, size));
        assert_eq!(icon.get_pixel(0, 0).0[3], 0, "the corner is transparent");
        let is_mask =
            |p: &image::Rgba<u8>| p.0[0] > 190 && (100..190).contains(&p.0[1]) && p.0[2] < 60 && p.0[3] == 255;
        assert!(icon.pixels().filter(|p| is_mask(p)).count() > (size * size / 200) as usize, "the outline is orange");
    }
    assert!(fs::read(asset("icon.ico")).is_ok_and(|bytes| bytes.starts_with(&[0, 0, 1, 0])));
    assert!(fs::read(asset("icon.icns")).is_ok_and(|bytes| bytes.starts_with(b"icns")));
    assert!(fs::read_to_string(asset("icon.svg")).is_ok_and(|text| text.contains("<svg")));
}

#[test]
fn the_menu_entry_opens_the_kinds_of_pictures_that_the_program_reads() {
    let entry = fs::read_to_string(asset("glioview.desktop")).expect("the menu entry is there");
    let value =
        |key: &str| entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap_or_default();
    assert_eq!((value("Exec"), value("Icon"), value("Terminal")), ("glioview %F", "glioview", "false"));
    let types: Vec<&str> = value("MimeType").split_terminator(';').collect();
    let pictures = ["image/png", "image/jpeg", "image/tiff", "image/bmp", "image/webp"];
    assert_eq!(types, [&pictures[..], &["inode/directory", "application/dicom"]].concat());
}

#[test]
fn every_file_of_the_debian_package_is_there() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).expect("the manifest");
    let listed = manifest.split("[package.metadata.deb]").nth(1).expect("the package's metadata");
    let assets = listed.split("\nassets = [").nth(1).and_then(|rest| rest.split("\n]").next()).expect("its files");
    let sources: Vec<&str> =
        assets.lines().filter_map(|line| line.trim().strip_prefix("[\"")?.split('"').next()).collect();
    assert!(sources.len() >= 6, "{sources:?}");
    for source in sources.iter().filter(|source| !source.starts_with("target/")) {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(source).is_file(), "{source} is not there");
    }
}
