//! Stock policy `probabilistic_sampler`: keeps a share of traces and logs, as the Collector's processor of that name does.
//!
//! It reads trace ids, trace states and the few attributes that sampling is about. No body, no other attribute and no name is ever
//! in its view.

pub mod config;
pub mod hash;
mod logs;
mod policy;
pub mod sampler;
mod spans;

pub use policy::ProbabilisticSampler;
pub use tollgate_tracestate::{digits, probability, sampling, tracestate};

tollgate_sdk::export!(ProbabilisticSampler);
