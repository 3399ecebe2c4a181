//! Stock policy `lookup`: attributes from tables, such as team or owner by service.
//!
//! Tables are read while the policy is configured (`rows`) and become hash maps and sorted prefixes (`table`), so that a record costs
//! one search and no allocation. A lookup whose target is the resource is done once for each resource.

mod config;
mod csv;
mod explain;
mod lookup;
mod policy;
mod prefixes;
mod rows;
mod table;

pub use config::{
    Action, Format, Match, Written, WrittenKey, WrittenLookup, WrittenSet, WrittenTable,
};
pub use policy::Lookup;

tollgate_sdk::export!(Lookup);
