//! Entries of which keys may repeat: the last one with a key counts, as in a Go map.

use std::collections::BTreeMap;

use crate::value::{Entries, Map, MapKind, put};

/// Up to here a search through all keys costs less than a tree.
const FEW: usize = 16;

/// A map of these entries. The time it takes grows with their number and not with its square, whatever the keys are.
pub(super) fn map(entries: Entries<'_>) -> Map<'_> {
    let entries = if entries.len() <= FEW {
        let mut held = Entries::with_capacity(entries.len());
        for (key, value) in entries {
            put(&mut held, key, value);
        }
        held
    } else {
        last_of_each(entries)
    };
    Map::new(MapKind::Map, entries)
}

fn last_of_each(entries: Entries<'_>) -> Entries<'_> {
    let keys = entries.iter().map(|(key, _)| key.as_str());
    let last: BTreeMap<&str, usize> = keys.zip(0..).collect();
    if last.len() == entries.len() {
        return entries;
    }
    let mut places: Vec<usize> = last.into_values().collect();
    places.sort_unstable();
    let mut places = places.into_iter().peekable();
    let entries = entries.into_iter().enumerate();
    entries
        .filter(|(place, _)| places.next_if_eq(place).is_some())
        .map(|(_, entry)| entry)
        .collect()
}
