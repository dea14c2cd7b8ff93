//! The composition root: the sole place that wires parts together.
