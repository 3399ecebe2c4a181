//! Metrics as values.
//!
//! Policies mostly see metrics as columns, point by point. What turns one metric into another needs the whole of it: this crate reads
//! OTLP's `Metric` message into a [`Metric`] and writes it back, and has on it what the Collector's transform processor can do to
//! metrics, free of OTTL.
//!
//! Reading and writing are by hand, because in a component they cost a fifth of generated code: 20 KB. What is malformed is refused,
//! and nothing panics. Fields that this crate does not know are kept where the node that holds them stays what it is: of metrics,
//! points and exemplars; those of attributes, buckets and quantiles are left out. Attributes hold their values as encoded `AnyValue`
//! messages, which nobody decodes who does not look.

mod error;
pub mod model;
mod wire;

pub use error::{Error, Malformed};
pub use model::{Attributes, Data, Metric, Number, Temporality};
