//! Fields made ready for use: what to do with each element of each message, and which keys are meant.

use std::sync::{Arc, LazyLock, OnceLock};

use super::path::{Path, Step, Wanted, Wildcard};
use crate::batch::Names;
use crate::schema::{self, Form, MESSAGES, Message, NUMBERS, Row, SLOTS};
use crate::signal::{NodeKind, Signal};
use crate::wire;

/// The value itself is meant, whatever it is.
pub(crate) const VALUE: u8 = 1;
/// Every leaf inside is meant.
pub(crate) const LEAVES: u8 = 2;
/// Every text, and every key, here and inside.
pub(crate) const TEXTS: u8 = 4;
/// What reading a value says about the values inside it.
pub(crate) const READ: u8 = LEAVES | TEXTS;
/// What writing a value says about the values inside it: who may write the whole may write its parts.
pub(crate) const WRITE: u8 = VALUE | LEAVES | TEXTS;

/// No trie node.
pub(crate) const NONE: u32 = u32::MAX;

/// Where a value stands in a list of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// What is meant of it.
    pub(crate) bits: u8,
    /// Its place in the trie, if something names it or a value inside it.
    pub(crate) at: u32,
}

impl Place {
    /// Nothing is meant.
    pub(crate) const NOWHERE: Self = Self { bits: 0, at: NONE };

    /// Whether neither the value nor anything inside it is meant.
    pub(crate) fn is_nowhere(self) -> bool {
        self == Self::NOWHERE
    }
}

/// A value that some path names, or lies above one.
#[derive(Debug, Clone, Default)]
struct Branch {
    bits: u8,
    /// Bits of every child.
    children: u8,
    keys: Vec<(String, u32)>,
    indices: Vec<(u32, u32)>,
    /// Place in the list of the first path that means exactly this value.
    listed: Option<u32>,
}

/// What to do with an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Step over it; its field is unknown.
    Unknown,
    /// Step over it.
    Skip,
    /// A single value of this slot.
    Scalar(Form, u32),
    /// Numbers, packed or not.
    Numbers(Form, u32),
    /// An `AnyValue`.
    Any(u32),
    /// A `KeyValue`.
    Attribute(u32),
    /// A message that lies once inside.
    Inner(Message),
    /// A message that lies inside, any number of times.
    Inners(Message),
    /// One of a metric's five kinds of data.
    Data(Message),
    /// A node.
    Child(Message),
}

/// What to do with an element, and which wire types its field allows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) action: Action,
    wire: u8,
    other_wire: u8,
    /// Bytes of an id; 0 is no id.
    id: u8,
}

impl Entry {
    const UNKNOWN: Self = Self {
        action: Action::Unknown,
        wire: 0,
        other_wire: 0,
        id: 0,
    };

    /// Whether the content may have this length: an id has all its bytes or none, so that no text passes for one.
    #[inline]
    pub(crate) fn allows_length(&self, length: u32) -> bool {
        self.id == 0 || length == 0 || length == u32::from(self.id)
    }

    /// Whether the field may stand in this wire type.
    #[inline]
    pub(crate) fn allows(&self, wire: u8) -> bool {
        self.action == Action::Unknown || self.wire == wire || self.other_wire == wire
    }
}

/// Fields made ready for use.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    entries: Vec<[Entry; NUMBERS]>,
    slots: Vec<Place>,
    trie: Vec<Branch>,
    /// Whether fields of nodes of this kind are meant.
    kinds: [bool; 10],
    /// Messages with something meant in them or below.
    busy: [bool; MESSAGES],
    /// Whether paths can be found that the list does not name.
    pub(crate) finds: bool,
    /// What the names of every batch begin with.
    pub(crate) names: OnceLock<Names>,
}

impl Plan {
    /// Makes a list of fields ready.
    pub(crate) fn new(signal: Signal, wanted: &[Wanted]) -> Self {
        let mut plan = Self {
            entries: vec![[Entry::UNKNOWN; NUMBERS]; MESSAGES],
            slots: vec![Place::NOWHERE; SLOTS.len()],
            trie: Vec::new(),
            kinds: [false; 10],
            busy: [false; MESSAGES],
            finds: false,
            names: OnceLock::new(),
        };
        for (number, entry) in (0_u32..).zip(wanted) {
            match entry {
                Wanted::Texts => plan.add_texts(signal),
                Wanted::Path(path) => plan.add_path(path, number),
            }
        }
        plan.mark_messages();
        plan.fill_entries(signal);
        plan
    }

    /// Everything there is, as deep as it goes: what is read with this plan is known to be well-formed.
    pub(crate) fn everything(signal: Signal) -> &'static Arc<Self> {
        static PLANS: LazyLock<[Arc<Plan>; 3]> = LazyLock::new(|| {
            Signal::ALL.map(|signal| {
                let wanted: Vec<Wanted> = (0_u32..)
                    .zip(SLOTS.iter())
                    .filter(|(_, slot)| slot.belongs_to(signal) && slot.form != Form::Whole)
                    .map(|(slot, entry)| {
                        Wanted::Path(Path {
                            slot,
                            steps: Vec::new(),
                            wildcard: match entry.form {
                                Form::Attributes | Form::Any => Wildcard::Leaves,
                                _ => Wildcard::None,
                            },
                        })
                    })
                    .collect();
                Arc::new(Plan::new(signal, &wanted))
            })
        });
        let [logs, traces, metrics] = &*PLANS;
        match signal {
            Signal::Logs => logs,
            Signal::Traces => traces,
            Signal::Metrics => metrics,
        }
    }

    /// Where the value of a slot stands.
    pub(crate) fn slot(&self, number: u32) -> Place {
        self.slots
            .get(number as usize)
            .copied()
            .unwrap_or(Place::NOWHERE)
    }

    /// Where an entry of a map stands; `inherit` is [`READ`] or [`WRITE`].
    pub(crate) fn entry(&self, parent: Place, key: &[u8], inherit: u8) -> Place {
        self.child(parent, inherit, |branch| {
            branch
                .keys
                .iter()
                .find(|(name, _)| name.as_bytes() == key)
                .map(|(_, at)| *at)
        })
    }

    /// Where an element of an array stands.
    pub(crate) fn element(&self, parent: Place, index: u32, inherit: u8) -> Place {
        self.child(parent, inherit, |branch| {
            branch
                .indices
                .iter()
                .find(|(name, _)| *name == index)
                .map(|(_, at)| *at)
        })
    }

    fn child(&self, parent: Place, inherit: u8, find: impl Fn(&Branch) -> Option<u32>) -> Place {
        let inherited = parent.bits & inherit;
        let Some(branch) = self.trie.get(parent.at as usize) else {
            return Place {
                bits: inherited,
                at: NONE,
            };
        };
        let at = find(branch).unwrap_or(NONE);
        let own = self.trie.get(at as usize).map_or(0, |child| child.bits);
        Place {
            bits: inherited | branch.children | own,
            at,
        }
    }

    /// Place in the list of the path that means exactly this value.
    pub(crate) fn listed(&self, place: Place) -> Option<u32> {
        self.trie
            .get(place.at as usize)
            .and_then(|branch| branch.listed)
    }

    /// Whether anything inside a value is meant, so that it must be looked into.
    pub(crate) fn looks_into(&self, place: Place) -> bool {
        let below = |branch: &Branch| {
            branch.children != 0 || !branch.keys.is_empty() || !branch.indices.is_empty()
        };
        place.bits & READ != 0 || self.trie.get(place.at as usize).is_some_and(below)
    }

    /// Whether fields of nodes of this kind are meant.
    pub(crate) fn names(&self, kind: NodeKind) -> bool {
        self.kinds.get(kind as usize).copied().unwrap_or(false)
    }

    /// Whether anything is meant in a message, or in nodes below it.
    pub(crate) fn is_busy(&self, message: Message) -> bool {
        self.busy.get(message as usize).copied().unwrap_or(false)
    }

    /// What to do with each element of a message, by field number.
    #[inline]
    pub(crate) fn entries(&self, message: Message) -> &[Entry; NUMBERS] {
        const NOTHING: [Entry; NUMBERS] = [Entry::UNKNOWN; NUMBERS];
        self.entries.get(message as usize).unwrap_or(&NOTHING)
    }

    fn add_texts(&mut self, signal: Signal) {
        self.finds = true;
        for (number, slot) in (0_u32..).zip(SLOTS.iter()) {
            if !slot.belongs_to(signal) || slot.is_of_request() {
                continue;
            }
            match slot.form {
                Form::Text | Form::Texts | Form::Any => {
                    let at = self.root(number);
                    self.branch(at, |branch| branch.bits |= TEXTS);
                    self.refresh(number);
                }
                Form::Attributes => {
                    let at = self.root(number);
                    self.branch(at, |branch| branch.children |= TEXTS);
                }
                _ => {}
            }
        }
    }

    fn add_path(&mut self, path: &Path, listed: u32) {
        let mut at = self.root(path.slot);
        for step in &path.steps {
            at = self.grow(at, step);
        }
        let is_map_of_slot = path.steps.is_empty()
            && SLOTS
                .get(path.slot as usize)
                .is_some_and(|slot| slot.form.is_keyed());
        self.finds |= path.wildcard != Wildcard::None || is_map_of_slot;
        self.branch(at, |branch| match path.wildcard {
            // The whole map, for writing: what it replaces are its entries.
            Wildcard::None if is_map_of_slot => {
                branch.bits |= VALUE;
                branch.children |= VALUE;
            }
            Wildcard::None => {
                branch.bits |= VALUE;
                branch.listed.get_or_insert(listed);
            }
            Wildcard::Entries => branch.children |= VALUE,
            Wildcard::Leaves if is_map_of_slot => branch.children |= VALUE | LEAVES,
            Wildcard::Leaves => branch.bits |= VALUE | LEAVES,
        });
        self.refresh(path.slot);
    }

    fn refresh(&mut self, slot: u32) {
        let place = self.slot(slot);
        let bits = self
            .trie
            .get(place.at as usize)
            .map_or(0, |branch| branch.bits);
        if let Some(place) = self.slots.get_mut(slot as usize) {
            place.bits = bits;
        }
    }

    fn branch(&mut self, at: u32, change: impl FnOnce(&mut Branch)) {
        if let Some(branch) = self.trie.get_mut(at as usize) {
            change(branch);
        }
    }

    fn new_branch(&mut self) -> u32 {
        let at = u32::try_from(self.trie.len()).unwrap_or(NONE);
        self.trie.push(Branch::default());
        at
    }

    fn root(&mut self, slot: u32) -> u32 {
        let known = self.slot(slot).at;
        if known != NONE {
            return known;
        }
        let at = self.new_branch();
        if let Some(place) = self.slots.get_mut(slot as usize) {
            place.at = at;
        }
        at
    }

    fn grow(&mut self, parent: u32, step: &Step) -> u32 {
        let known = self
            .trie
            .get(parent as usize)
            .and_then(|branch| match step {
                Step::Key(key) => branch
                    .keys
                    .iter()
                    .find(|(name, _)| name == key)
                    .map(|(_, at)| *at),
                Step::Index(index) => branch
                    .indices
                    .iter()
                    .find(|(name, _)| name == index)
                    .map(|(_, at)| *at),
            });
        if let Some(at) = known {
            return at;
        }
        let at = self.new_branch();
        self.branch(parent, |branch| match step {
            Step::Key(key) => branch.keys.push((key.clone(), at)),
            Step::Index(index) => branch.indices.push((*index, at)),
        });
        at
    }

    fn is_meant(&self, row: &Row) -> bool {
        !row.path.is_empty() && !self.slot(schema::slot_of(row)).is_nowhere()
    }

    /// A message is busy when a field of its own is meant, or a message in it is busy. Six rounds reach the request from the
    /// deepest message.
    fn mark_messages(&mut self) {
        let meant: Vec<&Row> = schema::rows()
            .iter()
            .filter(|row| self.is_meant(row))
            .collect();
        for row in meant {
            self.mark_busy(row.message);
            if let Some(named) = self.kinds.get_mut(row.message.node() as usize) {
                *named = true;
            }
        }
        for _ in 0..6 {
            for row in schema::rows() {
                if let Form::Inner(inner)
                | Form::Inners(inner)
                | Form::Data(inner)
                | Form::Child(inner) = row.form
                    && self.is_busy(inner)
                {
                    self.mark_busy(row.message);
                }
            }
        }
    }

    fn mark_busy(&mut self, message: Message) {
        if let Some(busy) = self.busy.get_mut(message as usize) {
            *busy = true;
        }
    }

    fn fill_entries(&mut self, signal: Signal) {
        let oneofs: Vec<Message> = schema::rows()
            .iter()
            .filter(|row| row.form.is_oneof() && self.is_meant(row))
            .map(|row| row.message)
            .collect();
        for row in schema::rows().iter().filter(|row| row.number > 0) {
            // Of a oneof the last element counts, so its members are looked at together.
            let meant =
                self.is_meant(row) || (row.form.is_oneof() && oneofs.contains(&row.message));
            let entry = self.entry_of(signal, row, meant);
            let place = self
                .entries
                .get_mut(row.message as usize)
                .and_then(|entries| entries.get_mut(usize::from(row.number)));
            if let Some(place) = place {
                *place = entry;
            }
        }
    }

    fn entry_of(&self, signal: Signal, row: &Row, meant: bool) -> Entry {
        let slot = schema::slot_of(row);
        let (wire, other_wire) = wire_types(row.form);
        let action = match row.form {
            // Records and what they stand under are nodes even where nothing of them is meant.
            Form::Records => Action::Child(schema::below_scope(signal)),
            Form::Data(message) => Action::Data(message),
            Form::Child(message)
                if message.node().is_above_records() || message.node().is_record() =>
            {
                Action::Child(message)
            }
            Form::Child(message) if self.is_busy(message) => Action::Child(message),
            Form::Inner(message) if self.is_busy(message) => Action::Inner(message),
            Form::Inners(message) if self.is_busy(message) => Action::Inners(message),
            Form::Child(_) | Form::Inner(_) | Form::Inners(_) => Action::Skip,
            _ if !meant => Action::Skip,
            Form::Any => Action::Any(slot),
            Form::Attributes => Action::Attribute(slot),
            Form::PackedFixed64 | Form::PackedDouble | Form::PackedUint64 | Form::Quantiles => {
                Action::Numbers(row.form, slot)
            }
            form => Action::Scalar(form, slot),
        };
        Entry {
            action,
            wire,
            other_wire,
            id: match row.form {
                Form::Id(length) => length,
                _ => 0,
            },
        }
    }
}

fn wire_types(form: Form) -> (u8, u8) {
    let wire = match form {
        Form::Int32 | Form::Uint32 | Form::Sint32 | Form::Bool => wire::VARINT,
        Form::Fixed32 => wire::FIXED32,
        Form::Fixed64 | Form::OneofInt | Form::OneofDouble | Form::Double => wire::FIXED64,
        _ => wire::BYTES,
    };
    let other = match form {
        Form::PackedFixed64 | Form::PackedDouble => wire::FIXED64,
        Form::PackedUint64 => wire::VARINT,
        _ => wire,
    };
    (wire, other)
}
