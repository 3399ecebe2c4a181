//! Looks of rules at things: what a policy says of itself, joined with what it did.

use serde::{Serialize, Serializer};
use tollgate_pipeline::rehearsal::Call;
use tollgate_record::{Effect, NodeKind, Outcome, Sighting};

use crate::fields::path_of;
use crate::reasons::{Nodes, edited};
use crate::report::Child;
use crate::value::span;

/// One look of one rule at one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Look {
    /// The rule, by the name that its policy gives it.
    pub rule: String,
    /// What came of it.
    #[serde(serialize_with = "named")]
    pub effect: Effect,
    /// The path of what it looked at, as OTTL spells it; null for the record, or what stands above or below it, as a whole.
    pub field: Option<String>,
    /// What it looked at as a whole, or what has the field: `log`, `resource`, `span event`.
    pub node: &'static str,
    /// What below the record has the field.
    pub child: Option<Child>,
    /// Where in the text, in bytes: the first, and the one after the last.
    pub at: Option<(usize, usize)>,
    /// What stands there.
    pub text: Option<String>,
    /// Whether that is all of the text.
    pub is_whole: bool,
    /// The other rule, where there is one above it.
    pub by: Option<String>,
    /// What the policy did by it.
    pub did: Option<String>,
    /// What else the policy says.
    pub note: Option<String>,
}

/// A look, and whose it is.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    /// Index of the rule.
    pub(super) rule: u32,
    /// Index of the other rule.
    pub(super) by: Option<u32>,
    /// The node.
    pub(super) node: u32,
    pub(super) look: Look,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over references"
)]
fn named<S: Serializer>(effect: &Effect, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(effect.as_str())
}

/// Every look of a call.
pub(super) fn looks(call: &Call, nodes: &Nodes<'_>, rules: &[String]) -> Vec<Placed> {
    let making = Making { call, nodes, rules };
    let trail = call.trail.as_ref().and_then(|trail| trail.as_ref().ok());
    let mut looks: Vec<_> = trail
        .into_iter()
        .flat_map(tollgate_record::Trail::sightings)
        .filter_map(|sighting| making.seen(&sighting))
        .collect();
    if let Some(outcome) = &call.outcome {
        making.edits(outcome, &mut looks);
        making.judgements(outcome, &mut looks);
    }
    looks
}

struct Making<'c> {
    call: &'c Call,
    nodes: &'c Nodes<'c>,
    rules: &'c [String],
}

impl Making<'_> {
    fn name(&self, rule: u32) -> Option<String> {
        self.rules.get(rule as usize).cloned()
    }

    fn bare(&self, rule: u32, node: u32, field: Option<String>) -> Option<Placed> {
        let look = Look {
            rule: self.name(rule)?,
            effect: Effect::Applied,
            field,
            node: self.nodes.kind(node).map_or("request", NodeKind::as_str),
            child: self.nodes.child(node).map(|(kind, place)| Child {
                kind: kind.as_str(),
                number: place.saturating_add(1),
            }),
            at: None,
            text: None,
            is_whole: false,
            by: None,
            did: None,
            note: None,
        };
        Some(Placed {
            rule,
            by: None,
            node,
            look,
        })
    }

    fn seen(&self, sighting: &Sighting<'_>) -> Option<Placed> {
        let view = &self.call.view;
        let cell = sighting.cell.map(|cell| cell as usize);
        let field = match cell {
            Some(cell) => path_of(view, cell),
            None => (!sighting.path.is_empty()).then(|| sighting.path.to_owned()),
        };
        let placed = self.bare(sighting.rule, sighting.node, field)?;
        let value = cell.and_then(|cell| view.cell_value.get(cell));
        let whole = value.and_then(|value| span(*value, &view.text));
        let part = whole
            .zip(sighting.at)
            .and_then(|(whole, (start, end))| whole.get(start..end));
        Some(Placed {
            by: sighting.by,
            look: Look {
                effect: sighting.effect,
                at: sighting.at,
                text: part.map(|part| String::from_utf8_lossy(part).into_owned()),
                is_whole: part.is_some() && part == whole,
                by: sighting.by.and_then(|by| self.name(by)),
                note: (!sighting.note.is_empty()).then(|| sighting.note.to_owned()),
                ..placed.look
            },
            ..placed
        })
    }

    /// What was edited belongs to the looks that it came of; what the policy says nothing of is a look of its own.
    fn edits(&self, outcome: &Outcome, looks: &mut Vec<Placed>) {
        for edit in 0..outcome.edits.op.len() {
            let Some((node, paths, rule)) = edited(&self.call.view, outcome, edit) else {
                continue;
            };
            let did = deed(outcome, edit, &paths);
            let mut is_told = false;
            for placed in looks.iter_mut() {
                let look = &mut placed.look;
                let is_it = placed.rule == rule
                    && placed.node == node
                    && look.effect == Effect::Applied
                    && look
                        .field
                        .as_ref()
                        .is_some_and(|field| reaches(&paths, field));
                if is_it && look.did.is_none() {
                    look.did = Some(did.clone());
                }
                is_told |= is_it;
            }
            if !is_told {
                let field = paths.last().filter(|path| !path.is_empty()).cloned();
                looks.extend(self.bare(rule, node, field).map(|placed| Placed {
                    look: Look {
                        did: Some(did),
                        ..placed.look
                    },
                    ..placed
                }));
            }
        }
    }

    fn judgements(&self, outcome: &Outcome, looks: &mut Vec<Placed>) {
        let judgements = &outcome.judgements;
        let judged = judgements.node.iter().zip(&judgements.verdict);
        for ((node, verdict), rule) in judged.zip(&judgements.rule) {
            let (did, effect) = match verdict {
                1 => ("dropped it", Effect::Applied),
                3 => ("routed it", Effect::Applied),
                4 => ("could not judge it", Effect::Failed),
                _ => continue,
            };
            let told = looks.iter_mut().find(|placed| {
                placed.rule == *rule
                    && placed.look.effect == effect
                    && placed.look.field.is_none()
                    && (placed.node == *node || self.is_above(placed.node, *node))
            });
            match told {
                Some(placed) => placed.look.did = Some(did.to_owned()),
                None => looks.extend(self.bare(*rule, *node, None).map(|placed| Placed {
                    look: Look {
                        effect,
                        did: Some(did.to_owned()),
                        ..placed.look
                    },
                    ..placed
                })),
            }
        }
    }

    fn is_above(&self, node: u32, below: u32) -> bool {
        let parents = &self.call.view.node_parent;
        let mut at = below;
        while let Some(parent) = parents.get(at as usize).filter(|parent| **parent < at) {
            at = *parent;
            if at == node {
                return true;
            }
        }
        false
    }
}

/// Whether an edit of paths reaches a field: it is one of them, stands in one, or holds one.
fn reaches(paths: &[String], field: &str) -> bool {
    paths
        .iter()
        .any(|path| is_within(field, path) || is_within(path, field))
}

/// Whether a path is another one, or stands in it.
pub(super) fn is_within(inner: &str, outer: &str) -> bool {
    let rest = inner.strip_prefix(outer);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
}

/// What an edit does, as people say it.
fn deed(outcome: &Outcome, edit: usize, paths: &[String]) -> String {
    match outcome.edits.op.get(edit) {
        Some(0) => "changed it".to_owned(),
        Some(1) => "wrote it".to_owned(),
        Some(2) => "deleted it".to_owned(),
        Some(3) => paths
            .first()
            .map_or_else(String::new, |path| format!("renamed it to {path}")),
        _ => "added to it".to_owned(),
    }
}
