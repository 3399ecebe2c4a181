//! Attributes that no action names, and that patterns of keys may match.

use std::collections::BTreeMap;

use tollgate_sdk::{Node, NodeView, Rule, Value};

use crate::build::Plan;
use crate::hash::Hasher;
use crate::plan::Step;

/// How many keys are remembered. Keys are few; where they are not, the memory starts anew.
const KEYS: usize = 4096;

/// What becomes of the attributes with one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It stays as it is, or an action names it.
    None,
    Deleted(Rule),
    /// Each pattern that matches hashes once more.
    Hashed(Rule, u32),
}

/// The fates of keys, each found out once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Others {
    fates: BTreeMap<Box<str>, Fate>,
}

impl Others {
    /// Deletes and hashes what patterns match.
    pub(crate) fn run(&mut self, plan: &Plan, hasher: &mut Hasher, node: &mut Node<'_>) {
        let view: NodeView<'_> = **node;
        for (cell, key, value) in view.attribute_cells() {
            match self.fate(plan, key) {
                Fate::None => {}
                Fate::Deleted(rule) => node.delete_cell(rule, cell),
                Fate::Hashed(rule, 1) => node.set_cell(rule, cell, hasher.hash(value)),
                Fate::Hashed(rule, times) => {
                    let once = hasher.hash(value).to_owned();
                    let hash =
                        (1..times).fold(once, |hash, _| hasher.hash(Value::Text(&hash)).to_owned());
                    node.set_cell(rule, cell, hash);
                }
            }
        }
    }

    fn fate(&mut self, plan: &Plan, key: &str) -> Fate {
        if let Some(fate) = self.fates.get(key) {
            return *fate;
        }
        if self.fates.len() >= KEYS {
            self.fates.clear();
        }
        let fate = if plan.slots.iter().any(|slot| slot.key == key) {
            Fate::None
        } else {
            found_out(plan, key)
        };
        self.fates.insert(key.into(), fate);
        fate
    }
}

fn found_out(plan: &Plan, key: &str) -> Fate {
    let mut fate = Fate::None;
    for step in &plan.steps {
        let (rule, keys, deletes) = match step {
            Step::Delete { rule, keys } => (*rule, keys, true),
            Step::Hash { rule, keys } => (*rule, keys, false),
            _ => continue,
        };
        if !keys
            .pattern
            .as_ref()
            .is_some_and(|pattern| pattern.is_match(key))
        {
            continue;
        }
        fate = match fate {
            _ if deletes => return Fate::Deleted(rule),
            Fate::Hashed(_, times) => Fate::Hashed(rule, times + 1),
            _ => Fate::Hashed(rule, 1),
        };
    }
    fate
}
