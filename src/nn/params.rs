//! The named parameters of a net: made anew from a seed, or taken from a file, and always walked in name order. Not for
//! reading files (`weights`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{DType, Device, Result, Shape, Tensor, Var};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};

use crate::domain::random::Random;

/// Parameters and buffers by their PyTorch name.
///
/// A net's `new` asks for each by name and shape; what is missing is initialized from the seed, so that the same seed
/// gives the same net whatever the order of asking.
#[derive(Clone, Debug)]
pub struct Parameters {
    vars: Arc<Mutex<BTreeMap<String, Var>>>,
    seed: u64,
    device: Device,
}

impl Parameters {
    /// No parameters yet; a net built on this starts from `seed`.
    pub fn from_seed(seed: u64, device: &Device) -> Self {
        Self { vars: Arc::default(), seed, device: device.clone() }
    }

    /// Starts from `tensors` (shapes are checked when the net asks); what they lack is made from `seed`.
    pub fn from_tensors(tensors: &BTreeMap<String, Tensor>, seed: u64, device: &Device) -> Result<Self> {
        let parameters = Self::from_seed(seed, device);
        {
            let mut vars = parameters.lock();
            for (name, tensor) in tensors {
                let tensor = tensor.to_device(device)?.to_dtype(DType::F32)?;
                vars.insert(name.clone(), Var::from_tensor(&tensor.copy()?)?);
            }
        }
        Ok(parameters)
    }

    /// A builder that hands these parameters to a net.
    pub fn builder(&self) -> VarBuilder<'static> {
        VarBuilder::from_backend(Box::new(self.clone()), DType::F32, self.device.clone())
    }

    /// What the optimizer moves: everything but the running statistics of batch norm.
    pub fn trainable(&self) -> BTreeMap<String, Var> {
        self.lock().iter().filter(|(name, _)| !is_buffer(name)).map(|(n, v)| (n.clone(), v.clone())).collect()
    }

    /// Everything, running statistics too.
    pub fn all(&self) -> BTreeMap<String, Var> {
        self.lock().clone()
    }

    /// A copy of all values, to be kept while training goes on.
    pub fn snapshot(&self) -> Result<BTreeMap<String, Tensor>> {
        self.lock().iter().map(|(name, var)| Ok((name.clone(), var.as_tensor().copy()?.detach()))).collect()
    }

    /// Puts `tensors` in place of the values of the same names.
    pub fn restore(&self, tensors: &BTreeMap<String, Tensor>) -> Result<()> {
        let vars = self.lock();
        for (name, tensor) in tensors {
            if let Some(var) = vars.get(name) {
                var.set(&tensor.to_device(&self.device)?)?;
            }
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Var>> {
        // The map is whole even after a panic elsewhere: every change is one insert.
        self.vars.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether `name` is a running statistic, which is measured and not trained.
pub fn is_buffer(name: &str) -> bool {
    name.ends_with(".running_mean") || name.ends_with(".running_var")
}

impl SimpleBackend for Parameters {
    fn get(&self, shape: Shape, name: &str, init: Init, _dtype: DType, device: &Device) -> Result<Tensor> {
        let mut vars = self.lock();
        if let Some(var) = vars.get(name) {
            if var.shape() != &shape {
                candle_core::bail!("{name} has shape {:?}, expected {shape:?}", var.shape());
            }
            return Ok(var.as_tensor().clone());
        }
        let var = Var::from_tensor(&initialized(&shape, name, init, self.seed, device)?)?;
        let tensor = var.as_tensor().clone();
        vars.insert(name.to_owned(), var);
        Ok(tensor)
    }

    fn get_unchecked(&self, name: &str, _dtype: DType, _device: &Device) -> Result<Tensor> {
        match self.lock().get(name) {
            Some(var) => Ok(var.as_tensor().clone()),
            None => candle_core::bail!("no parameter {name}"),
        }
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.lock().contains_key(name)
    }
}

/// Values of one new parameter, from its own stream: candle's generator cannot be seeded on the CPU.
fn initialized(shape: &Shape, name: &str, init: Init, seed: u64, device: &Device) -> Result<Tensor> {
    let mut random = Random::stream(seed, name, 0);
    let count = shape.elem_count();
    let values: Vec<f32> = match init {
        Init::Const(value) => vec![value as f32; count],
        Init::Randn { mean, stdev } => (0..count).map(|_| mean as f32 + stdev as f32 * random.normal()).collect(),
        Init::Uniform { lo, up } => (0..count).map(|_| random.between(lo as f32, up as f32)).collect(),
        Init::Kaiming { .. } => candle_core::bail!("{name}: state the deviation in numbers, from its own fan"),
    };
    Tensor::from_vec(values, shape, device)
}
