//! Paths in OTTL's spelling: whose they are, and the keys in them.

use std::borrow::Cow;

use crate::NodeKind;

/// Which node a path belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The record, whatever the signal.
    Record,
    /// A node of this kind.
    Node(NodeKind),
}

const PREFIXES: [(&str, NodeKind); 9] = [
    ("resource.", NodeKind::Resource),
    ("scope.", NodeKind::Scope),
    ("metric.", NodeKind::Metric),
    ("spanevent.", NodeKind::SpanEvent),
    ("spanlink.", NodeKind::SpanLink),
    ("exemplar.", NodeKind::Exemplar),
    ("metadata[", NodeKind::Request),
    ("auth[", NodeKind::Request),
    ("client.", NodeKind::Request),
];

/// Whose field `path` is.
pub(crate) fn owner(path: &str) -> Owner {
    if path == "metric" {
        return Owner::Node(NodeKind::Metric);
    }
    PREFIXES
        .iter()
        .find(|(prefix, _)| path.starts_with(prefix))
        .map_or(Owner::Record, |(_, kind)| Owner::Node(*kind))
}

/// `path` as the host spells it: without OTTL's name for the record, and with the short name of the scope.
pub(crate) fn canonical(path: &str, record: NodeKind) -> Cow<'_, str> {
    let name = match record {
        NodeKind::LogRecord => "log.",
        NodeKind::Span => "span.",
        _ => "datapoint.",
    };
    if let Some(of_scope) = path.strip_prefix("instrumentation_scope.") {
        return Cow::Owned(format!("scope.{of_scope}"));
    }
    Cow::Borrowed(path.strip_prefix(name).unwrap_or(path))
}

/// The path of the attribute `key` of nodes of this kind: `resource.attributes["service.name"]`.
#[must_use]
pub fn attribute_path(kind: NodeKind, key: &str) -> String {
    let container = kind.attributes_path();
    let mut path = String::with_capacity(container.len() + key.len() + 4);
    path.push_str(container);
    push_key(&mut path, key);
    path
}

/// Appends the step `["key"]`, escaped as OTTL's string literals are.
pub fn push_key(path: &mut String, key: &str) {
    path.push_str("[\"");
    for character in key.chars() {
        if matches!(character, '"' | '\\') {
            path.push('\\');
        }
        path.push(character);
    }
    path.push_str("\"]");
}

/// The key, where `path` is that of an attribute of any kind of node, and not of something within one.
pub(crate) fn attribute_key(path: &str) -> Option<Cow<'_, str>> {
    let (container, rest) = path.split_once("[\"")?;
    let known = matches!(
        container,
        "attributes"
            | "resource.attributes"
            | "scope.attributes"
            | "metric.metadata"
            | "spanevent.attributes"
            | "spanlink.attributes"
            | "exemplar.filtered_attributes"
            | "metadata"
    );
    let (key, rest) = read_key(rest)?;
    (known && rest == "]").then_some(key)
}

/// Reads a key up to its closing quote; returns it and what stands after the quote.
fn read_key(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut unescaped: Option<String> = None;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => {
                let rest = text.get(at + 1..)?;
                let key = match unescaped {
                    Some(key) => Cow::Owned(key),
                    None => Cow::Borrowed(text.get(..at)?),
                };
                return Some((key, rest));
            }
            '\\' => {
                let so_far =
                    unescaped.get_or_insert_with(|| text.get(..at).unwrap_or_default().to_owned());
                so_far.push(characters.next()?.1);
            }
            other => {
                if let Some(key) = &mut unescaped {
                    key.push(other);
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::{Owner, attribute_key, attribute_path, owner};
    use crate::NodeKind;

    #[test]
    fn a_key_survives_its_path() {
        for key in ["model", "a\"b\\c", "", "ü[\"]", "\\"] {
            for kind in [
                NodeKind::Span,
                NodeKind::Resource,
                NodeKind::Exemplar,
                NodeKind::Request,
            ] {
                let path = attribute_path(kind, key);
                assert_eq!(attribute_key(&path).unwrap(), key, "{path}");
            }
        }
    }

    #[test]
    fn what_is_within_an_attribute_is_none() {
        for path in [
            "attributes[\"a\"][\"b\"]",
            "attributes[\"a\"][0]",
            "body[\"a\"]",
            "auth[\"sub\"]",
            "attributes[*]",
            "name",
        ] {
            assert!(attribute_key(path).is_none(), "{path}");
        }
    }

    #[test]
    fn prefixes_name_the_owner() {
        assert_eq!(owner("attributes[\"resource.x\"]"), Owner::Record);
        assert_eq!(
            owner("resource.attributes[\"x\"]"),
            Owner::Node(NodeKind::Resource)
        );
        assert_eq!(
            owner("metadata[\"x-tenant\"]"),
            Owner::Node(NodeKind::Request)
        );
        assert_eq!(
            owner("metric.metadata[\"x\"]"),
            Owner::Node(NodeKind::Metric)
        );
    }
}
