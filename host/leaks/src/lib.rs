//! Gets secrets through a configuration, as far as it lets them.

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
