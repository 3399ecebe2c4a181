//! What came of telemetry, written down so that people can review it: a line for each field of what left, and a line for each record that
//! did not leave.
//!
//! The spelling is stable, and a valid block of YAML: whatever telemetry holds, a line is a line.

use std::fmt::Write as _;

use tollgate_lab::Telemetry;
use tollgate_lab::fields::{FieldAt, RecordFields};
use tollgate_lab::passage::{End, Passage};
use tollgate_record::Value;

use crate::output::path::{hexadecimal, shown};
use crate::output::{Produced, ended};

/// What came of requests, in order.
#[must_use]
pub fn of(passages: &[Passage]) -> String {
    let passed = passages.iter().map(|passage| {
        let wire = passage.input.wire.clone();
        let telemetry = Telemetry::new(passage.signal, wire, String::new());
        (telemetry, passage.clone())
    });
    written(&Produced::new(passed.collect()))
}

pub(crate) fn written(produced: &Produced) -> String {
    let mut text = String::new();
    let mut open = None;
    for left in produced.left() {
        if open.as_ref() != Some(&left.pipeline) {
            push(&mut text, &format!("{}:", left.pipeline));
            open = Some(left.pipeline.clone());
        }
        record(&mut text, &left.fields);
    }
    // What other telemetry is made of besides goes on.
    let gone = |fate: &tollgate_lab::passage::Fate| {
        let goes_on = |end: &End| {
            matches!(
                end,
                End::Left { .. } | End::Consumed { .. } | End::Merged { .. }
            )
        };
        let left = |end: &End| matches!(end, End::Left { .. });
        !fate.ends.iter().any(left) || !fate.ends.iter().all(goes_on)
    };
    let mut gone = produced
        .fates()
        .filter(|(_, _, fate)| gone(fate))
        .peekable();
    if gone.peek().is_some() {
        push(&mut text, "gone:");
    }
    for (record, _, fate) in gone {
        push(
            &mut text,
            &format!("  record {}: {}", record.saturating_add(1), ended(fate)),
        );
    }
    if text.is_empty() {
        text.push_str("nothing\n");
    }
    text
}

fn record(text: &mut String, record: &RecordFields) {
    let mut lead = "  - ";
    for (at, value) in &record.fields {
        push(text, &format!("{lead}{}: {}", spelled(at), value_of(value)));
        lead = "    ";
    }
    if record.fields.is_empty() {
        push(text, "  - {}");
    }
}

fn spelled(at: &FieldAt) -> String {
    at.to_string()
}

fn value_of(value: &Value) -> String {
    match value {
        Value::Bytes(bytes) => format!("0x{}", hexadecimal(bytes)),
        other => shown(other),
    }
}

/// A line. What would end it, or could not be seen, is escaped.
fn push(text: &mut String, line: &str) {
    for c in line.chars() {
        let is_odd = c.is_control()
            || matches!(
                c,
                '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
            );
        if is_odd {
            _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text.push('\n');
}
