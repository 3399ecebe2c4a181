//! From the parser's events to a tree. Everything that a hostile file could blow up is counted here.

use std::collections::{HashMap, HashSet};

use serde_saphyr::granit_parser::{self as granit, Event, Parser, ScanError, Tag};

use super::merge::{merge, mergeable};
use super::scalar::scalar;
use super::{Entry, Node, Span, Value};

/// How deep values may nest.
pub(crate) const DEPTH: usize = 100;
/// How many values a configuration may hold, aliases and variables expanded.
pub(crate) const VALUES: usize = 500_000;

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Mistake {
    fn new(span: Span, message: impl Into<String>, help: &str) -> Self {
        Self {
            span,
            message: message.into(),
            help: Some(help.to_owned()),
        }
    }
}

/// Values that may still be made.
#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: VALUES }
    }
}

impl Budget {
    /// Takes `values` away; false when there are not so many left.
    pub(crate) fn take(&mut self, values: usize) -> bool {
        match self.left.checked_sub(values) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }
}

/// Reads one YAML document, whose places are counted from `base`. An empty text is null.
pub(crate) fn parse(text: &str, base: usize, budget: &mut Budget) -> Result<Node, Vec<Mistake>> {
    let mut options = granit::Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = DEPTH;
    options.block_nesting_limit = DEPTH;
    let mut builder = Builder {
        text,
        base,
        budget,
        open: Vec::new(),
        anchors: HashMap::new(),
        root: None,
        mistakes: Vec::new(),
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => return Err(builder.syntax(&error)),
        };
        let span = builder.span(span);
        if let Err(mistake) = builder.event(event, span) {
            builder.mistakes.push(mistake);
            return Err(builder.mistakes);
        }
    }
    if builder.mistakes.is_empty() {
        Ok(builder
            .root
            .unwrap_or(Node::new(Value::Null, Span::default())))
    } else {
        Err(builder.mistakes)
    }
}

struct Builder<'a> {
    text: &'a str,
    base: usize,
    budget: &'a mut Budget,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    root: Option<Node>,
    /// What is wrong and does not keep from reading on.
    mistakes: Vec<Mistake>,
}

/// A list or a mapping whose end has not come yet.
struct Open {
    anchor: usize,
    start: usize,
    kind: OpenKind,
}

enum OpenKind {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        seen: HashSet<String>,
        key: Option<(String, Span)>,
        merged: Vec<Node>,
    },
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Mistake> {
        match event {
            Event::DocumentStart(..) if self.root.is_some() => Err(Mistake::new(
                span,
                "a second document starts here",
                "a configuration is one document: remove the `---`",
            )),
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(&text, style, tag.as_deref())
                    .map_err(|(message, help)| Mistake::new(span, message, help))?;
                if let Some(expected) = self.expects_key() {
                    *expected = Some((text.into_owned(), span));
                    return Ok(());
                }
                self.finish(Node::new(value, span), anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.start(anchor, span, tag.as_deref(), OpenKind::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                let kind = OpenKind::Map {
                    entries: Vec::new(),
                    seen: HashSet::new(),
                    key: None,
                    merged: Vec::new(),
                };
                self.start(anchor, span, tag.as_deref(), kind)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => Ok(()),
        }
    }

    /// The place for a key, where a key comes next.
    fn expects_key(&mut self) -> Option<&mut Option<(String, Span)>> {
        match self.open.last_mut().map(|open| &mut open.kind) {
            Some(OpenKind::Map { key, .. }) if key.is_none() => Some(key),
            _ => None,
        }
    }

    fn start(
        &mut self,
        anchor: usize,
        span: Span,
        tag: Option<&Tag>,
        kind: OpenKind,
    ) -> Result<(), Mistake> {
        if let Some(tag) = tag.filter(|tag| !matches!(tag.core_suffix(), Some("map" | "seq"))) {
            return Err(Mistake::new(
                span,
                format!("the tag `{}` means nothing here", tag.original()),
                "remove it",
            ));
        }
        if self.expects_key().is_some() {
            return Err(Mistake::new(
                span,
                "a key must be a text",
                "if this was meant as a value, write its key before it",
            ));
        }
        self.open.push(Open {
            anchor,
            start: span.start,
            kind,
        });
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), Mistake> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let value = match open.kind {
            OpenKind::List(items) => Value::List(items),
            OpenKind::Map {
                entries, merged, ..
            } => Value::Map(merge(entries, merged)),
        };
        let span = self.trimmed(Span {
            start: open.start,
            end: span.end,
        });
        self.finish(Node::new(value, span), open.anchor)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Mistake> {
        if self.expects_key().is_some() {
            return Err(Mistake::new(
                span,
                "an alias cannot be a key",
                "write the key itself",
            ));
        }
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(Mistake::new(
                span,
                "this alias stands inside of what it refers to",
                "an alias refers to what is complete before it",
            ));
        };
        if !self.budget.take(node.size()) {
            return Err(too_many(span));
        }
        let node = node.clone();
        self.place(node, span)
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Mistake> {
        let span = node.span;
        if !self.budget.take(1) {
            return Err(too_many(span));
        }
        if anchor != 0 {
            if !self.budget.take(node.size()) {
                return Err(too_many(span));
            }
            self.anchors.insert(anchor, node.clone());
        }
        self.place(node, span)
    }

    /// Puts a complete value where it belongs.
    fn place(&mut self, node: Node, span: Span) -> Result<(), Mistake> {
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(node),
            Some(OpenKind::List(items)) => items.push(node),
            Some(OpenKind::Map {
                entries,
                seen,
                key,
                merged,
            }) => {
                let Some((name, at)) = key.take() else {
                    return Ok(());
                };
                if name == "<<" {
                    merged.extend(mergeable(node).map_err(|()| {
                        Mistake::new(
                            span,
                            "`<<` takes a mapping, or a list of mappings",
                            "refer to a mapping: `<<: *name`",
                        )
                    })?);
                } else if seen.insert(name.clone()) {
                    entries.push(Entry {
                        key: name,
                        span: at,
                        node,
                    });
                } else {
                    let message = format!("the key `{name}` stands here a second time");
                    self.mistakes
                        .push(Mistake::new(at, message, "keep one of the two"));
                }
            }
        }
        Ok(())
    }

    fn span(&self, span: granit::Span) -> Span {
        let start = self.offset(span.start);
        Span {
            start,
            end: self.offset(span.end).max(start),
        }
    }

    fn offset(&self, marker: granit::Marker) -> usize {
        self.base.saturating_add(self.local(marker))
    }

    fn local(&self, marker: granit::Marker) -> usize {
        marker.byte_offset().unwrap_or_else(|| {
            let characters = marker.index();
            self.text
                .char_indices()
                .nth(characters)
                .map_or(self.text.len(), |(offset, _)| offset)
        })
    }

    /// The span without the white space that a block ends with.
    fn trimmed(&self, span: Span) -> Span {
        let local = |at: usize| at.saturating_sub(self.base);
        let text = self
            .text
            .get(local(span.start)..local(span.end))
            .unwrap_or_default();
        Span {
            start: span.start,
            end: span.start.saturating_add(text.trim_end().len()),
        }
    }

    fn syntax(mut self, error: &ScanError) -> Vec<Mistake> {
        let at = self.offset(*error.marker());
        let before = self
            .text
            .get(..self.local(*error.marker()))
            .unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let help = if error.info().contains("tab") {
            "YAML indents with spaces"
        } else if line.ends_with('$') || line.contains("${") {
            "between brackets and braces, a value with `${...}` stands in quotes"
        } else {
            "compare the indentation, quotes and brackets of this line and the one before"
        };
        self.mistakes.push(Mistake::new(
            Span { start: at, end: at },
            format!("this is not YAML: {}", error.info()),
            help,
        ));
        self.mistakes
    }
}

fn too_many(span: Span) -> Mistake {
    Mistake::new(
        span,
        format!(
            "the configuration holds more than {VALUES} values when its aliases and variables are expanded"
        ),
        "write fewer, or nest aliases less",
    )
}
