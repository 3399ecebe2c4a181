//! W3C `tracestate`, and what OpenTelemetry says in it of how a span was sampled: randomness (`rv`) and threshold (`th`).
//!
//! The sampler decides by them, and metrics count a span as often as its threshold says. Both read them as the Collector does.

pub mod digits;
pub mod probability;
pub mod sampling;
pub mod tracestate;

pub use tracestate::TraceState;
