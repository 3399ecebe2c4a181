//! Stock policy `signaltometrics`: metrics from spans, data points and log records, as the Collector's connector `signal_to_metrics` makes
//! them. The host knows it by both names.
//!
//! Each metric has conditions, attributes by which its series are told apart, and expressions for what is added. It makes metrics of a
//! batch and emits them; the batch itself is left as it is.

mod check;
mod config;
mod entries;
mod metric;
mod policy;

pub use config::{
    ErrorMode, Written, WrittenAttribute, WrittenExponential, WrittenGauge, WrittenHistogram,
    WrittenMetric, WrittenSum,
};
pub use policy::SignalToMetrics;

tollgate_sdk::export!(SignalToMetrics);
