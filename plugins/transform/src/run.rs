//! Statements over the columns of a batch.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_ottl::{Context, Entries, Error, Telemetry};
use tollgate_sdk::{Batch, NodeKind, NodeView, Rule, Trail, Verdict};
use tollgate_statements::{Failures, Fallible, Scene, Writings, indices, node_kind};

use crate::explain;

use crate::program::{Group, Program};

/// Runs all statements of a program.
pub(crate) fn run(program: &Program, failures: &mut Failures, all: bool, batch: &mut Batch<'_>) {
    let mut scene = Scene::new(&program.layout, batch.now(), batch.seed());
    let mut failed = Failed::new(all);
    let mut caches = BTreeMap::new();
    let mut writings = Writings::default();
    let last = program.passes.len().saturating_sub(1);
    for (place, pass) in program.passes.iter().enumerate() {
        let groups = program.groups.get(pass.clone()).unwrap_or_default();
        let Some(context) = groups.first().map(|group| group.context) else {
            continue;
        };
        let kind = node_kind(context);
        for node in batch.views(kind) {
            if failed.skips(node) {
                continue;
            }
            scene.enter(node);
            let trail = batch.trail().map(|trail| (trail, &mut writings));
            match groups_on(groups, &mut scene, &mut caches, failures, trail) {
                Ok(()) if place == last => scene.flush_node(batch),
                Ok(()) => {}
                Err(rule) => {
                    scene.discard();
                    failed.fail(node, rule, batch);
                    if all {
                        failed.end(batch);
                        return;
                    }
                }
            }
        }
    }
    scene.flush(batch);
    failed.end(batch);
}

/// Runs groups on the node that the scene is at. The rule for which the record fails, if it does.
#[inline]
fn groups_on<'e>(
    groups: &'e [Group],
    scene: &mut Scene<'e>,
    caches: &mut BTreeMap<Context, Entries<'e>>,
    failures: &mut Failures,
    mut trail: Option<(&mut Trail, &mut Writings)>,
) -> Result<(), Rule> {
    for group in groups {
        let cache = if group.shared_cache {
            caches.remove(&group.context).unwrap_or_default()
        } else {
            Entries::new()
        };
        scene.put_cache(cache);
        let ran = match &mut trail {
            None => group_on(group, scene, failures, &mut Alone),
            Some((trail, writings)) => explain::group_on(group, scene, failures, trail, writings),
        };
        if group.shared_cache {
            caches.insert(group.context, scene.take_cache());
        }
        ran?;
    }
    Ok(())
}

/// Who stands beside a group that runs.
pub(crate) trait Watcher<T> {
    /// Changes that follow are due to this rule.
    fn rule(&self, record: &mut T, rule: Rule);

    /// A condition or a statement has run; `is_certain`: it has no condition of its own.
    fn told(&mut self, record: &mut T, of: Fallible, came: &Result<bool, Error>, is_certain: bool) {
        let _ = (record, of, came, is_certain);
    }

    /// None of the group's conditions held.
    fn shut(&mut self, record: &mut T, group: &Group) {
        let _ = (record, group);
    }
}

/// Nobody watches.
pub(crate) struct Alone;

impl<'e> Watcher<Scene<'e>> for Alone {
    #[inline]
    fn rule(&self, scene: &mut Scene<'e>, rule: Rule) {
        scene.rule(rule);
    }
}

/// Runs a group on a record, whatever stands for it.
pub(crate) fn group_on<'e, T: Telemetry<'e>>(
    group: &'e Group,
    record: &mut T,
    failures: &mut Failures,
    watcher: &mut impl Watcher<T>,
) -> Result<(), Rule> {
    let mut holds = group.conditions.is_empty();
    for (condition, fallible) in &group.conditions {
        let held = condition.holds(record);
        watcher.told(record, *fallible, &held, false);
        match held {
            Ok(held) => holds = held,
            Err(error) => {
                failures.note(*fallible, error);
                if !fallible.mode.goes_on() {
                    return Err(fallible.rule);
                }
            }
        }
        if holds {
            break;
        }
    }
    if !holds {
        watcher.shut(record, group);
        return Ok(());
    }
    for (statement, fallible) in &group.statements {
        watcher.rule(record, fallible.rule);
        let ran = statement.run(record);
        watcher.told(record, *fallible, &ran, statement.constant() == Some(true));
        if let Err(error) = ran {
            failures.note(*fallible, error);
            if !fallible.mode.goes_on() {
                return Err(fallible.rule);
            }
        }
    }
    Ok(())
}

/// Records that fail.
pub(crate) struct Failed {
    /// Whether one takes all with it.
    all: bool,
    records: BTreeSet<u32>,
    rule: Option<Rule>,
}

impl Failed {
    pub(crate) const fn new(all: bool) -> Self {
        Self {
            all,
            records: BTreeSet::new(),
            rule: None,
        }
    }

    /// Whether nothing more is run on a node, because it has failed.
    pub(crate) fn skips(&self, node: NodeView<'_>) -> bool {
        if self.records.is_empty() {
            return false;
        }
        let record = if node.kind().is_record() {
            Some(node.index())
        } else {
            node.ancestor_index(node.signal().record_kind())
        };
        record.is_some_and(|record| self.records.contains(&record))
    }

    /// A node fails: with it the record that it belongs to, or all records below it.
    pub(crate) fn fail(&mut self, node: NodeView<'_>, rule: Rule, batch: &mut Batch<'_>) {
        self.rule.get_or_insert(rule);
        if self.all {
            return;
        }
        let record_kind = node.signal().record_kind();
        if node.kind() == record_kind {
            self.one(node.index(), rule, batch);
        } else if let Some(record) = node.ancestor_index(record_kind) {
            self.one(record, rule, batch);
        } else {
            for record in below(node, record_kind, batch) {
                self.one(record, rule, batch);
            }
        }
    }

    fn one(&mut self, record: u32, rule: Rule, batch: &mut Batch<'_>) {
        if self.records.insert(record) {
            batch.judge(record, Verdict::Fail(rule));
        }
    }

    /// Whether all records fail.
    pub(crate) const fn all_failed(&self) -> bool {
        self.all && self.rule.is_some()
    }

    /// Whether a record below a node has failed.
    pub(crate) fn skips_below(&self, node: NodeView<'_>, batch: &Batch<'_>) -> bool {
        !self.records.is_empty()
            && below(node, node.signal().record_kind(), batch)
                .iter()
                .any(|record| self.records.contains(record))
    }

    /// Judges all records, where one failed and takes all with it.
    pub(crate) fn end(&self, batch: &mut Batch<'_>) {
        if let (true, Some(rule)) = (self.all, self.rule) {
            for record in indices(batch, batch.signal().record_kind()) {
                batch.judge(record, Verdict::Fail(rule));
            }
        }
    }
}

/// The records below a node.
fn below(node: NodeView<'_>, kind: NodeKind, batch: &Batch<'_>) -> Vec<u32> {
    let columns = batch.columns();
    let nodes = (0_u32..).zip(columns.node_kind.iter().zip(columns.node_parent));
    let after = nodes.skip_while(|(index, _)| *index <= node.index());
    // A subtree stands together; what comes after it hangs higher.
    let inside = after.take_while(|(_, (_, parent))| **parent >= node.index());
    let records = inside.filter(|(_, (of, _))| **of == kind as u8);
    records.map(|(index, _)| index).collect()
}
