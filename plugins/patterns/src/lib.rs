//! Go's regular expressions, for policies that have to read configurations of the OpenTelemetry Collector.
//!
//! [`Pattern`] reads Go's RE2 syntax and means what Go means by it: `\d`, `\s`, `\w` and `\b` are ASCII, `.` stops at a newline,
//! `(?i)` folds as Unicode does (`(?i)k` matches the Kelvin sign), a brace that is no repetition is itself, and the first alternative
//! that leads to a match wins. What Go refuses is refused. The syntax is read by a parser of its own, because the one of the `regex`
//! crate accepts other things (nested classes, `&&`, `x` mode) and gives some the same spelling with another meaning (`\s`, `[[a]`):
//! translating text to text would match differently in silence one day. What stands below the syntax is `regex-automata`.
//!
//! [`Screen`] answers, for many patterns at once and for a whole batch of texts in one pass, which text *may* match which pattern.
//! It rests on conditions that are necessary for a match (bytes that every match has to contain, at fixed distances), so it never
//! misses a match, and a text that it does not name needs no regular expression at all.
//!
//! Both are pure: no unsafe code, no clock, no allocation by match.

mod error;
mod pattern;
mod scan;
mod screen;
mod syntax;

pub use error::PatternError;
pub use pattern::{Captures, Pattern};
pub use screen::{Hit, Screen};
