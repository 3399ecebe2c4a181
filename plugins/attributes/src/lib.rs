//! Stock policy `attributes`: acts upon the attributes of log records, spans and data points, as the Collector's processor of that
//! name does.
//!
//! Records are chosen by `include` and `exclude` (`tollgate-selection`); what is done to them is in `tollgate-attraction`, which the policy
//! `resource` uses as well.

mod policy;

pub use policy::{Attributes, Written};

tollgate_sdk::export!(Attributes);
