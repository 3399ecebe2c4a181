//! Stock policy `transform`: runs statements in OTTL on records, span events, metrics, scopes and resources, as the Collector's
//! processor of that name does.
//!
//! A configuration goes from what is written (`Written`) to groups of statements by signal (`program`). They run over the batch's
//! columns (`run`). Where a statement turns one metric into another, all statements on metrics run on whole metrics instead
//! (`whole`).

mod compile;
mod explain;
mod functions;
mod metric;
mod point;
mod policy;
mod program;
mod run;
mod warnings;
mod whole;
mod written;

pub use policy::Transform;
pub use written::Written;

tollgate_sdk::export!(Transform);
