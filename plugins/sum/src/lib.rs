//! Stock policy `sum`: adds up an attribute of spans, span events, data points and log records, as the Collector's connector of that name
//! does.
//!
//! It makes metrics of a batch and emits them; the batch itself is left as it is. A sum runs over one batch: whoever wants it over time
//! adds up the deltas. Where the Collector adds a value once for each attribute by which it sums, this policy adds it once.

mod config;
mod policy;
mod summer;

pub use config::{Arithmetic, Written, WrittenSum};
pub use policy::Sum;

tollgate_sdk::export!(Sum);
