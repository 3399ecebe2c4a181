//! What stages may see and do in one configuration and in another.

use std::collections::BTreeSet;

use serde::Serialize;
use tollgate_pipeline::PlannedStage;
use tollgate_sandbox::Manifest;

use crate::Trial;

/// A stage that is not the same in both.
#[derive(Debug, Clone, Serialize)]
pub struct StageChange {
    /// The stage.
    pub stage: String,
    /// Whether it is in the first.
    pub is_before: bool,
    /// Whether it is in the second.
    pub is_after: bool,
    /// Digests of its component, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<(String, String)>,
    /// What the second does not have any more: `logs reads body`, `rule blocked_values[1]`.
    pub gone: Vec<String>,
    /// What the second has anew.
    pub new: Vec<String>,
}

/// The stages that are not the same in two trials, in the order of the first.
#[must_use]
pub fn rights(before: &Trial, after: &Trial) -> Vec<StageChange> {
    let mut changes = Vec::new();
    for old in before.stages() {
        let new = after.stages().find(|new| same(&old, new));
        changes.extend(change(&old, new.as_ref()));
    }
    for new in after.stages() {
        if !before.stages().any(|old| same(&old, &new)) {
            changes.push(StageChange {
                stage: new.id.to_string(),
                is_before: false,
                is_after: true,
                component: None,
                gone: Vec::new(),
                new: said(new.manifest).into_iter().collect(),
            });
        }
    }
    changes
}

fn same(one: &PlannedStage<'_>, other: &PlannedStage<'_>) -> bool {
    one.role == other.role && one.id == other.id
}

fn change(old: &PlannedStage<'_>, new: Option<&PlannedStage<'_>>) -> Option<StageChange> {
    let before = said(old.manifest);
    let after = new.map(|new| said(new.manifest)).unwrap_or_default();
    let digests = (
        Some(old.component.digest().clone()),
        new.map(|new| new.component.digest().clone()),
    );
    let component = match digests {
        (Some(one), Some(other)) if one != other => Some((one, other)),
        _ => None,
    };
    let changed = StageChange {
        stage: old.id.to_string(),
        is_before: true,
        is_after: new.is_some(),
        component,
        gone: before.difference(&after).cloned().collect(),
        new: after.difference(&before).cloned().collect(),
    };
    let is_same = changed.gone.is_empty() && changed.new.is_empty() && changed.component.is_none();
    (!is_same || new.is_none()).then_some(changed)
}

/// A manifest, right by right.
fn said(manifest: &Manifest) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (signal, access) in &manifest.access {
        let reads = access
            .reads
            .iter()
            .map(|path| format!("{signal} reads {path}"));
        let writes = access
            .writes
            .iter()
            .map(|path| format!("{signal} writes {path}"));
        all.extend(reads.chain(writes));
        all.extend(access.drops.then(|| format!("{signal} may be dropped")));
        all.extend(access.adds.then(|| format!("{signal} may be added")));
    }
    all.extend(manifest.rules.iter().map(|rule| format!("rule {rule}")));
    all.extend(manifest.routes.iter().map(|route| format!("route {route}")));
    all.extend(
        manifest
            .emits
            .iter()
            .map(|signal| format!("emits {signal}")),
    );
    let instruments = manifest.instruments.iter();
    all.extend(instruments.map(|own| format!("measures {}", own.name)));
    all
}
