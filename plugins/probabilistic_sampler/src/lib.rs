//! Stock policy `probabilistic_sampler`: keeps a share of traces and logs, as the Collector's processor of that name does.
//!
//! It reads trace ids, trace states and the few attributes that sampling is about. No body, no other attribute and no name is ever
//! in its view.

pub mod config;
pub mod digits;
pub mod hash;
mod logs;
mod policy;
pub mod probability;
pub mod sampler;
pub mod sampling;
mod spans;
pub mod tracestate;

pub use policy::ProbabilisticSampler;

tollgate_sdk::export!(ProbabilisticSampler);
