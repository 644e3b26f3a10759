//! Times one net on one task: `cargo bench --bench ops -- unet16 train 8 192 10`. Not for comparing with others
//! (`compare.sh` does that, on the same cores and interleaved).
//!
//! Prints `net task batch size median_ms fastest_ms cpu_ms peak_mb`; cpu_ms is processor time a repetition, which a busy
//! machine disturbs less than the clock.

use std::time::Instant;

use candle_core::{Device, Result, Tensor};
use glioview::domain::card::Architecture;
use glioview::domain::random::Random;
use glioview::nn::layers::Purpose;
use glioview::nn::net::Net;
use glioview::nn::ops::adam::{Adam, AdamSettings};
use glioview::nn::ops::{keep_freed_memory, loss};
use glioview::nn::params::Parameters;

const USAGE: &str =
    "usage: cargo bench --bench ops -- unet16|unet32|densenet121|resnet50 infer|train BATCH SIZE REPEATS";
const SEED: u64 = 1;

fn main() {
    // cargo adds `--bench` by itself.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let [name, task, numbers @ ..] = arguments.as_slice() else { return println!("{USAGE}") };
    let numbers: Vec<usize> = numbers.iter().filter_map(|number| number.parse().ok()).collect();
    let (Some(architecture), &[batch, size, repeats]) = (architecture(name), numbers.as_slice()) else {
        return println!("{USAGE}");
    };
    keep_freed_memory();
    let times = if task == "train" {
        train(architecture, batch, size, repeats)
    } else {
        infer(architecture, batch, size, repeats)
    };
    let (mut times, cpu_ms) = times.expect("the net runs");
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    println!("{name} {task} {batch} {size} {median:.1} {:.1} {cpu_ms:.1} {:.0}", times[0], peak_mb());
}

fn architecture(name: &str) -> Option<Architecture> {
    Some(match name {
        "unet16" => Architecture::UNet { width: 16 },
        "unet32" => Architecture::UNet { width: 32 },
        "densenet121" => Architecture::DenseNet121,
        "resnet50" => Architecture::ResNet50,
        _ => return None,
    })
}

fn infer(architecture: Architecture, batch: usize, size: usize, repeats: usize) -> Result<(Vec<f64>, f64)> {
    let parameters = Parameters::from_seed(SEED, &Device::Cpu);
    let net = Net::new(architecture, 3, &parameters.builder(), Purpose::Inference, false)?;
    let x = picture(batch, 3, size)?;
    repeat(repeats, || net.forward(&x)?.flatten_all()?.to_vec1::<f32>().map(|_| ()))
}

fn train(architecture: Architecture, batch: usize, size: usize, repeats: usize) -> Result<(Vec<f64>, f64)> {
    let parameters = Parameters::from_seed(SEED, &Device::Cpu);
    let net = Net::new(architecture, 3, &parameters.builder(), Purpose::Training, false)?;
    let mut adam = Adam::new(parameters.trainable(), AdamSettings::default())?;
    let x = picture(batch, 3, size)?;
    let is_unet = matches!(architecture, Architecture::UNet { .. });
    let target = if is_unet { picture(batch, 1, size)? } else { picture(batch, 1, 1)?.reshape((batch, 1))? };
    repeat(repeats, || {
        let logits = net.forward(&x)?;
        let mut total = loss::bce_with_logits(&logits, &target)?.mean_all()?;
        if is_unet {
            total = (total + loss::soft_dice(&logits, &target, 1.0)?)?;
        }
        adam.step(&total.backward()?, 1e-4, Some(1.0)).map(|_| ())
    })
}

/// Wall times in ms after one repetition that is not counted, and the processor's ms a repetition.
fn repeat(repeats: usize, mut work: impl FnMut() -> Result<()>) -> Result<(Vec<f64>, f64)> {
    work()?;
    let (mut times, before) = (Vec::new(), cpu_ms());
    for _ in 0..repeats {
        let start = Instant::now();
        work()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok((times, (cpu_ms() - before) / repeats as f64))
}

/// Seeded values in 0–1.
fn picture(batch: usize, channels: usize, size: usize) -> Result<Tensor> {
    let mut random = Random::new(SEED);
    let values: Vec<f32> = (0..batch * channels * size * size).map(|_| random.uniform()).collect();
    Tensor::from_vec(values, (batch, channels, size, size), &Device::Cpu)
}

/// Processor time of this process so far, in ms; 0 where the system does not say.
fn cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 14 and 15, counted behind the name, which may hold spaces; in hundredths of a second.
    let fields = stat.rsplit(") ").next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10.0
}

/// Largest resident size so far, in MB; 0 where the system does not say.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) * 1024.0 / 1e6
}
