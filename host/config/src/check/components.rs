//! The sections that hold components: their ids, their types, and whether there are such types.

use std::collections::HashMap;

use super::exporters;
use super::walk::{Checker, list};
use crate::model::ComponentId;
use crate::nearest::nearest;
use crate::schema::upstream;
use crate::yaml::{Entry, Node, Span, Value};

/// A section of components.
#[derive(Clone, Copy)]
pub(crate) enum Family<'a> {
    Receivers,
    Processors { stock: &'a [&'a str] },
    Exporters,
}

impl Family<'_> {
    fn section(self) -> &'static str {
        match self {
            Self::Receivers => "receivers",
            Self::Processors { .. } => "processors",
            Self::Exporters => "exporters",
        }
    }

    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Receivers => "receiver",
            Self::Processors { .. } => "processor",
            Self::Exporters => "exporter",
        }
    }

    fn kinds(&self) -> Vec<&str> {
        match self {
            Self::Receivers => vec!["otlp"],
            Self::Processors { stock } => stock.iter().copied().chain(["wasm"]).collect(),
            Self::Exporters => exporters::KINDS.to_vec(),
        }
    }

    fn upstream(self) -> &'static [&'static str] {
        match self {
            Self::Receivers => upstream::RECEIVERS,
            Self::Processors { .. } => upstream::PROCESSORS,
            Self::Exporters => upstream::EXPORTERS,
        }
    }
}

/// A component of a section, with what `T` its settings mean.
pub(crate) struct Found<'a> {
    pub(crate) id: ComponentId,
    pub(crate) path: String,
    pub(crate) entry: &'a Entry,
}

/// The components of a section, in the order of the file, those whose type is unknown included: a pipeline that names one is
/// not wrong besides.
pub(crate) struct Components<'a, T> {
    pub(crate) family: Family<'a>,
    pub(crate) list: Vec<(ComponentId, Option<T>, Span)>,
    index: HashMap<ComponentId, usize>,
}

impl<T> Components<'_, T> {
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

/// Reads one section; `read` gives what a component means, and nothing where its type is unknown.
pub(crate) fn components<'a, T>(
    checker: &mut Checker<'_>,
    root: &Node,
    family: Family<'a>,
    mut read: impl FnMut(&mut Checker<'_>, &Found<'_>) -> Option<T>,
) -> Components<'a, T> {
    let section = family.section();
    let mut all = Components {
        family,
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
            unknown(checker, family, &found);
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

fn unknown(checker: &mut Checker<'_>, family: Family<'_>, found: &Found<'_>) {
    let kind = found.id.kind.as_str();
    let noun = family.noun();
    let kinds = family.kinds();
    let known = |message: String| format!("{}: {message}", found.path);
    if family.upstream().contains(&kind) {
        let message = known(format!(
            "the Collector's {noun} `{kind}` is not offered here"
        ));
        return checker.error(found.entry.span, message, upstream::instead(kind));
    }
    let help = match nearest(kind, kinds.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if matches!(family, Family::Processors { .. }) => {
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

/// No extension is offered, so each one is refused where it is defined, or where it is named without being defined.
pub(crate) fn extensions(checker: &mut Checker<'_>, root: &Node) {
    let nothing = Node::new(Value::Null, Span::default());
    let defined = root.get("extensions").unwrap_or(&nothing);
    if checker.mapping("extensions", defined) {
        for entry in defined.entries() {
            let Some(id) = id(checker, "extensions", entry) else {
                continue;
            };
            let message = format!("extensions::{id}: extensions are not offered yet");
            checker.error(
                entry.span,
                message,
                "remove it from the file and from `service::extensions`",
            );
        }
    }
    let Some(named) = root
        .get("service")
        .and_then(|service| service.get("extensions"))
        .filter(|named| !named.is_absent())
    else {
        return;
    };
    let Value::List(items) = &named.value else {
        return checker.error(
            named.span,
            format!(
                "service::extensions: a list is expected, not {}",
                named.noun()
            ),
            "remove it",
        );
    };
    for item in items {
        match item.text() {
            Some(name) if defined.get(name).is_some() => {}
            Some(name) => checker.error(
                item.span,
                format!("service::extensions: `{name}` is not defined"),
                "remove it: extensions are not offered yet",
            ),
            None => checker.error(
                item.span,
                "service::extensions: an id is expected",
                "remove it: extensions are not offered yet",
            ),
        }
    }
}
