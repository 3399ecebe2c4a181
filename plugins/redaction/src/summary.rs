//! The attributes that say what was done: `redaction.masked.keys`, `redaction.masked.count` and so on.

use tollgate_sdk::{Batch, NewValue, NodeKind, Rule, Value, attribute_path};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Silent,
    Info,
    Debug,
}

impl Level {
    /// The Collector takes any other word for silence, too.
    pub(crate) fn new(word: &str) -> Level {
        match word {
            "debug" => Level::Debug,
            "info" => Level::Info,
            _ => Level::Silent,
        }
    }
}

/// Keys of the lists and of the counts: of what was removed, masked, spared and ignored, first among attributes, then in the body.
const KEYS: [(Option<&str>, &str); 8] = [
    (Some("redaction.redacted.keys"), "redaction.redacted.count"),
    (Some("redaction.masked.keys"), "redaction.masked.count"),
    (Some("redaction.allowed.keys"), "redaction.allowed.count"),
    (None, "redaction.ignored.count"),
    (
        Some("redaction.body.redacted.keys"),
        "redaction.body.redacted.count",
    ),
    (
        Some("redaction.body.masked.keys"),
        "redaction.body.masked.count",
    ),
    (
        Some("redaction.body.allowed.keys"),
        "redaction.body.allowed.count",
    ),
    (None, "redaction.body.ignored.count"),
];

/// Keys that an allow list does not remove, so that two redactions in a row add up.
pub(crate) const KEPT: [&str; 7] = [
    "redaction.redacted.keys",
    "redaction.redacted.count",
    "redaction.masked.keys",
    "redaction.masked.count",
    "redaction.allowed.keys",
    "redaction.allowed.count",
    "redaction.ignored.count",
];

/// Every key that a summary of this kind of node may have.
pub(crate) fn keys(kind: NodeKind) -> impl Iterator<Item = &'static str> {
    let used = if kind == NodeKind::LogRecord { 8 } else { 4 };
    KEYS.iter()
        .take(used)
        .flat_map(|(list, count)| list.iter().copied().chain([*count]))
}

/// What happened to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Removed,
    Masked,
    Spared,
    Ignored,
}

/// What happened at one node so far.
#[derive(Debug)]
pub(crate) struct Tally {
    level: Level,
    rule: Rule,
    lists: [Vec<String>; 8],
    counts: [i64; 8],
    anything: bool,
}

impl Tally {
    pub(crate) fn new(level: Level, rule: Rule) -> Tally {
        Tally {
            level,
            rule,
            lists: Default::default(),
            counts: [0; 8],
            anything: false,
        }
    }

    /// Notes a deed, at a place of the body or at another one; `name` is called only where names are shown.
    pub(crate) fn note(&mut self, deed: Deed, in_body: bool, name: impl FnOnce() -> String) {
        if self.level == Level::Silent {
            return;
        }
        let slot = deed as usize + if in_body { 4 } else { 0 };
        if let Some(count) = self.counts.get_mut(slot) {
            *count = count.saturating_add(1);
        }
        if self.level == Level::Debug
            && deed != Deed::Ignored
            && let Some(list) = self.lists.get_mut(slot)
        {
            list.push(name());
        }
        self.anything = true;
    }

    /// How much was masked so far.
    pub(crate) fn masked(&self) -> i64 {
        let [_, masked, _, _, _, in_body, ..] = self.counts;
        masked.saturating_add(in_body)
    }

    /// Writes what was noted to the attributes of a node, and starts anew. `left` says what the redaction leaves of an attribute: what
    /// an earlier summary says comes from a client like everything else.
    pub(crate) fn write(
        &mut self,
        batch: &mut Batch<'_>,
        node: u32,
        left: impl Fn(&str, &str) -> String,
    ) {
        if !self.anything {
            return;
        }
        self.anything = false;
        let Some(view) = batch.node(node) else { return };
        // A metric has no attributes of its own, and a request is no part of what is exported.
        let kind = view.kind();
        let silent = matches!(kind, NodeKind::Metric | NodeKind::Request);
        for ((names, count), (list_key, count_key)) in
            self.lists.iter_mut().zip(&mut self.counts).zip(KEYS)
        {
            let count = std::mem::take(count);
            let mut names = std::mem::take(names);
            if count == 0 || silent {
                continue;
            }
            if let Some(key) = list_key
                && self.level == Level::Debug
            {
                if let Some(Value::Text(before)) = view.attribute(key)
                    && !before.is_empty()
                {
                    let before = left(key, before);
                    let before = before.split(',').filter(|name| !name.is_empty());
                    names.extend(before.map(str::to_owned));
                }
                names.sort_unstable();
                batch.put(
                    self.rule,
                    node,
                    attribute_path(kind, key).as_str(),
                    NewValue::from(names.join(",")),
                );
            }
            let before = view
                .attribute(count_key)
                .and_then(Value::as_i64)
                .unwrap_or_default();
            batch.put(
                self.rule,
                node,
                attribute_path(kind, count_key).as_str(),
                NewValue::from(count.saturating_add(before)),
            );
        }
    }
}
