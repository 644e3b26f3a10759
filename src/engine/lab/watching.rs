//! The net of the latest epoch on the slice that the reader looks at. Not for findings: nothing of this is kept.

use std::sync::Arc;

use super::order::Watched;
use super::report::EpochOutline;
use crate::engine::failure::Failure;
use crate::nn::input::Prepared;
use crate::train::epoch_net::EpochNet;

/// What it needs to outline a watched slice once an epoch.
#[derive(Default)]
pub struct Watcher {
    net: Option<Arc<EpochNet>>,
    /// The scan looked at last, measured once.
    prepared: Option<(Arc<Watched>, Prepared)>,
    /// Its slices that this epoch's net has answered.
    done: Vec<usize>,
}

impl Watcher {
    /// A new epoch: what the last one said is out of date.
    pub fn take(&mut self, net: &Arc<EpochNet>) {
        self.net = Some(Arc::clone(net));
        self.done.clear();
    }

    /// One pass over the slice on screen; `None` where the epoch's net has seen it, or there is no net or slice.
    pub fn look(&mut self, watched: Option<Arc<Watched>>) -> Option<EpochOutline> {
        let (Some(net), Some(watched)) = (&self.net, watched) else { return None };
        let scan = watched.study.scans.get(watched.scan)?;
        let is_new = self.prepared.as_ref().is_none_or(|(of, _)| !of.is_same_scan(&watched));
        if is_new {
            self.prepared = Some((Arc::clone(&watched), Prepared::of(scan)));
            self.done.clear();
        }
        let (_, prepared) = self.prepared.as_ref()?;
        if self.done.contains(&watched.slice) {
            return None;
        }
        // What fails once would fail at every step.
        self.done.push(watched.slice);
        let map = net.outline(scan, prepared, watched.slice).map(Arc::new);
        let map = map.map_err(|e| Failure::of_training("The training's net could not outline the slice", &e));
        Some(EpochOutline { epoch: net.epoch(), watched, map })
    }
}
