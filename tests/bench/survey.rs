//! Times the look at a data set before training: `cargo bench --bench survey -- 10000 256` makes that many synthetic
//! slices of that side and surveys them, `-- FOLDER` surveys what is there. Not for the nets (`ops`).
//!
//! Prints `slices patients secs cpu_secs peak_mb warnings leaking`. The made set is kept for the next run in
//! $GLIOVIEW_BENCH, else in the system's folder for temporary files.

use std::path::{Path, PathBuf};
use std::time::Instant;

use glioview::domain::random::Random;
use glioview::train::inspect::{DataReport, Question, inspect};

const SLICES_A_PATIENT: usize = 40;
const SEED: u64 = 1;

fn main() {
    // cargo adds `--bench` by itself.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let data = match arguments.as_slice() {
        [slices, side] => match (slices.parse(), side.parse()) {
            (Ok(slices), Ok(side)) => make(slices, side),
            _ => return println!("usage: cargo bench --bench survey -- SLICES SIDE | FOLDER"),
        },
        [folder] => PathBuf::from(folder),
        _ => return println!("usage: cargo bench --bench survey -- SLICES SIDE | FOLDER"),
    };
    let start = Instant::now();
    let question = Question { data: &data, split_file: None, shares: [0.7, 0.15, 0.15], seed: SEED };
    let report: DataReport = inspect(&question, &mut |_, _| true).expect("the data can be read");
    let secs = start.elapsed().as_secs_f64();
    let (slices, patients) = (report.slices, report.patients);
    println!(
        "{slices} {patients} {secs:.1} {:.1} {:.0} {} {}",
        cpu_secs(),
        peak_mb(),
        report.warnings.len(),
        report.is_leaking
    );
    report.warnings.iter().for_each(|warning| println!("  {}", warning.text));
}

/// Patient folders of synthetic slices with masks; made once.
fn make(slices: usize, side: u32) -> PathBuf {
    let scratch = std::env::var_os("GLIOVIEW_BENCH").map_or_else(std::env::temp_dir, PathBuf::from);
    let root = scratch.join(format!("glioview-survey-{slices}-{side}"));
    let done = root.join("complete.txt");
    if !done.is_file() {
        (0..slices).for_each(|slice| write(&root, slice, side));
        std::fs::write(&done, "").expect("the scratch folder can be written");
    }
    root
}

/// One head with smooth shades of its own, its blob and mask on every third slice.
fn write(root: &Path, slice: usize, side: u32) {
    let (patient, nth) = (slice / SLICES_A_PATIENT, slice % SLICES_A_PATIENT);
    let mut of_patient = Random::stream(SEED, "patient", patient as u64);
    let waves: Vec<[f32; 4]> = (0..6)
        .map(|_| {
            let mut within = |high: f32| of_patient.between(-high, high);
            [within(0.25), within(0.25), within(3.1), within(30.0)]
        })
        .collect();
    let mut noise = Random::stream(SEED, "noise", slice as u64);
    let middle = side as f32 / 2.0;
    let radius = middle * (0.5 + 0.4 * (std::f32::consts::PI * nth as f32 / SLICES_A_PATIENT as f32).sin());
    let (mut picture, mut mask) = (image::RgbImage::new(side, side), image::GrayImage::new(side, side));
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (dx, dy) = (x as f32 - middle, y as f32 - middle);
        let shade: f32 = waves.iter().map(|w| w[3] * (w[0] * dx + w[1] * dy + w[2] + nth as f32 * 0.2).sin()).sum();
        let head = if dx.hypot(dy * 0.85) < radius { 110.0 + shade + 8.0 * noise.uniform() } else { 0.0 };
        let is_inside = nth % 3 == 0 && (dx - middle * 0.2).hypot(dy) < middle * 0.15;
        let flair = if is_inside { 240.0 } else { head };
        *pixel = image::Rgb([head.clamp(0.0, 255.0) as u8, flair.clamp(0.0, 255.0) as u8, (head * 0.8) as u8]);
        mask.put_pixel(x, y, image::Luma([if is_inside { 255 } else { 0 }]));
    }
    let folder = root.join(format!("P_{patient}"));
    std::fs::create_dir_all(&folder).expect("the scratch folder can be written");
    picture.save(folder.join(format!("P_{patient}_{nth}.png"))).expect("the scratch folder can be written");
    mask.save(folder.join(format!("P_{patient}_{nth}_mask.png"))).expect("the scratch folder can be written");
}

/// Processor time of this process so far in seconds; 0 where the system does not say.
fn cpu_secs() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 14 and 15, counted behind the name, which may hold spaces; in hundredths of a second.
    let fields = stat.rsplit(") ").next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Largest resident size so far, in MB; 0 where the system does not say.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) * 1024.0 / 1e6
}
