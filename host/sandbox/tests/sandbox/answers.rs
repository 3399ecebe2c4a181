//! What crosses the wall arrives as it was sent, and an answer that is none is told apart from a trap.

use tollgate_record::{Emission, Measurement, Signal};
use tollgate_sandbox::{Failure, Instance};

use crate::guests::{DESCRIPTION, Data, Guest, HEAP, OUTCOME, outcome};
use crate::{instance, load, view};

/// Answers with the columns of the view, each in a column of the outcome that has the same type.
fn echo() -> Guest {
    let columns = [
        (outcome::FIELDS, 4),
        (outcome::VERDICT, 12),
        (outcome::NODE, 20),
        (outcome::TARGET, 28),
        (outcome::FIELD, 36),
        (outcome::KIND, 44),
        (outcome::VALUE, 52),
        (outcome::TEXT, 60),
    ];
    let copies: String = columns
        .iter()
        .map(|(to, from)| {
            format!("(memory.copy (i32.const {to}) (i32.add (local.get $view) (i32.const {from})) (i32.const 8))")
        })
        .collect();
    Guest::processing(format!(
        "{copies} (global.set $heap (i32.const {HEAP})) i32.const {OUTCOME}"
    ))
}

#[test]
fn columns_cross_unchanged_both_ways() {
    let mut view = view();
    view.cell_value = vec![u64::MAX];
    view.text = "body and ünïcödé, and more".repeat(1000).into_bytes();
    let mut instance = instance(&echo());
    for _ in 0..3 {
        let outcome = instance.process(&view).unwrap();
        assert_eq!(outcome.edits.fields, view.fields);
        assert_eq!(outcome.judgements.verdict, view.node_kind);
        assert_eq!(outcome.judgements.node, view.node_parent);
        assert_eq!(outcome.edits.target, view.cell_node);
        assert_eq!(outcome.edits.field, view.cell_field);
        assert_eq!(outcome.edits.kind, view.cell_kind);
        assert_eq!(outcome.edits.value, view.cell_value);
        assert_eq!(outcome.edits.text, view.text);
        assert!(outcome.edits.op.is_empty() && outcome.edits.rule.is_empty());
    }
}

#[test]
fn instances_can_move_between_threads() {
    fn moves<T: Send>(_: &T) {}
    moves(&instance(&echo()));
}

#[test]
fn an_error_is_counted_and_its_text_stays_inside() {
    let mut data = Data::at(OUTCOME, 160);
    data.byte(0, 1).text(4, "the prompt was: hunter2");
    let mut instance = instance(&Guest::default().with_data(&data));
    let failure = instance.process(&view()).unwrap_err();
    assert_eq!(failure, Failure::Error);
    assert!(!failure.to_string().contains("hunter2"));
    assert_eq!(instance.logs().failures, 1);
}

fn invalid(mut instance: Instance) {
    assert!(matches!(
        instance.process(&view()),
        Err(Failure::Invalid(_))
    ));
    assert!(instance.is_dead());
}

#[test]
fn answers_that_are_none_are_invalid() {
    let mut tag = Data::at(OUTCOME, 160);
    tag.byte(0, 7);
    invalid(instance(&Guest::default().with_data(&tag)));

    let mut text = Data::at(OUTCOME, 160);
    let (place, address) = text.room(2);
    text.byte(0, 1)
        .byte(place, 0xff)
        .byte(place + 1, 0xfe)
        .slice(4, address, 2);
    invalid(instance(&Guest::default().with_data(&text)));

    let mut beyond = Data::at(OUTCOME, 160);
    beyond.slice(100, HEAP, 0xffff_ffff);
    invalid(instance(&Guest::default().with_data(&beyond)));

    let mut unaligned = Data::at(OUTCOME, 160);
    unaligned.slice(76, HEAP + 1, 1);
    invalid(instance(&Guest::default().with_data(&unaligned)));

    invalid(instance(&Guest::processing("i32.const -4")));
}

#[test]
fn decisions_are_a_right_that_no_manifest_can_have() {
    let mut data = Data::at(OUTCOME, 160);
    let (_, address) = data.room(64);
    let column = usize::try_from(outcome::DECISIONS_KEEP - OUTCOME).unwrap();
    data.slice(column, address, 1);
    invalid(instance(&Guest::default().with_data(&data)));
}

#[test]
fn measurements_and_emissions_cross() {
    let mut data = Data::at(OUTCOME, 160);
    let column = |column: u32| usize::try_from(column - OUTCOME).unwrap();
    let (place, address) = data.room(24);
    data.slice(column(outcome::MEASUREMENTS), address, 1);
    data.word(place, 3);
    // 2.5, of which the upper half alone is not zero.
    data.word(place + 12, 0x4004_0000);
    let (attributes, address) = data.room(16);
    data.slice(place + 16, address, 1)
        .text(attributes, "model")
        .text(attributes + 8, "small");
    let (place, address) = data.room(12);
    data.slice(column(outcome::EMISSIONS), address, 1)
        .byte(place, 2)
        .text(place + 4, "request");
    let outcome = instance(&Guest::default().with_data(&data))
        .process(&view())
        .unwrap();
    let measurement = Measurement {
        instrument: 3,
        value: 2.5,
        attributes: vec![("model".to_owned(), "small".to_owned())],
    };
    assert_eq!(outcome.measurements, [measurement]);
    let emission = Emission {
        signal: Signal::Metrics,
        request: b"request".to_vec(),
    };
    assert_eq!(outcome.emissions, [emission]);
}

#[test]
fn a_view_without_a_signal_never_crosses() {
    let mut view = view();
    view.signal = None;
    assert!(matches!(
        instance(&echo()).process(&view),
        Err(Failure::Invalid(_))
    ));
}

#[test]
fn a_policy_says_what_it_is() {
    let mut data = Data::at(DESCRIPTION, 32);
    data.text(0, "cost")
        .text(8, "1.2.3")
        .text(16, "Adds the price.")
        .text(24, "{}");
    let description = load(&Guest::default().with_data(&data)).describe().unwrap();
    assert_eq!(description.name, "cost");
    assert_eq!(description.version, "1.2.3");
    assert_eq!(description.summary, "Adds the price.");
    assert_eq!(description.config_schema, "{}");

    let mut data = Data::at(DESCRIPTION, 32);
    data.text(0, "Not-a-type");
    let failure = load(&Guest::default().with_data(&data))
        .describe()
        .unwrap_err();
    assert_eq!(failure.kind(), "invalid");
}
