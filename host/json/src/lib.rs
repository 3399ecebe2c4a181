//! OTLP/JSON and OTLP/protobuf, each turned into the other without a tree in between.
//!
//! [`decode`] reads OTLP/JSON by its own rules, which are not quite ProtoJSON's: identifiers are hex, 64-bit integers are strings
//! or numbers, enums are integers, unknown fields are ignored, `null` is absence, `{"value":{}}` is an empty value, names are
//! lowerCamelCase (snake_case is taken too, as the Collector does). It is strict where the Collector is not: text that is not
//! UTF-8, halves of surrogate pairs, names of enum values and fields that stand twice are refused, because two readers of such a
//! text could understand two things.
//!
//! [`encode`] writes what the Collector's file exporter writes: one line, 64-bit integers as strings, defaults left out, empty
//! messages where the Collector has them. Fields that OTLP does not know cannot be said in JSON and are left out.
//!
//! Both follow one table of OTLP's messages (`schema.rs`). Nothing that comes in makes them panic, and nesting is bounded.

mod count;
mod decode;
mod encode;
mod error;
mod number;
mod response;
mod schema;
mod status;
mod text;
mod wire;

pub use count::{Counts, count};
pub use error::{JsonError, Problem, WireError};
pub use response::Response;
pub use status::Status;
use tollgate_record::signal::Signal;

/// How deep an `AnyValue` may stand inside others.
pub const MAX_DEPTH: usize = 64;

/// Turns an `Export*ServiceRequest` in OTLP/JSON into protobuf.
pub fn decode(signal: Signal, json: &[u8]) -> Result<Vec<u8>, JsonError> {
    decode::request(request(signal), json)
}

/// Appends an `Export*ServiceRequest` in OTLP/JSON, on one line and without a line's end, to `out`. On an error, `out` is as it was.
pub fn encode(signal: Signal, wire: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    encode::request(request(signal), wire, out)
}

fn request(signal: Signal) -> &'static schema::Message {
    match signal {
        Signal::Logs => &schema::LOGS,
        Signal::Traces => &schema::TRACES,
        Signal::Metrics => &schema::METRICS,
    }
}
