//! Metrics as values.
//!
//! Policies mostly see metrics as columns, point by point. What turns one metric into another needs the whole of it: this crate reads
//! OTLP's `Metric` message into a [`Metric`] and writes it back, and has on it what the Collector's transform processor can do to
//! metrics ([`reshape`], [`extract`], [`percentile`], [`aggregate`], [`buckets`]), free of OTTL. [`Derived`] gathers new metrics from
//! records, for connectors.
//!
//! Reading and writing are by hand, because in a component they cost a fifth of generated code: 20 KB. What is malformed is refused,
//! and nothing panics. Fields that this crate does not know are kept where the node that holds them stays what it is: of metrics,
//! points and exemplars; those of attributes, buckets and quantiles are left out. Attributes hold their values as encoded `AnyValue`
//! messages, which nobody decodes who does not look.

pub mod aggregate;
pub mod buckets;
pub mod derive;
mod error;
mod exponential;
pub mod extract;
mod gathered;
mod merge;
pub mod model;
pub mod percentile;
pub mod reshape;
mod wire;

pub use aggregate::Aggregation;
pub use buckets::{Distribution, bucket_limit};
pub use derive::{Amount, Definition, Derived, Labels, Shape};
pub use error::{Error, Malformed};
pub use model::{Attributes, Data, Metric, Number, Temporality};
