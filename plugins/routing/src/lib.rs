//! Stock policy `routing`: sends each record to the pipelines whose condition it meets, as the Collector's connector of that name does.
//!
//! The table is gone through from top to bottom. A record leaves it at the first row that it meets, unless that row only copies; one that
//! meets none goes to the default pipelines, or nowhere.

mod check;
mod config;
mod policy;
mod request;
mod row;
mod table;

pub use config::{Action, ErrorMode, Written, WrittenRow};
pub use policy::Routing;

tollgate_sdk::export!(Routing);
