//! The optimizer of `nn::ops`: resuming, clipping, gradients that are not finite. Not for its numbers (`ops_parity`).

use std::collections::BTreeMap;

use candle_core::{Device, Tensor, Var};
use glioview::nn::ops::adam::{Adam, AdamSettings};

fn flat(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().and_then(|flat| flat.to_vec1()).expect("an f32 tensor on the CPU")
}

fn small_adam() -> (Var, Adam) {
    let var = Var::new(&[1f32, -2.0, 3.0], &Device::Cpu).expect("a variable");
    let vars = BTreeMap::from([("weight".to_string(), var.clone())]);
    let settings = AdamSettings { weight_decay: 0.1, ..AdamSettings::default() };
    (var, Adam::new(vars, settings).expect("an optimizer"))
}

fn step(var: &Var, adam: &mut Adam, factor: f64, max_norm: Option<f64>) -> f64 {
    let gradients = (var.sqr().and_then(|v| v * factor)).and_then(|v| v.sum_all()).and_then(|v| v.backward());
    adam.step(&gradients.expect("gradients"), 1e-2, max_norm).expect("a step")
}

#[test]
fn a_resumed_optimizer_goes_on_to_the_bit() {
    let (var, mut adam) = small_adam();
    step(&var, &mut adam, 1.0, None);
    step(&var, &mut adam, 0.5, None);
    let (saved, moments, count) = (flat(&var), adam.moments().expect("moments"), adam.step_count());
    step(&var, &mut adam, 0.25, None);
    let uninterrupted = flat(&var);
    let (other, mut resumed) = small_adam();
    other.set(&Tensor::from_vec(saved, 3, &Device::Cpu).expect("saved")).expect("set");
    resumed.load_moments(&moments, count).expect("moments fit");
    step(&other, &mut resumed, 0.25, None);
    assert_eq!(flat(&other), uninterrupted);
    assert_eq!(resumed.step_count(), 3);
    assert!(resumed.load_moments(&BTreeMap::new(), 0).is_err());
    assert_eq!(resumed.step_count(), 3, "a refused load changes nothing");
}

#[test]
fn clipping_bounds_the_global_norm_and_reports_it() {
    let (var, mut adam) = small_adam();
    // The gradient of Σ v² is 2·v: its norm is 2·√14.
    let norm = step(&var, &mut adam, 1.0, Some(1.0));
    assert!((norm - 2.0 * 14f64.sqrt()).abs() < 1e-6);
    let (first, _) = &adam.moments().expect("moments")["weight"];
    let length = flat(first).iter().map(|v| (v * v) as f64).sum::<f64>().sqrt();
    assert!((length - 0.1).abs() < 1e-6, "a tenth of the clipped gradient, found {length}");
}

#[test]
fn a_gradient_that_is_not_finite_changes_nothing() {
    let (var, mut adam) = small_adam();
    assert!(step(&var, &mut adam, f64::NAN, Some(1.0)).is_nan());
    assert_eq!(flat(&var), [1.0, -2.0, 3.0]);
    assert_eq!(adam.step_count(), 0);
}
