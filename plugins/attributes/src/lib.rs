//! Stock policy `attributes`: acts upon the attributes of log records, spans and data points, as the Collector's processor of that
//! name does.
//!
//! Records are chosen by `include` and `exclude` ([`filter`]); what is done to them is in `tollgate-attraction`, which the policy
//! `resource` uses as well.

pub mod filter;
mod policy;

pub use policy::{Attributes, Written};

tollgate_sdk::export!(Attributes);
