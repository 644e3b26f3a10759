//! What is put together in one buffer: channels behind one another and whole dense blocks, against the plain form; and
//! every kernel with fewer vector instructions than the machine has. Not for single kernels (`ops`).

use candle_core::{Result, Tensor};
use glioview::domain::random::Random;
use glioview::nn::ops::dense::DenseLayerParts;
use glioview::nn::ops::{concat, conv, cpu, dense, norm};

use super::ops::{assert_gradient, distance, flat, values};

/// The form for reading.
pub fn fused(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    residual: Option<&Tensor>,
    relu: bool,
    stride: usize,
    padding: usize,
) -> Result<Tensor> {
    conv::Fused::new(weight, Some(bias), stride, padding)?.forward(x, residual, relu)
}

#[test]
fn channels_put_together_are_those_of_candle_with_its_gradients() {
    let mut random = Random::new(31);
    for [batch, one, two, height, width] in [[1, 1, 1, 1, 1], [2, 3, 5, 7, 11], [3, 40, 17, 33, 31]] {
        let inputs =
            [values(&mut random, &[batch, one, height, width]), values(&mut random, &[batch, two, height, width])];
        let found = concat::concat_channels(&inputs[0], &inputs[1]).expect("the shapes fit");
        let expected = Tensor::cat(&inputs, 1).expect("the shapes fit");
        assert_eq!((found.dims(), flat(&found)), (expected.dims(), flat(&expected)));
        assert_gradient(&inputs, 0.5, 1e-3, |x| concat::concat_channels(&x[0], &x[1]));
    }
    let (a, b) = (values(&mut random, &[1, 2, 3, 4]), values(&mut random, &[1, 2, 4, 3]));
    assert!(concat::concat_channels(&a, &b).is_err());
}

#[test]
fn a_fused_dense_block_answers_as_the_composed_one() {
    let mut random = Random::new(32);
    // Batch, channels, growth, layers, height, width: one pixel, a tile that does not divide, blocks of outputs.
    for [batch, inputs, growth, count, height, width] in
        [[1, 3, 2, 2, 1, 1], [2, 16, 8, 3, 7, 7], [1, 33, 32, 2, 28, 29], [3, 8, 4, 2, 56, 56]]
    {
        let x = values(&mut random, &[batch, inputs, height, width]);
        let bottleneck = 4 * growth;
        let parameters: Vec<[Tensor; 5]> = (0..count)
            .map(|layer| {
                let known = inputs + layer * growth;
                [
                    values(&mut random, &[known]),
                    values(&mut random, &[known]),
                    values(&mut random, &[bottleneck, known, 1, 1]),
                    values(&mut random, &[bottleneck]),
                    values(&mut random, &[growth, bottleneck, 3, 3]),
                ]
            })
            .collect();
        let grows: Vec<conv::Fused> =
            parameters.iter().map(|p| conv::Fused::new(&p[4], None, 1, 1).expect("no bias")).collect();
        let parts: Vec<DenseLayerParts> = parameters
            .iter()
            .zip(&grows)
            .map(|([scale, shift, reduce, reduce_bias, _], grow)| DenseLayerParts {
                scale,
                shift,
                reduce,
                reduce_bias,
                grow,
            })
            .collect();
        let found = dense::dense_block(&x, &parts).expect("the shapes fit");
        let composed = parameters.iter().try_fold(x.clone(), |x, [scale, shift, reduce, bias, grow]| {
            let normed = norm::affine_relu(&x, scale, shift)?;
            let middle = fused(&normed, reduce, bias, None, true, 1, 0)?;
            Tensor::cat(&[&x, &conv::conv2d(&middle, grow, 1, 1)?], 1)
        });
        // Both add in f32; only the order of the products may differ with the tile.
        assert!(distance(&found, &composed.expect("the shapes fit")) < 1e-5, "{batch} {inputs} {height}×{width}");
        assert!(dense::dense_block(&x, &parts[1..]).is_err(), "a layer that expects more channels is refused");
    }
}

#[test]
fn a_convolution_by_tiles_stays_within_a_few_roundings_of_f64() {
    let mut random = Random::new(33);
    // Batch, channels, outputs, height, width: sides that tiles do not divide, one block and many.
    for [batch, channels, outputs, height, width] in
        [[1, 32, 24, 24, 24], [2, 24, 33, 31, 29], [1, 64, 64, 64, 64], [1, 27, 25, 5, 130]]
    {
        let x = values(&mut random, &[batch, channels, height, width]);
        let weight = values(&mut random, &[outputs, channels, 3, 3]);
        let found = flat(&conv::conv2d(&x, &weight, 1, 1).expect("the shapes fit"));
        let (x, weight) = (flat(&x), flat(&weight));
        let largest = found.iter().fold(0f64, |largest, &value| largest.max(f64::from(value).abs()));
        for (index, &value) in found.iter().enumerate().step_by(37) {
            let (column, row) = (index % width, index / width % height);
            let (output, image) = (index / (width * height) % outputs, index / (width * height * outputs));
            let mut exact = 0f64;
            for (channel, tap) in (0..channels).flat_map(|channel| (0..9).map(move |tap| (channel, tap))) {
                let (y, x_at) = ((row + tap / 3).wrapping_sub(1), (column + tap % 3).wrapping_sub(1));
                if y < height && x_at < width {
                    let pixel = x[((image * channels + channel) * height + y) * width + x_at];
                    exact += f64::from(pixel) * f64::from(weight[(output * channels + channel) * 9 + tap]);
                }
            }
            let off = (f64::from(value) - exact).abs() / largest;
            assert!(off < 5e-6, "{off:.1e} of the largest answer at {image}, {output}, {row}, {column}");
        }
    }
}

#[test]
fn every_kernel_is_held_to_its_reference_with_fewer_vector_instructions_too() {
    if std::env::var_os(cpu::CAP_VARIABLE).is_some() {
        return;
    }
    let program = std::env::current_exe().expect("this test binary");
    for cap in ["portable", "avx2"] {
        let child = std::process::Command::new(&program)
            .args(["ops::", "ops_fused::", "ops_parity::", "--test-threads=1"])
            .env(cpu::CAP_VARIABLE, cap)
            .output()
            .expect("the test binary starts");
        let printed = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success(), "with {cap}:\n{printed}");
        assert!(printed.contains("ops::convolution_agrees_with_candles_own"), "the kernels' tests ran:\n{printed}");
    }
}
