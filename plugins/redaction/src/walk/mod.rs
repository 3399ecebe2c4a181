//! The way through a batch: which cells may hold a secret, and what becomes of each.

mod explain;
mod visit;

pub(crate) use explain::Seen;

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use tollgate_patterns::Hit;
use tollgate_sdk::{Batch, NodeKind, Rule, Verdict, push_key};

use crate::Redaction;
use crate::keys::unused;
use crate::places::{Kind, NewKey, Place};
use crate::summary::Tally;
use crate::values::{Suspects, Values};

/// Kinds of cells, as they cross the wall.
const TEXT: u8 = 1;
const BYTES: u8 = 5;
const WITHHELD: u8 = 8;

/// What stands above records.
const ABOVE: [NodeKind; 3] = [NodeKind::Metric, NodeKind::Scope, NodeKind::Resource];

/// Finds the cells that may hold a blocked value, in one pass over all texts.
pub(crate) fn find(values: &Values, batch: &Batch<'_>, hits: &mut Vec<Hit>) {
    let columns = batch.columns();
    let text = batch.text();
    let start = columns.text.len().saturating_sub(text.len()) as u64;
    let place = |cell: usize| {
        let kind = *columns.cell_kind.get(cell)?;
        let span = *columns.cell_value.get(cell)?;
        let is_text = kind == TEXT || kind == BYTES;
        let offset = usize::try_from((span >> 32).saturating_sub(start)).unwrap_or(usize::MAX);
        let length = usize::try_from(span & u64::from(u32::MAX)).unwrap_or_default();
        is_text.then_some((offset, length))
    };
    values.screen().scan(text, batch.cells(), place, hits);
}

/// The places of the fields of a batch, by their number.
pub(crate) fn places(redaction: &mut Redaction, batch: &Batch<'_>) -> Vec<Rc<Place>> {
    let Redaction {
        places,
        keys,
        values,
        detection,
        everywhere,
        ..
    } = redaction;
    let fields = (0..).take(batch.columns().fields.len());
    fields
        .map(|field| {
            places.of(
                batch.path(field),
                keys,
                values,
                detection.as_ref(),
                *everywhere,
            )
        })
        .collect()
}

/// On its way from cell to cell, in the order of the batch.
pub(crate) struct Walk<'w> {
    redaction: &'w Redaction,
    places: &'w [Rc<Place>],
    tally: Tally,
    /// The node whose cells are visited.
    node: u32,
    /// What was taken away last, its node and its path: what is in it is gone, too.
    gone: Option<(u32, String)>,
    /// Records that are dropped, by node.
    drops: BTreeMap<u32, Rule>,
    /// Keys to be changed when everything else is done: that invalidates what stands below them.
    renames: Vec<(u32, u32, NewKey)>,
}

impl<'w> Walk<'w> {
    pub(crate) fn new(redaction: &'w Redaction, places: &'w [Rc<Place>]) -> Walk<'w> {
        let tally = Tally::new(redaction.level, redaction.summary_rule);
        Walk {
            redaction,
            places,
            tally,
            node: 0,
            gone: None,
            drops: BTreeMap::new(),
            renames: Vec::new(),
        }
    }

    /// Visits what has to be visited. The hits come in the order of the cells.
    pub(crate) fn batch(mut self, batch: &mut Batch<'_>, hits: &[Hit]) {
        let mut suspects = Vec::new();
        let unscreened = self.redaction.values.screen().unscreened();
        let mut rest = hits;
        if self.redaction.careful
            || batch.is_explained()
            || self.places.iter().any(|place| place.new_key.is_some())
        {
            let always = self.redaction.must_visit_texts() || batch.is_explained();
            let judged: Vec<bool> = self
                .places
                .iter()
                .map(|place| always || place.has_say(self.redaction))
                .collect();
            let fields = batch.columns().cell_field;
            for ((cell, number), field) in (0..batch.cells()).zip(0_u32..).zip(fields) {
                let hit = rest.first().is_some_and(|hit| hit.text == number);
                if !hit && !judged.get(*field as usize).copied().unwrap_or(true) {
                    continue;
                }
                suspects.clear();
                suspects.extend_from_slice(unscreened);
                while let Some((hit, after)) =
                    rest.split_first().filter(|(hit, _)| hit.text == number)
                {
                    suspects.push(hit.pattern);
                    rest = after;
                }
                suspects.sort_unstable();
                self.visit(batch, cell, Suspects::Some(&suspects));
            }
        } else {
            let mut unseen =
                unseen_in_bodies(batch, self.places, self.redaction.everywhere).peekable();
            while let Some(cell) = next(rest, unseen.peek().copied()) {
                suspects.clear();
                while let Some((hit, after)) = rest
                    .split_first()
                    .filter(|(hit, _)| hit.text as usize == cell)
                {
                    suspects.push(hit.pattern);
                    rest = after;
                }
                unseen.next_if_eq(&cell);
                self.visit(batch, cell, Suspects::Some(&suspects));
            }
        }
        self.sum_up(batch);
        self.rename(batch);
        self.drop_records(batch);
    }

    /// Writes what was done to the node whose cells were visited.
    fn sum_up(&mut self, batch: &mut Batch<'_>) {
        let redaction = self.redaction;
        self.tally
            .write(batch, self.node, |key, text| redaction.left(key, text));
    }

    /// Drops records of which something says so: the record itself, what is below it, or what it stands under.
    fn drop_records(&mut self, batch: &mut Batch<'_>) {
        if self.drops.is_empty() {
            return;
        }
        let record = batch.signal().record_kind();
        let mut dropped = BTreeMap::new();
        for view in batch.views(record) {
            let own = self.drops.get(&view.index());
            let above = ABOVE
                .iter()
                .find_map(|kind| self.drops.get(&view.ancestor_index(*kind)?));
            let below = || {
                view.children()
                    .find_map(|child| self.drops.get(&child.index()))
            };
            if let Some(rule) = own.or(above).or_else(below) {
                dropped.insert(view.index(), *rule);
            }
        }
        for (node, rule) in dropped {
            batch.judge(node, Verdict::Drop(rule));
        }
    }

    /// Changes keys, the deepest first: to change a map's key invalidates the cells of what is in it.
    fn rename(&mut self, batch: &mut Batch<'_>) {
        let mut taken = HashSet::new();
        for (node, cell, new) in self.renames.drain(..).rev() {
            let path_of = |key: &str| {
                let mut path = new.container.clone();
                push_key(&mut path, key);
                path
            };
            let is_there = |key: &str| {
                let path = path_of(key);
                batch
                    .node(node)
                    .is_some_and(|view| view.values().any(|(_, known, _)| known == path))
                    || taken.contains(&(node, path))
            };
            let key = unused(&new.key, is_there);
            taken.insert((node, path_of(&key)));
            batch.rename_cell(new.rule, cell, &key);
        }
    }
}

/// What bodies have that is no text, and so was not screened.
fn unseen_in_bodies<'b>(
    batch: &Batch<'b>,
    places: &[Rc<Place>],
    everywhere: bool,
) -> impl Iterator<Item = usize> + use<'b> {
    let columns = batch.columns();
    let in_body: Vec<bool> = places
        .iter()
        .map(|place| matches!(place.kind, Kind::Body | Kind::WithinBody))
        .collect();
    let kinds = columns.cell_kind.iter().zip(columns.cell_field).enumerate();
    kinds
        .filter(move |(_, (kind, _))| {
            **kind != TEXT && **kind != WITHHELD && !(everywhere && **kind == BYTES)
        })
        .filter(move |(_, (_, field))| in_body.get(**field as usize).copied().unwrap_or_default())
        .map(|(cell, _)| cell)
}

/// The next cell to visit.
fn next(hits: &[Hit], unseen: Option<usize>) -> Option<usize> {
    let hit = hits.first().map(|hit| hit.text as usize);
    match (hit, unseen) {
        (Some(hit), Some(unseen)) => Some(hit.min(unseen)),
        (hit, unseen) => hit.or(unseen),
    }
}
