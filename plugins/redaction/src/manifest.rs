//! The rights that a configuration needs, and no others.

use tollgate_sdk::{NodeKind, Setup, Signal, attribute_path};

use crate::Redaction;
use crate::detection::Detection;
use crate::summary::{self, Level};

/// Nodes with attributes that the Collector looks at, and those that it overlooks.
const LOOKED_AT: [NodeKind; 4] = [
    NodeKind::Resource,
    NodeKind::Scope,
    NodeKind::LogRecord,
    NodeKind::SpanEvent,
];
const OVERLOOKED: [NodeKind; 2] = [NodeKind::SpanLink, NodeKind::Exemplar];

/// Declares what the policy reads and writes.
pub(crate) fn declare(redaction: &Redaction, setup: &mut Setup) {
    let detects = redaction.detection.is_some();
    let every_text = redaction.everywhere && (detects || !redaction.values.is_empty());
    if every_text {
        setup.edits(Signal::ALL, "*");
    }
    let attributes = redaction.looks_at_attributes();
    for &signal in Signal::ALL {
        let record = record_kind(signal);
        for kind in LOOKED_AT
            .into_iter()
            .chain(OVERLOOKED.into_iter().filter(|_| redaction.everywhere))
        {
            let kind = if kind == NodeKind::LogRecord {
                record
            } else {
                kind
            };
            if !exists(kind, signal) {
                continue;
            }
            let base = attribute_base(kind);
            if attributes && !every_text {
                setup.edits(&[signal], &format!("{base}[*]"));
            } else if every_text && redaction.all_types {
                setup.edits(&[signal], &format!("{base}[**]"));
            } else if every_text && (redaction.keys.masks() || detects) {
                // A mask may stand in place of what is no text; what it was does not have to be known.
                setup.writes(&[signal], &format!("{base}[*]"));
            }
            if redaction.level > Level::Silent && (attributes || every_text) {
                for key in summary::keys(kind) {
                    setup.edits(&[signal], &attribute_path(kind, key));
                }
            }
        }
    }
    if redaction.looks_at_bodies() {
        setup.edits(&[Signal::Logs], "body");
        if !redaction.whole_bodies {
            setup.edits(&[Signal::Logs], "body[**]");
        }
    }
    if redaction.detection.as_ref().is_some_and(Detection::drops) {
        setup.drops(Signal::ALL);
    }
    // As the Collector does, also under a configuration that does nothing for a signal.
    setup.takes(Signal::ALL);
}

fn record_kind(signal: Signal) -> NodeKind {
    match signal {
        Signal::Logs => NodeKind::LogRecord,
        Signal::Traces => NodeKind::Span,
        Signal::Metrics => NodeKind::DataPoint,
    }
}

fn exists(kind: NodeKind, signal: Signal) -> bool {
    match kind {
        NodeKind::SpanEvent | NodeKind::SpanLink => signal == Signal::Traces,
        NodeKind::Exemplar => signal == Signal::Metrics,
        _ => true,
    }
}

/// The path of the attributes of a node, without a key.
fn attribute_base(kind: NodeKind) -> String {
    let path = attribute_path(kind, "");
    path.strip_suffix("[\"\"]").unwrap_or(&path).to_owned()
}

impl Redaction {
    fn looks_at_attributes(&self) -> bool {
        !self.keys.is_empty()
            || !self.values.is_empty()
            || self.detection.is_some()
            || self.values.has_allowed()
            || self.databases.has_attributes()
            || self
                .urls
                .as_ref()
                .is_some_and(crate::url::Urls::has_attributes)
    }

    fn looks_at_bodies(&self) -> bool {
        self.looks_at_attributes() || self.urls.is_some() || !self.databases.is_empty()
    }
}
