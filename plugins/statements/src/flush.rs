//! Changes as edits of the batch: what is as it was is not written, and a value that only changed its key is renamed.

use tollgate_sdk::{Batch, NodeView, Rule, Verdict, attribute_path};

use crate::change::{Change, Changes, Working};
use crate::convert;
use crate::field;
use crate::layout::{Held, Layout, Unit};

/// Writes the changes of a node.
pub(crate) fn write(
    layout: &Layout,
    layer: usize,
    node: NodeView<'_>,
    changes: &Changes<'_>,
    batch: &mut Batch<'_>,
) {
    let units = layout.units.get(layer).map_or(&[][..], Vec::as_slice);
    let renamed = rename(units, node, changes, batch);
    for (place, (unit, change)) in units.iter().zip(&changes.units).enumerate() {
        if renamed & bit(place) != 0 {
            continue;
        }
        match change {
            Change::Copied(from, rule) => {
                let held = units.get(*from).and_then(|from| node.get(from.field?));
                let value = held.map_or(tollgate_ottl::Value::Nil, convert::read);
                set(unit, node, (&value, *rule), batch);
            }
            Change::Set(value, rule) => set(unit, node, (value, *rule), batch),
            Change::Deleted(rule) => {
                if let Some(field) = unit.field {
                    batch.edit(node).delete(*rule, field);
                }
            }
            Change::Kept | Change::Displaced => {}
        }
    }
    for (children, rule) in &changes.cleared {
        let (_, kind) = children.kinds();
        for child in node.children().filter(|child| child.kind() == kind) {
            batch.judge(child.index(), Verdict::Drop(*rule));
        }
    }
    for (map, working) in layout.maps.iter().zip(&changes.maps) {
        if let Some(working) = working {
            write_map(map.of.kind, node, working, batch);
        }
    }
}

fn set(
    unit: &Unit,
    node: NodeView<'_>,
    (value, rule): (&tollgate_ottl::Value<'_>, Rule),
    batch: &mut Batch<'_>,
) {
    if unit.read && unchanged(unit, node, value) {
        return;
    }
    if let Some(field) = unit.field {
        batch.edit(node).set(rule, field, convert::write(value));
    }
}

/// Whether a value is what stands there already.
fn unchanged(unit: &Unit, node: NodeView<'_>, value: &tollgate_ottl::Value<'_>) -> bool {
    let Some(field) = unit.field else {
        return true;
    };
    let cell = node.get(field);
    match &unit.what {
        Held::Field(row) => {
            // A body that is absent and one that is empty are the same; so is any field that holds its default.
            convert::alike(&field::held(row.holds, cell), value)
        }
        Held::Entry { .. } => cell.is_some_and(|cell| convert::alike(&convert::read(cell), value)),
    }
}

/// Renames entries that were deleted after they were copied to a new entry of the same map. Which units are written with that, as bits.
fn rename(units: &[Unit], node: NodeView<'_>, changes: &Changes<'_>, batch: &mut Batch<'_>) -> u64 {
    let mut done = 0_u64;
    for (place, (unit, change)) in units.iter().zip(&changes.units).enumerate() {
        let Change::Copied(from, rule) = change else {
            continue;
        };
        let (Some(old), Some(Change::Deleted(_))) = (units.get(*from), changes.units.get(*from))
        else {
            continue;
        };
        let both = bit(place) | bit(*from);
        let is_room = both.count_ones() == 2 && done & both == 0;
        if is_room
            && let (Held::Entry { map: of, .. }, Held::Entry { map, key }) = (&old.what, &unit.what)
            && of == map
            && let (Some(old), Some(new)) = (old.field, unit.field)
            && node.get(new).is_none()
        {
            batch.edit(node).rename(*rule, old, key);
            done |= both;
        }
    }
    done
}

/// The bit of a unit; none of those beyond the first 64.
fn bit(place: usize) -> u64 {
    u32::try_from(place)
        .ok()
        .and_then(|place| 1_u64.checked_shl(place))
        .unwrap_or(0)
}

fn write_map(
    kind: tollgate_sdk::NodeKind,
    node: NodeView<'_>,
    working: &Working<'_>,
    batch: &mut Batch<'_>,
) {
    let rule = working.rule;
    // Entries that stand there twice are matched in their order.
    let mut written = vec![false; working.entries.len()];
    for (cell, key, value) in node.attribute_cells() {
        let entry = working.entries.iter().zip(&mut written);
        let mut entry = entry.filter(|((known, _), written)| !**written && known.as_str() == key);
        match entry.next() {
            None => batch.delete_cell(rule, cell),
            Some(((_, wanted), written)) => {
                *written = true;
                if !convert::alike(&convert::read(value), wanted) {
                    batch.set_cell(rule, cell, convert::write(wanted));
                }
            }
        }
    }
    for ((key, value), _) in working
        .entries
        .iter()
        .zip(&written)
        .filter(|(_, written)| !**written)
    {
        let path = attribute_path(kind, key);
        batch.put(rule, node.index(), path.as_str(), convert::write(value));
    }
}
