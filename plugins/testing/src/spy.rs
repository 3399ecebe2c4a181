use tollgate_sdk::bindings::tollgate::policy::batch::{Outcome, View};

use crate::columns::{EditsExt as _, INT, TEXT, WITHHELD, empty, records, text_of};

/// The attributes of the spy's report.
pub(crate) const REPORT: [&str; 5] = [
    "spy.nodes",
    "spy.cells",
    "spy.withheld",
    "spy.paths",
    "spy.text",
];

/// Writes what the view holds into attributes of its first record.
pub(crate) fn report(view: &View) -> Outcome {
    let mut outcome = empty();
    let Some(record) = records(view).next() else {
        return outcome;
    };
    let withheld = view
        .cells
        .kind
        .iter()
        .map(|&kind| u64::from(kind == WITHHELD))
        .sum();
    let mut paths: Vec<_> = view
        .cells
        .field
        .iter()
        .filter_map(|&field| view.fields.get(field as usize))
        .collect();
    paths.sort_unstable();
    paths.dedup();
    let mut lines: Vec<_> = paths
        .into_iter()
        .map(|&span| String::from_utf8_lossy(text_of(view, span)))
        .collect();
    lines.sort_unstable();

    let [nodes, cells, hidden, listed, text] = REPORT.map(|name| format!("attributes[\"{name}\"]"));
    let edits = &mut outcome.edits;
    edits.put(record, &nodes, INT, view.nodes.kind.len() as u64);
    edits.put(record, &cells, INT, view.cells.node.len() as u64);
    edits.put(record, &hidden, INT, withheld);
    edits.put_bytes(record, &listed, TEXT, lines.join("\n").as_bytes());
    edits.put_bytes(
        record,
        &text,
        TEXT,
        String::from_utf8_lossy(&view.text).as_bytes(),
    );
    outcome
}
