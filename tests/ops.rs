//! The kernels of `nn::ops` against finite differences, against candle's own operations, in their bounds, and on one
//! and two threads. Not for numbers from PyTorch (`ops_parity`) nor for nets.

use candle_core::{DType, Device, Result, Tensor, Var};
use glioview::domain::random::Random;
use glioview::nn::ops::adam::{Adam, AdamSettings};
use glioview::nn::ops::{conv, loss, norm, pool, upconv};

use super::ops_fused::fused;

/// Shapes that catch edges: `[batch, channels, height, width, outputs, kernel, stride, padding]`. 1×1 pictures, primes,
/// batches of 1 and 33, tiles that do not divide, the widths (multiples of 16, 32 and 48) that the direct kernels take.
const CONVOLUTIONS: [[usize; 8]; 24] = [
    [1, 1, 1, 1, 1, 1, 1, 0],
    [1, 3, 1, 1, 5, 3, 1, 1],
    [33, 2, 5, 7, 3, 3, 1, 1],
    [2, 5, 17, 13, 7, 3, 1, 1],
    [1, 3, 33, 31, 8, 7, 2, 3],
    [2, 16, 14, 14, 24, 1, 1, 0],
    [2, 16, 14, 13, 24, 1, 2, 0],
    [3, 8, 16, 16, 8, 3, 2, 1],
    [1, 64, 7, 7, 64, 3, 1, 1],
    [2, 3, 32, 32, 16, 3, 1, 1],
    [2, 20, 9, 64, 32, 3, 1, 1],
    [1, 33, 16, 16, 28, 3, 1, 1],
    [2, 7, 5, 48, 13, 3, 1, 1],
    [1, 4, 3, 96, 8, 3, 1, 1],
    [2, 9, 14, 14, 12, 3, 1, 1],
    [1, 5, 12, 28, 8, 3, 1, 1],
    [3, 4, 6, 56, 20, 3, 1, 1],
    [1, 3, 5, 12, 9, 3, 1, 1],
    [1, 2, 9, 79, 5, 3, 1, 1],
    [2, 26, 34, 45, 25, 3, 1, 1],
    [1, 24, 24, 24, 24, 3, 1, 1],
    [1, 40, 9, 131, 24, 3, 1, 1],
    [2, 6, 8, 10, 4, 2, 2, 0],
    [1, 70, 40, 40, 66, 1, 1, 0],
];

pub fn values(random: &mut Random, shape: &[usize]) -> Tensor {
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| random.normal()).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).expect("the count fits the shape")
}

pub fn flat(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().and_then(|flat| flat.to_vec1()).expect("an f32 tensor on the CPU")
}

/// Sum of `tensor` times fixed random weights, in f64: a scalar that depends on every value.
fn objective(tensor: &Tensor, weights: &[f32]) -> f64 {
    flat(tensor).iter().zip(weights).map(|(&a, &b)| a as f64 * b as f64).sum()
}

/// Largest difference relative to the largest expected value.
pub fn distance(found: &Tensor, expected: &Tensor) -> f32 {
    assert_eq!(found.dims(), expected.dims());
    let (found, expected) = (flat(found), flat(expected));
    let largest = expected.iter().fold(1e-6f32, |largest, value| largest.max(value.abs()));
    found.iter().zip(&expected).fold(0.0f32, |far, (a, b)| far.max((a - b).abs())) / largest
}

/// Compares the gradient of `function` in each of `inputs` with central differences at up to 24 places each.
///
/// `step` is large where the function is linear (no truncation, little rounding) and small where it is not; the tolerance
/// of the largest gradient covers f32 rounding of the outputs divided by the step.
pub fn assert_gradient(inputs: &[Tensor], step: f32, tolerance: f64, function: impl Fn(&[Tensor]) -> Result<Tensor>) {
    let mut random = Random::new(99);
    let vars: Vec<Var> = inputs.iter().map(|input| Var::from_tensor(input).expect("a variable")).collect();
    let tracked: Vec<Tensor> = vars.iter().map(|var| var.as_tensor().clone()).collect();
    let result = function(&tracked).expect("forward");
    let weights = flat(&values(&mut random, &[result.elem_count()]));
    let weighted = (&result * Tensor::from_slice(&weights, result.shape(), &Device::Cpu).expect("weights")).expect("*");
    let gradients = weighted.sum_all().and_then(|sum| sum.backward()).expect("backward");
    for (place, input) in inputs.iter().enumerate() {
        let gradient = flat(gradients.get(&vars[place]).expect("a gradient for every input"));
        let largest = gradient.iter().fold(1e-3f64, |largest, &value| largest.max(value.abs() as f64));
        let count = input.elem_count();
        for probe in 0..count.min(24) {
            let index = if count <= 24 { probe } else { random.below(count) };
            let moved = |by: f32| {
                let mut values = flat(input);
                values[index] += by;
                let mut inputs = inputs.to_vec();
                inputs[place] = Tensor::from_vec(values, input.shape(), &Device::Cpu).expect("same shape");
                objective(&function(&inputs).expect("forward"), &weights)
            };
            let slope = (moved(step) - moved(-step)) / (2.0 * step as f64);
            let error = (slope - gradient[index] as f64).abs() / largest;
            assert!(error < tolerance, "input {place}, index {index}: slope {slope}, gradient {}", gradient[index]);
        }
    }
}

#[test]
fn convolution_agrees_with_candles_own_and_with_finite_differences() {
    let mut random = Random::new(1);
    for [batch, channels, height, width, outputs, kernel, stride, padding] in CONVOLUTIONS {
        let x = Var::from_tensor(&values(&mut random, &[batch, channels, height, width])).expect("x");
        let weight = Var::from_tensor(&values(&mut random, &[outputs, channels, kernel, kernel])).expect("weight");
        let ours = conv::conv2d(&x, &weight, stride, padding).expect("ours");
        let theirs = x.conv2d(&weight, padding, stride, 1, 1).expect("candle's");
        let inputs = [x.as_detached_tensor(), weight.as_detached_tensor()];
        assert_gradient(&inputs, 0.5, 2e-3, |inputs| conv::conv2d(&inputs[0], &inputs[1], stride, padding));
        // candle's own gradient fails where the stride leaves other remainders at the right than at the bottom.
        let remainder = |size: usize| (size + 2 * padding - kernel) % stride;
        if remainder(height) != remainder(width) {
            continue;
        }
        let factors = values(&mut random, ours.dims());
        let backward = |y: &Tensor| (y * &factors).and_then(|y| y.sum_all()).and_then(|y| y.backward()).expect("back");
        let (found, expected) = (backward(&ours), backward(&theirs));
        // Sums of up to 33·35 products in another order: a few f32 roundings of the largest value.
        let case = [batch, channels, height, width, outputs, kernel, stride, padding];
        assert!(distance(&ours, &theirs) < 1e-5, "forward {case:?}: {}", distance(&ours, &theirs));
        for var in [&x, &weight] {
            let far = distance(found.get(var).expect("ours"), expected.get(var).expect("candle's"));
            assert!(far < 2e-5, "gradient {case:?}: {far}");
        }
    }
}

#[test]
fn fused_convolution_is_convolution_plus_bias_plus_residual_then_relu() {
    let mut random = Random::new(2);
    for [batch, channels, height, width, outputs, kernel, stride, padding] in CONVOLUTIONS {
        let x = values(&mut random, &[batch, channels, height, width]);
        let weight = values(&mut random, &[outputs, channels, kernel, kernel]);
        let bias = values(&mut random, &[outputs]);
        let plain = conv::conv2d(&x, &weight, stride, padding).expect("plain");
        let with_bias = plain.broadcast_add(&bias.reshape((1, (), 1, 1)).expect("bias")).expect("+ bias");
        let residual = values(&mut random, plain.dims());
        for (residual, relu) in [(None, false), (None, true), (Some(&residual), false), (Some(&residual), true)] {
            let found = fused(&x, &weight, &bias, residual, relu, stride, padding).expect("fused");
            let mut expected = residual.map_or(Ok(with_bias.clone()), |residual| &with_bias + residual).expect("+");
            if relu {
                expected = expected.relu().expect("relu");
            }
            assert!(distance(&found, &expected) < 1e-5);
        }
    }
}

#[test]
fn batch_norm_agrees_with_its_definition_in_values_statistics_and_gradients() {
    let mut random = Random::new(3);
    for shape in [[1, 1, 1, 3], [1, 3, 5, 7], [33, 2, 1, 1], [2, 6, 9, 11], [2, 5, 33, 37]] {
        let channels = shape[1];
        // A mean far from zero beside a small spread is what a careless variance gets wrong.
        let x = values(&mut random, &shape).affine(0.5, 3.0).expect("x");
        let (gamma, beta) = (values(&mut random, &[channels]), values(&mut random, &[channels]));
        for relu in [false, true] {
            let [x, gamma, beta] = [&x, &gamma, &beta].map(|tensor| Var::from_tensor(tensor).expect("a variable"));
            let found = norm::batch_norm_train(&x, &gamma, &beta, 1e-5, relu).expect("batch norm");
            let plain = |tensor: &Tensor| {
                let count = (shape[0] * shape[2] * shape[3]) as f64;
                let rows = tensor.transpose(0, 1)?.flatten_from(1)?;
                let mean = rows.mean_keepdim(1)?;
                let centered = rows.broadcast_sub(&mean)?;
                let var = centered.sqr()?.mean_keepdim(1)?;
                let unit = centered.broadcast_div(&(&var + 1e-5)?.sqrt()?)?;
                let unit = unit.reshape((channels, shape[0], shape[2], shape[3]))?.transpose(0, 1)?;
                let y = unit.broadcast_mul(&gamma.reshape((1, (), 1, 1))?)?;
                let y = y.broadcast_add(&beta.reshape((1, (), 1, 1))?)?;
                let unbiased = (var.flatten_all()? * (count / (count - 1.0)))?;
                Ok::<_, candle_core::Error>((if relu { y.relu()? } else { y }, mean.flatten_all()?, unbiased))
            };
            let (y, mean, var_unbiased) = plain(x.as_tensor()).expect("the definition");
            // Ours sums in f64, the definition in f32.
            assert!(distance(&found.y, &y) < 1e-4);
            assert!(distance(&found.mean, &mean) < 1e-5);
            assert!(distance(&found.var_unbiased, &var_unbiased) < 1e-4);
            let factors = values(&mut random, &shape);
            let backward = |y: &Tensor| (y * &factors).and_then(|y| y.sum_all()).and_then(|y| y.backward());
            let (found, expected) = (backward(&found.y).expect("ours"), backward(&y).expect("the definition's"));
            for var in [&x, &gamma, &beta] {
                let far = distance(found.get(var).expect("ours"), expected.get(var).expect("the definition's"));
                assert!(far < 1e-3, "{shape:?}, ReLU {relu}: {far}");
            }
        }
        if shape[0] * shape[2] * shape[3] > 2 {
            let inputs = [x.clone(), gamma.clone(), beta.clone()];
            assert_gradient(&inputs, 1e-2, 1e-2, |inputs| {
                Ok(norm::batch_norm_train(&inputs[0], &inputs[1], &inputs[2], 1e-5, false)?.y)
            });
        }
    }
}

#[test]
fn affine_relu_scales_shifts_and_cuts_channel_by_channel() {
    let mut random = Random::new(4);
    let x = values(&mut random, &[3, 5, 7, 1]);
    let (scale, shift) = (values(&mut random, &[5]), values(&mut random, &[5]));
    let found = flat(&norm::affine_relu(&x, &scale, &shift).expect("affine"));
    let (x, scale, shift) = (flat(&x), flat(&scale), flat(&shift));
    for (index, value) in found.iter().enumerate() {
        let channel = index / 7 % 5;
        assert_eq!(*value, (x[index] * scale[channel] + shift[channel]).max(0.0));
    }
}

/// Distinct values a tenth apart in random order: no window has two equal ones, no step of 0.01 changes the order.
fn distinct(random: &mut Random, shape: &[usize]) -> Tensor {
    let mut values: Vec<f32> = (0..shape.iter().product()).map(|index: usize| index as f32 * 0.1 - 5.0).collect();
    random.shuffle(&mut values);
    Tensor::from_vec(values, shape, &Device::Cpu).expect("the count fits the shape")
}

#[test]
fn max_pooling_finds_the_maximum_and_sends_the_gradient_there() {
    let mut random = Random::new(5);
    for (kernel, stride, padding) in [(2, 2, 0), (3, 2, 1), (3, 1, 1), (2, 1, 0), (2, 3, 1), (5, 2, 2), (1, 1, 0)] {
        for shape in [[1, 1, 5, 5], [33, 1, 6, 7], [2, 3, 11, 13], [1, 2, 8, 8]] {
            let x = distinct(&mut random, &shape);
            let found = pool::max_pool2d(&x, kernel, stride, padding).expect("pool");
            let (input, [height, width]) = (flat(&x), [shape[2], shape[3]]);
            let (out_height, out_width) = (found.dims()[2], found.dims()[3]);
            assert_eq!(out_height, (height + 2 * padding - kernel) / stride + 1);
            for (index, value) in flat(&found).into_iter().enumerate() {
                let (plane, row, column) =
                    (index / (out_height * out_width), index / out_width % out_height, index % out_width);
                let inside = |place: usize, size: usize| {
                    (place * stride..place * stride + kernel)
                        .filter_map(move |at| at.checked_sub(padding))
                        .filter(move |&at| at < size)
                };
                let expected = inside(row, height)
                    .flat_map(|y| inside(column, width).map(move |x| (y, x)))
                    .map(|(y, x)| input[plane * height * width + y * width + x])
                    .fold(f32::NEG_INFINITY, f32::max);
                assert_eq!(value, expected);
            }
            assert_gradient(&[x], 0.01, 1e-2, |inputs| pool::max_pool2d(&inputs[0], kernel, stride, padding));
        }
    }
}

#[test]
fn of_equal_values_the_first_takes_the_gradient() {
    let x = Var::ones((1, 1, 3, 3), DType::F32, &Device::Cpu).expect("ones");
    let y = pool::max_pool2d(&x, 2, 1, 0).expect("pool");
    let gradients = y.sum_all().and_then(|sum| sum.backward()).expect("backward");
    assert_eq!(flat(gradients.get(&x).expect("gradient")), [1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn mean_pooling_agrees_with_candles_own_and_with_finite_differences() {
    let mut random = Random::new(6);
    for shape in [[1, 1, 2, 2], [33, 2, 3, 5], [2, 3, 8, 6]] {
        let x = values(&mut random, &shape);
        assert!(distance(&pool::avg_pool2x2(&x).expect("ours"), &x.avg_pool2d(2).expect("candle's")) < 1e-6);
        assert!(distance(&pool::global_avg_pool(&x).expect("ours"), &x.mean((2, 3)).expect("candle's")) < 1e-6);
        assert_gradient(std::slice::from_ref(&x), 0.5, 1e-3, |inputs| pool::avg_pool2x2(&inputs[0]));
        assert_gradient(&[x], 0.5, 1e-3, |inputs| pool::global_avg_pool(&inputs[0]));
    }
}

#[test]
fn transposed_convolution_agrees_with_candles_own_and_with_finite_differences() {
    let mut random = Random::new(7);
    for [batch, channels, height, width, outputs] in
        [[1, 1, 1, 1, 1], [33, 3, 2, 1, 2], [2, 7, 5, 11, 3], [1, 32, 24, 24, 16]]
    {
        let x = values(&mut random, &[batch, channels, height, width]);
        let weight = values(&mut random, &[channels, outputs, 2, 2]);
        let bias = values(&mut random, &[outputs]);
        let found = upconv::conv_transpose2x2(&x, &weight, &bias).expect("ours");
        let expected = x.conv_transpose2d(&weight, 0, 0, 2, 1).expect("candle's");
        let expected = expected.broadcast_add(&bias.reshape((1, (), 1, 1)).expect("bias")).expect("+ bias");
        assert!(distance(&found, &expected) < 1e-5);
        let inputs = [x, weight, bias];
        assert_gradient(&inputs, 0.5, 2e-3, |i| upconv::conv_transpose2x2(&i[0], &i[1], &i[2]));
    }
}

#[test]
fn cross_entropy_is_finite_and_right_at_confident_logits() {
    let logits = Tensor::new(&[-100f32, -100.0, 0.0, 100.0, 100.0, 3.0], &Device::Cpu).expect("logits");
    let target = Tensor::new(&[0f32, 1.0, 0.5, 0.0, 1.0, 0.25], &Device::Cpu).expect("target");
    let found = flat(&loss::bce_with_logits(&logits, &target).expect("loss"));
    let expected = [0.0, 100.0, std::f32::consts::LN_2, 100.0, 0.0, 3.0 - 0.75 + 0.048_587_35];
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-5, "{found} against {expected}");
    }
    let mut random = Random::new(8);
    let logits = values(&mut random, &[33, 1, 5, 3]);
    let target =
        Tensor::from_vec((0..495).map(|_| random.uniform()).collect(), (33, 1, 5, 3), &Device::Cpu).expect("t");
    assert_gradient(std::slice::from_ref(&logits), 1e-2, 2e-3, |inputs| loss::bce_with_logits(&inputs[0], &target));
    assert_gradient(&[logits], 1e-1, 1e-2, |inputs| loss::soft_dice(&inputs[0], &target, 1.0));
}

#[test]
fn soft_dice_is_zero_for_a_perfect_mask_and_almost_one_for_a_missed_one() {
    let target = Tensor::new(&[1f32, 1.0, 0.0, 0.0], &Device::Cpu).expect("target");
    let hit = Tensor::new(&[50f32, 50.0, -50.0, -50.0], &Device::Cpu).expect("logits");
    let value = |logits: &Tensor| loss::soft_dice(logits, &target, 1.0).and_then(|v| v.to_scalar::<f32>()).expect("v");
    assert!(value(&hit).abs() < 1e-6);
    // 1 − (0 + 1) / (2 + 2 + 1)
    assert!((value(&hit.neg().expect("neg")) - 0.8).abs() < 1e-6);
}

#[test]
fn a_kernel_refuses_sizes_of_zero_and_sizes_that_do_not_fit() {
    let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu).expect("zeros");
    let weight = zeros(&[4, 3, 3, 3]);
    for shape in [[0, 3, 8, 8], [1, 3, 0, 8], [1, 3, 8, 0], [1, 2, 8, 8], [1, 3, 2, 8]] {
        assert!(conv::conv2d(&zeros(&shape), &weight, 1, 0).is_err(), "{shape:?}");
        assert!(fused(&zeros(&shape), &weight, &zeros(&[4]), None, true, 1, 0).is_err(), "{shape:?}");
    }
    let x = zeros(&[1, 3, 8, 8]);
    assert!(conv::conv2d(&x, &weight, 0, 1).is_err());
    assert!(conv::conv2d(&x, &zeros(&[0, 3, 3, 3]), 1, 1).is_err());
    assert!(conv::conv2d(&zeros(&[3, 8, 8]), &weight, 1, 1).is_err());
    assert!(fused(&x, &weight, &zeros(&[5]), None, false, 1, 1).is_err());
    assert!(fused(&x, &weight, &zeros(&[4]), Some(&zeros(&[1, 4, 8, 7])), false, 1, 1).is_err());
    assert!(conv::conv2d(&x.to_dtype(DType::F64).expect("f64"), &weight, 1, 1).is_err());
    let empty = zeros(&[0, 3, 8, 8]);
    assert!(norm::batch_norm_train(&empty, &zeros(&[3]), &zeros(&[3]), 1e-5, true).is_err());
    assert!(norm::batch_norm_train(&zeros(&[1, 3, 1, 1]), &zeros(&[3]), &zeros(&[3]), 1e-5, true).is_err());
    assert!(norm::batch_norm_train(&x, &zeros(&[2]), &zeros(&[3]), 1e-5, true).is_err());
    assert!(norm::affine_relu(&empty, &zeros(&[3]), &zeros(&[3])).is_err());
    assert!(pool::max_pool2d(&empty, 2, 2, 0).is_err());
    assert!(pool::max_pool2d(&x, 0, 1, 0).is_err());
    assert!(pool::max_pool2d(&x, 2, 0, 0).is_err());
    assert!(pool::max_pool2d(&x, 2, 2, 2).is_err());
    assert!(pool::max_pool2d(&x, 9, 1, 0).is_err());
    assert!(pool::avg_pool2x2(&zeros(&[1, 1, 1, 4])).is_err());
    assert!(pool::global_avg_pool(&empty).is_err());
    assert!(upconv::conv_transpose2x2(&empty, &zeros(&[3, 2, 2, 2]), &zeros(&[2])).is_err());
    assert!(upconv::conv_transpose2x2(&x, &zeros(&[3, 2, 3, 3]), &zeros(&[2])).is_err());
    assert!(loss::bce_with_logits(&empty, &empty).is_err());
    assert!(loss::bce_with_logits(&x, &zeros(&[1, 3, 8, 7])).is_err());
    assert!(loss::soft_dice(&empty, &empty, 1.0).is_err());
}

/// One forward and backward through every kernel; the bits of every value and gradient.
fn everything() -> Vec<u32> {
    let mut random = Random::new(9);
    let mut bits = Vec::new();
    for [batch, channels, height, width, outputs, kernel, stride, padding] in CONVOLUTIONS {
        let x = Var::from_tensor(&values(&mut random, &[batch, channels, height, width])).expect("x");
        let weight = Var::from_tensor(&values(&mut random, &[outputs, channels, kernel, kernel])).expect("weight");
        let one = Var::from_tensor(&values(&mut random, &[outputs])).expect("one a channel");
        let up = Var::from_tensor(&values(&mut random, &[outputs, 3, 2, 2])).expect("up");
        let up_bias = Var::from_tensor(&values(&mut random, &[3])).expect("up bias");
        let run = || {
            let y = conv::conv2d(&x, &weight, stride, padding)?;
            let y = if y.elem_count() > outputs { norm::batch_norm_train(&y, &one, &one, 1e-5, true)?.y } else { y };
            let y = upconv::conv_transpose2x2(&y, &up, &up_bias)?;
            let y = pool::max_pool2d(&y, 3, 2, 1)?;
            let target = y.ge(0.0)?.to_dtype(DType::F32)?;
            let dice = loss::soft_dice(&y, &target, 1.0)?;
            let total = (loss::bce_with_logits(&y, &target)?.mean_all()? + &dice)?;
            let gradients = total.backward()?;
            let all = [&x, &weight, &one, &up, &up_bias];
            let mut found: Vec<Tensor> = all.iter().filter_map(|var| gradients.get(var).cloned()).collect();
            found.push(total);
            let vars = [("up", &up), ("weight", &weight)].map(|(name, var)| (name.to_string(), var.clone()));
            let mut adam = Adam::new(vars.into_iter().collect(), AdamSettings::default())?;
            adam.step(&gradients, 1e-2, Some(0.5))?;
            found.extend(adam.moments()?.into_values().flat_map(|(first, second)| [first, second]));
            found.push(weight.as_detached_tensor());
            Ok::<_, candle_core::Error>(found)
        };
        bits.extend(run().expect("a step").iter().flat_map(flat).map(f32::to_bits));
    }
    bits
}

#[test]
fn results_are_the_same_to_the_bit_on_one_and_two_threads() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(everything)
    };
    let (one, two, five) = (on(1), on(2), on(5));
    assert!(one == two, "one and two threads differ");
    assert!(one == five, "one and five threads differ");
}

#[test]
fn a_value_that_is_not_a_number_is_never_hidden() {
    let mut input = vec![1f32; 2 * 16 * 16];
    input[37] = f32::NAN;
    let x = Tensor::from_vec(input, (1, 2, 16, 16), &Device::Cpu).expect("x");
    let has_nan = |tensor: Result<Tensor>| flat(&tensor.expect("a result")).iter().any(|value| value.is_nan());
    let ones = |shape: &[usize]| Tensor::ones(shape, DType::F32, &Device::Cpu).expect("ones");
    assert!(has_nan(fused(&x, &ones(&[4, 2, 3, 3]), &ones(&[4]), None, true, 1, 1)));
    assert!(has_nan(fused(&x, &ones(&[4, 2, 1, 1]), &ones(&[4]), None, true, 1, 0)));
    assert!(has_nan(norm::batch_norm_train(&x, &ones(&[2]), &ones(&[2]), 1e-5, true).map(|out| out.y)));
    assert!(has_nan(norm::affine_relu(&x, &ones(&[2]), &ones(&[2]))));
    assert!(has_nan(pool::max_pool2d(&x, 2, 2, 0)));
    assert!(has_nan(pool::max_pool2d(&x, 3, 2, 1)));
    assert!(has_nan(pool::avg_pool2x2(&x)));
    assert!(has_nan(pool::global_avg_pool(&x)));
    assert!(has_nan(loss::bce_with_logits(&x, &ones(&[1, 2, 16, 16]))));
}
