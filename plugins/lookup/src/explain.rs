//! What a lookup saw, while somebody asks for reasons.

use tollgate_sdk::{Effect, Field, Node, NodeView, Rule, Sighting, Subject};

/// Tells what was looked up, and whether a row was found.
#[inline]
pub(crate) fn looked(rule: Rule, from: &[Field], found: bool, node: &mut Node<'_>) {
    let view: NodeView<'_> = **node;
    let Some(trail) = node.trail() else { return };
    let (effect, remark) = if found {
        (Effect::Applied, "a row of the table has it")
    } else {
        (Effect::Missed, "no row of the table has it")
    };
    for (node, cell, path) in from.iter().filter_map(|field| view.spot(*field)) {
        let subject = match cell {
            Some(cell) => Subject::Cell(node, cell),
            None => Subject::Path(node, path),
        };
        trail.add(&Sighting::new(rule, subject, effect).note(remark));
    }
}
