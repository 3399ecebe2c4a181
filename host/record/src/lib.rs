//! The batch on wire bytes: the records of one OTLP request, indexed in one pass and edited without being decoded.
//!
//! A request is kept as the bytes that came. [`Batch::index`] walks them once and notes where nodes (resource, scope, record,
//! span event, ...) and cells (values of wanted fields) lie. A stage sees cells as columns ([`View`]), answers with an
//! [`Outcome`], and [`Batch::check`] turns that into [`Changes`] that [`Batch::apply`] lays over the bytes. [`Batch::encode`]
//! copies what nobody touched and stitches the rest. Nothing is decoded to structs on the way, so unknown fields survive, and a
//! request that nobody edits leaves as the bytes it came in.
//!
//! The crate is pure: no I/O, no wasm, no async. It never panics on bytes or outcomes from outside.

mod access;
mod batch;
mod count;
mod error;
mod fields;
pub mod outcome;
mod schema;
pub mod signal;
mod split;
#[cfg(feature = "testing")]
pub mod testing;
mod trail;
mod value;
pub mod view;
mod wire;

pub use access::{Access, Grant, Instrument, InstrumentKind, Limits, RequestContext};
pub use batch::{Applied, Batch, Changes, Routed};
pub use count::count;
pub use error::{FieldError, FieldMistake, Malformed, Refusal};
pub use fields::Fields;
pub use outcome::{Edits, Emission, Judgements, Measurement, Outcome};
pub use schema::{Field, listing};
pub use signal::{NodeKind, Signal, UnknownKind, ValueKind};
pub use split::{Cut, Part, split};
pub use trail::{Effect, Sighting, Trail, TrailMistake};
pub use value::Value;
pub use view::View;
