//! Conditions, one of which must hold.

use tollgate_ottl::{Condition, Error};
use tollgate_sdk::Problem;
use tollgate_statements::{Scene, problem};

use crate::{Plans, Section};

/// OTTL conditions, one of which must hold. Where there are none, all is well.
#[derive(Debug, Default)]
pub struct Conditions(Vec<Condition>);

impl Conditions {
    /// Reads conditions about what a section is about. `at` is where their list stands.
    pub fn compile(
        section: Section,
        texts: &[String],
        at: &str,
        plans: &mut Plans,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let (context, functions) = plans.context(section);
        let compiled = texts.iter().enumerate().filter_map(|(nth, text)| {
            let compiled = plans.of(section).condition(context, &functions, text);
            compiled
                .map_err(|mistake| problems.push(problem(format!("{at}/{nth}"), &mistake)))
                .ok()
        });
        Self(compiled.collect())
    }

    /// Whether one holds for the node that the scene is at; the first one that cannot be told is an error.
    pub fn hold<'e>(&'e self, scene: &mut Scene<'e>) -> Result<bool, Error> {
        for condition in &self.0 {
            if condition.holds(scene)? {
                return Ok(true);
            }
        }
        Ok(self.0.is_empty())
    }

    /// Likewise, but one that cannot be told does not hold.
    pub fn hold_leniently<'e>(&'e self, scene: &mut Scene<'e>) -> bool {
        let mut any = self.0.iter();
        self.0.is_empty() || any.any(|condition| condition.holds(scene).unwrap_or(false))
    }
}
