//! The figures by which nets are judged, each with its definition. Not for running nets (`train::evaluate`).
