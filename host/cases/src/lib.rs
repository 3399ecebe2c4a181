//! Case files: what a configuration does, written down beside it and tried again and again.
//!
//! A file is read ([`read`]) into what it means, or into everything that is wrong with it, each mistake at its place. What it means is
//! made ready once for all cases of one configuration ([`Prepared`]), and each case is passed through instances of its own ([`run`]), so
//! that no case sees what another one left. The engine is the gate's own, by way of `tollgate-lab`; conditions in OTTL are answered by
//! the stock policy `filter`, over what left.

mod absent;
mod check;
mod coverage;
mod find;
pub mod golden;
mod keys;
pub mod model;
mod output;
mod prepare;
mod reader;
pub mod report;
mod run;
mod schema;
mod subject;
mod update;

pub use coverage::{Coverage, StageCoverage};
pub use find::find;
pub use model::{Case, CaseFile, Configuration, Expect, Input, Subject};
pub use prepare::{Prepared, Selection};
pub use reader::read;
pub use run::{Failure, Outcome, Verdict, run};
pub use schema::json_schema;
pub use subject::Bench;
pub use update::{Update, updates};
