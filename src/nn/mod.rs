//! Room 3, `nn`: the nets. candle begins here. Not for loops over data (`train`) or threads that outlive a call (`engine`).

pub mod error;
pub mod input;
pub mod ops;
pub mod reader;
