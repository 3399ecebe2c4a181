//! What conditions saw, while somebody asks for reasons.

use tollgate_ottl::Error;
use tollgate_sdk::{Effect, Sighting, Subject, Trail};
use tollgate_statements::{Scene, Watched, Writings};

use crate::conditions::{Ruled, Said};

/// Asks one condition, and tells of it. Those before it may have `decided` already.
pub(crate) fn ask<'e>(
    ruled: &'e Ruled,
    scene: &mut Scene<'e>,
    decided: Said,
    trail: &mut Trail,
) -> Result<bool, Error> {
    let rule = ruled.fallible.rule;
    let node = scene.node();
    let layout = scene.layout();
    if let (Said::Fail(by), Some(node)) = (decided, node) {
        trail.add(&Sighting::new(rule, Subject::Node(node.index()), Effect::Skipped).by(by));
        return Ok(false);
    }
    let mut watched = Watched::new(scene);
    let held = ruled.condition.holds(&mut watched);
    if let Some(node) = node {
        let first = trail.len();
        watched.tell(
            (layout, node),
            ruled.fallible,
            &held,
            false,
            (trail, &mut Writings::default()),
        );
        if let Said::Drop(by) = decided {
            for sighting in first..trail.len() {
                trail.overrule(sighting, by);
            }
        }
    }
    held
}

/// Conditions of a node that is not asked, because something above it has decided.
pub(crate) fn skipped(conditions: &[Ruled], node: u32, decided: Said, trail: Option<&mut Trail>) {
    let (Said::Drop(by) | Said::Fail(by), Some(trail)) = (decided, trail) else {
        return;
    };
    for ruled in conditions {
        let sighting = Sighting::new(ruled.fallible.rule, Subject::Node(node), Effect::Skipped);
        trail.add(&sighting.by(by));
    }
}
