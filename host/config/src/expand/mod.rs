//! `${env:NAME}` and `$$` in values, by the Collector's rules: a value that is one variable and nothing else takes the
//! variable's type, a variable inside of a text is put in as text, and what it brings is expanded again. Keys stay as they are.
//!
//! One difference: an escaped `$${...}` does not keep the variables after it from being expanded.

mod uri;

use std::borrow::Cow;

use uri::Reference;

use crate::diagnostic::Severity;
use crate::yaml::{self, Budget, Node, Origin, Span, Value};

/// Variables that a configuration may expand, nested ones included.
const MOST: usize = 10_000;
/// Variables that a single value may expand.
const MOST_IN_VALUE: usize = 1_000;
/// How deep variables may refer to variables.
const DEPTH: usize = 20;
/// Bytes of the longest text that expansion may make.
const LONGEST: usize = 1 << 20;

/// What an expansion found wrong.
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// Expands every value of the tree in place.
pub(crate) fn expand(
    root: &mut Node,
    source: &str,
    env: &dyn Fn(&str) -> Option<String>,
    budget: &mut Budget,
) -> Vec<Finding> {
    let mut expander = Expander {
        source,
        env,
        budget,
        left: MOST,
        left_in_value: 0,
        findings: Vec::new(),
    };
    expander.node(root);
    expander.findings
}

struct Expander<'a> {
    source: &'a str,
    env: &'a dyn Fn(&str) -> Option<String>,
    budget: &'a mut Budget,
    left: usize,
    left_in_value: usize,
    findings: Vec<Finding>,
}

/// A variable could not be expanded. Says why, and what would help.
struct Failure {
    uri: String,
    message: String,
    help: String,
}

/// What a variable, or a text with variables, comes to.
struct Expanded {
    value: Value,
    /// The text that it was read from, where it is a text.
    text: Option<String>,
}

impl Expander<'_> {
    fn node(&mut self, node: &mut Node) {
        match &mut node.value {
            Value::List(items) => items.iter_mut().for_each(|item| self.node(item)),
            Value::Map(entries) => entries
                .iter_mut()
                .for_each(|entry| self.node(&mut entry.node)),
            Value::Text(text) if text.contains('$') => match self.written(text, node.span) {
                Ok(Some(expanded)) => {
                    node.value = expanded.value;
                    node.origin = Origin::Variable(expanded.text);
                    unescape(node);
                }
                Ok(None) => unescape(node),
                Err(failure) => {
                    self.report(Severity::Error, node.span, failure);
                    node.value = Value::Unknown;
                }
            },
            _ => {}
        }
    }

    /// Expands a text that stands in the file.
    fn written(&mut self, text: &str, span: Span) -> Result<Option<Expanded>, Failure> {
        self.left_in_value = MOST_IN_VALUE;
        self.text(text, span, 0)
    }

    /// Expands the variables of one text; none if there is none in it.
    fn text(&mut self, text: &str, span: Span, depth: usize) -> Result<Option<Expanded>, Failure> {
        let mut text = text.to_owned();
        let mut changed = false;
        while let Some(found) = uri::find(&text) {
            let uri = text.get(found.clone()).unwrap_or_default().to_owned();
            let replacement = self.retrieve(&uri, span, depth)?;
            if found == (0..text.len()) {
                return self.whole(replacement, span, depth).map(Some);
            }
            if text.len().saturating_add(replacement.len()) > LONGEST {
                return Err(failure(
                    &uri,
                    format!("makes a text of more than {LONGEST} bytes"),
                    "put less into the variable",
                ));
            }
            text.replace_range(found, &replacement);
            changed = true;
        }
        Ok(changed.then(|| Expanded {
            value: Value::Text(text.clone()),
            text: Some(text),
        }))
    }

    /// Reads what stands in the place of a whole value as YAML. A text that is no YAML stands for itself, and so does one that
    /// is: its quotes belong to it.
    fn whole(
        &mut self,
        text: Cow<'static, str>,
        span: Span,
        depth: usize,
    ) -> Result<Expanded, Failure> {
        let depth = depth.saturating_add(1);
        let value = match yaml::parse(&text, self.budget).map(|node| node.value) {
            // Only an empty text that was written as default is a text; an empty variable is nothing.
            Ok(Value::Null) if matches!(text, Cow::Borrowed(_)) => Value::Text(String::new()),
            Ok(Value::Text(_)) | Err(_) => Value::Text(text.clone().into_owned()),
            Ok(value) => value,
        };
        if let Value::Text(inner) = value {
            let expanded = self.text(&inner, span, depth)?;
            return Ok(expanded.unwrap_or_else(|| Expanded {
                value: Value::Text(inner.clone()),
                text: Some(inner),
            }));
        }
        let mut node = Node::new(value, span);
        self.inner(&mut node, span, depth)?;
        // The text matters only where one is wanted, and a comment in it may hold what cannot be expanded.
        let text = match self.text(&text, span, depth) {
            Ok(Some(expanded)) => expanded.text,
            Ok(None) => Some(text.into_owned()),
            Err(_) => None,
        };
        Ok(Expanded {
            value: node.value,
            text,
        })
    }

    /// Expands what a variable's own text refers to.
    fn inner(&mut self, node: &mut Node, span: Span, depth: usize) -> Result<(), Failure> {
        node.span = span;
        node.origin = Origin::Variable(None);
        match &mut node.value {
            Value::List(items) => items
                .iter_mut()
                .try_for_each(|item| self.inner(item, span, depth)),
            Value::Map(entries) => entries.iter_mut().try_for_each(|entry| {
                entry.span = span;
                self.inner(&mut entry.node, span, depth)
            }),
            Value::Text(text) if text.contains('$') => {
                if let Some(expanded) = self.text(text, span, depth)? {
                    node.value = expanded.value;
                    node.origin = Origin::Variable(expanded.text);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The text of one `${...}`; borrowed only where an empty default was written.
    fn retrieve(
        &mut self,
        uri: &str,
        span: Span,
        depth: usize,
    ) -> Result<Cow<'static, str>, Failure> {
        self.left = self.left.saturating_sub(1);
        self.left_in_value = self.left_in_value.saturating_sub(1);
        if self.left == 0 || self.left_in_value == 0 || depth > DEPTH {
            let message = format!(
                "expands without end: variables may nest {DEPTH} deep, {MOST_IN_VALUE} in one value, {MOST} in all"
            );
            return Err(failure(
                uri,
                message,
                "look for a variable that refers to itself",
            ));
        }
        let Reference { name, default } =
            uri::parse(uri).map_err(|(message, help)| failure(uri, message, help))?;
        let text = match ((self.env)(name), default) {
            (Some(text), _) => text,
            (None, Some("")) => return Ok(Cow::Borrowed("")),
            (None, Some(default)) => default.to_owned(),
            (None, None) => {
                let message = format!(
                    "names the environment variable `{name}`, which is not set: it is taken as empty"
                );
                let help =
                    format!("set it, or write what stands in for it: `${{env:{name}:-value}}`");
                self.report(Severity::Warning, span, failure(uri, message, help));
                String::new()
            }
        };
        if text.len() > LONGEST {
            return Err(failure(
                uri,
                format!("names a variable of more than {LONGEST} bytes"),
                "put less into it",
            ));
        }
        Ok(Cow::Owned(text))
    }

    /// Points at the variable itself where it stands in the file as it was written.
    fn report(&mut self, severity: Severity, span: Span, failure: Failure) {
        let written = self.source.get(span.start..span.end).unwrap_or_default();
        let span = written.find(&failure.uri).map_or(span, |at| {
            let start = span.start.saturating_add(at);
            Span {
                start,
                end: start.saturating_add(failure.uri.len()),
            }
        });
        let message = if written.contains(&failure.uri) {
            format!("`{}` {}", failure.uri, failure.message)
        } else {
            format!("a variable inside of this one {}", failure.message)
        };
        self.findings.push(Finding {
            severity,
            span,
            message,
            help: failure.help,
        });
    }
}

fn failure(uri: &str, message: impl Into<String>, help: impl Into<String>) -> Failure {
    Failure {
        uri: uri.to_owned(),
        message: message.into(),
        help: help.into(),
    }
}

/// `$$` means `$`, once everything is expanded.
fn unescape(node: &mut Node) {
    if let Origin::Variable(Some(text)) = &mut node.origin {
        *text = text.replace("$$", "$");
    }
    match &mut node.value {
        Value::Text(text) => *text = text.replace("$$", "$"),
        Value::List(items) => items.iter_mut().for_each(unescape),
        Value::Map(entries) => entries
            .iter_mut()
            .for_each(|entry| unescape(&mut entry.node)),
        _ => {}
    }
}
