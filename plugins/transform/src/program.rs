//! Statements that are compiled, for one signal.

use std::ops::Range;

use tollgate_ottl::{Condition, Context, Statement};
use tollgate_statements::{Fallible, Layout};

/// All statements on a signal.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) groups: Vec<Group>,
    /// Groups that run together, node by node: those on one kind of node that stand together and touch nothing above it. Each range
    /// is one walk over the batch.
    pub(crate) passes: Vec<Range<usize>>,
    pub(crate) layout: Layout,
}

/// Statements with one context.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) context: Context,
    /// Of these one has to hold, if there is one.
    pub(crate) conditions: Vec<(Condition, Fallible)>,
    pub(crate) statements: Vec<(Statement, Fallible)>,
    /// Whether its cache is one for all nodes.
    pub(crate) shared_cache: bool,
    /// Whether a statement writes to what stands above its node.
    pub(crate) above: bool,
}

impl Program {
    pub(crate) fn new(groups: Vec<Group>, layout: Layout) -> Self {
        let mut passes: Vec<Range<usize>> = Vec::new();
        for (place, group) in groups.iter().enumerate() {
            let joins = passes
                .last()
                .and_then(|pass| groups.get(pass.clone()))
                .is_some_and(|pass| {
                    pass.iter()
                        .all(|other| other.context == group.context && !other.above)
                        && !group.above
                });
            match passes.last_mut() {
                Some(pass) if joins => pass.end = place.saturating_add(1),
                _ => passes.push(place..place.saturating_add(1)),
            }
        }
        Self {
            groups,
            passes,
            layout,
        }
    }
}
