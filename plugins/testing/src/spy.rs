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
        String::from_utf8_lossy(&shown_beside_paths(view)).as_bytes(),
    );
    outcome
}

/// All of the view's text but the paths of its fields: whatever else crossed the wall, cells point at it or not.
fn shown_beside_paths(view: &View) -> Vec<u8> {
    let mut paths: Vec<_> = view
        .fields
        .iter()
        .map(|&span| ((span >> 32) as usize, (span & 0xffff_ffff) as usize))
        .collect();
    paths.sort_unstable();
    let mut shown = Vec::new();
    let mut from = 0;
    for (start, length) in paths {
        shown.extend_from_slice(view.text.get(from..start).unwrap_or_default());
        from = from.max(start.saturating_add(length));
    }
    shown.extend_from_slice(view.text.get(from..).unwrap_or_default());
    shown
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::bindings::tollgate::policy::batch::{Cells, Nodes, Signal};

    use super::*;
    use crate::columns::span;

    #[test]
    fn text_that_no_cell_points_at_is_reported_too() {
        let view = View {
            signal: Signal::Logs,
            fields: vec![span(7, 4), span(0, 4)],
            nodes: Nodes {
                kind: vec![],
                parent: vec![],
            },
            cells: Cells {
                node: vec![],
                field: vec![],
                kind: vec![],
                value: vec![],
            },
            text: b"name?!\nbodyleaked".to_vec(),
            now: 0,
            seed: 0,
        };
        assert_eq!(shown_beside_paths(&view), b"?!\nleaked");
    }
}
