//! The outcome while it is written: edits and judgements as columns.

use std::collections::BTreeMap;

use crate::bindings::tollgate::policy::batch::{Edits, Emission, Judgements};
use crate::columns::kind;
use crate::measure::Measured;
use crate::trail::Trail;
use crate::value::NewValue;
use crate::{Field, NodeKind, Route, Rule, Verdict, path};

/// What an edit does. The numbers are those of `wit/policy.wit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Operation {
    Set = 0,
    Put = 1,
    Delete = 2,
    Rename = 3,
    Add = 4,
}

/// A field to edit: a declared one, or a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldOrPath<'p> {
    /// A handle from [`crate::Setup`].
    Field(Field),
    /// A path in OTTL's spelling, without a name for the record: `attributes["model"]`, `resource.attributes["x"]`.
    Path(&'p str),
}

impl From<Field> for FieldOrPath<'_> {
    fn from(field: Field) -> Self {
        Self::Field(field)
    }
}

impl<'p> From<&'p str> for FieldOrPath<'p> {
    fn from(path: &'p str) -> Self {
        Self::Path(path)
    }
}

impl<'p> From<&'p String> for FieldOrPath<'p> {
    fn from(path: &'p String) -> Self {
        Self::Path(path)
    }
}

/// New keys that are kept to be found again.
const MOST_KEYS: usize = 32;

/// Stands for the index of a path that no edit has needed yet.
const UNWRITTEN: u32 = u32::MAX;

/// Judgements and edits of one batch, and the randomness that was drawn for it.
pub(crate) struct Draft {
    pub(crate) edits: Edits,
    pub(crate) judgements: Judgements,
    pub(crate) measured: Measured,
    pub(crate) emissions: Vec<Emission>,
    /// There while the batch is explained.
    pub(crate) trail: Option<Box<Trail>>,
    /// What the policy did wrong; the batch fails with it, because half an edit is worse than none.
    pub(crate) mistake: Option<String>,
    /// How many judgements to make room for when the first one comes.
    records: usize,
    /// Likewise of edits.
    room: Room,
    /// For each declared path its index among the paths of the edits, or [`UNWRITTEN`].
    declared_paths: Vec<u32>,
    /// Likewise for paths by their text, and for attributes by kind of node and key.
    other_paths: BTreeMap<Box<str>, u32>,
    attribute_paths: [BTreeMap<Box<str>, u32>; NodeKind::COUNT],
    /// New keys that were written, each with its span: a policy gives record after record the same ones.
    keys: Vec<(Box<str>, u64)>,
    /// The sets of routes that records were given, each with its index.
    route_sets: BTreeMap<Vec<u32>, u32>,
    random_state: u64,
}

/// How many edits there will be, and how many bytes of text with them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    edits: usize,
    text: usize,
}

/// What a policy needed for its last batch: the next one will need about as much a record. To make room once is worth more than it
/// looks, because everything that grows in a component is copied.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Habit {
    records: usize,
    edits: usize,
    text: usize,
}

impl Habit {
    /// What a draft needed for so many records.
    pub(crate) fn of(records: usize, draft: &Draft) -> Self {
        Self {
            records,
            edits: draft.edits.op.len(),
            text: draft.edits.text.len(),
        }
    }

    /// What to expect for so many: an eighth more. Of the first batch it is an edit a record.
    pub(crate) fn expect(self, records: usize) -> Room {
        let scaled = |count: usize| {
            let share = count.saturating_mul(records) / self.records.max(1);
            share + share / 8 + 1
        };
        if self.records == 0 {
            return Room {
                edits: records,
                text: 0,
            };
        }
        Room {
            edits: scaled(self.edits),
            text: scaled(self.text),
        }
    }
}

impl Draft {
    pub(crate) fn new(records: usize, room: Room, seed: u64) -> Self {
        Self {
            edits: Edits {
                op: Vec::new(),
                target: Vec::new(),
                field: Vec::new(),
                kind: Vec::new(),
                value: Vec::new(),
                rule: Vec::new(),
                fields: Vec::new(),
                text: Vec::new(),
            },
            judgements: Judgements {
                node: Vec::new(),
                verdict: Vec::new(),
                rule: Vec::new(),
                argument: Vec::new(),
                route_sets: Vec::new(),
            },
            measured: Measured::default(),
            emissions: Vec::new(),
            trail: None,
            mistake: None,
            records,
            room,
            declared_paths: Vec::new(),
            other_paths: BTreeMap::new(),
            attribute_paths: Default::default(),
            keys: Vec::new(),
            route_sets: BTreeMap::new(),
            random_state: seed,
        }
    }

    /// The next number of the batch's randomness: SplitMix64 over the seed.
    pub(crate) fn random(&mut self) -> u64 {
        self.random_state = self.random_state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed =
            (self.random_state ^ (self.random_state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn judge(&mut self, node: u32, verdict: Verdict) {
        let (number, rule) = match verdict {
            Verdict::Keep => return,
            Verdict::Drop(rule) => (1, rule),
            Verdict::Fail(rule) => (4, rule),
        };
        self.push_judgement(node, number, rule, 0);
    }

    /// Routes a record. Sets are written once, however many records share one.
    pub(crate) fn route(&mut self, node: u32, rule: Rule, routes: &[Route]) {
        let mut set: Vec<u32> = routes.iter().map(|route| route.0).collect();
        set.sort_unstable();
        set.dedup();
        let argument = if let Some(known) = self.route_sets.get(&set) {
            *known
        } else {
            let place = u32::try_from(self.judgements.route_sets.len()).unwrap_or(u32::MAX);
            self.judgements.route_sets.push(set.clone());
            self.route_sets.insert(set, place);
            place
        };
        self.push_judgement(node, 3, rule, argument);
    }

    fn push_judgement(&mut self, node: u32, verdict: u8, rule: Rule, argument: u32) {
        let judgements = &mut self.judgements;
        if judgements.node.is_empty() {
            judgements.node.reserve(self.records);
            judgements.verdict.reserve(self.records);
            judgements.rule.reserve(self.records);
            judgements.argument.reserve(self.records);
        }
        judgements.node.push(node);
        judgements.verdict.push(verdict);
        judgements.rule.push(rule.0);
        judgements.argument.push(argument);
    }

    /// Appends an edit. `field` is for put alone.
    #[inline]
    pub(crate) fn edit(
        &mut self,
        operation: Operation,
        target: u32,
        field: u32,
        value: &NewValue<'_>,
        rule: Rule,
    ) {
        if self.edits.op.is_empty() {
            make_room(&mut self.edits, self.room);
        }
        let (kind, number) = value.write(&mut self.edits.text);
        self.push(operation, target, field, kind, number, rule);
    }

    /// Appends a rename. The new key crosses once, however many entries get it.
    pub(crate) fn rename(&mut self, cell: u32, key: &str, rule: Rule) {
        if self.edits.op.is_empty() {
            make_room(&mut self.edits, self.room);
        }
        let known = self.keys.iter().find(|(known, _)| **known == *key);
        let span = if let Some((_, span)) = known {
            *span
        } else {
            let span = write_span(&mut self.edits.text, key.as_bytes());
            if self.keys.len() < MOST_KEYS {
                self.keys.push((key.into(), span));
            }
            span
        };
        self.push(Operation::Rename, cell, 0, kind::TEXT, span, rule);
    }

    #[inline]
    fn push(
        &mut self,
        operation: Operation,
        target: u32,
        field: u32,
        kind: u8,
        number: u64,
        rule: Rule,
    ) {
        let edits = &mut self.edits;
        edits.op.push(operation as u8);
        edits.target.push(target);
        edits.field.push(field);
        edits.kind.push(kind);
        edits.value.push(number);
        edits.rule.push(rule.0);
    }

    /// The index of a declared path among the paths of the edits.
    #[inline]
    pub(crate) fn declared_path(&mut self, field: Field, paths: &[String]) -> u32 {
        match self.declared_paths.get(field.path as usize) {
            Some(written) if *written != UNWRITTEN => *written,
            _ => self.write_declared_path(field, paths),
        }
    }

    #[cold]
    fn write_declared_path(&mut self, field: Field, paths: &[String]) -> u32 {
        let place = field.path as usize;
        self.declared_paths.resize(paths.len(), UNWRITTEN);
        let written = write_path(&mut self.edits, paths.get(place).map_or("", String::as_str));
        if let Some(entry) = self.declared_paths.get_mut(place) {
            *entry = written;
        }
        written
    }

    /// The index of a path among the paths of the edits.
    pub(crate) fn path(&mut self, path: &str) -> u32 {
        if let Some(known) = self.other_paths.get(path) {
            return *known;
        }
        let written = write_path(&mut self.edits, path);
        self.other_paths.insert(path.into(), written);
        written
    }

    /// The index of an attribute's path among the paths of the edits.
    pub(crate) fn attribute_path(&mut self, kind: NodeKind, key: &str) -> u32 {
        let known = self.attribute_paths.get_mut(kind as usize);
        if let Some(place) = known.as_ref().and_then(|known| known.get(key)) {
            return *place;
        }
        let written = write_path(&mut self.edits, &path::attribute_path(kind, key));
        if let Some(known) = known {
            known.insert(key.into(), written);
        }
        written
    }

    /// Remembers the first mistake.
    pub(crate) fn blame(&mut self, mistake: impl FnOnce() -> String) {
        self.mistake.get_or_insert_with(mistake);
    }
}

/// Makes room for edits, once for a batch.
#[cold]
fn make_room(edits: &mut Edits, room: Room) {
    let expected = room.edits;
    edits.text.reserve(room.text);
    edits.op.reserve(expected);
    edits.target.reserve(expected);
    edits.field.reserve(expected);
    edits.kind.reserve(expected);
    edits.value.reserve(expected);
    edits.rule.reserve(expected);
}

fn write_path(edits: &mut Edits, path: &str) -> u32 {
    let place = u32::try_from(edits.fields.len()).unwrap_or(u32::MAX);
    let span = write_span(&mut edits.text, path.as_bytes());
    edits.fields.push(span);
    place
}

/// Appends bytes and returns their span.
pub(crate) fn write_span(text: &mut Vec<u8>, bytes: &[u8]) -> u64 {
    let offset = text.len() as u64;
    text.extend_from_slice(bytes);
    offset << 32 | bytes.len() as u64
}
