//! Reading a section that has been checked: what is not written has the default that its table names.

use std::path::PathBuf;
use std::time::Duration;

use super::value;
use crate::model::Secret;
use crate::schema::{Key, Kind};
use crate::yaml::{Node, Span, Value, plain};

/// Values under one key. What is wrong with them has been reported; whatever is read then does not matter.
#[derive(Clone, Copy)]
pub(crate) struct Section<'a> {
    keys: &'static [Key],
    node: Option<&'a Node>,
}

impl<'a> Section<'a> {
    pub(crate) fn new(keys: &'static [Key], node: &'a Node) -> Self {
        Self {
            keys,
            node: Some(node),
        }
    }

    /// The value that is written.
    pub(crate) fn node(&self, name: &str) -> Option<&'a Node> {
        self.node?.get(name).filter(|node| !node.is_absent())
    }

    /// Whether the key is written, with a value or without.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.node.is_some_and(|node| node.get(name).is_some())
    }

    /// Where the key stands.
    pub(crate) fn key(&self, name: &str) -> Option<Span> {
        Some(self.node?.entry(name)?.span)
    }

    /// Whether the key is written with a value, be it one that could not be found out.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.node
            .and_then(|node| node.get(name))
            .is_some_and(|node| node.value != Value::Null)
    }

    /// Keys of a key.
    pub(crate) fn section(&self, name: &str) -> Section<'a> {
        match self.kind(name) {
            Some(Kind::Section(keys)) => Section {
                keys,
                node: self.node(name),
            },
            _ => Section {
                keys: &[],
                node: None,
            },
        }
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.read(name, value::flag).unwrap_or_default()
    }

    pub(crate) fn count(&self, name: &str) -> u64 {
        self.read(name, value::count).unwrap_or_default()
    }

    /// A count that fits: its table says so.
    pub(crate) fn small(&self, name: &str) -> u32 {
        u32::try_from(self.count(name)).unwrap_or(u32::MAX)
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        self.read(name, value::number).unwrap_or_default()
    }

    pub(crate) fn level(&self, name: &str) -> Option<i32> {
        self.read(name, |node| {
            if let Value::Int(value) = node.value {
                i32::try_from(value).ok()
            } else {
                None
            }
        })
    }

    pub(crate) fn size(&self, name: &str) -> Option<u64> {
        self.read(name, value::size)
    }

    pub(crate) fn duration(&self, name: &str) -> Duration {
        self.read(name, value::duration).unwrap_or_default()
    }

    /// A duration of which 0 means that there is no limit.
    pub(crate) fn limit(&self, name: &str) -> Option<Duration> {
        Some(self.duration(name)).filter(|limit| !limit.is_zero())
    }

    /// A text; none where it is empty.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let written = self
            .node(name)
            .and_then(Node::text)
            .unwrap_or_else(|| self.default(name));
        (!written.is_empty()).then(|| written.to_owned())
    }

    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.text(name).map(PathBuf::from)
    }

    /// A word of a choice, in lower case.
    pub(crate) fn choice(&self, name: &str) -> String {
        self.text(name).unwrap_or_default().to_ascii_lowercase()
    }

    /// Texts of a list.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let texts = self.node(name).and_then(value::texts).unwrap_or_default();
        texts.into_iter().map(|(text, _)| text).collect()
    }

    /// The items of a list that have keys of their own.
    pub(crate) fn sections(&self, name: &str) -> Vec<Section<'a>> {
        let items = match self.node(name).map(|node| &node.value) {
            Some(Value::List(items)) => items.as_slice(),
            _ => &[],
        };
        match self.kind(name) {
            Some(Kind::Sections(keys)) => {
                items.iter().map(|item| Section::new(keys, item)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn kind(&self, name: &str) -> Option<Kind> {
        let key = self.keys.iter().find(|key| key.name == name)?;
        Some(key.kind)
    }

    /// Names with their texts, and where these stand.
    pub(crate) fn named(&self, name: &str) -> Vec<(String, String, Span)> {
        let entries = self.node(name).map(Node::entries).unwrap_or_default();
        entries
            .iter()
            .filter_map(|entry| {
                let text = entry.node.text()?.to_owned();
                Some((entry.key.clone(), text, entry.node.span))
            })
            .collect()
    }

    /// Headers, names in lower case.
    pub(crate) fn headers(&self, name: &str) -> Vec<(String, Secret)> {
        let headers = self.node(name).map(value::headers).unwrap_or_default();
        headers
            .into_iter()
            .filter_map(|(name, _, value)| {
                Some((name?.to_ascii_lowercase(), Secret::new(value?.text()?)))
            })
            .collect()
    }

    fn default(&self, name: &str) -> &'static str {
        self.keys
            .iter()
            .find(|key| key.name == name)
            .map_or("", |key| key.default)
    }

    fn read<T>(&self, name: &str, read: impl Fn(&Node) -> Option<T>) -> Option<T> {
        let default = || match self.default(name) {
            "" => None,
            text => read(&Node::new(plain(text), Span::default())),
        };
        self.node(name).and_then(&read).or_else(default)
    }
}
