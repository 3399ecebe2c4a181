//! What people call a record.

use tollgate_record::{Signal, Value};

use crate::fields::RecordFields;

/// How much of a body is told.
const LONGEST: usize = 60;

/// The name of a span, a metric or an event, or else how the body begins; empty if there is nothing of that.
#[must_use]
pub fn label(signal: Signal, record: &RecordFields) -> String {
    let paths: &[&str] = match signal {
        Signal::Logs => &["attributes[\"event.name\"]", "event_name", "body"],
        Signal::Traces => &["name"],
        Signal::Metrics => &["metric.name"],
    };
    let texts = paths.iter().filter_map(|path| match record.get(path) {
        Some(Value::Text(text)) => Some(text.trim()),
        _ => None,
    });
    let mut texts = texts.filter(|text| !text.is_empty());
    let text = texts.next().unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    let mut label: String = line.chars().take(LONGEST).collect();
    if label.len() < text.len() {
        label.push('…');
    }
    label
}
