//! Conditions, one of which must hold.

use tollgate_ottl::{Condition, Error};
use tollgate_sdk::{NodeView, Problem};
use tollgate_statements::{Scene, problem};

use crate::{Moment, Plans, Section};

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

    /// Whether one holds for a node; the first one that cannot be told is an error.
    pub fn hold(&self, node: &NodeView<'_>, moment: Moment<'_>) -> Result<bool, Error> {
        if self.0.is_empty() {
            return Ok(true);
        }
        let mut scene = Scene::new(moment.layout, moment.now, moment.seed);
        scene.enter(*node);
        for condition in &self.0 {
            if condition.holds(&mut scene)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Likewise, but one that cannot be told does not hold.
    #[must_use]
    pub fn hold_leniently(&self, node: &NodeView<'_>, moment: Moment<'_>) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let mut scene = Scene::new(moment.layout, moment.now, moment.seed);
        scene.enter(*node);
        self.0
            .iter()
            .any(|condition| condition.holds(&mut scene).unwrap_or(false))
    }
}
