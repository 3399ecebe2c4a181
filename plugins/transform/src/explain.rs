//! What statements saw, while somebody asks for reasons.

use tollgate_ottl::{Error, Telemetry};
use tollgate_sdk::{Effect, NodeView, Rule, Sighting, Subject, Trail};
use tollgate_statements::{Failures, Fallible, Layout, Scene, Watched, Writings};

use crate::metric::Whole;
use crate::program::Group;
use crate::run::{self, Watcher};

/// Tells of what a group does with a node.
struct Telling<'t, 'n> {
    layout: &'n Layout,
    node: NodeView<'n>,
    trail: &'t mut Trail,
    writings: &'t mut Writings,
}

/// What is told its rule.
trait Ruled {
    fn due_to(&mut self, rule: Rule);
}

impl Ruled for Scene<'_> {
    fn due_to(&mut self, rule: Rule) {
        self.rule(rule);
    }
}

impl Ruled for Whole<'_, '_> {
    fn due_to(&mut self, rule: Rule) {
        self.rule(rule);
    }
}

impl<'e, T: Ruled + Telemetry<'e>> Watcher<Watched<'_, T>> for Telling<'_, '_> {
    fn rule(&self, watched: &mut Watched<'_, T>, rule: Rule) {
        watched.inner().due_to(rule);
    }

    fn told(
        &mut self,
        watched: &mut Watched<'_, T>,
        of: Fallible,
        came: &Result<bool, Error>,
        is_certain: bool,
    ) {
        let at = (self.layout, self.node);
        watched.tell(at, of, came, is_certain, (self.trail, self.writings));
    }

    fn shut(&mut self, _: &mut Watched<'_, T>, group: &Group) {
        let Some((_, condition)) = group.conditions.first() else {
            return;
        };
        for (_, fallible) in &group.statements {
            let subject = Subject::Node(self.node.index());
            let sighting = Sighting::new(fallible.rule, subject, Effect::Skipped);
            self.trail.add(&sighting.by(condition.rule));
        }
    }
}

/// Runs a group on the node that a scene is at, and tells of it.
pub(crate) fn group_on<'e>(
    group: &'e Group,
    scene: &mut Scene<'e>,
    failures: &mut Failures,
    trail: &mut Trail,
    writings: &mut Writings,
) -> Result<(), Rule> {
    let layout = scene.layout();
    let Some(node) = scene.node() else {
        return run::group_on(group, scene, failures, &mut run::Alone);
    };
    let mut telling = Telling {
        layout,
        node,
        trail,
        writings,
    };
    run::group_on(group, &mut Watched::new(scene), failures, &mut telling)
}

/// Likewise on a whole metric, or a point of one: what it touches there is part of one value.
pub(crate) fn group_on_whole<'e>(
    group: &'e Group,
    whole: &mut Whole<'_, 'e>,
    node: NodeView<'_>,
    failures: &mut Failures,
    trail: &mut Trail,
) -> Result<(), Rule> {
    let mut telling = Telling {
        layout: whole.scene.layout(),
        node,
        trail,
        writings: &mut Writings::default(),
    };
    run::group_on(group, &mut Watched::new(whole), failures, &mut telling)
}
