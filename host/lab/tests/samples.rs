//! The samples are what they say: small requests of every signal that their programs send, with something to find in each.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test may panic"
)]

use tollgate_lab::fields::fields;
use tollgate_lab::samples::{NAMES, sample, text};
use tollgate_record::{Signal, Value};

/// Every text in a value, keys included.
fn texts(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Text(text) => out.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, out)),
        Value::Map(entries) => entries.iter().for_each(|(_, value)| texts(value, out)),
        _ => {}
    }
}

#[test]
fn every_sample_has_secrets_to_find_in_its_fields() {
    let signals = [
        ("codex", vec![Signal::Logs, Signal::Traces]),
        (
            "claude",
            vec![Signal::Logs, Signal::Logs, Signal::Traces, Signal::Metrics],
        ),
        (
            "gemini",
            vec![Signal::Logs, Signal::Traces, Signal::Metrics],
        ),
        (
            "otel-demo",
            vec![Signal::Logs, Signal::Traces, Signal::Metrics],
        ),
    ];
    assert_eq!(signals.each_ref().map(|(name, _)| *name), NAMES);
    for (name, signals) in signals {
        let sample = sample(name).unwrap();
        let own: Vec<_> = sample.iter().map(|telemetry| telemetry.signal).collect();
        assert_eq!(own, signals, "{name}");
        let mut found = Vec::new();
        for telemetry in &sample {
            for record in fields(telemetry.signal, &telemetry.wire).unwrap() {
                record
                    .fields
                    .iter()
                    .for_each(|(_, value)| texts(value, &mut found));
            }
        }
        let holds = |secret: &str| found.iter().any(|text| text.contains(secret));
        assert!(holds("jane.doe@example.com"), "{name}");
        assert!(holds("4111 1111 1111 1111"), "{name}");
        assert!(text(name).unwrap().len() < 24_000, "{name}");
    }
    assert!(sample("nothing").is_none());
}
