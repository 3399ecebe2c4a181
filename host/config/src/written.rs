//! Files in YAML that are no configurations: read, and complained about, as configurations are.

use std::ops::Range;
use std::sync::Arc;

use crate::Source;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::document::Document;
use crate::yaml::{self, Budget, Node, Span, Value};

pub use crate::nearest::nearest;
pub use crate::units::size;

/// A file as it is written: what stands in it, and where.
#[derive(Debug, Clone)]
pub struct Written {
    root: Node,
    document: Arc<Document>,
}

/// A value of a file, with its place.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    node: &'a Node,
}

/// A key of a mapping, with its place and its value.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// As it is written.
    pub key: &'a str,
    /// Where the key stands.
    pub at: Place,
    /// Its value.
    pub item: Item<'a>,
}

/// Bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The first one.
    pub start: usize,
    /// Behind the last one.
    pub end: usize,
}

impl Written {
    /// Reads a file. An error is one of syntax, which hides everything else.
    pub fn read(source: Source) -> Result<Self, Diagnostics> {
        let read = yaml::parse(&source.text, 0, &mut Budget::default());
        let mut document = Document::default();
        document.add(source, true);
        let document = Arc::new(document);
        match read {
            Ok(root) => Ok(Self { root, document }),
            Err(mistakes) => Err(mistakes
                .into_iter()
                .map(|mistake| {
                    Diagnostic::new(
                        &document,
                        Severity::Error,
                        mistake.span,
                        mistake.message,
                        mistake.help,
                    )
                })
                .collect()),
        }
    }

    /// The whole.
    #[must_use]
    pub fn root(&self) -> Item<'_> {
        Item { node: &self.root }
    }

    /// All of its text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.document.text(Span::default())
    }

    /// Something that is to be said of a place.
    #[must_use]
    pub fn diagnostic(
        &self,
        severity: Severity,
        at: Place,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Diagnostic {
        let span = Span {
            start: at.start,
            end: at.end,
        };
        Diagnostic::new(&self.document, severity, span, message.into(), help)
    }

    /// The line of a place, from 1.
    #[must_use]
    pub fn line(&self, at: Place) -> usize {
        self.diagnostic(Severity::Error, at, "", None).position().0
    }
}

impl<'a> Item<'a> {
    /// Where it stands.
    #[must_use]
    pub fn at(self) -> Place {
        Place {
            start: self.node.span.start,
            end: self.node.span.end,
        }
    }

    /// What kind of value it is, for messages: `a list`.
    #[must_use]
    pub fn noun(self) -> &'static str {
        self.node.noun()
    }

    /// Whether nothing stands there.
    #[must_use]
    pub fn is_absent(self) -> bool {
        self.node.is_absent()
    }

    /// A text.
    #[must_use]
    pub fn text(self) -> Option<&'a str> {
        match &self.node.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// True or false.
    #[must_use]
    pub fn boolean(self) -> Option<bool> {
        match &self.node.value {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    #[must_use]
    pub fn count(self) -> Option<u64> {
        match &self.node.value {
            Value::Int(value) => u64::try_from(*value).ok(),
            Value::Large(value) => Some(*value),
            _ => None,
        }
    }

    /// The elements of a list.
    #[must_use]
    pub fn items(self) -> Option<impl ExactSizeIterator<Item = Item<'a>>> {
        match &self.node.value {
            Value::List(items) => Some(items.iter().map(|node| Item { node })),
            _ => None,
        }
    }

    /// The pairs of a mapping.
    #[must_use]
    pub fn pairs(self) -> Option<impl ExactSizeIterator<Item = Pair<'a>>> {
        match &self.node.value {
            Value::Map(entries) => Some(entries.iter().map(|entry| Pair {
                key: &entry.key,
                at: Place {
                    start: entry.span.start,
                    end: entry.span.end,
                },
                item: Item { node: &entry.node },
            })),
            _ => None,
        }
    }

    /// The pair of a key.
    #[must_use]
    pub fn pair(self, key: &str) -> Option<Pair<'a>> {
        self.pairs()?.find(|pair| pair.key == key)
    }

    /// As JSON, in the order of the file.
    #[must_use]
    pub fn to_json(self) -> serde_json::Value {
        self.node.to_json()
    }
}

impl Place {
    /// As a range of bytes.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}
