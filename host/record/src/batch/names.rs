//! The dictionary of paths of one batch.
//!
//! A key is nearly always the one that followed the same key the last time, so finding it is one comparison; the hash table is
//! for the rest.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::store::{Memory, NONE, Table};
use crate::error::Malformed;
use crate::fields::path::{push_index, push_key};
use crate::fields::plan::{Place, Plan, READ};
use crate::schema::SLOTS;
use crate::wire::{Span, same};

/// The last step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The field itself.
    Slot,
    /// The entry under the key that stands there.
    Key(Span),
    /// An element of an array.
    Index(u32),
}

/// A path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name {
    /// The path without its last step; `NONE` for a field.
    pub(crate) parent: u32,
    pub(crate) step: Step,
    /// Number of its field.
    pub(crate) slot: u32,
    /// How many live cells have it.
    pub(crate) uses: u32,
    /// Its text, where any stage may see it.
    text: (u32, u32),
    /// Its place in what all stages want.
    pub(crate) place: Place,
    /// What followed it last.
    follower: u32,
    /// What stood first below it last.
    first: u32,
}

/// The paths of one batch. The first ones are the fields of the table, in its order.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    table: Table<Name>,
    texts: String,
    by_step: HashMap<u64, u32>,
    hasher: RandomState,
    /// Longest `texts` for the request as it came.
    bound: usize,
    /// Longest `texts` now.
    limit: usize,
}

impl Names {
    /// The fields of the table alone, for so many bytes.
    pub(crate) fn new(plan: &Plan, wire_len: usize) -> Self {
        let mut names = plan.names.get_or_init(|| Self::of_table(plan)).clone();
        names.bound = wire_len
            .saturating_mul(8)
            .saturating_add(1 << 20)
            .min(1 << 30);
        names.limit = names.bound;
        names.hasher = RandomState::new();
        names
    }

    fn of_table(plan: &Plan) -> Self {
        let mut table = Table::default();
        let mut texts = String::new();
        for (number, slot) in (0_u32..).zip(SLOTS.iter()) {
            let place = plan.slot(number);
            let start = texts.len();
            if !place.is_nowhere() {
                texts.push_str(slot.path);
            }
            table.push(Name {
                parent: NONE,
                step: Step::Slot,
                slot: number,
                uses: 0,
                text: text_span(start, &texts),
                place,
                follower: NONE,
                first: NONE,
            });
        }
        Self {
            table,
            texts,
            by_step: HashMap::new(),
            hasher: RandomState::new(),
            bound: 0,
            limit: 0,
        }
    }

    #[inline]
    pub(crate) fn get(&self, name: u32) -> &Name {
        &self.table[name]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Name)> {
        (0_u32..).zip(self.table.iter())
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// The path, where any stage may see it.
    pub(crate) fn text(&self, name: u32) -> &str {
        let (start, end) = self.table[name].text;
        self.texts
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// Counts a cell that has the name.
    #[inline]
    pub(crate) fn hold(&mut self, name: u32) {
        let uses = &mut self.table[name].uses;
        *uses = uses.saturating_add(1);
    }

    /// Counts a cell that no longer has it.
    pub(crate) fn release(&mut self, name: u32) {
        let uses = &mut self.table[name].uses;
        *uses = uses.saturating_sub(1);
    }

    /// The name of an entry, if it is the one that stood at this place the last time.
    #[expect(
        clippy::inline_always,
        reason = "asked for every attribute of every record"
    )]
    #[inline(always)]
    pub(crate) fn guess(
        &self,
        memory: &Memory,
        (parent, before): (u32, u32),
        key: &[u8],
    ) -> Option<(u32, Place)> {
        let guess = if before == NONE {
            self.table[parent].first
        } else {
            self.table[before].follower
        };
        let name = self.table.at(guess)?;
        let is_it = name.parent == parent
            && matches!(name.step, Step::Key(known) if same(memory.get(known), key));
        is_it.then_some((guess, name.place))
    }

    /// The name of an entry. `before` is the entry read before it in the same map, or `NONE`.
    #[inline]
    pub(crate) fn entry(
        &mut self,
        memory: &Memory,
        plan: &Plan,
        (parent, before): (u32, u32),
        key: Span,
    ) -> Result<u32, Malformed> {
        if let Some((known, _)) = self.guess(memory, (parent, before), memory.get(key)) {
            return Ok(known);
        }
        let found = self.entry_by_hash(memory, plan, parent, key)?;
        self.remember(parent, before, found);
        Ok(found)
    }

    /// The name of an element of an array.
    pub(crate) fn element(
        &mut self,
        plan: &Plan,
        (parent, before): (u32, u32),
        index: u32,
    ) -> Result<u32, Malformed> {
        let guess = if before == NONE {
            self.table[parent].first
        } else {
            self.table[before].follower
        };
        if guess != NONE
            && self.table[guess].parent == parent
            && self.table[guess].step == Step::Index(index)
        {
            return Ok(guess);
        }
        let mut hash = self.hasher.hash_one((parent, index));
        let found = loop {
            match self.by_step.get(&hash).copied() {
                Some(name)
                    if self.table[name].parent == parent
                        && self.table[name].step == Step::Index(index) =>
                {
                    break name;
                }
                Some(_) => hash = hash.wrapping_add(1),
                None => {
                    let place = plan.element(self.table[parent].place, index, READ);
                    break self.add(parent, Step::Index(index), place, hash, |texts| {
                        push_index(texts, index);
                    })?;
                }
            }
        };
        self.remember(parent, before, found);
        Ok(found)
    }

    fn remember(&mut self, parent: u32, before: u32, found: u32) {
        if before == NONE {
            self.table[parent].first = found;
        } else {
            self.table[before].follower = found;
        }
    }

    #[cold]
    fn entry_by_hash(
        &mut self,
        memory: &Memory,
        plan: &Plan,
        parent: u32,
        key: Span,
    ) -> Result<u32, Malformed> {
        let bytes = memory.get(key);
        let mut hash = self.hasher.hash_one((parent, bytes));
        loop {
            match self.by_step.get(&hash).copied() {
                Some(name) if self.is_entry(memory, name, parent, bytes) => return Ok(name),
                Some(_) => hash = hash.wrapping_add(1),
                None => break,
            }
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Malformed::Utf8 {
            offset: key.start as usize,
        })?;
        let place = plan.entry(self.table[parent].place, bytes, READ);
        self.add(parent, Step::Key(key), place, hash, |texts| {
            push_key(texts, text);
        })
    }

    fn is_entry(&self, memory: &Memory, name: u32, parent: u32, key: &[u8]) -> bool {
        let name = &self.table[name];
        name.parent == parent && matches!(name.step, Step::Key(known) if memory.get(known) == key)
    }

    fn add(
        &mut self,
        parent: u32,
        step: Step,
        place: Place,
        hash: u64,
        push: impl FnOnce(&mut String),
    ) -> Result<u32, Malformed> {
        let slot = self.table[parent].slot;
        let start = self.texts.len();
        if !place.is_nowhere() {
            let above = self.table[parent].text;
            if above.0 == above.1 {
                // The field's own path is not kept where only its entries are meant.
                self.texts
                    .push_str(SLOTS.get(slot as usize).map_or("", |slot| slot.path));
            } else {
                self.texts
                    .extend_from_within(above.0 as usize..above.1 as usize);
            }
            push(&mut self.texts);
            if self.texts.len() > self.limit {
                return Err(Malformed::Paths);
            }
        }
        let text = text_span(start, &self.texts);
        let name = Name {
            parent,
            step,
            slot,
            uses: 0,
            text,
            place,
            follower: NONE,
            first: NONE,
        };
        let name = self.table.push(name);
        self.by_step.insert(hash, name);
        Ok(name)
    }

    /// The name of an entry, if any cell ever had it.
    pub(super) fn lookup_key(&self, memory: &Memory, parent: u32, key: &[u8]) -> Option<u32> {
        let mut hash = self.hasher.hash_one((parent, key));
        while let Some(name) = self.by_step.get(&hash).copied() {
            if self.is_entry(memory, name, parent, key) {
                return Some(name);
            }
            hash = hash.wrapping_add(1);
        }
        None
    }

    /// The name of an element of an array, if any cell ever had it.
    pub(super) fn lookup_index(&self, parent: u32, index: u32) -> Option<u32> {
        let mut hash = self.hasher.hash_one((parent, index));
        while let Some(name) = self.by_step.get(&hash).copied() {
            if self.table[name].parent == parent && self.table[name].step == Step::Index(index) {
                return Some(name);
            }
            hash = hash.wrapping_add(1);
        }
        None
    }

    /// How many bytes of paths may still be added by edits that bring `bytes` of text.
    pub(super) fn room(&self, bytes: usize) -> usize {
        self.bound
            .saturating_add(bytes.saturating_mul(8))
            .saturating_sub(self.texts.len())
    }

    /// Lets paths grow beyond the request's own bound: edits are bounded by the size of outcomes.
    pub(crate) fn allow_edits(&mut self) {
        self.limit = usize::MAX;
    }
}

fn text_span(start: usize, texts: &str) -> (u32, u32) {
    (
        u32::try_from(start).unwrap_or(u32::MAX),
        u32::try_from(texts.len()).unwrap_or(u32::MAX),
    )
}
