//! Whose turn it is between two layers. Not for the kernels (`ops`).

use std::cell::Cell;
use std::rc::Rc;

use candle_core::{Device, Tensor};
use glioview::domain::card::Architecture;
use glioview::domain::random::Random;
use glioview::nn::layers::Purpose;
use glioview::nn::net::Net;
use glioview::nn::ops::ask_between_layers;
use glioview::nn::params::Parameters;

#[test]
fn a_thread_is_asked_between_the_layers_of_a_step_forward_and_backward_and_no_result_depends_on_it() {
    let step = |asked: &Rc<Cell<usize>>| {
        let parameters = Parameters::from_seed(3, &Device::Cpu);
        let net =
            Net::new(Architecture::UNet { width: 4 }, 3, &parameters.builder(), Purpose::Training, false).unwrap();
        let mut random = Random::new(5);
        let x: Vec<f32> = (0..2 * 3 * 32 * 32).map(|_| random.normal()).collect();
        let x = Tensor::from_vec(x, (2, 3, 32, 32), &Device::Cpu).unwrap();
        let loss = net.forward(&x).unwrap().sqr().unwrap().sum_all().unwrap();
        let forward = asked.get();
        let gradients = loss.backward().unwrap();
        let first = parameters.trainable().into_iter().next().unwrap().1;
        let gradient = gradients.get(first.as_tensor()).unwrap();
        (forward, gradient.flatten_all().unwrap().to_vec1::<f32>().unwrap())
    };
    let asked = Rc::new(Cell::new(0));
    let (none, quiet) = step(&asked);
    assert_eq!((none, asked.get()), (0, 0), "nobody wants to be asked");
    let counter = Rc::clone(&asked);
    let asking = ask_between_layers(move || counter.set(counter.get() + 1));
    let (forward, gradient) = step(&asked);
    drop(asking);
    // 18 convolutions and as many norms, 4 that double the size, the last one.
    assert!(forward >= 41, "{forward} times forward");
    assert!(asked.get() - forward >= 41, "{} times backward", asked.get() - forward);
    assert_eq!(gradient, quiet);
    let before = asked.get();
    step(&asked);
    assert_eq!(asked.get(), before, "asked no more");
}
