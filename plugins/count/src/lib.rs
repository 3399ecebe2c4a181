//! Stock policy `count`: counts spans, span events, metrics, data points and log records, as the Collector's connector of that name does.
//!
//! It makes metrics of a batch and emits them; the batch itself is left as it is. A count runs over one batch: whoever wants it over time
//! adds up the deltas.

mod config;
mod counter;
mod policy;

pub use config::{Written, WrittenCount};
pub use policy::Count;

tollgate_sdk::export!(Count);
