//! Conditions that are compiled: of several, one that holds is enough.

use tollgate_ottl::{Condition, Context};
use tollgate_sdk::{Problem, Setup, Signal, Trail};
use tollgate_statements::{ErrorMode, Failures, Fallible, Plan, Scene, functions, problem};

use crate::explain;

/// A condition with its rule.
#[derive(Debug)]
pub(crate) struct Ruled {
    pub(crate) condition: Condition,
    pub(crate) fallible: Fallible,
}

/// What conditions say of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    /// None of them holds.
    Nothing,
    /// One holds.
    Drop(tollgate_sdk::Rule),
    /// One failed, and the record is not to go on.
    Fail(tollgate_sdk::Rule),
}

/// What conditions may call.
pub(crate) fn registry(context: Context) -> tollgate_ottl::Registry {
    let converters = functions::converters(context);
    if context == Context::Metric {
        converters.with([&functions::HAS_KEY_ON_POINT, &functions::HAS_VALUE_ON_POINT])
    } else {
        converters
    }
}

/// The first condition that holds decides; one that fails is noted and, by its mode, ends the matter.
#[inline]
pub(crate) fn ask<'e>(
    conditions: &'e [Ruled],
    scene: &mut Scene<'e>,
    failures: &mut Failures,
    mut trail: Option<&mut Trail>,
) -> Said {
    let mut decided = Said::Nothing;
    for ruled in conditions {
        let held = match trail.as_deref_mut() {
            None => ruled.condition.holds(scene),
            Some(trail) => explain::ask(ruled, scene, decided, trail),
        };
        // Who asks for reasons wants to know of the others, too; they decide nothing.
        if decided != Said::Nothing {
            continue;
        }
        match held {
            Ok(false) => {}
            Ok(true) => decided = Said::Drop(ruled.fallible.rule),
            Err(error) => {
                failures.note(ruled.fallible, error);
                if !ruled.fallible.mode.goes_on() {
                    decided = Said::Fail(ruled.fallible.rule);
                }
            }
        }
        if decided != Said::Nothing && trail.is_none() {
            return decided;
        }
    }
    decided
}

/// Compiles conditions of one signal.
pub(crate) struct Compiling<'c> {
    pub(crate) plan: Plan,
    pub(crate) signal: Signal,
    pub(crate) failures: &'c mut Failures,
    pub(crate) setup: &'c mut Setup,
    pub(crate) problems: &'c mut Vec<Problem>,
}

impl Compiling<'_> {
    /// A condition that stands at a pointer. Its rule is called as the place is.
    pub(crate) fn condition(
        &mut self,
        context: Context,
        text: &str,
        pointer: String,
        rule: String,
        mode: ErrorMode,
    ) -> Option<Ruled> {
        match self.plan.condition(context, &registry(context), text) {
            Ok(condition) => Some(Ruled {
                condition,
                fallible: self.failures.rule(rule, mode, self.setup),
            }),
            Err(mistake) => {
                self.problems.push(problem(pointer, &mistake));
                None
            }
        }
    }

    /// A list of conditions whose context is known, at a pointer such as `/logs/log_record`.
    pub(crate) fn list(
        &mut self,
        context: Context,
        texts: Option<Vec<String>>,
        at: &str,
        mode: ErrorMode,
    ) -> Vec<Ruled> {
        let name = at.trim_start_matches('/').replace('/', ".");
        let mut compiled = Vec::new();
        for (nth, text) in texts.unwrap_or_default().iter().enumerate() {
            let (pointer, rule) = (format!("{at}/{nth}"), format!("{name}[{nth}]"));
            compiled.extend(self.condition(context, text, pointer, rule, mode));
        }
        compiled
    }
}
