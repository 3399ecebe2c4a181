//! Why a policy answers as it does: what each of its rules saw, written down while the rules do their work.
//!
//! There is no second way through the rules. A batch that is to be explained goes through [`crate::Policy::batch`] like any other; what is
//! different is that [`crate::Batch::trail`] is there to be written to. So an explanation cannot say what the policy does not do.

use std::ops::Range;

use crate::Rule;
use crate::bindings::exports::tollgate::policy::explanation as wit;
use crate::draft::write_span;

/// Stands for a cell, or a rule, that there is not.
const NONE: u32 = u32::MAX;

/// What came of a rule's look at something. The numbers are those of `wit/policy.wit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Effect {
    /// It does not match.
    Missed = 0,
    /// It matches, and what it asks for is done.
    Applied = 1,
    /// It matches, and what another rule did stands instead.
    Overridden = 2,
    /// It matches, and another rule keeps it from doing anything.
    Spared = 3,
    /// It matches, and there is nothing to do.
    Idle = 4,
    /// It could not do its work.
    Failed = 5,
    /// Another rule had put an end to the matter before its turn.
    Skipped = 6,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'s> {
    /// A node as a whole.
    Node(u32),
    /// A cell, by its node and its own index.
    Cell(u32, u32),
    /// A field of a node that has no cell: it is not there, or was not there before.
    Path(u32, &'s str),
}

/// One look of one rule at one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting<'s> {
    subject: Subject<'s>,
    rule: Rule,
    effect: Effect,
    at: Range<usize>,
    by: Option<Rule>,
    note: &'s str,
}

impl<'s> Sighting<'s> {
    /// A rule looked at something.
    #[must_use]
    pub fn new(rule: Rule, subject: Subject<'s>, effect: Effect) -> Self {
        Self {
            subject,
            rule,
            effect,
            at: 0..0,
            by: None,
            note: "",
        }
    }

    /// Where in the text of the cell, in bytes.
    #[must_use]
    pub fn at(mut self, at: Range<usize>) -> Self {
        self.at = at;
        self
    }

    /// The other rule, which stands above this one.
    #[must_use]
    pub fn by(mut self, by: Rule) -> Self {
        self.by = Some(by);
        self
    }

    /// What else there is to say, without a full stop.
    #[must_use]
    pub fn note(mut self, note: &'s str) -> Self {
        self.note = note;
        self
    }
}

/// Sightings of one batch, in the order of the work.
#[derive(Debug, Default)]
pub struct Trail {
    pub(crate) columns: Columns,
    /// What was written last, with its span: paths and notes come in runs.
    last: [(String, u64); 2],
}

/// A trail as it crosses the wall.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub(crate) node: Vec<u32>,
    pub(crate) cell: Vec<u32>,
    pub(crate) path: Vec<u64>,
    pub(crate) rule: Vec<u32>,
    pub(crate) effect: Vec<u8>,
    pub(crate) at: Vec<u64>,
    pub(crate) by: Vec<u32>,
    pub(crate) note: Vec<u64>,
    pub(crate) text: Vec<u8>,
}

impl Trail {
    /// Adds a sighting.
    pub fn add(&mut self, sighting: &Sighting<'_>) {
        let (on, cell, path) = match sighting.subject {
            Subject::Node(node) => (node, NONE, ""),
            Subject::Cell(node, cell) => (node, cell, ""),
            Subject::Path(node, path) => (node, NONE, path),
        };
        let path = self.text(0, path);
        let note = self.text(1, sighting.note);
        let columns = &mut self.columns;
        columns.node.push(on);
        columns.cell.push(cell);
        columns.path.push(path);
        columns.rule.push(sighting.rule.0);
        columns.effect.push(sighting.effect as u8);
        let length = sighting.at.end.saturating_sub(sighting.at.start);
        let at = (sighting.at.start as u64) << 32 | length as u64;
        columns.at.push(if length == 0 { 0 } else { at });
        columns.by.push(sighting.by.map_or(NONE, |rule| rule.0));
        columns.note.push(note);
    }

    /// How many sightings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.rule.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a sighting, by its place in the trail, tells of as applied has been undone by another rule since.
    pub fn overrule(&mut self, sighting: usize, by: Rule) {
        let columns = &mut self.columns;
        if let (Some(effect), Some(known)) = (
            columns.effect.get_mut(sighting),
            columns.by.get_mut(sighting),
        ) && *effect == Effect::Applied as u8
        {
            *effect = Effect::Overridden as u8;
            *known = by.0;
        }
    }

    fn text(&mut self, slot: usize, text: &str) -> u64 {
        if text.is_empty() {
            return 0;
        }
        if let Some((last, span)) = self.last.get(slot)
            && last == text
        {
            return *span;
        }
        let span = write_span(&mut self.columns.text, text.as_bytes());
        if let Some(last) = self.last.get_mut(slot) {
            *last = (text.to_owned(), span);
        }
        span
    }
}

impl From<Trail> for wit::Trail {
    fn from(Trail { columns, .. }: Trail) -> Self {
        let Columns {
            node,
            cell,
            path,
            rule,
            effect,
            at,
            by,
            note,
            text,
        } = columns;
        Self {
            node,
            cell,
            path,
            rule,
            effect,
            at,
            by,
            note,
            text,
        }
    }
}
