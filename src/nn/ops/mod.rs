//! The kernels that candle lacks or does slowly, each with its reference test. Not for nets.
