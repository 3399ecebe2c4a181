//! The sections that hold components: their ids, their types, and whether there are such types.

use std::collections::HashMap;

use super::walk::{Checker, list};
use crate::model::ComponentId;
use crate::nearest::nearest;
use crate::schema::{Role, upstream};
use crate::yaml::{Entry, Node, Span};

/// A component of a section, as it is written.
pub(crate) struct Found<'a> {
    pub(crate) id: ComponentId,
    pub(crate) path: String,
    pub(crate) entry: &'a Entry,
}

/// The components of a section with what `T` their settings mean, in the order of the file. Those whose type is unknown are
/// included: a pipeline that names one is not wrong besides.
pub(crate) struct Components<T> {
    pub(crate) role: Role,
    pub(crate) list: Vec<(ComponentId, Option<T>, Span)>,
    index: HashMap<ComponentId, usize>,
}

impl<T> Components<T> {
    pub(crate) fn contains(&self, id: &ComponentId) -> bool {
        self.index.contains_key(id)
    }

    pub(crate) fn get(&self, id: &ComponentId) -> Option<(&T, Span)> {
        let (_, settings, span) = self.list.get(*self.index.get(id)?)?;
        Some((settings.as_ref()?, *span))
    }

    pub(crate) fn settings(self) -> Vec<(ComponentId, T)> {
        self.list
            .into_iter()
            .filter_map(|(id, settings, _)| Some((id, settings?)))
            .collect()
    }
}

/// Reads one section, whose types are `kinds`; `read` gives what a component means, and nothing where its type is unknown.
pub(crate) fn components<T>(
    checker: &mut Checker<'_>,
    root: &Node,
    role: Role,
    kinds: &[&str],
    mut read: impl FnMut(&mut Checker<'_>, &Found<'_>) -> Option<T>,
) -> Components<T> {
    let section = role.section();
    let mut all = Components {
        role,
        list: Vec::new(),
        index: HashMap::new(),
    };
    let Some(node) = root.get(section).filter(|node| !node.is_absent()) else {
        return all;
    };
    if !checker.mapping(section, node) {
        return all;
    }
    for entry in node.entries() {
        let Some(id) = id(checker, section, entry) else {
            continue;
        };
        let found = Found {
            path: format!("{section}::{id}"),
            id,
            entry,
        };
        let settings = read(checker, &found);
        if settings.is_none() {
            unknown(checker, role, kinds, &found);
        }
        if all.contains(&found.id) {
            checker.error(
                entry.span,
                format!("{}: there are two of this id", found.path),
                "give one of them another name",
            );
            continue;
        }
        all.index.insert(found.id.clone(), all.list.len());
        all.list.push((found.id, settings, entry.span));
    }
    all
}

/// The id of a component, or what is wrong with it.
fn id(checker: &mut Checker<'_>, section: &str, entry: &Entry) -> Option<ComponentId> {
    match ComponentId::parse(&entry.key) {
        Ok(id) => Some(id),
        Err(why) => {
            checker.error(
                entry.span,
                format!("{section}: `{}` is no id: {why}", entry.key),
                "write `type` or `type/name`",
            );
            None
        }
    }
}

fn unknown(checker: &mut Checker<'_>, role: Role, kinds: &[&str], found: &Found<'_>) {
    let kind = found.id.kind.as_str();
    let noun = role.noun();
    let known = |message: String| format!("{}: {message}", found.path);
    if upstream::has(role, kind) {
        let message = known(format!(
            "the Collector has the {noun} `{kind}`, and there is none here"
        ));
        return checker.error(found.entry.span, message, upstream::instead(role, kind));
    }
    let help = match nearest(kind, kinds.iter().copied()) {
        None if let Some(other) = upstream::elsewhere(role, kind) => {
            format!("it belongs under `{}`", other.section())
        }
        Some(name) => format!("did you mean `{name}`?"),
        None if matches!(role, Role::Processor | Role::Connector) => {
            format!(
                "what there is: {}; a policy of yours is `wasm/{kind}: {{component: ./{kind}.wasm}}`",
                list(kinds.iter().copied())
            )
        }
        None => format!("what there is: {}", list(kinds.iter().copied())),
    };
    checker.error(
        found.entry.span,
        known(format!("there is no {noun} of type `{kind}`")),
        help,
    );
}
