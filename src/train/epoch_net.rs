//! The net as an epoch left it, to look at a scan with while the training goes on. Not for measuring (`validate`,
//! `evaluate`), and never kept: what it says is no finding.

use super::config::TrainConfig;
use super::error::TrainError;
use super::learner::Learner;
use crate::domain::card::{InputSpec, Task};
use crate::domain::mask::ProbabilityMap;
use crate::domain::scan::Scan;
use crate::nn::device::OpenDevice;
use crate::nn::input::Prepared;
use crate::nn::net::Net;
use crate::nn::reader;

/// A segmenter after one epoch: the weights that were validated.
pub struct EpochNet {
    epoch: usize,
    net: Net,
    input: InputSpec,
    device: OpenDevice,
}

impl EpochNet {
    /// The weights of `learner` after `epoch`; `None` for a classifier, which outlines nothing.
    pub fn of(config: &TrainConfig, learner: &Learner, epoch: usize) -> Result<Option<Self>, TrainError> {
        if config.architecture.task() != Task::Segmenter {
            return Ok(None);
        }
        let net = learner.inference_net(config)?;
        Ok(Some(Self { epoch, net, input: config.input, device: learner.device().clone() }))
    }

    /// The epoch, from 0.
    pub fn epoch(&self) -> usize {
        self.epoch
    }

    /// The probability map of one slice, in scan pixels: one pass through the net.
    pub fn outline(&self, scan: &Scan, prepared: &Prepared, slice: usize) -> Result<ProbabilityMap, TrainError> {
        Ok(reader::outline(&self.net, &self.input, &self.device, scan, prepared, slice)?)
    }
}
