//! What a file's tags say against its being read by the nets. Not for what the pixels say (`gate` beside this folder).

use glioview::domain::gate::{GateReason, GateVerdict, check};

use super::kit::{self, EXPLICIT, Slice};

fn reasons(tag: u32, text: &str, orientation: [f64; 6]) -> Vec<GateReason> {
    let mut slice = Slice::axial(0);
    slice.orientation = orientation;
    let mut object = slice.object();
    object.text(tag, b"CS", text);
    // The nets' own stack, resampled, may stand before it.
    let opened = kit::open_bytes(&object.file(EXPLICIT));
    match check(opened.studies[0].scans.last().expect("a series")) {
        GateVerdict::Known => Vec::new(),
        GateVerdict::Unknown(reasons) => reasons,
    }
}

#[test]
fn modality_body_part_and_plane_count_where_the_file_names_them() {
    use super::kit::AXIAL;
    let by_tags = [GateReason::NoMr, GateReason::NoHead, GateReason::NotAxial];
    let found = |tag, text, orientation| -> Vec<GateReason> {
        reasons(tag, text, orientation).into_iter().filter(|r| by_tags.contains(r)).collect()
    };
    assert_eq!(found(0x0008_0060, "MR", AXIAL), []);
    assert_eq!(found(0x0008_0060, "CT", AXIAL), [GateReason::NoMr]);
    assert_eq!(found(0x0018_0015, "BRAIN", AXIAL), []);
    assert_eq!(found(0x0018_0015, "KNEE", AXIAL), [GateReason::NoHead]);
    assert_eq!(found(0x0008_0060, "MR", [1.0, 0.0, 0.0, 0.0, 0.0, -1.0]), [GateReason::NotAxial]);
}
