//! What `configure` answers: rights by signal, problems of the configuration, and what is refused.

use tollgate_record::Signal;
use tollgate_sandbox::{ConfigureError, Manifest, ManifestError, StageSettings};

use crate::configure;
use crate::guests::{Data, Guest, HEAP, MANIFEST, Rights, manifest, outcome};
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
    let adds = Rights {
        adds: true,
        ..Rights::default()
    };
    assert_eq!(
        refusal(&manifest(&[adds], &[])),
        ManifestError::NotOffered { what: vec!["adds"] }
    );

    let mut everything = manifest(&[], &[]);
    let (_, instruments) = everything.room(32);
    let (_, emits) = everything.room(1);
    everything
        .texts(24, &["archive"])
        .slice(32, instruments, 1)
        .slice(40, emits, 1)
        .byte(48, 1)
        .text(52, "trace_id")
        .byte(64, 1);
    let error = refusal(&everything);
    let what = vec![
        "routes",
        "instruments",
        "emits",
        "partition-by",
        "tick-every",
    ];
    assert_eq!(error, ManifestError::NotOffered { what });
    assert!(
        error
            .to_string()
            .ends_with("routes, instruments, emits, partition-by, tick-every")
    );
}

#[test]
fn mistakes_of_a_configuration_come_back_as_they_are() {
    let mut data = Data::at(MANIFEST, 80);
    let (place, address) = data.room(2 * 28);
    data.byte(0, 1).slice(8, address, 2);
    data.text(place, "/actions/0/key")
        .text(place + 8, "is missing");
    data.byte(place + 16, 1).text(place + 20, "add a key");
    data.text(place + 28 + 8, "the whole is wrong");
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
    let mut data = Data::at(MANIFEST, 80);
    let (place, address) = data.room(28);
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
