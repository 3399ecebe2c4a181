//! What a configuration says shall become of texts: settings as they are written, and rules as they are meant.
//!
//! [`Rules::treatment`] says once for each path what is done there, [`Rules::matches`] what is found in a text, and [`Rules::outcome`]
//! what becomes of it. The policy `redaction` does it, and the post-condition `ensure: redaction` asks whether it was done.

mod action;
mod compile;
mod fields;
mod looked;
mod matches;
mod path;
mod preset;
mod settings;
mod treat;

pub use action::{Action, Keep};
pub use looked::{Look, Looked};
pub use matches::Match;
pub use path::Step;
pub use settings::{Entry, FieldEntry, PresetSettings, Settings};
pub use treat::{Outcome, Treatment};

use tollgate_patterns::Pattern;

use crate::decode::Decoder;
use crate::find::Detectors;
use action::Deed;
use path::PathPattern;

/// A mistake in settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where: a JSON pointer into the configuration.
    pub at: String,
    /// What is wrong.
    pub message: String,
    /// What would mend it.
    pub help: String,
}

/// Settings, made ready.
#[derive(Debug)]
pub struct Rules {
    /// Names of the rules, as manifests show them.
    names: Vec<String>,
    /// What is looked for: first what is looked for everywhere, then what fields want of their own.
    searches: Vec<Search>,
    /// What is done at paths, the first that fits.
    fields: Vec<Field>,
    decoder: Decoder,
    /// What is spared wherever it stands.
    allowed: Vec<Pattern>,
    /// The rule by which texts without a plain shape are replaced, where they are.
    shape: Option<u32>,
}

/// What is looked for in a text.
#[derive(Debug, Clone, Default)]
struct Search {
    detectors: Detectors,
    /// By number of the detector.
    deeds: Vec<Option<Deed>>,
    patterns: Vec<(Pattern, Deed)>,
    /// What is spared where it is looked for.
    allowed: Vec<Pattern>,
}

/// What is done at paths.
#[derive(Debug)]
struct Field {
    paths: Vec<PathPattern>,
    treatment: Treatment,
}
