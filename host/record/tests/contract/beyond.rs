//! Whole maps, and what leaves a policy beside the batch.

use opentelemetry_proto::tonic::logs::v1::LogsData;
use prost::Message;
use tollgate_record::{
    Batch, Emission, Fields, Grant, Instrument, InstrumentKind, Measurement, Refusal, Signal,
    Value, ValueKind, View,
};

use crate::answer::*;

fn map(entries: &[(&str, Value)]) -> Vec<u8> {
    let entries = entries
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()));
    let mut out = Vec::new();
    Value::Map(entries.collect()).encode(&mut out);
    out
}

fn attributes(batch: &Batch) -> Vec<String> {
    let mut data = LogsData::decode(batch.encode()).unwrap();
    let record = data
        .resource_logs
        .remove(0)
        .scope_logs
        .remove(0)
        .log_records
        .remove(0);
    record
        .attributes
        .into_iter()
        .map(|entry| entry.key)
        .collect()
}

#[test]
fn a_whole_map_takes_the_place_of_all_entries_those_that_nobody_reads_included() {
    let mut access = access(Signal::Logs, &["attributes[\"b\"]"], &[]);
    access.writes = Fields::parse_writes(Signal::Logs, &["attributes"]).unwrap();
    let wire = logs(vec![record(&[("a", "1"), ("b", "2"), ("c", "3")])]).encode_to_vec();
    let mut batch = index(&access, wire);
    let view = project(&batch, &access);
    let new = map(&[
        ("z", Value::Int(1)),
        (
            "b",
            Value::Map(
                vec![("inner", Value::Text("x".to_owned()))]
                    .into_iter()
                    .map(|(k, v)| (k.to_owned(), v))
                    .collect(),
            ),
        ),
    ]);
    let answer = Answer::default()
        .put(3, "attributes", ValueKind::Map, &new)
        .put(3, "attributes[\"y\"]", ValueKind::Int, &number(2));
    let changes = answer.check(&batch, &view, &access).unwrap();
    assert_eq!(batch.apply(vec![changes]).edits_by_rule, [2]);
    assert_eq!(attributes(&batch), ["z", "b", "y"]);
    let shown = cells(&project(&batch, &access));
    assert_eq!((shown.len(), shown[0].2), (1, ValueKind::Map));

    let view = project(&batch, &access);
    let empty = Answer::default().put(3, "attributes", ValueKind::Map, &map(&[]));
    let changes = empty.check(&batch, &view, &access).unwrap();
    batch.apply(vec![changes]);
    assert!(attributes(&batch).is_empty());
}

#[test]
fn entries_that_a_whole_map_took_away_are_gone() {
    let mut access = access(Signal::Logs, &["attributes[*]"], &[]);
    access.writes = Fields::parse_writes(Signal::Logs, &["attributes"]).unwrap();
    let batch = index(&access, logs(vec![record(&[("a", "1")])]).encode_to_vec());
    let view = project(&batch, &access);
    let filled = || Answer::default().put(3, "attributes", ValueKind::Map, &map(&[]));
    let gone = Refusal::Gone { index: 1 };
    assert_eq!(filled().set(0, "x").refusal(&batch, &view, &access), gone);
    let nested = filled().put(3, "attributes[\"a\"][\"b\"]", ValueKind::Text, b"x");
    assert_eq!(nested.refusal(&batch, &view, &access), gone);
    let text = Answer::default().put(3, "attributes", ValueKind::Text, b"x");
    assert!(matches!(
        text.refusal(&batch, &view, &access),
        Refusal::Kind { .. }
    ));
    let narrow = crate::answer::access(Signal::Logs, &["attributes[*]"], &["attributes[\"a\"]"]);
    let undeclared = filled().refusal(&batch, &view, &narrow);
    assert!(matches!(undeclared, Refusal::Undeclared { index: 0, .. }));
    assert!(
        Fields::parse(Signal::Logs, &["attributes"]).is_err(),
        "for writing alone"
    );
}

fn instrument(kind: InstrumentKind) -> Instrument {
    Instrument {
        name: "tokens".to_owned(),
        unit: "{token}".to_owned(),
        description: String::new(),
        kind,
    }
}

fn nothing_to_see() -> (Batch, View) {
    let access = access(Signal::Logs, &[], &[]);
    let batch = index(&access, logs(vec![record(&[])]).encode_to_vec());
    let view = project(&batch, &access);
    (batch, view)
}

#[test]
fn measurements_must_fit_their_instrument() {
    let (mut batch, view) = nothing_to_see();
    let access = access(Signal::Logs, &[], &[]);
    let instruments = [
        instrument(InstrumentKind::DeltaSum),
        instrument(InstrumentKind::Gauge),
    ];
    let grant = Grant {
        instruments: &instruments,
        ..Grant::default()
    };
    let measured = |instrument, value, attributes: &[(&str, &str)]| Measurement {
        instrument,
        value,
        attributes: attributes
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    };
    let check = |measurement: Measurement| {
        let mut answer = Answer::default();
        answer.0.measurements = vec![measurement];
        batch.check(&view, &access, grant, answer.0)
    };
    let long = "x".repeat(257);
    for wrong in [
        measured(2, 1.0, &[]),
        measured(0, f64::NAN, &[]),
        measured(1, f64::INFINITY, &[]),
        measured(0, -1.0, &[]),
        measured(0, 1.0, &[("", "x")]),
        measured(0, 1.0, &[("k", &long)]),
        measured(0, 1.0, &[(&long, "x")]),
        measured(0, 1.0, &[("k", "x"), ("k", "y")]),
        measured(0, 1.0, &[("k", "x"); 17]),
    ] {
        let refused = check(wrong.clone());
        assert!(
            matches!(refused, Err(Refusal::Measurement { index: 0, .. })),
            "{wrong:?}"
        );
    }
    let fine = measured(1, -2.5, &[("model", "m")]);
    let changes = check(fine.clone()).unwrap();
    assert!(!changes.is_empty());
    assert_eq!(batch.apply(vec![changes]).measurements, [fine]);
}

#[test]
fn emissions_must_be_requests_of_a_signal_that_was_declared() {
    let (mut batch, view) = nothing_to_see();
    let access = access(Signal::Logs, &[], &[]);
    let grant = Grant {
        emits: &[Signal::Logs],
        ..Grant::default()
    };
    let check = |signal, request: Vec<u8>| {
        let mut answer = Answer::default();
        answer.0.emissions = vec![Emission { signal, request }];
        batch.check(&view, &access, grant, answer.0)
    };
    let wire = logs(vec![record(&[("a", "1")])]).encode_to_vec();
    let mut invalid = wire.clone();
    let last = invalid.len() - 1;
    invalid[last] = 0xff;
    for (signal, request) in [
        (Signal::Metrics, wire.clone()),
        (Signal::Logs, wire[..wire.len() - 1].to_vec()),
        (Signal::Logs, invalid),
    ] {
        let refused = check(signal, request);
        assert!(
            matches!(refused, Err(Refusal::Emission { index: 0, .. })),
            "{refused:?}"
        );
    }
    let changes = check(Signal::Logs, wire.clone()).unwrap();
    let emitted = batch.apply(vec![changes]).emissions;
    assert_eq!((emitted.len(), &emitted[0].request), (1, &wire));
}
