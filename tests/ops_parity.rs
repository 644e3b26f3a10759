//! The kernels of `nn::ops` against numbers from PyTorch: values, gradients, batch-norm statistics, AdamW and a whole
//! training of ten steps. `fixtures/make_ops_parity.py` made the numbers. Not for whole nets.
//!
//! Tolerances are relative to the largest expected value. 1e-5 is some eighty f32 roundings: PyTorch sums up to 200
//! products in another order. Ten training steps amplify such differences through Adam's division by small gradients,
//! hence 1e-4 there.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use candle_core::{Device, Result, Tensor, Var};
use glioview::nn::ops::adam::{Adam, AdamSettings};
use glioview::nn::ops::{conv, loss, norm, pool, upconv};

const TOLERANCE: f32 = 1e-5;

struct Numbers {
    tensors: HashMap<String, Tensor>,
}

impl Numbers {
    fn of(file: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(file);
        Self { tensors: candle_core::safetensors::load(path, &Device::Cpu).expect("the fixture is committed") }
    }

    fn get(&self, name: &str) -> &Tensor {
        self.tensors.get(name).unwrap_or_else(|| panic!("{name} is in the fixture"))
    }

    fn var(&self, name: &str) -> Var {
        Var::from_tensor(self.get(name)).expect("a variable")
    }

    /// Runs `function` on the inputs `keys` of case `name`, compares its result and the gradients that the fixed
    /// cotangent sends back.
    fn compare(&self, name: &str, keys: &[&str], function: impl Fn(&[Tensor]) -> Result<Tensor>) {
        let vars: Vec<Var> = keys.iter().map(|key| self.var(&format!("{name}.{key}"))).collect();
        let inputs: Vec<Tensor> = vars.iter().map(|var| var.as_tensor().clone()).collect();
        let y = function(&inputs).expect("forward");
        assert_near(&format!("{name}.y"), &y, self.get(&format!("{name}.y")), TOLERANCE);
        let cotangent: Vec<f32> = (0..y.elem_count()).map(|index| (37 * index % 101) as f32 / 50.0 - 1.0).collect();
        let cotangent = Tensor::from_vec(cotangent, y.shape(), &Device::Cpu).expect("same shape");
        let gradients = (y * cotangent).and_then(|y| y.sum_all()).and_then(|sum| sum.backward()).expect("backward");
        for (key, var) in keys.iter().zip(&vars) {
            let expected = format!("{name}.d{key}");
            assert_near(&expected, gradients.get(var).expect("a gradient"), self.get(&expected), TOLERANCE);
        }
    }
}

fn flat(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().and_then(|flat| flat.to_vec1()).expect("an f32 tensor on the CPU")
}

fn assert_near(name: &str, found: &Tensor, expected: &Tensor, tolerance: f32) {
    assert_eq!(found.dims(), expected.dims(), "{name}");
    let (found, expected) = (flat(found), flat(expected));
    let largest = expected.iter().fold(1e-6f32, |largest, value| largest.max(value.abs()));
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert!((found - expected).abs() <= tolerance * largest, "{name}[{index}]: {found}, PyTorch has {expected}");
    }
}

#[test]
fn convolutions_agree_with_pytorch() {
    let numbers = Numbers::of("ops_parity.safetensors");
    for (name, stride, padding) in [
        ("conv_odd", 1, 1),
        ("conv_direct", 1, 1),
        ("conv_stem", 2, 3),
        ("conv_point", 1, 0),
        ("conv_point_stride", 2, 0),
    ] {
        numbers.compare(name, &["x", "w"], |inputs| conv::conv2d(&inputs[0], &inputs[1], stride, padding));
    }
    numbers.compare("upconv", &["x", "w", "bias"], |i| upconv::conv_transpose2x2(&i[0], &i[1], &i[2]));
}

#[test]
fn batch_norm_and_its_running_statistics_agree_with_pytorch() {
    let numbers = Numbers::of("ops_parity.safetensors");
    for (name, relu) in [("norm", false), ("norm_relu", true)] {
        numbers.compare(name, &["x", "gamma", "beta"], |inputs| {
            Ok(norm::batch_norm_train(&inputs[0], &inputs[1], &inputs[2], 1e-5, relu)?.y)
        });
        let [x, gamma, beta] = ["x", "gamma", "beta"].map(|key| numbers.get(&format!("{name}.{key}")));
        let found = norm::batch_norm_train(x, gamma, beta, 1e-5, relu).expect("batch norm");
        // PyTorch moved a mean of 0 and a variance of 1 by a tenth towards the batch's.
        let mean = found.mean.affine(0.1, 0.0).expect("mean");
        let var = found.var_unbiased.affine(0.1, 0.9).expect("variance");
        assert_near("running mean", &mean, numbers.get(&format!("{name}.running_mean")), TOLERANCE);
        assert_near("running variance", &var, numbers.get(&format!("{name}.running_var")), TOLERANCE);
    }
}

#[test]
fn pooling_agrees_with_pytorch_where_values_are_equal_too() {
    let numbers = Numbers::of("ops_parity.safetensors");
    numbers.compare("max_pool_3_2_1", &["x"], |inputs| pool::max_pool2d(&inputs[0], 3, 2, 1));
    numbers.compare("max_pool_2_2_0", &["x"], |inputs| pool::max_pool2d(&inputs[0], 2, 2, 0));
    numbers.compare("avg_pool", &["x"], |inputs| pool::avg_pool2x2(&inputs[0]));
    numbers.compare("global_avg_pool", &["x"], |inputs| pool::global_avg_pool(&inputs[0]));
}

#[test]
fn losses_agree_with_pytorch_at_confident_logits_too() {
    let numbers = Numbers::of("ops_parity.safetensors");
    let target = numbers.get("bce.target");
    numbers.compare("bce", &["x"], |inputs| loss::bce_with_logits(&inputs[0], target));
    let target = numbers.get("dice.target");
    numbers.compare("dice", &["x"], |inputs| loss::soft_dice(&inputs[0], target, 1.0));
}

#[test]
fn three_clipped_steps_agree_with_pytorchs_adamw() {
    let numbers = Numbers::of("ops_parity.safetensors");
    let (weight, other) = (numbers.var("adamw.weight0"), numbers.var("adamw.other0"));
    let vars = BTreeMap::from([("weight".to_string(), weight.clone()), ("other".to_string(), other.clone())]);
    let settings = AdamSettings { weight_decay: 0.05, ..AdamSettings::default() };
    let mut adam = Adam::new(vars, settings).expect("an optimizer");
    for step in 1..=3 {
        let gradient = |name: &str| numbers.get(&format!("adamw.{name}_gradient{step}"));
        // The gradient of Σ v·g is g.
        let sum = |var: &Var, gradient: &Tensor| (var.as_tensor() * gradient).and_then(|product| product.sum_all());
        let total = sum(&weight, gradient("weight")).and_then(|a| a + sum(&other, gradient("other"))?);
        let gradients = total.and_then(|total| total.backward()).expect("backward");
        let norm = adam.step(&gradients, 0.01, Some(1.0)).expect("a step");
        let expected = flat(numbers.get(&format!("adamw.norm{step}")))[0] as f64;
        assert!((norm - expected).abs() < 1e-5 * expected, "norm {norm}, PyTorch has {expected}");
        assert_near("weight", &weight, numbers.get(&format!("adamw.weight{step}")), TOLERANCE);
        assert_near("other", &other, numbers.get(&format!("adamw.other{step}")), TOLERANCE);
    }
    let moments = adam.moments().expect("moments");
    let (first, second) = &moments["weight"];
    assert_near("first moment", first, numbers.get("adamw.first"), TOLERANCE);
    assert_near("second moment", second, numbers.get("adamw.second"), TOLERANCE);
}

#[test]
fn a_training_of_ten_steps_agrees_with_pytorch() {
    let numbers = Numbers::of("ops_training_parity.safetensors");
    let names = ["conv1", "gamma1", "beta1", "conv2", "gamma2", "beta2", "up", "up_bias", "head"];
    let vars: BTreeMap<String, Var> =
        names.iter().map(|&name| (name.to_string(), numbers.var(&format!("training.{name}0")))).collect();
    let settings = AdamSettings { weight_decay: 0.01, ..AdamSettings::default() };
    let mut adam = Adam::new(vars.clone(), settings).expect("an optimizer");
    let (x, target) = (numbers.get("training.x"), numbers.get("training.target"));
    let expected_losses = flat(numbers.get("training.losses"));
    assert_eq!(expected_losses.len(), 10);
    for (step, expected) in expected_losses.iter().enumerate() {
        let run = || {
            let a = conv::conv2d(x, &vars["conv1"], 1, 1)?;
            let a = norm::batch_norm_train(&a, &vars["gamma1"], &vars["beta1"], 1e-5, true)?.y;
            let b = conv::conv2d(&pool::max_pool2d(&a, 2, 2, 0)?, &vars["conv2"], 1, 1)?;
            let b = norm::batch_norm_train(&b, &vars["gamma2"], &vars["beta2"], 1e-5, true)?.y;
            let up = upconv::conv_transpose2x2(&b, &vars["up"], &vars["up_bias"])?;
            let logits = conv::conv2d(&Tensor::cat(&[&up, &a], 1)?, &vars["head"], 1, 0)?;
            loss::bce_with_logits(&logits, target)?.mean_all()? + loss::soft_dice(&logits, target, 1.0)?
        };
        let total = run().expect("forward");
        let found = total.to_scalar::<f32>().expect("a scalar");
        assert!((found - expected).abs() < 1e-4, "loss {step}: {found}, PyTorch has {expected}");
        adam.step(&total.backward().expect("backward"), 0.01, Some(1.0)).expect("a step");
    }
    for name in names {
        assert_near(name, &vars[name], numbers.get(&format!("training.{name}10")), 1e-3);
    }
}
