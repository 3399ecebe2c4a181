//! What actions saw, while somebody asks for reasons.

use tollgate_sdk::{Effect, Node, NodeView, Rule, Sighting, Subject, Trail};

use crate::build::Plan;
use crate::plan::{SlotIndex, Step, When};

/// What is known of the actions that have run on a node.
#[derive(Debug, Default)]
pub(crate) struct Telling {
    /// The attributes that the action at work has changed.
    pub(crate) touched: Vec<SlotIndex>,
    /// Sightings of changes, so that what is changed again can be told.
    writings: Vec<(SlotIndex, usize)>,
}

impl Telling {
    /// Tells of an action that has just run; `was_there` says of an attribute whether it was there before.
    pub(crate) fn tell(
        &mut self,
        plan: &Plan,
        step: &Step,
        was_there: &[(SlotIndex, bool)],
        node: &mut Node<'_>,
    ) {
        let view: NodeView<'_> = **node;
        let Some(trail) = node.trail() else { return };
        let rule = step.rule();
        for (slot, was_there) in was_there {
            let touched = self.touched.contains(slot);
            let (effect, remark) = if touched {
                (Effect::Applied, "")
            } else {
                untouched(step, *was_there)
            };
            if touched {
                for (_, sighting) in self.writings.iter().filter(|(known, _)| known == slot) {
                    trail.overrule(*sighting, rule);
                }
                self.writings.retain(|(known, _)| known != slot);
                self.writings.push((*slot, trail.len()));
            }
            add(plan, view, *slot, (rule, effect, remark), trail);
        }
        // What an extraction makes is told, too, where it is no attribute that the action is asked about.
        for slot in std::mem::take(&mut self.touched) {
            if was_there.iter().all(|(known, _)| *known != slot) {
                self.writings.push((slot, trail.len()));
                add(plan, view, slot, (rule, Effect::Applied, ""), trail);
            }
        }
    }
}

fn add(
    plan: &Plan,
    view: NodeView<'_>,
    slot: SlotIndex,
    (rule, effect, remark): (Rule, Effect, &str),
    trail: &mut Trail,
) {
    let place = plan.slots.get(slot).and_then(|slot| view.spot(slot.field));
    let Some((node, cell, path)) = place else {
        return;
    };
    let subject = match cell {
        Some(cell) => Subject::Cell(node, cell),
        None => Subject::Path(node, path),
    };
    trail.add(&Sighting::new(rule, subject, effect).note(remark));
}

/// Why an action did nothing with an attribute.
fn untouched(step: &Step, was_there: bool) -> (Effect, &'static str) {
    match (step, was_there) {
        (
            Step::Put {
                when: When::Absent, ..
            },
            true,
        ) => (
            Effect::Missed,
            "it inserts, and the attribute is there already",
        ),
        (
            Step::Put {
                when: When::Present,
                ..
            },
            false,
        ) => (Effect::Missed, "it updates, and the attribute is not there"),
        (Step::Put { .. }, _) => (Effect::Idle, "there is no value to give"),
        (Step::Extract { .. }, true) => (Effect::Missed, "its pattern does not match"),
        (Step::Convert { .. }, true) => (
            Effect::Idle,
            "it is of the type already, or cannot be converted",
        ),
        (_, false) => (Effect::Missed, "the attribute is not there"),
        (_, true) => (Effect::Idle, "there is nothing to do"),
    }
}

impl Step {
    /// Its rule.
    pub(crate) fn rule(&self) -> Rule {
        match self {
            Self::Put { rule, .. }
            | Self::Delete { rule, .. }
            | Self::Hash { rule, .. }
            | Self::Extract { rule, .. }
            | Self::Convert { rule, .. } => *rule,
        }
    }

    /// The attributes that it is asked about.
    pub(crate) fn slots(&self) -> &[SlotIndex] {
        match self {
            Self::Put { slot, .. } | Self::Extract { slot, .. } | Self::Convert { slot, .. } => {
                std::slice::from_ref(slot)
            }
            Self::Delete { keys, .. } | Self::Hash { keys, .. } => &keys.slots,
        }
    }
}

/// Tells that a node is not acted upon, because it was not chosen.
pub(crate) fn passed_over(plan: &Plan, node: &mut Node<'_>) {
    let index = node.index();
    let Some(trail) = node.trail() else { return };
    for step in &plan.steps {
        let sighting = Sighting::new(step.rule(), Subject::Node(index), Effect::Missed);
        trail.add(&sighting.note("`include` and `exclude` do not choose the record"));
    }
}
