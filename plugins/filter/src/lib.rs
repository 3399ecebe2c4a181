//! Stock policy `filter`: drops records, metrics and span events by conditions in OTTL, or by the older `include` and `exclude`, as
//! the Collector's processor of that name does.
//!
//! A configuration goes from what is written ([`Written`]) to conditions by level of the tree: resource, scope, metric, record, span
//! event. One walk over the batch then judges each node; what stands below a node that is dropped is not looked at.

mod conditions;
mod explain;
mod inferred;
mod legacy;
mod levels;
mod policy;
mod walk;
mod written;

pub use policy::Filter;
pub use written::Written;

tollgate_sdk::export!(Filter);
