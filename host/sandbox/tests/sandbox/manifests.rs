//! What `configure` answers: rights by signal, problems of the configuration, and what is refused.

use tollgate_record::{InstrumentKind, Signal};
use tollgate_sandbox::{ConfigureError, Manifest, ManifestError, StageSettings};

use crate::configure;
use crate::guests::{
    Data, Guest, HEAP, MANIFEST, MANIFEST_SIZE, PROBLEM_SIZE, Rights, manifest, outcome,
};
use crate::view;

fn answer(data: &Data) -> Result<Manifest, ConfigureError> {
    let guest = Guest::default().with_data(data);
    configure(&guest, StageSettings::default()).map(|(_, manifest)| manifest)
}

fn refusal(data: &Data) -> ManifestError {
    match answer(data) {
        Err(ConfigureError::Manifest(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn rights_are_by_signal() {
    let logs = Rights {
        reads: &["body", "attributes[\"model\"]"],
        writes: &["attributes[\"cost\"]"],
        ..Rights::default()
    };
    let traces = Rights {
        signal: 1,
        drops: true,
        ..Rights::default()
    };
    let manifest = answer(&manifest(&[logs, traces], &["price", "sampled"])).unwrap();
    assert_eq!(manifest.rules, ["price", "sampled"]);
    let access = manifest.of(Signal::Logs).unwrap();
    assert_eq!(
        access.reads.iter().collect::<Vec<_>>(),
        ["body", "attributes[\"model\"]"]
    );
    assert_eq!(
        access.writes.iter().collect::<Vec<_>>(),
        ["attributes[\"cost\"]"]
    );
    assert!(!access.drops);
    assert!(manifest.of(Signal::Traces).unwrap().drops);
    assert!(
        manifest.of(Signal::Metrics).is_none(),
        "not called for what it did not name"
    );
}

#[test]
fn a_field_that_does_not_exist_is_named() {
    let rights = Rights {
        reads: &["body", "bodi", "name"],
        ..Rights::default()
    };
    let text = refusal(&manifest(&[rights], &[])).to_string();
    assert!(
        text.contains("`reads`") && text.contains("bodi") && text.contains("name"),
        "{text}"
    );
}

#[test]
fn a_signal_stands_once() {
    let twice = manifest(&[Rights::default(), Rights::default()], &[]);
    assert_eq!(
        refusal(&twice),
        ManifestError::SignalTwice { signal: "logs" }
    );
}

#[test]
fn rules_are_labels() {
    let long = "x".repeat(300);
    for rules in [["fine", ""], ["fine", "two\nlines"], ["fine", &long]] {
        assert_eq!(
            refusal(&manifest(&[], &rules)),
            ManifestError::RuleName { index: 1 }
        );
    }
}

#[test]
fn what_is_not_offered_yet_is_refused_by_name() {
    let mut both = manifest(&[], &[]);
    both.byte(48, 1).text(52, "trace_id").byte(64, 1);
    let error = refusal(&both);
    let what = vec!["partition-by", "tick-every"];
    assert_eq!(error, ManifestError::NotOffered { what });
    assert!(error.to_string().ends_with("partition-by, tick-every"));
}

#[test]
fn routes_instruments_emissions_and_additions_are_granted() {
    let adds = Rights {
        adds: true,
        ..Rights::default()
    };
    let mut data = manifest(&[adds], &["rule"]);
    data.routes(&["logs/audit", "logs/bulk"])
        .instruments(&[("tokens", 0), ("size", 1), ("open", 2)])
        .emits(&[2, 0, 2]);
    let manifest = answer(&data).unwrap();
    assert!(manifest.of(Signal::Logs).unwrap().adds);
    assert_eq!(manifest.routes, ["logs/audit", "logs/bulk"]);
    assert_eq!(manifest.emits, [Signal::Logs, Signal::Metrics]);
    let kinds: Vec<_> = manifest
        .instruments
        .iter()
        .map(|known| known.kind)
        .collect();
    let all = [
        InstrumentKind::DeltaSum,
        InstrumentKind::Histogram,
        InstrumentKind::Gauge,
    ];
    assert_eq!(kinds, all);
    assert_eq!(manifest.instruments[0].unit, "s");
    let grant = manifest.grant();
    assert_eq!(
        (grant.rules, grant.routes, grant.instruments.len()),
        (1, 2, 3)
    );
    assert!(manifest.asks(Signal::Logs));
    assert!(!manifest.asks(Signal::Traces), "it has no entry");
}

#[test]
fn a_policy_that_asks_for_nothing_is_called_only_if_it_has_something_to_say() {
    let silent = answer(&manifest(&[Rights::default()], &["rule"])).unwrap();
    assert!(!silent.asks(Signal::Logs));
    let mut emits = manifest(&[Rights::default()], &["rule"]);
    emits.emits(&[2]);
    assert!(answer(&emits).unwrap().asks(Signal::Logs));
}

#[test]
fn names_of_routes_and_instruments_are_checked() {
    for routes in [["fine", ""], ["fine", "fine"], ["fine", "two\nlines"]] {
        let mut data = manifest(&[], &[]);
        data.routes(&routes);
        assert_eq!(refusal(&data), ManifestError::RouteName { index: 1 });
    }
    for name in ["", "1st", "two words", "Tokens"] {
        let mut data = manifest(&[], &[]);
        data.instruments(&[("tokens", 0), (name, 0)]);
        let refused = refusal(&data);
        assert!(
            matches!(refused, ManifestError::Instrument { index: 1, .. }),
            "{name}: {refused:?}"
        );
    }
}

#[test]
fn warnings_come_with_their_places() {
    let mut data = manifest(&[], &[]);
    data.warnings(&[("careful \u{1b}[31m", Some((7, 12))), ("and here", None)]);
    let warnings = answer(&data).unwrap().warnings;
    assert_eq!(warnings.len(), 2);
    assert_eq!(warnings[0].at, "/statements/0");
    assert_eq!(warnings[0].message, "careful \\u{1b}[31m");
    assert_eq!(warnings[0].span, Some((7, 12)));
    assert_eq!(warnings[1].span, None);
}

#[test]
fn fields_that_nobody_can_write_are_refused_when_they_are_declared() {
    let rights = Rights {
        reads: &["metadata[*]"],
        writes: &["metadata[*]"],
        ..Rights::default()
    };
    let text = refusal(&manifest(&[rights], &[])).to_string();
    assert!(
        text.contains("`writes`") && text.contains("read-only"),
        "{text}"
    );
}

#[test]
fn mistakes_of_a_configuration_come_back_as_they_are() {
    let mut data = Data::at(MANIFEST, MANIFEST_SIZE);
    let (place, address) = data.room(2 * PROBLEM_SIZE);
    data.byte(0, 1).slice(8, address, 2);
    data.text(place, "/actions/0/key")
        .text(place + 8, "is missing");
    data.byte(place + 16, 1).text(place + 20, "add a key");
    data.text(place + PROBLEM_SIZE + 8, "the whole is wrong");
    let Err(ConfigureError::Problems(problems)) = answer(&data) else {
        panic!("no problems")
    };
    assert_eq!(problems.len(), 2);
    assert_eq!(problems[0].at, "/actions/0/key");
    assert_eq!(problems[0].message, "is missing");
    assert_eq!(problems[0].help.as_deref(), Some("add a key"));
    assert_eq!(problems[1].at, "");
    assert_eq!(problems[1].help, None);
}

#[test]
fn texts_of_a_policy_cannot_write_to_the_terminal() {
    let mut data = Data::at(MANIFEST, MANIFEST_SIZE);
    let (place, address) = data.room(PROBLEM_SIZE);
    data.byte(0, 1).slice(8, address, 1);
    data.text(place + 8, "red \u{1b}[31m");
    let Err(ConfigureError::Problems(problems)) = answer(&data) else {
        panic!("no problems")
    };
    assert_eq!(problems[0].message, "red \\u{1b}[31m");

    let rights = Rights {
        writes: &["\u{1b}[31m"],
        ..Rights::default()
    };
    let text = refusal(&manifest(&[rights], &[])).to_string();
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_policy_gets_its_configuration() {
    // Keeps the configuration, and answers a batch with it.
    let guest = Guest {
        configure: format!(
            "(i32.store (i32.const {0}) (local.get $config)) (i32.store offset=4 (i32.const {0}) (local.get $length))
             i32.const {MANIFEST}",
            outcome::TEXT
        ),
        ..Guest::processing(format!("i32.const {}", crate::guests::OUTCOME))
    };
    let settings = StageSettings {
        config: r#"{"seed":22}"#.to_owned(),
        ..StageSettings::default()
    };
    let (mut instance, _) = configure(&guest, settings).unwrap();
    assert_eq!(
        instance.process(&view()).unwrap().edits.text,
        br#"{"seed":22}"#
    );
    assert!(instance.memory() >= u64::from(HEAP));
}
