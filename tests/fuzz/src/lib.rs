//! The laws that hold for any input. Each is a function of bytes that panics where it does not hold. A fuzzer drives it
//! (`fuzz_targets/`, by `make fuzz`), and so does a short test that is the same every time; both begin with what [`seeds`] finds in
//! the repository.

mod admission;
mod config;
mod front;
mod json;
pub mod mutation;
mod ottl;
mod queue;
mod record;
mod redaction;
pub mod seeds;

pub use admission::admission;
pub use config::config;
pub use front::http_front;
pub use json::json;
pub use ottl::ottl;
pub use queue::queue_frame;
pub use record::{edit_encode, index, outcome_check};
pub use redaction::redaction;
