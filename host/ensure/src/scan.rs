//! Looking at every text of an encoded request.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use tollgate_record::{
    Access, Batch, Fields, Limits, Malformed, NodeKind, Signal, ValueKind, View,
};

use crate::path::Path;
use crate::rule::{Look, Rule, Seen, Sight};

/// What a request holds that it must not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Ordinals of the records that must not leave, in rising order.
    pub records: Vec<u32>,
    /// Something stands where no record is below it, so that nothing of the request may leave.
    pub is_beyond_records: bool,
    /// Which rules are broken where, each place once.
    pub breaches: Vec<Breach>,
}

/// A rule that is broken at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The rule's place in the list.
    pub rule: usize,
    /// Where: a field of the schema, such as `log.attributes`, and a key where the rule's configuration names it. No content.
    pub place: String,
    /// How many texts there.
    pub texts: u64,
}

impl Found {
    /// Whether every rule holds.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.breaches.is_empty()
    }
}

/// Looks for what `rules` forbid. An error is a request that cannot be read, of which nothing may leave.
pub fn scan(signal: Signal, wire: &Bytes, rules: &[&Rule]) -> Result<Found, Malformed> {
    let Ok(every_text) = Fields::parse(signal, &["*"]) else {
        return Err(Malformed::Size { limit: 0 });
    };
    let batch = Batch::index(
        signal,
        wire.clone(),
        Arc::default(),
        &every_text,
        &unlimited(),
    )?;
    let access = Access {
        reads: every_text,
        writes: Fields::none(signal),
        drops: false,
        adds: false,
    };
    let mut view = View::default();
    batch.project(&access, 0..batch.records(), &mut view);
    Ok(look_at(signal, &view, rules))
}

/// The request without some of its records.
pub fn without(signal: Signal, wire: &Bytes, records: &[u32]) -> Result<Bytes, Malformed> {
    let nothing = Fields::none(signal);
    let mut batch = Batch::index(signal, wire.clone(), Arc::default(), &nothing, &unlimited())?;
    for record in records {
        batch.discard(*record);
    }
    batch.settle()?;
    Ok(batch.encode())
}

/// Sizes were checked when the request came, and with what policies answered.
fn unlimited() -> Limits {
    Limits {
        nodes: usize::MAX,
        cells: usize::MAX,
        ..Limits::default()
    }
}

fn look_at(signal: Signal, view: &View, rules: &[&Rule]) -> Found {
    let paths: Vec<Path<'_>> = view
        .fields
        .iter()
        .map(|span| Path::new(text_of(view, *span).unwrap_or_default()))
        .collect();
    let looks: Vec<Vec<Sight>> = paths
        .iter()
        .map(|path| rules.iter().map(|rule| rule.look(path)).collect())
        .collect();
    let mut bad_nodes = vec![false; view.node_kind.len()];
    let mut breaches = BTreeMap::new();
    let cells = view.cell_node.iter().zip(&view.cell_field);
    let values = view.cell_kind.iter().zip(&view.cell_value);
    for ((node, field), (kind, value)) in cells.zip(values) {
        if view.node_kind.get(*node as usize) == Some(&(NodeKind::Request as u8)) {
            continue;
        }
        let Some((path, looks)) = paths.get(*field as usize).zip(looks.get(*field as usize)) else {
            continue;
        };
        let seen = match text_of(view, *value) {
            Some(text) if *kind == ValueKind::Text as u8 => Seen::Text(text),
            Some(text) if *kind == ValueKind::Bytes as u8 => Seen::Bytes(text),
            _ => Seen::Other,
        };
        for (number, (rule, look)) in rules.iter().zip(looks).enumerate() {
            if rule.forbids(look, seen) {
                if let Some(bad) = bad_nodes.get_mut(*node as usize) {
                    *bad = true;
                }
                let texts: &mut u64 = breaches
                    .entry((number, place(signal, path, rule, look.look)))
                    .or_default();
                *texts = texts.saturating_add(1);
            }
        }
    }
    if breaches.is_empty() {
        return Found::default();
    }
    let mut found = records_of(view, &bad_nodes);
    let breach = |((rule, place), texts)| Breach { rule, place, texts };
    found.breaches = breaches.into_iter().map(breach).collect();
    found
}

/// The records at, above or below the nodes that hold something.
fn records_of(view: &View, bad_nodes: &[bool]) -> Found {
    let kind_of = |node: usize| {
        view.node_kind
            .get(node)
            .and_then(|kind| NodeKind::try_from(*kind).ok())
    };
    let parent_of = |node: usize| view.node_parent.get(node).map(|parent| *parent as usize);
    let mut found = Found::default();
    let mut told = vec![false; bad_nodes.len()];
    let mut bad_records = BTreeSet::new();
    let mut ordinal = 0_u32;
    let mut record_of = vec![None; bad_nodes.len()];
    for node in 0..bad_nodes.len() {
        let is_record = kind_of(node).is_some_and(NodeKind::is_record);
        let parent = parent_of(node).filter(|parent| *parent < node);
        let own = if is_record {
            let own = ordinal;
            ordinal = ordinal.saturating_add(1);
            Some(own)
        } else {
            parent.and_then(|parent| record_of.get(parent).copied().flatten())
        };
        if let Some(slot) = record_of.get_mut(node) {
            *slot = own;
        }
        let is_bad = |node: usize| bad_nodes.get(node).copied().unwrap_or(true);
        if is_bad(node)
            && let Some(own) = own
        {
            bad_records.insert(own);
        }
        // A record goes with whatever stands above it.
        if is_record && let Some(own) = own {
            let mut above = parent;
            while let Some(node) = above {
                if is_bad(node) {
                    bad_records.insert(own);
                    if let Some(told) = told.get_mut(node) {
                        *told = true;
                    }
                }
                above = parent_of(node).filter(|parent| *parent < node);
            }
        }
    }
    found.is_beyond_records = bad_nodes
        .iter()
        .zip(&told)
        .zip(&record_of)
        .any(|((bad, told), own)| *bad && !told && own.is_none());
    found.records = bad_records.into_iter().collect();
    found
}

fn place(signal: Signal, path: &Path<'_>, rule: &Rule, look: Look) -> String {
    let place = path.place(signal);
    match path.keys().next() {
        Some(key) if look != Look::Forbidden && rule.names(key) => format!("{place}[{key:?}]"),
        Some(_) if look == Look::Forbidden => format!("{place} (a key)"),
        _ => place,
    }
}

/// The text that a packed span points at; none where it points at none.
fn text_of(view: &View, span: u64) -> Option<&str> {
    let start = usize::try_from(span >> 32).ok()?;
    let length = usize::try_from(span & u64::from(u32::MAX)).ok()?;
    let bytes = view.text.get(start..start.checked_add(length)?)?;
    std::str::from_utf8(bytes).ok()
}
