//! The general part of checking: every key of a component against its table.

use std::sync::Arc;

use super::value;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::document::Document;
use crate::nearest::nearest;
use crate::schema::{Key, Kind, SERVICE, Status};
use crate::yaml::{Entry, Node, Origin, Span, Value};

/// Collects what is wrong while a configuration is checked.
pub(crate) struct Checker<'a> {
    pub(crate) document: &'a Arc<Document>,
    pub(crate) found: Diagnostics,
}

impl Checker<'_> {
    pub(crate) fn error(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report(Severity::Error, span, message.into(), help.into());
    }

    pub(crate) fn warning(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report(Severity::Warning, span, message.into(), help.into());
    }

    fn report(&mut self, severity: Severity, span: Span, message: String, help: String) {
        let help = (!help.is_empty()).then_some(help);
        self.found.push(Diagnostic::new(
            self.document,
            severity,
            span,
            message,
            help,
        ));
    }

    /// Checks the keys of a mapping; `at` is the key that it stands under, `path` the way to it.
    pub(crate) fn section(&mut self, path: &str, keys: &[Key], node: &Node, at: Span) {
        if !self.mapping(path, node) {
            return;
        }
        for entry in node.entries() {
            match keys.iter().find(|key| key.name == entry.key) {
                Some(key) => self.key(&join(path, key.name), key, entry),
                None => self.unknown(path, keys, entry),
            }
        }
        for key in keys.iter().filter(|key| {
            key.required
                && node
                    .get(key.name)
                    .is_none_or(|value| value.value == Value::Null)
        }) {
            let span = node.entry(key.name).map_or(at, |entry| entry.span);
            self.error(
                span,
                prefixed(path, &format!("the key `{}` is missing", key.name)),
                format!("`{}`: {}", key.name, key.summary),
            );
        }
    }

    /// Whether there may be keys here; reports it where there cannot be.
    pub(crate) fn mapping(&mut self, path: &str, node: &Node) -> bool {
        let fits = matches!(node.value, Value::Map(_)) || node.is_absent();
        if !fits {
            self.error(
                node.span,
                format!("{path}: keys with values are expected, not {}", node.noun()),
                "write `key: value`, a line each",
            );
        }
        fits
    }

    fn unknown(&mut self, path: &str, keys: &[Key], entry: &Entry) {
        let message = prefixed(path, &format!("there is no key `{}`", entry.key));
        let names = || keys.iter().map(|key| key.name);
        let help = match nearest(&entry.key, names()) {
            Some(name) => format!("did you mean `{name}`?"),
            None if path.is_empty() && SERVICE.iter().any(|key| key.name == entry.key) => {
                "it stands under `service`".to_owned()
            }
            None if keys.is_empty() => "it has no keys".to_owned(),
            None => {
                let offered = keys
                    .iter()
                    .filter(|key| !matches!(key.status, Status::Refused(_)))
                    .map(|key| key.name);
                format!("what there is: {}", list(offered))
            }
        };
        self.error(entry.span, message, help);
    }

    fn key(&mut self, path: &str, key: &Key, entry: &Entry) {
        let node = &entry.node;
        if node.is_absent() {
            return;
        }
        match key.status {
            Status::Refused(reason) => {
                if !matches!(&node.value, Value::List(items) if items.is_empty()) {
                    self.error(entry.span, format!("{path}: {reason}"), "remove the key");
                }
                return;
            }
            Status::Only(value, reason) => {
                if !value::is(key.kind, node, value) {
                    let help = if value.is_empty() {
                        "remove the key".to_owned()
                    } else {
                        format!("write `{}: {value}`, or remove the key", key.name)
                    };
                    self.error(entry.span, format!("{path}: {reason}"), help);
                }
                return;
            }
            Status::Off(reason) => {
                if !is_off(node) {
                    self.error(
                        entry.span,
                        format!("{path}: {reason}"),
                        format!(
                            "write `{}: {{enabled: false}}`, or remove the key",
                            key.name
                        ),
                    );
                    return;
                }
            }
            Status::Used | Status::Accepted => {}
        }
        self.value(path, key, entry);
    }

    fn value(&mut self, path: &str, key: &Key, entry: &Entry) {
        let node = &entry.node;
        match key.kind {
            Kind::Section(keys) => self.section(path, keys, node, entry.span),
            Kind::Sections(keys) => match &node.value {
                Value::List(items) => {
                    for (index, item) in items.iter().enumerate() {
                        self.section(&format!("{path}::{index}"), keys, item, item.span);
                    }
                }
                _ => self.error(
                    node.span,
                    format!("{path}: a list is expected, not {}", node.noun()),
                    "write `[{...}, {...}]`, or a line with `- ` for each",
                ),
            },
            Kind::Headers => self.headers(path, node),
            Kind::Paths | Kind::Secrets => self.named_texts(path, node),
            // One text with commas is a list, as in a Collector.
            Kind::Texts if matches!(node.value, Value::Text(_)) => {}
            Kind::HeaderValues if matches!(node.value, Value::Text(_)) => {
                self.scalar(path, Kind::HeaderValue, node);
            }
            Kind::Texts | Kind::Choices(..) | Kind::HeaderValues => {
                let Value::List(items) = &node.value else {
                    let help = "write `[one, another]`, or a line with `- ` for each";
                    return self.error(
                        node.span,
                        format!("{path}: a list is expected, not {}", node.noun()),
                        help,
                    );
                };
                let each = match key.kind {
                    Kind::Choices(offered, elsewhere) => Kind::Choice(offered, elsewhere),
                    Kind::HeaderValues => Kind::HeaderValue,
                    _ => Kind::Text,
                };
                for item in items {
                    self.scalar(path, each, item);
                }
            }
            kind => self.scalar(path, kind, node),
        }
    }

    fn scalar(&mut self, path: &str, kind: Kind, node: &Node) {
        if node.value == Value::Unknown {
            return;
        }
        if let Err(problem) = value::check(kind, node) {
            self.error(
                node.span,
                format!("{path}: {}{}", shown(node, kind), problem.message),
                problem.help,
            );
        }
    }

    fn named_texts(&mut self, path: &str, node: &Node) {
        if self.mapping(path, node) {
            for entry in node.entries() {
                let path = join(path, &entry.key);
                match entry.node.text() {
                    None if entry.node.value == Value::Null => self.error(
                        entry.span,
                        format!("{path}: the value is missing"),
                        "write it",
                    ),
                    Some("") => self.error(
                        entry.span,
                        format!("{path}: the value is empty"),
                        "write it, or set its variable",
                    ),
                    Some(_) => {}
                    None if entry.node.value == Value::Unknown => {}
                    None => {
                        let span = if entry.node.value == Value::Null {
                            entry.span
                        } else {
                            entry.node.span
                        };
                        self.error(
                            span,
                            format!("{path}: a text is expected, not {}", entry.node.noun()),
                            "put it in quotes",
                        );
                    }
                }
            }
        }
    }

    fn headers(&mut self, path: &str, node: &Node) {
        for (name, at, value) in value::headers(node) {
            let path = join(path, name.unwrap_or("?"));
            match name {
                Some(name) if value::is_header(name) => {}
                Some(_) => self.error(
                    at,
                    format!("{path}: no header has such a name"),
                    "names hold letters, digits and `-`",
                ),
                None => {
                    self.error(
                        at,
                        format!("{path}: a header has `name` and `value`"),
                        "write `headers: {name: value}`",
                    );
                    continue;
                }
            }
            match value.map(|node| (node, node.text())) {
                Some((node, Some(text))) if text.chars().any(char::is_control) => {
                    self.error(
                        node.span,
                        format!("{path}: the value holds control characters"),
                        "remove them; a line break at its end is one",
                    );
                }
                Some((_, Some(_))) => {}
                Some((node, None)) if node.value == Value::Unknown => {}
                Some((node, None)) if node.value != Value::Null => {
                    self.error(
                        node.span,
                        format!("{path}: a text is expected, not {}", node.noun()),
                        "put it in quotes",
                    );
                }
                _ => self.error(
                    at,
                    format!("{path}: the value is missing"),
                    "write it, or remove the header",
                ),
            }
        }
        if !matches!(node.value, Value::Map(_) | Value::List(_)) {
            self.error(
                node.span,
                format!("{path}: headers are expected, not {}", node.noun()),
                "write `headers: {name: value}`",
            );
        }
    }
}

/// Whether a section says that it does not hold.
fn is_off(node: &Node) -> bool {
    node.get("enabled")
        .is_some_and(|enabled| enabled.value == Value::Bool(false))
}

/// The way to a key, in the Collector's spelling.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}::{key}")
    }
}

/// A message with the way to what it is about.
fn prefixed(path: &str, message: &str) -> String {
    if path.is_empty() {
        message.to_owned()
    } else {
        format!("{path}: {message}")
    }
}

/// Words for a message.
pub(crate) fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words
        .filter(|word| !word.is_empty())
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Longest value that is repeated in a message.
const LONGEST: usize = 60;

/// The value as the start of a sentence. What came from a variable, and what is a secret, is not shown.
fn shown(node: &Node, kind: Kind) -> String {
    let text = match &node.value {
        _ if matches!(kind, Kind::Secret | Kind::HeaderValue) || node.holds_password() => {
            return "the value ".to_owned();
        }
        _ if node.origin != Origin::File => return "the value of the variable ".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Large(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(text) => text.clone(),
        _ => return format!("{} ", node.noun()),
    };
    let short: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let dots = if short.len() < text.len() { "..." } else { "" };
    format!("`{short}{dots}` ")
}
