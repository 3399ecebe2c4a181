//! Changes as edits of the batch: what is as it was is not written, and a value that only changed its key is renamed.

use tollgate_sdk::{Batch, NodeView, Verdict, attribute_path};

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
    let mut renamed = 0_u64;
    if changes
        .units
        .iter()
        .any(|change| matches!(change, Change::Deleted(_)))
    {
        renamed = rename(units, node, changes, batch);
    }
    for (place, (unit, change)) in units.iter().zip(&changes.units).enumerate() {
        if place < 64 && renamed >> place & 1 == 1 {
            continue;
        }
        write_unit(unit, node, change, batch);
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

fn write_unit(unit: &Unit, node: NodeView<'_>, change: &Change<'_>, batch: &mut Batch<'_>) {
    let Some(field) = unit.field else { return };
    match change {
        Change::Kept | Change::Displaced => {}
        Change::Set(value, rule) => {
            if unit.read && unchanged(unit, node, value) {
                return;
            }
            batch.edit(node).set(*rule, field, convert::write(value));
        }
        Change::Deleted(rule) => {
            batch.edit(node).delete(*rule, field);
        }
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

/// Renames entries that were deleted and whose value another, new entry of the same map has. Which units are written with that, as bits.
fn rename(units: &[Unit], node: NodeView<'_>, changes: &Changes<'_>, batch: &mut Batch<'_>) -> u64 {
    let mut done = 0_u64;
    let bit = |place: usize| {
        1_u64
            .checked_shl(u32::try_from(place).unwrap_or(64))
            .unwrap_or(0)
    };
    for (old_place, (old, change)) in units.iter().zip(&changes.units).enumerate() {
        let (Change::Deleted(_), Held::Entry { map, .. }, Some(old_field)) =
            (change, &old.what, old.field)
        else {
            continue;
        };
        let Some(cell) = node.get(old_field) else {
            continue;
        };
        let moved = convert::read(cell);
        let found = units
            .iter()
            .zip(&changes.units)
            .enumerate()
            .find(|(place, (new, change))| {
                let (Change::Set(value, _), Held::Entry { map: other, .. }) = (change, &new.what)
                else {
                    return false;
                };
                done & bit(*place) == 0
                    && *place < 64
                    && other == map
                    && new.field.is_some_and(|field| node.get(field).is_none())
                    && convert::alike(&moved, value)
            });
        if let Some((place, (new, Change::Set(_, rule)))) = found
            && let Held::Entry { key, .. } = &new.what
            && old_place < 64
        {
            batch.edit(node).rename(*rule, old_field, key);
            done |= bit(place) | bit(old_place);
        }
    }
    done
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
