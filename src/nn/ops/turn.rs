//! Whose turn it is to compute: between two layers of a long computation its thread may be asked to let others go first.
//! Not for who goes first (`engine::lab`), and no result depends on it.

use std::cell::RefCell;

type Ask = Box<dyn Fn()>;

thread_local! {
    static ASK: RefCell<Option<Ask>> = const { RefCell::new(None) };
}

/// As long as this is held, its thread asks between layers.
pub struct Asking(());

/// Has this thread call `ask` before each layer's kernel, forward and backward; `ask` returns when the computation may go
/// on. What it computes itself asks nobody.
pub fn ask_between_layers(ask: impl Fn() + 'static) -> Asking {
    ASK.with(|slot| *slot.borrow_mut() = Some(Box::new(ask)));
    Asking(())
}

impl Drop for Asking {
    fn drop(&mut self) {
        ASK.with(|slot| *slot.borrow_mut() = None);
    }
}

/// Before a layer: asks, where somebody wants to be asked.
pub(super) fn between_layers() {
    let taken = ASK.with(|slot| slot.borrow_mut().take());
    if let Some(ask) = taken {
        ask();
        ASK.with(|slot| *slot.borrow_mut() = Some(ask));
    }
}
