//! `${env:NAME}`, `${file:PATH}`, `${yaml:TEXT}` and `$$` in values, by the Collector's rules: a value that is one `${...}` and
//! nothing else takes the type of what it brings, one inside of a text is put in as text, and what it brings is expanded again.
//! Keys stay as they are.

mod uri;

use std::borrow::Cow;

pub(crate) use uri::{Reference, location};

use crate::diagnostic::Severity;
use crate::document::Document;
use crate::yaml::{self, Budget, Node, Origin, Span, Value};
use crate::{LARGEST, Source, Surroundings};

/// Variables that a configuration may expand, nested ones included.
const MOST: usize = 10_000;
/// Variables that a single value may expand.
const MOST_IN_VALUE: usize = 1_000;
/// How deep variables may refer to variables.
const DEPTH: usize = 20;
/// Bytes of the longest text that expansion may make.
const LONGEST: usize = 1 << 20;

/// What was found wrong while a configuration was read.
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// Expands every value of the tree in place. Files that bring in mappings or lists become texts of the document.
pub(crate) fn expand(
    root: &mut Node,
    document: &mut Document,
    around: &dyn Surroundings,
    budget: &mut Budget,
) -> Vec<Finding> {
    let mut expander = Expander {
        document,
        around,
        budget,
        left: MOST,
        left_in_value: 0,
        open: Vec::new(),
        findings: Vec::new(),
    };
    expander.node(root);
    let findings = expander.findings;
    unescape(root);
    findings
}

struct Expander<'a> {
    document: &'a mut Document,
    around: &'a dyn Surroundings,
    budget: &'a mut Budget,
    left: usize,
    left_in_value: usize,
    /// Files whose content is being expanded, outermost first.
    open: Vec<String>,
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

/// What stands in the place of a `${...}`.
struct Brought {
    text: Cow<'static, str>,
    /// The file that it came from.
    file: Option<String>,
}

impl From<String> for Brought {
    fn from(text: String) -> Self {
        Self {
            text: Cow::Owned(text),
            file: None,
        }
    }
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
                }
                Ok(None) => {}
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
            let brought = self.retrieve(&uri, span, depth)?;
            if found == (0..text.len()) {
                return self.whole(&uri, brought, span, depth).map(Some);
            }
            // As in a Collector, it is put in everywhere in the text, escaped or not.
            let places = text.matches(&uri).count();
            let added = places.saturating_mul(brought.text.len());
            if text.len().saturating_add(added) > LONGEST {
                return Err(failure(
                    &uri,
                    format!("makes a text of more than {LONGEST} bytes"),
                    "put less into the variable",
                ));
            }
            text = text.replace(&uri, &brought.text);
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
        uri: &str,
        brought: Brought,
        span: Span,
        depth: usize,
    ) -> Result<Expanded, Failure> {
        let depth = depth.saturating_add(1);
        let base = self.document.len();
        let parsed = yaml::parse(&brought.text, base, self.budget);
        let text = brought.text;
        let node = match (parsed, brought.file) {
            // Only an empty text that was written as default is a text; an empty variable is nothing.
            (Ok(node), _) if node.value == Value::Null && matches!(text, Cow::Borrowed(_)) => {
                return Ok(as_text(String::new()));
            }
            (Ok(node), Some(file)) if matches!(node.value, Value::List(_) | Value::Map(_)) => {
                return Ok(self.fragment(file, text.into_owned(), node, depth));
            }
            (Err(mistakes), Some(file)) if is_yaml(&file) => {
                let why = mistakes.first().map_or("", |mistake| &mistake.message);
                return Err(failure(
                    uri,
                    format!("names a file that holds a mistake: {why}"),
                    "mend the file; what is no YAML has another extension than `.yaml`, `.yml` or `.json`",
                ));
            }
            (Ok(node), _) if !matches!(node.value, Value::Text(_)) => node,
            _ => {
                let inner = text.into_owned();
                let expanded = self.text(&inner, span, depth)?;
                return Ok(expanded.unwrap_or_else(|| as_text(inner)));
            }
        };
        let mut node = Node::new(node.value, span);
        self.inner(&mut node, span, depth)?;
        Ok(Expanded {
            value: node.value,
            text: self.original(text.into_owned(), span, depth),
        })
    }

    /// A part of a configuration that lies in a file of its own: what is wrong in it is shown where it stands there.
    fn fragment(&mut self, file: String, text: String, mut node: Node, depth: usize) -> Expanded {
        let span = node.span;
        self.document.add(
            Source {
                name: file.clone(),
                text: text.clone(),
            },
            true,
        );
        yaml::nest(&mut node);
        self.open.push(file);
        let left = self.left_in_value;
        self.node(&mut node);
        self.left_in_value = left;
        let text = self.original(text, span, depth);
        self.open.pop();
        Expanded {
            value: node.value,
            text,
        }
    }

    /// The text of a value that is none, for where one is wanted. A comment in it may hold what cannot be expanded.
    fn original(&mut self, text: String, span: Span, depth: usize) -> Option<String> {
        match self.text(&text, span, depth) {
            Ok(Some(expanded)) => expanded.text,
            Ok(None) => Some(text),
            Err(_) => None,
        }
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

    /// What one `${...}` brings; borrowed only where an empty default was written.
    fn retrieve(&mut self, uri: &str, span: Span, depth: usize) -> Result<Brought, Failure> {
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
        let brought = match uri::parse(uri)
            .map_err(|(message, help)| failure(uri, message, help))?
        {
            Reference::Yaml(text) => Brought::from(text.to_owned()),
            Reference::File(path) => self.file(uri, path)?,
            Reference::Variable { name, default } => match (self.around.variable(name), default) {
                (Some(text), _) => Brought::from(text),
                (None, Some("")) => Brought {
                    text: Cow::Borrowed(""),
                    file: None,
                },
                (None, Some(default)) => Brought::from(default.to_owned()),
                (None, None) => {
                    self.unset(uri, name, span);
                    Brought::from(String::new())
                }
            },
        };
        if brought.file.is_none() && brought.text.len() > LONGEST {
            return Err(failure(
                uri,
                format!("names a variable of more than {LONGEST} bytes"),
                "put less into it",
            ));
        }
        Ok(brought)
    }

    fn file(&mut self, uri: &str, path: &str) -> Result<Brought, Failure> {
        if self.open.iter().any(|open| open == path) {
            let way = self.open.iter().map(String::as_str).chain([path]);
            let way: Vec<String> = way.map(|file| format!("`{file}`")).collect();
            return Err(failure(
                uri,
                format!("names a file that includes itself: {}", way.join(" -> ")),
                "remove one of the references",
            ));
        }
        if self.open.len() >= DEPTH {
            return Err(failure(
                uri,
                format!("is nested too deep: files may include files {DEPTH} deep"),
                "put more into one file",
            ));
        }
        let text = self.around.file(path).map_err(|why| {
            failure(
                uri,
                format!("names a file that cannot be read: {why}"),
                "a relative path is relative to the folder that the program runs in",
            )
        })?;
        if self.document.len().saturating_add(text.len()) > LARGEST {
            return Err(failure(
                uri,
                format!("makes a configuration of more than {LARGEST} bytes"),
                "tables and lists belong into files of their own, which `gate: {files: ...}` names",
            ));
        }
        Ok(Brought {
            text: Cow::Owned(text),
            file: Some(path.to_owned()),
        })
    }

    fn unset(&mut self, uri: &str, name: &str, span: Span) {
        let message = format!(
            "names the environment variable `{name}`, which is not set: it is taken as empty"
        );
        let help = format!("set it, or write what stands in for it: `${{env:{name}:-value}}`");
        self.report(Severity::Warning, span, failure(uri, message, help));
    }

    /// Points at the variable itself where it stands in the file as it was written.
    fn report(&mut self, severity: Severity, span: Span, failure: Failure) {
        let written = self.document.slice(span);
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
            help: Some(failure.help),
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

fn as_text(text: String) -> Expanded {
    Expanded {
        value: Value::Text(text.clone()),
        text: Some(text),
    }
}

/// Whether a file is meant to hold YAML, whatever it does hold.
fn is_yaml(path: &str) -> bool {
    let extension = std::path::Path::new(path).extension();
    extension.is_some_and(|extension| {
        ["yaml", "yml", "json"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
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
