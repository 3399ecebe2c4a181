//! Explanations, honest and otherwise.

use tollgate_sdk::bindings::{
    exports::tollgate::policy::explanation::Trail, tollgate::policy::batch::View,
};

use crate::{
    Behaviour as B,
    columns::{records, span},
    manifest::RULE,
};

const APPLIED: u8 = 1;
/// No cell, no other rule.
const NONE: u32 = u32::MAX;
/// An index that no view of a test reaches.
const WILD: u32 = 0xffff_fff0;

/// What a behaviour says of itself: that it marks every record, unless it lies.
pub(crate) fn trail(behaviour: B, view: &View) -> Trail {
    let mut trail = honest(view);
    match behaviour {
        B::ExplainUnequal => trail.effect.push(APPLIED),
        B::ExplainWild => {
            trail.node.fill(WILD);
            trail.cell.fill(WILD);
            trail.path.fill(span(u32::MAX as usize, 7));
            trail.rule.fill(WILD);
            trail.effect.fill(200);
            trail.at.fill(span(u32::MAX as usize, u32::MAX as usize));
            trail.by.fill(WILD);
            trail.note.fill(span(0, u32::MAX as usize));
        }
        B::ExplainHuge => trail.text.resize(256 << 20, b'x'),
        _ => {}
    }
    trail
}

fn honest(view: &View) -> Trail {
    let mut trail = Trail {
        node: Vec::new(),
        cell: Vec::new(),
        path: Vec::new(),
        rule: Vec::new(),
        effect: Vec::new(),
        at: Vec::new(),
        by: Vec::new(),
        note: Vec::new(),
        text: b"attributes[\"seen\"]every record is marked".to_vec(),
    };
    for record in records(view) {
        trail.node.push(record);
        trail.cell.push(NONE);
        trail.path.push(span(0, 18));
        trail.rule.push(RULE);
        trail.effect.push(APPLIED);
        trail.at.push(0);
        trail.by.push(NONE);
        trail.note.push(span(18, 22));
    }
    trail
}
