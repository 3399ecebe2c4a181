//! What came of it all: by place, by kind, by encoding.

use std::collections::BTreeMap;

use crate::attempt::Tried;
use crate::cell::Cell;
use crate::encoding::Encoding;
use crate::kind::SecretKind;
use crate::outcome::Outcome;
use crate::place::Place;

/// Cells, and what became of each.
#[derive(Debug, Clone)]
pub struct Report {
    /// Every place of the protocol.
    pub places: Vec<Place>,
    /// What was tried.
    pub cells: Vec<Cell>,
    /// What became of it, in the same order.
    pub tried: Vec<Tried>,
}

/// How many cells ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize)]
pub struct Tally {
    /// The secret got through.
    pub open: usize,
    /// It did not.
    pub closed: usize,
    /// It got through as an id.
    pub unavoidable: usize,
}

/// What a tally says at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Glance {
    /// Nothing was tried.
    Nothing,
    /// Every secret got through.
    Open,
    /// Some did.
    Mixed,
    /// None did.
    Closed,
    /// None did but as ids.
    Unavoidable,
}

/// A row of the matrix: some places, which are all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Labels of its places, in the order of the protocol.
    pub labels: Vec<String>,
    /// By encoding, in the order of [`Encoding::ALL`].
    pub tallies: Vec<Tally>,
}

impl Tally {
    /// Counts an outcome.
    pub fn count(&mut self, outcome: &Outcome) {
        let count = match outcome {
            Outcome::Open(_) => &mut self.open,
            Outcome::Closed(_) => &mut self.closed,
            Outcome::Unavoidable => &mut self.unavoidable,
        };
        *count = count.saturating_add(1);
    }

    fn add(&mut self, other: Self) {
        self.open = self.open.saturating_add(other.open);
        self.closed = self.closed.saturating_add(other.closed);
        self.unavoidable = self.unavoidable.saturating_add(other.unavoidable);
    }

    /// All of them.
    #[must_use]
    pub fn total(self) -> usize {
        self.open
            .saturating_add(self.closed)
            .saturating_add(self.unavoidable)
    }

    /// At a glance.
    #[must_use]
    pub fn glance(self) -> Glance {
        match self {
            Self {
                open: 0,
                closed: 0,
                unavoidable: 0,
            } => Glance::Nothing,
            Self {
                open: 0,
                unavoidable: 0,
                ..
            } => Glance::Closed,
            Self { open: 0, .. } => Glance::Unavoidable,
            Self { closed: 0, .. } => Glance::Open,
            _ => Glance::Mixed,
        }
    }
}

impl Report {
    /// Cells with what became of them.
    pub fn results(&self) -> impl Iterator<Item = (&Cell, &Place, &Tried)> {
        let both = self.cells.iter().zip(&self.tried);
        both.filter_map(|(cell, tried)| Some((cell, self.places.get(cell.place)?, tried)))
    }

    /// The kinds that were tried.
    #[must_use]
    pub fn kinds(&self) -> Vec<SecretKind> {
        let kinds: std::collections::BTreeSet<_> =
            self.cells.iter().map(|cell| cell.kind).collect();
        kinds.into_iter().collect()
    }

    /// How many of each outcome there are.
    #[must_use]
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        for tried in &self.tried {
            total.count(&tried.outcome);
        }
        total
    }

    /// How many there are of each outcome, by its word.
    #[must_use]
    pub fn words(&self) -> BTreeMap<&'static str, usize> {
        let mut words: BTreeMap<&'static str, usize> = BTreeMap::new();
        for tried in &self.tried {
            let count = words.entry(tried.outcome.word()).or_default();
            *count = count.saturating_add(1);
        }
        words
    }

    /// A row for each label, in the order of the protocol: of one kind of secret, or of all.
    #[must_use]
    pub fn rows(&self, kind: Option<SecretKind>) -> Vec<Row> {
        let of_kind = |own: SecretKind| kind.is_none_or(|kind| kind == own);
        let results = self.results().filter(|(cell, ..)| of_kind(cell.kind));
        rows(
            results
                .map(|(cell, place, tried)| (place.label.clone(), cell.encoding, &tried.outcome)),
        )
    }

    /// A row for each kind of secret.
    #[must_use]
    pub fn by_kind(&self) -> Vec<Row> {
        let mut by_kind: Vec<_> = self.results().collect();
        by_kind.sort_by_key(|(cell, ..)| cell.kind);
        rows(
            by_kind.into_iter().map(|(cell, _, tried)| {
                (cell.kind.name().to_owned(), cell.encoding, &tried.outcome)
            }),
        )
    }

    /// Cells of these encodings that are open.
    #[must_use]
    pub fn open(&self, encodings: &[Encoding]) -> usize {
        let results = self.results();
        results
            .filter(|(cell, _, tried)| {
                tried.outcome.is_open() && encodings.contains(&cell.encoding)
            })
            .count()
    }
}

fn rows<'o>(results: impl Iterator<Item = (String, Encoding, &'o Outcome)>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut of_label: BTreeMap<String, usize> = BTreeMap::new();
    for (label, encoding, outcome) in results {
        let at = *of_label.entry(label.clone()).or_insert_with(|| {
            rows.push(Row {
                labels: vec![label],
                tallies: vec![Tally::default(); Encoding::ALL.len()],
            });
            rows.len().saturating_sub(1)
        });
        let column = Encoding::ALL.iter().position(|own| *own == encoding);
        let row = rows.get_mut(at);
        let tally = row
            .zip(column)
            .and_then(|(row, at)| row.tallies.get_mut(at));
        if let Some(tally) = tally {
            tally.count(outcome);
        }
    }
    rows
}

/// Puts rows together that look alike: values of one field, however they are nested.
#[must_use]
pub fn folded(rows: Vec<Row>) -> Vec<Row> {
    let mut folded: Vec<Row> = Vec::new();
    for row in rows {
        let same = folded
            .iter_mut()
            .rev()
            .find(|other| field(other) == field(&row) && glances(other) == glances(&row));
        match same {
            Some(other) => {
                other.labels.extend(row.labels);
                for (own, tally) in other.tallies.iter_mut().zip(row.tallies) {
                    own.add(tally);
                }
            }
            None => folded.push(row),
        }
    }
    folded
}

/// `log.attributes` of `log.attributes["k"][0]`.
fn field(row: &Row) -> &str {
    let label = row.labels.first().map_or("", String::as_str);
    label.split(['[', ' ']).next().unwrap_or(label)
}

/// What is no form of a secret at a place says nothing of it.
fn glances(row: &Row) -> Vec<Glance> {
    row.tallies.iter().map(|tally| tally.glance()).collect()
}
