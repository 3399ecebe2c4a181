//! Gets secrets through a configuration, as far as it lets them.
//!
//! [`places`] are read from OTLP's descriptors; [`Wanted::cells`] puts a fresh secret of each kind, in each encoding, at each of them;
//! [`attempt`] passes them through a [`tollgate_lab::Trial`], many in a request and each in an entry of its own, and looks for every
//! secret in what left; [`advise`] tries rules behind the configuration on what got through. [`page`] and [`Document`] tell all of it.
//!
//! What is found is found by undoing encodings, and not by knowing what was sent: a policy that moves a secret, or encodes it, leaks it.

mod attempt;
mod cell;
mod document;
mod encoding;
mod kind;
mod look_alike;
mod outcome;
mod output;
mod page;
mod place;
mod protocol;
mod remedy;
mod report;
mod request;
mod search;
mod selection;
mod words;

pub use attempt::{Broken, Tried, Way, attempt};
pub use cell::{Cell, Wanted};
pub use document::Document;
pub use encoding::{Encoding, Written};
pub use kind::SecretKind;
pub use outcome::{By, Closed, Outcome};
pub use page::{Heading, page};
pub use place::{Holds, Place, places};
pub use protocol::{Protocol, ProtocolError};
pub use remedy::{Advice, Remedy, advise};
pub use report::{Glance, Report, Row, Tally, folded};
pub use search::Found;
pub use selection::{Filter, NoFilter, Selection};
