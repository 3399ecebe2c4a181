//! Believing nothing that a policy answers: every number is checked before anything is changed.

mod beyond;
mod grow;
mod put;
mod rename;
mod value;

use std::collections::HashSet;

use bytes::Bytes;

use super::Batch;
use super::find::Budget;
use super::judge::{self, Judgement};
use super::names::Step;
use super::store::{Cell, List, Memory, flag};
use super::tables::Store;
use crate::access::{Access, Grant};
use crate::error::Refusal;
use crate::fields::path::{self, Path, Wildcard};
use crate::fields::plan::{LEAVES, Place, Plan, TEXTS, VALUE, WRITE};
use crate::outcome::{Edits, Emission, Measurement, Outcome};
use crate::schema::{self, Form};
use crate::signal::ValueKind;
use crate::view::View;
use crate::wire::Span;

/// Values may share text: this much more than the text itself.
const SHARED_TEXT: usize = 16 << 20;
/// Cells that one outcome may look at while it puts and renames.
const LOOKS: u64 = 1 << 26;

/// Changes that were checked and can be applied to the batch they were checked for.
#[derive(Debug)]
pub struct Changes {
    pub(super) edits: Vec<Edit>,
    pub(super) paths: Vec<Path>,
    pub(super) grown: Vec<Grown>,
    pub(super) judgements: Vec<Judgement>,
    pub(super) route_sets: Vec<Vec<u32>>,
    pub(super) measurements: Vec<Measurement>,
    pub(super) emissions: Vec<Emission>,
    pub(super) text: Bytes,
    pub(super) rules: usize,
}

impl Changes {
    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
            && self.judgements.is_empty()
            && self.measurements.is_empty()
            && self.emissions.is_empty()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Set,
    Put,
    Delete,
    Rename,
    /// Puts a whole map: the attributes of a node.
    Fill,
    Add,
    /// Sets a whole metric.
    Replace,
}

impl Op {
    /// Whether the target is a node, and not a cell.
    pub(super) fn is_of_node(self) -> bool {
        matches!(self, Self::Put | Self::Fill | Self::Add | Self::Replace)
    }
}

/// A node that comes whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grown {
    /// The frame that it stands at the end of; `NONE` for one that takes another's place.
    pub(super) frame: u32,
    /// Its field number there.
    pub(super) number: u32,
    /// Records in it.
    pub(super) records: u32,
}

/// One change, in the batch's own numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edit {
    pub(super) op: Op,
    /// A cell, or a node.
    pub(super) target: u32,
    /// For put and fill: index of the path. For add and replace: index of what is known of the new node.
    pub(super) path: u32,
    pub(super) kind: ValueKind,
    /// Number, or packed span of the outcome's text.
    pub(super) value: u64,
    pub(super) rule: u32,
}

impl Batch {
    /// Checks an outcome: indices, kinds, access, UTF-8, sizes, keys, values that are gone, and that what is new is well-formed.
    /// Either all of it can be applied, or all of it is refused. A number in the place of `grant` is so many rules and nothing else.
    pub fn check<'g>(
        &self,
        view: &View,
        access: &Access,
        grant: impl Into<Grant<'g>>,
        mut outcome: Outcome,
    ) -> Result<Changes, Refusal> {
        let grant = grant.into();
        let (mut judgements, places) =
            judge::check(&self.store, view, access, &grant, &outcome.judgements)?;
        beyond::measurements(&outcome.measurements, &grant)?;
        beyond::emissions(&outcome.emissions, &grant, self.limits)?;
        let text = Bytes::from(std::mem::take(&mut outcome.edits.text));
        if !self.memory.has_room(text.len().saturating_mul(2)) {
            return Err(Refusal::TooLarge);
        }
        let paths = paths(&outcome.edits, &text, access)?;
        let heads = paths.iter().map(|(path, _)| self.head(path)).collect();
        let mut checker = Checker {
            batch: self,
            view,
            plan: access.writes.plan(),
            adds: access.adds,
            values: Memory {
                wire: text.clone(),
                arena: Vec::new(),
            },
            places: Vec::new(),
            renamed: Vec::new(),
            heads,
            gone: vec![0; self.store.cells.len()],
            puts: vec![0; view.node_in_batch.len()],
            filled: HashSet::new(),
            replaced: HashSet::new(),
            grown: Vec::new(),
            looked_through: None,
            budget: Budget(LOOKS),
            value_bytes: text.len().saturating_add(SHARED_TEXT),
            path_bytes: self.store.names.room(text.len()),
            new_cells: self.limits.cells.saturating_sub(self.store.cells.len()),
        };
        let edits = checker.edits(&outcome.edits, &paths, grant.rules)?;
        checker.settle_replaced(&edits, &mut judgements, &places)?;
        let grown = checker.grown;
        let paths = paths.into_iter().map(|(path, _)| path).collect();
        Ok(Changes {
            edits,
            paths,
            grown,
            judgements,
            route_sets: outcome.judgements.route_sets,
            measurements: outcome.measurements,
            emissions: outcome.emissions,
            text,
            rules: grant.rules,
        })
    }

    /// The name of the cell of a node that a path leads to or into, if any cell ever had it.
    fn head(&self, path: &Path) -> Option<u32> {
        let is_entry = schema::slot(path.slot).is_some_and(|slot| slot.form == Form::Attributes);
        match path.steps.first() {
            Some(step) if is_entry => {
                let names = &self.store.names;
                names.lookup_step(&self.memory, path.slot, step)
            }
            _ => Some(path.slot),
        }
    }
}

/// The paths that puts write, each with its rights.
fn paths(edits: &Edits, text: &[u8], access: &Access) -> Result<Vec<(Path, Place)>, Refusal> {
    let mut length = text.len().saturating_add(1 << 20);
    let mut paths = Vec::with_capacity(edits.fields.len());
    for (index, packed) in edits.fields.iter().enumerate() {
        let span = Span::unpack(*packed);
        length = length
            .checked_sub(span.len as usize)
            .ok_or(Refusal::TooLarge)?;
        let missing = Refusal::Index {
            columns: "edits",
            what: "path",
            index,
        };
        let bytes = text
            .get(span.start as usize..span.end() as usize)
            .ok_or(missing.clone())?;
        let spelled = std::str::from_utf8(bytes).map_err(|_| missing.clone())?;
        let path = Path::parse(access.writes.signal(), spelled).map_err(|_| missing.clone())?;
        if path.wildcard != Wildcard::None {
            return Err(missing);
        }
        let plan = access.writes.plan();
        let mut place = plan.slot(path.slot);
        for step in &path.steps {
            place = match step {
                path::Step::Key(key) => plan.entry(place, key.as_bytes(), WRITE),
                path::Step::Index(index) => plan.element(place, *index, WRITE),
            };
        }
        paths.push((path, place));
    }
    Ok(paths)
}

/// The cell was deleted in this outcome.
const GONE: u8 = 1;
/// What lies in the cell was replaced in this outcome.
const HOLLOW: u8 = 2;

struct Checker<'a> {
    batch: &'a Batch,
    view: &'a View,
    plan: &'a Plan,
    /// Whether nodes may be added.
    adds: bool,
    /// The outcome's text.
    values: Memory,
    /// Rights by name, as far as they were asked for.
    places: Vec<Option<Place>>,
    /// By name, the key that its last entry was given, and the name of that.
    renamed: Vec<Option<(Span, Option<u32>)>>,
    /// By path of the puts, the name of the cell of the node that it leads to or into; none where no cell ever had it.
    heads: Vec<Option<u32>>,
    /// What this outcome took away, by cell.
    gone: Vec<u8>,
    /// Puts so far, by node of the view.
    puts: Vec<u32>,
    /// Nodes and fields whose whole map this outcome put.
    filled: HashSet<(u32, u32)>,
    /// Metrics that this outcome replaces.
    replaced: HashSet<u32>,
    grown: Vec<Grown>,
    /// What was read of the messages that come whole, to see that it can be.
    looked_through: Option<Store>,
    budget: Budget,
    value_bytes: usize,
    path_bytes: usize,
    new_cells: usize,
}

impl Checker<'_> {
    fn edits(
        &mut self,
        edits: &Edits,
        paths: &[(Path, Place)],
        rules: usize,
    ) -> Result<Vec<Edit>, Refusal> {
        let count = edits.op.len();
        let lengths = [
            edits.target.len(),
            edits.field.len(),
            edits.kind.len(),
            edits.value.len(),
            edits.rule.len(),
        ];
        if lengths.iter().any(|length| *length != count) {
            return Err(Refusal::Columns { columns: "edits" });
        }
        let mut checked = Vec::with_capacity(count);
        let columns = edits
            .op
            .iter()
            .zip(&edits.target)
            .zip(&edits.field)
            .zip(&edits.kind)
            .zip(&edits.value)
            .zip(&edits.rule);
        for (index, (((((op, target), field), kind), value), rule)) in columns.enumerate() {
            if *rule as usize >= rules {
                return Err(Refusal::Index {
                    columns: "edits",
                    what: "rule",
                    index,
                });
            }
            let kind = ValueKind::try_from(*kind)
                .ok()
                .filter(|kind| *kind != ValueKind::Withheld);
            let kind = kind.ok_or(Refusal::Meaning {
                what: "the kind of edit",
                index,
            })?;
            let op = match op {
                0 => Op::Set,
                1 => Op::Put,
                2 => Op::Delete,
                3 => Op::Rename,
                4 => Op::Add,
                _ => {
                    return Err(Refusal::Meaning {
                        what: "edit",
                        index,
                    });
                }
            };
            let mut edit = Edit {
                op,
                target: 0,
                path: *field,
                kind,
                value: *value,
                rule: *rule,
            };
            if op == Op::Put {
                self.put(index, *target, paths, &mut edit)?;
            } else if op == Op::Add {
                self.add(index, (*target, *field), &mut edit)?;
            } else {
                let cell = self.view.cell_in_batch.get(*target as usize);
                edit.target = *cell.ok_or(Refusal::Index {
                    columns: "edits",
                    what: "target",
                    index,
                })?;
                self.change(index, &mut edit)?;
            }
            checked.push(edit);
        }
        Ok(checked)
    }

    /// Checks a set, a delete or a rename.
    fn change(&mut self, index: usize, edit: &mut Edit) -> Result<(), Refusal> {
        let batch = self.batch;
        let cell = batch.store.cells.at(edit.target);
        let cell = cell.ok_or(Refusal::Gone { index })?;
        let name = batch.store.names.get(cell.name);
        let node = batch.store.nodes[cell.node].kind;
        let slot = schema::slot(name.slot).ok_or(Refusal::Field { index, node })?;
        if !slot.writable {
            return Err(Refusal::ReadOnly {
                index,
                path: slot.path,
            });
        }
        if self.is_gone(edit.target) {
            return Err(Refusal::Gone { index });
        }
        let keyed = matches!(name.step, Step::Key(_));
        let bits = self.place(cell.name).bits;
        let is_declared = bits & (VALUE | LEAVES) != 0
            || bits & TEXTS != 0
                && match edit.op {
                    Op::Set => self.is_text(cell),
                    Op::Delete => keyed || self.is_text(cell),
                    _ => keyed,
                };
        if !is_declared {
            return Err(Refusal::Undeclared { index, node });
        }
        match edit.op {
            Op::Rename => self.rename(index, edit, cell, keyed),
            Op::Delete if slot.form == Form::Whole => Err(Refusal::Whole { index }),
            Op::Delete => {
                self.mark(edit.target, GONE);
                Ok(())
            }
            _ if slot.form == Form::Whole => self.replace(index, cell.node, edit),
            _ => {
                let levels = self.batch.depth_of(edit.target);
                let is_value = name.step != Step::Slot || slot.form == Form::Any;
                self.value(index, slot, is_value, levels, edit)?;
                if cell.kind.is_container() {
                    self.mark(edit.target, HOLLOW);
                }
                Ok(())
            }
        }
    }

    /// The rights over the values with a name.
    fn place(&mut self, name: u32) -> Place {
        if self.places.is_empty() {
            self.places.resize(self.batch.store.names.len(), None);
        }
        if let Some(Some(known)) = self.places.get(name as usize) {
            return *known;
        }
        let entry = *self.batch.store.names.get(name);
        let place = match entry.step {
            Step::Slot => self.plan.slot(entry.slot),
            Step::Key(key) => {
                let parent = self.place(entry.parent);
                self.plan.entry(parent, self.batch.memory.get(key), WRITE)
            }
            Step::Index(index) => {
                let parent = self.place(entry.parent);
                self.plan.element(parent, index, WRITE)
            }
        };
        if let Some(known) = self.places.get_mut(name as usize) {
            *known = Some(place);
        }
        place
    }

    fn is_text(&self, cell: &Cell) -> bool {
        match cell.kind {
            ValueKind::Text => true,
            ValueKind::Bytes => {
                let is_id = matches!(self.batch.store.names.get(cell.name).step, Step::Slot);
                !is_id && std::str::from_utf8(self.batch.memory.get(cell.span())).is_ok()
            }
            _ => false,
        }
    }

    fn find(&mut self, list: List, name: u32) -> Result<Option<u32>, Refusal> {
        let (found, looked_at) = self.batch.store.find(list, name);
        self.budget.take(looked_at).ok_or(Refusal::TooLarge)?;
        Ok(found.filter(|cell| !self.is_gone(*cell)))
    }

    fn mark(&mut self, cell: u32, what: u8) {
        if let Some(gone) = self.gone.get_mut(cell as usize) {
            *gone |= what;
        }
    }

    /// Whether this outcome deleted the cell, or replaced a value that it lies in.
    fn is_gone(&self, mut cell: u32) -> bool {
        let marks = |cell: u32| self.gone.get(cell as usize).copied().unwrap_or(GONE);
        if marks(cell) & GONE != 0 || !self.batch.store.cells[cell].is_live() {
            return true;
        }
        while self.batch.store.cells[cell].is(flag::NESTED) {
            cell = self.batch.store.cells[cell].owner;
            if marks(cell) != 0 {
                return true;
            }
        }
        false
    }
}
