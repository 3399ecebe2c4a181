//! A page on this machine: telemetry, a configuration, and what the one does to the other, while it is typed.
//!
//! The engine is the gate's own, by way of [`tollgate_lab`]; nothing here decides what becomes of a record. Two things are this crate's:
//! the page, which is plain files in `page/`, and what a page on a laptop has to be afraid of. Other pages in the same browser can send
//! requests to any port of this machine, under names of their own: so each request is asked under which name it came and from which
//! page, and whoever wants an answer needs a token that only the page holds (`guard.rs`). A configuration that was pasted may name
//! files and variables: here there are none ([`Nothing`]). Nothing is kept, and nothing is sent anywhere.

mod answer;
mod case_file;
mod guard;
mod nothing;
mod opened;
mod page;
mod pages;
mod samples;
mod server;
mod words;
mod workbench;
mod yaml;

pub use nothing::Nothing;
pub use opened::Opened;
pub use server::{Playground, PlaygroundError};
pub use workbench::Policies;
