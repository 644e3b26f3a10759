//! Room 3, `nn`: the nets. candle begins here. Not for loops over data (`train`) or threads that outlive a call (`engine`).

pub mod assumed;
pub mod bundle;
pub mod densenet;
pub mod device;
pub mod error;
pub mod input;
pub mod layers;
pub mod net;
pub mod ops;
pub mod params;
pub mod reader;
pub mod resnet;
pub mod seen;
pub mod shipped;
pub mod unet;
pub mod weights;
