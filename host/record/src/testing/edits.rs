//! The law of edits: what is laid over the bytes is what the same edits make of the structs that `prost` decodes.

use super::mangle::UNKNOWN;
use super::model::{Tree, tree};
use super::requests::{any_of_depth, double, key, text};
use super::views::{Reach, lines_of_tree, lines_of_view, path_of, same};
use super::{Dice, full_access, index, model};
use crate::fields::path::{Path, Step, push_key};
use crate::outcome::Outcome;
use crate::schema::{Form, SLOTS, Slot};
use crate::{NodeKind, Refusal, Signal, Value, View};

/// A value of a view, as the model finds it.
#[derive(Debug, Clone)]
struct Found {
    node: usize,
    /// Which of the node's cells it is, or lies in.
    cell: usize,
    /// The way inside.
    steps: Vec<Step>,
    slot: &'static Slot,
}

/// Two rounds of edits and drops: after each, the next stage sees what the model says, and the bytes decode to it.
pub fn edited(signal: Signal, wire: &[u8], dice: &mut Dice<'_>) {
    let mut tree = tree(signal, wire).expect("prost decodes the request");
    let access = full_access(signal);
    let mut batch = index(signal, wire, &access.reads).expect("the request is well-formed");
    let mut view = View::default();
    for _ in 0..2 {
        batch.project(&access, 0..batch.records(), &mut view);
        let mut after = tree.clone();
        let mut outcome = Outcome::default();
        let has_drops = script(&view, &mut after, &mut outcome, dice);
        let expected = outcome.edits.op.len() as u64;
        let script = format!("{:?}", outcome.edits);
        match batch.check(&view, &access, 1, outcome) {
            Err(Refusal::Gone { .. } | Refusal::Place { .. }) => continue,
            Err(refusal) => panic!("an honest outcome was refused: {refusal}"),
            Ok(changes) => {
                let applied = batch.apply(vec![changes]);
                assert!(has_drops || applied.edits_by_rule == [expected]);
            }
        }
        after.fell_dry();
        tree = after;
        batch.project(&access, 0..batch.records(), &mut view);
        if batch.live_records() > 0 || batch.records() == 0 {
            let expected = lines_of_tree(&tree, Reach::Everything);
            same(
                &lines_of_view(&view),
                &expected,
                &format!("what the next stage sees after {script}"),
            );
            let decoded =
                model::tree(signal, &batch.encode()).expect("prost decodes what was encoded");
            same(
                &lines_of_tree(&decoded, Reach::Everything),
                &expected,
                &format!("what goes out after {script}"),
            );
            if !has_drops {
                assert_eq!(
                    unknown(&batch.encode()),
                    unknown(wire),
                    "unknown fields survive"
                );
            }
        } else {
            assert!(batch.encode().is_empty());
        }
        if has_drops {
            break;
        }
    }
}

fn unknown(wire: &[u8]) -> usize {
    wire.windows(UNKNOWN.len())
        .filter(|window| *window == UNKNOWN)
        .count()
}

/// Writes an outcome, and does the same to the model. Says whether nodes were dropped.
fn script(view: &View, tree: &mut Tree, outcome: &mut Outcome, dice: &mut Dice<'_>) -> bool {
    let mut found = find(view, tree);
    for _ in 0..dice.below(6) {
        if dice.once_in(3) {
            put(view, tree, outcome, dice);
        } else if !found.is_empty() {
            let place = dice.below(found.len());
            change(place, &mut found, tree, outcome, dice);
        }
    }
    tree.tidy();
    let mut has_drops = false;
    let live = tree.live();
    for _ in 0..dice.below(3) {
        let place = dice.below(view.node_kind.len());
        let kind = NodeKind::try_from(view.node_kind[place]).unwrap();
        let index = u32::try_from(place).unwrap();
        if kind.can_be_dropped() && dice.once_in(2) && !outcome.judgements.node.contains(&index) {
            outcome.judgements.node.push(index);
            outcome.judgements.verdict.push(1);
            outcome.judgements.rule.push(0);
            outcome.judgements.argument.push(0);
            tree.drop_node(live[place]);
            has_drops = true;
        }
    }
    has_drops
}

/// Where the model has each cell of the view.
fn find(view: &View, tree: &Tree) -> Vec<Found> {
    let live = tree.live();
    let signal = view.signal.unwrap();
    let mut found: Vec<Found> = Vec::new();
    let mut used: Vec<Vec<bool>> = tree
        .nodes
        .iter()
        .map(|node| vec![false; node.cells.len()])
        .collect();
    for cell in 0..view.cell_node.len() {
        let node = live[view.cell_node[cell] as usize];
        let spelled = path_of(view, cell);
        let mut path = Path::parse(signal, &spelled).unwrap();
        let slot = &SLOTS[path.slot as usize];
        if slot.form.is_keyed() {
            path.steps.remove(0);
        }
        let cell = if path.steps.is_empty() {
            let place = tree.nodes[node]
                .cells
                .iter()
                .enumerate()
                .position(|(place, (known, _))| *known == spelled && !used[node][place]);
            if let Some(place) = place {
                used[node][place] = true;
            }
            place.unwrap_or(usize::MAX)
        } else {
            found.last().map_or(usize::MAX, |above| above.cell)
        };
        found.push(Found {
            node,
            cell,
            steps: path.steps,
            slot,
        });
    }
    found
}

fn change(
    place: usize,
    found: &mut [Found],
    tree: &mut Tree,
    outcome: &mut Outcome,
    dice: &mut Dice<'_>,
) {
    let target = found[place].clone();
    if !target.slot.writable || target.cell == usize::MAX {
        return;
    }
    let is_value = matches!(target.slot.form, Form::Any | Form::Attributes);
    let top = &mut tree.nodes[target.node].cells[target.cell];
    let place = u32::try_from(place).unwrap();
    match dice.below(3) {
        0 => {
            let value = if is_value {
                value(dice)
            } else {
                typed(target.slot.form, dice)
            };
            push(outcome, 0, place, 0, &value);
            if let Some(inside) = walk(&mut top.1, &target.steps) {
                *inside = value;
            }
        }
        1 => {
            push(outcome, 2, place, 0, &Value::Empty);
            match target.steps.split_last() {
                // Positions must hold until all edits are made: gone cells are taken out afterwards.
                None => top.0 = String::new(),
                Some((last, above)) => match (walk(&mut top.1, above), last) {
                    (Some(Value::Map(entries)), Step::Key(key)) => {
                        entries.retain(|(known, _)| known != key);
                    }
                    (Some(Value::Array(values)), Step::Index(index)) => {
                        // The same for elements: marked by a value that no other edit makes.
                        if let Some(value) = values.get_mut(*index as usize) {
                            *value = Value::Text(GONE.to_owned());
                        }
                    }
                    _ => {}
                },
            }
        }
        _ if is_value => {
            let new = key(dice);
            match target.steps.split_last() {
                None if target.slot.form == Form::Attributes => {
                    push(outcome, 3, place, 0, &Value::Text(new.clone()));
                    let mut path = target.slot.path.to_owned();
                    push_key(&mut path, &new);
                    let cells = &mut tree.nodes[target.node].cells;
                    if cells[target.cell].0 != path {
                        cells
                            .iter_mut()
                            .filter(|other| other.0 == path)
                            .for_each(|other| other.0 = String::new());
                    }
                    cells[target.cell].0 = path;
                }
                Some((Step::Key(old), above)) => {
                    if let Some(Value::Map(entries)) = walk(&mut top.1, above) {
                        push(outcome, 3, place, 0, &Value::Text(new.clone()));
                        if *old != new {
                            entries.retain(|(known, _)| *known != new);
                        }
                        entries
                            .iter_mut()
                            .filter(|(known, _)| known == old)
                            .for_each(|entry| entry.0.clone_from(&new));
                        follow(found, &target, &new);
                    }
                }
                _ => {}
            }
        }
        _ => {}
    }
}

/// Later edits of the same script find what lies in a renamed entry under its new key.
fn follow(found: &mut [Found], renamed: &Found, key: &str) {
    for other in found
        .iter_mut()
        .filter(|other| other.node == renamed.node && other.cell == renamed.cell)
    {
        if other.steps.starts_with(&renamed.steps) {
            other.steps[renamed.steps.len() - 1] = Step::Key(key.to_owned());
        }
    }
}

/// What stands for an element of an array that was deleted.
const GONE: &str = "\u{1}gone";

fn put(view: &View, tree: &mut Tree, outcome: &mut Outcome, dice: &mut Dice<'_>) {
    let place = dice.below(view.node_kind.len());
    let node = tree.live()[place];
    let kind = tree.nodes[node].kind;
    let signal = view.signal.unwrap();
    let slots: Vec<&Slot> = SLOTS
        .iter()
        .filter(|slot| {
            slot.node == kind
                && slot.belongs_to(signal)
                && slot.writable
                && !slot.path.contains("entity_refs")
        })
        // Which of these a data point or a metric has depends on its message.
        .filter(|slot| {
            !matches!(kind, NodeKind::DataPoint | NodeKind::Metric)
                || matches!(
                    slot.path,
                    "attributes" | "flags" | "metric.name" | "metric.metadata"
                )
        })
        .collect();
    let Some(slot) = dice.choose(&slots) else {
        return;
    };
    let is_value = matches!(slot.form, Form::Any | Form::Attributes);
    let value = if is_value {
        value(dice)
    } else {
        typed(slot.form, dice)
    };
    let mut path = slot.path.to_owned();
    if slot.form == Form::Attributes {
        push_key(&mut path, &key(dice));
    }
    let field = u32::try_from(outcome.edits.fields.len()).unwrap();
    outcome
        .edits
        .fields
        .push(((outcome.edits.text.len() as u64) << 32) | path.len() as u64);
    outcome.edits.text.extend_from_slice(path.as_bytes());
    push(outcome, 1, u32::try_from(place).unwrap(), field, &value);
    let cells = &mut tree.nodes[node].cells;
    if slot.form.is_oneof() {
        cells
            .iter_mut()
            .filter(|cell| cell.0.contains("value_") && cell.0 != path)
            .for_each(|cell| cell.0 = String::new());
    }
    match cells.iter_mut().find(|cell| cell.0 == path) {
        Some(cell) => cell.1 = value,
        None => cells.push((path, value)),
    }
}

fn value(dice: &mut Dice<'_>) -> Value {
    model::value(&any_of_depth(dice, 2))
}

/// A value of a field that can hold one kind alone; never the default, which the wire cannot tell from nothing.
fn typed(form: Form, dice: &mut Dice<'_>) -> Value {
    match form {
        Form::Text | Form::Texts => Value::Text(format!("t{}", text(dice))),
        Form::Id(length) => Value::Bytes(vec![dice.byte().max(1); usize::from(length)]),
        Form::OneofDouble | Form::Double => Value::Double(double(dice) + 1.0),
        Form::Bool => Value::Boolean(true),
        Form::PackedDouble => numbers(dice, |dice| Value::Double(double(dice))),
        Form::PackedFixed64 | Form::PackedUint64 => {
            numbers(dice, |dice| Value::Int(i64::from(dice.byte())))
        }
        Form::Quantiles => numbers(dice, |dice| {
            let part =
                |name: &str, dice: &mut Dice<'_>| (name.to_owned(), Value::Double(double(dice)));
            Value::Map(vec![part("quantile", dice), part("value", dice)])
        }),
        Form::Int32 | Form::Sint32 => Value::Int(-i64::from(dice.byte()) - 1),
        _ => Value::Int(i64::from(dice.byte()) + 1),
    }
}

/// A list that is not empty: the wire cannot tell an empty one from none.
fn numbers(dice: &mut Dice<'_>, mut number: impl FnMut(&mut Dice<'_>) -> Value) -> Value {
    Value::Array((0..=dice.below(3)).map(|_| number(dice)).collect())
}

fn walk<'a>(value: &'a mut Value, steps: &[Step]) -> Option<&'a mut Value> {
    let mut here = value;
    for step in steps {
        here = match (here, step) {
            (Value::Map(entries), Step::Key(key)) => {
                &mut entries.iter_mut().find(|(known, _)| known == key)?.1
            }
            (Value::Array(values), Step::Index(index)) => values.get_mut(*index as usize)?,
            _ => return None,
        };
    }
    Some(here)
}

fn push(outcome: &mut Outcome, op: u8, target: u32, field: u32, value: &Value) {
    let edits = &mut outcome.edits;
    let mut span = |bytes: &[u8]| {
        let start = edits.text.len() as u64;
        edits.text.extend_from_slice(bytes);
        (start << 32) | bytes.len() as u64
    };
    let (kind, number) = match value {
        Value::Empty => (0, 0),
        Value::Text(text) => (1, span(text.as_bytes())),
        Value::Int(value) => (2, value.cast_unsigned()),
        Value::Double(value) => (3, value.to_bits()),
        Value::Boolean(value) => (4, u64::from(*value)),
        Value::Bytes(bytes) => (5, span(bytes)),
        Value::Array(_) | Value::Map(_) => {
            let mut bytes = Vec::new();
            value.encode(&mut bytes);
            (
                if matches!(value, Value::Array(_)) {
                    6
                } else {
                    7
                },
                span(&bytes),
            )
        }
    };
    edits.op.push(op);
    edits.target.push(target);
    edits.field.push(field);
    edits.kind.push(kind);
    edits.value.push(number);
    edits.rule.push(0);
}

impl Tree {
    /// The nodes that are left, in order.
    fn live(&self) -> Vec<usize> {
        let mut live: Vec<usize> = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            if !node.dropped && (index == 0 || live.contains(&node.parent)) {
                live.push(index);
            }
        }
        live
    }

    /// Takes out what was deleted.
    fn tidy(&mut self) {
        for node in &mut self.nodes {
            node.cells.retain(|cell| !cell.0.is_empty());
            node.cells.iter_mut().for_each(|cell| tidy(&mut cell.1));
        }
    }

    fn drop_node(&mut self, node: usize) {
        self.nodes[node].dropped = true;
        if self.nodes[node].kind == NodeKind::Metric {
            for index in 0..self.nodes.len() {
                if self.nodes[index].parent == node && self.nodes[index].kind == NodeKind::DataPoint
                {
                    self.nodes[index].dropped = true;
                }
            }
        }
    }

    /// Metrics, scopes and resources that lost their last record go with it.
    fn fell_dry(&mut self) {
        let mut had = vec![false; self.nodes.len()];
        let mut has = vec![false; self.nodes.len()];
        let live = self.live();
        for index in (1..self.nodes.len()).rev() {
            let node = &self.nodes[index];
            if node.kind.is_record() {
                had[index] = true;
                has[index] = !node.dropped && live.contains(&index);
            }
            if node.kind.is_above_records() || node.kind.is_record() {
                had[node.parent] |= had[index];
                has[node.parent] |= has[index];
            }
        }
        for index in 1..self.nodes.len() {
            if had[index] && !has[index] {
                self.nodes[index].dropped = true;
            }
        }
    }
}

fn tidy(value: &mut Value) {
    match value {
        Value::Array(values) => {
            values.retain(|value| *value != Value::Text(GONE.to_owned()));
            values.iter_mut().for_each(tidy);
        }
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| tidy(value)),
        _ => {}
    }
}
