//! Which values are meant: lists of paths, as manifests declare them.

pub(crate) mod path;
pub(crate) mod plan;

use std::sync::Arc;

use crate::error::{FieldError, FieldMistake};
use crate::schema::{SLOTS, Slot};
use crate::signal::Signal;
use path::Wanted;
use plan::Plan;

/// A list of fields of one signal, in the order they were given.
///
/// Each entry is one of these; `docs/fields.md` lists the names:
///
/// | entry | as something to read | as something to write |
/// |---|---|---|
/// | `body`, `attributes["a"]`, `attributes["a"]["b"][0]` | this value; an array or a map as one cell | this value, and what lies inside it |
/// | `attributes[*]`, `body[*]` | each entry, arrays and maps as one cell | each entry, and what lies inside it |
/// | `attributes[**]`, `body[**]` | the same (of the body: the body itself), and every leaf inside arrays and maps | the same |
/// | `attributes` | | the whole map: to put another in its place, and each entry |
/// | `metric` | the whole metric, as an OTLP message | to put another in its place |
/// | `*` | every text of the batch, see below | change any text, delete or rename any attribute or entry of a map |
///
/// `*` means the texts of every node but the request: typed texts (never ids), texts in attributes and bodies however deep, and
/// bytes that are UTF-8. An attribute or an entry of a map that holds anything else is withheld: its cell shows that there is a
/// value under this key, not the value. It puts nothing new: a policy that adds attributes names them.
///
/// A record's own fields stand without prefix; `log.`, `span.` and `datapoint.` are accepted before them, and
/// `instrumentation_scope.` for `scope.`. In a key, `"` and `\` are escaped with a backslash.
#[derive(Debug, Clone)]
pub struct Fields {
    signal: Signal,
    wanted: Vec<Wanted>,
    spelled: Vec<String>,
    plan: Arc<Plan>,
}

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.signal == other.signal && self.spelled == other.spelled
    }
}

impl Eq for Fields {}

impl Fields {
    /// No field at all.
    #[must_use]
    pub fn none(signal: Signal) -> Self {
        Self::of(signal, Vec::new())
    }

    /// Parses a list of fields to read. The error names every entry that is none.
    pub fn parse<S: AsRef<str>>(signal: Signal, paths: &[S]) -> Result<Self, FieldError> {
        Self::collect(signal, paths, |wanted| match wanted {
            Wanted::Path(path) if path.is_bare() => SLOTS
                .get(path.slot as usize)
                .filter(|slot| slot.form.is_keyed())
                .map(|Slot { path: name, .. }| {
                    format!("name a key, as in {name}[\"key\"], or all of them: {name}[*]")
                }),
            _ => None,
        })
    }

    /// Parses a list of fields to write: as [`Fields::parse`], but read-only fields are mistakes, and `attributes` without a key
    /// is the whole map.
    pub fn parse_writes<S: AsRef<str>>(signal: Signal, paths: &[S]) -> Result<Self, FieldError> {
        Self::collect(signal, paths, |wanted| match wanted {
            Wanted::Path(path) => SLOTS
                .get(path.slot as usize)
                .filter(|slot| !slot.writable)
                .map(|slot| format!("{} is read-only: leave it out of `writes`", slot.path)),
            Wanted::Texts => None,
        })
    }

    fn collect<S: AsRef<str>>(
        signal: Signal,
        paths: &[S],
        objection: impl Fn(&Wanted) -> Option<String>,
    ) -> Result<Self, FieldError> {
        let mut wanted = Vec::with_capacity(paths.len());
        let mut mistakes = Vec::new();
        for (index, path) in paths.iter().enumerate() {
            let path = path.as_ref();
            let parsed = Wanted::parse(signal, path).and_then(|entry| match objection(&entry) {
                Some(reason) => Err(reason),
                None => Ok(entry),
            });
            match parsed {
                Ok(entry) => wanted.push(entry),
                Err(reason) => mistakes.push(FieldMistake {
                    index,
                    path: path.to_owned(),
                    reason,
                }),
            }
        }
        if mistakes.is_empty() {
            Ok(Self::of(signal, wanted))
        } else {
            Err(FieldError { signal, mistakes })
        }
    }

    fn of(signal: Signal, wanted: Vec<Wanted>) -> Self {
        let spelled = wanted.iter().map(Wanted::canonical).collect();
        let plan = Arc::new(Plan::new(signal, &wanted));
        Self {
            signal,
            wanted,
            spelled,
            plan,
        }
    }

    /// These fields, and then those of `other` that are not among them.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut wanted = self.wanted.clone();
        for entry in &other.wanted {
            if self.signal == other.signal && !wanted.contains(entry) {
                wanted.push(entry.clone());
            }
        }
        Self::of(self.signal, wanted)
    }

    /// The signal whose fields these are.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// How many there are, repetitions included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.wanted.len()
    }

    /// The fields in canonical spelling, in the order they were given, repetitions included.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.spelled.iter().map(String::as_str)
    }

    pub(crate) fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }
}
