//! The actions on attributes that the policies `attributes` and `resource` share: `insert`, `update`, `upsert`, `delete`, `hash`,
//! `extract` and `convert`, as the Collector's processors of these names have them.
//!
//! A configuration goes from what is written ([`WrittenAction`]) through checks that find all mistakes at once to a plan in which
//! every attribute that an action names is a handle, so that acting upon a node compares no text. Only patterns of keys
//! (`delete`, `hash`) look at other attributes, and only they ask for the right to see them.

mod build;
mod check;
mod constant;
mod explain;
mod hash;
mod others;
mod plan;
mod run;
mod written;

use tollgate_sdk::{Node, Problem, Setup};

pub use build::Place;
pub use constant::Constant;
pub use written::WrittenAction;

use build::Plan;
use hash::Hasher;
use others::Others;
use run::{Run, State};

/// A list of actions, ready to act.
#[derive(Debug)]
pub struct Attraction {
    plan: Plan,
    hasher: Hasher,
    others: Others,
    states: Vec<State>,
}

impl Attraction {
    /// Checks what is written, and declares what it needs to read and write, and its rules: one for each action, named
    /// `LIST[0]`, `LIST[1]`, ...
    pub fn configure(
        written: Vec<WrittenAction>,
        place: Place<'_>,
        setup: &mut Setup,
    ) -> Result<Self, Vec<Problem>> {
        let plan = build::build(written, place, setup)?;
        Ok(Self {
            plan,
            hasher: Hasher::default(),
            others: Others::default(),
            states: Vec::new(),
        })
    }

    /// Acts upon the attributes of a node.
    pub fn act(&mut self, node: &mut Node<'_>) {
        let Self {
            plan,
            hasher,
            others,
            states,
        } = self;
        Run {
            plan,
            hasher,
            states,
            telling: node.trail().map(|_| explain::Telling::default()),
            node,
        }
        .run();
        if plan.matches_keys {
            others.run(plan, hasher, node);
        }
    }

    /// A node is not acted upon, because it was not chosen: says so, where somebody asks for reasons.
    pub fn pass_over(&self, node: &mut Node<'_>) {
        explain::passed_over(&self.plan, node);
    }
}
