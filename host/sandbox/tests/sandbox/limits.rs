//! Whatever a guest takes too much of, the call ends with the right name, and the next instance is unharmed.

use std::time::{Duration, Instant};

use tollgate_sandbox::{ConfigureError, Failure, Limits, StageSettings, TrapKind};

use crate::guests::{Guest, HEAP, OUTCOME, outcome};
use crate::{configure, instance, limited, load, view};

const FOREVER: &str = "(loop $again (br $again)) unreachable";

#[test]
fn an_endless_loop_ends_at_its_deadline() {
    let limits = Limits {
        time: Duration::from_millis(30),
        ..Limits::default()
    };
    let mut instance = limited(&Guest::processing(FOREVER), limits);
    let started = Instant::now();
    assert_eq!(instance.process(&view()), Err(Failure::Deadline));
    assert!(started.elapsed() >= Duration::from_millis(30), "not before");
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "and not long after"
    );
}

#[test]
fn an_endless_configure_ends_at_its_deadline() {
    let guest = Guest {
        configure: FOREVER.to_owned(),
        ..Guest::default()
    };
    let error = configure(&guest, StageSettings::default()).unwrap_err();
    assert_eq!(error, ConfigureError::Failure(Failure::Deadline));
}

#[test]
fn an_endless_start_function_ends_at_its_deadline() {
    let definitions = "(start $start) (func $start (loop $again (br $again)))".to_owned();
    let guest = Guest {
        definitions,
        ..Guest::default()
    };
    let error = configure(&guest, StageSettings::default()).unwrap_err();
    assert_eq!(error, ConfigureError::Failure(Failure::Deadline));
    assert_eq!(load(&guest).describe(), Err(Failure::Deadline));
}

#[test]
fn deep_recursion_traps() {
    let guest = Guest {
        definitions: "(func $deep (param i64) (call $deep (i64.add (local.get 0) (i64.const 1))))"
            .to_owned(),
        ..Guest::processing(format!("(call $deep (i64.const 0)) i32.const {OUTCOME}"))
    };
    assert_eq!(
        instance(&guest).process(&view()),
        Err(Failure::Trap(TrapKind::StackOverflow))
    );
}

#[test]
fn traps_are_told_by_kind() {
    let cases = [
        ("unreachable", TrapKind::Panic),
        ("(i32.load (i32.const -8))", TrapKind::OutOfBounds),
        (
            "(i32.div_u (i32.const 1) (i32.const 0))",
            TrapKind::Arithmetic,
        ),
    ];
    for (process, kind) in cases {
        assert_eq!(
            instance(&Guest::processing(process)).process(&view()),
            Err(Failure::Trap(kind))
        );
    }
}

#[test]
fn a_memory_bomb_that_panics_is_called_by_its_name() {
    let bomb = "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable";
    let limits = Limits {
        memory: 8 << 20,
        ..Limits::default()
    };
    let mut instance = limited(&Guest::processing(bomb), limits);
    assert_eq!(instance.process(&view()), Err(Failure::Memory));
    assert!(instance.memory() <= 8 << 20, "never had more than it may");
    assert!(instance.memory() > 7 << 20, "had all that it may");
}

#[test]
fn a_guest_that_takes_no_for_an_answer_lives() {
    let asks = format!("(drop (memory.grow (i32.const 60000))) i32.const {OUTCOME}");
    let mut instance = instance(&Guest::processing(asks));
    assert!(instance.process(&view()).is_ok());
    assert!(instance.process(&view()).is_ok());
}

#[test]
fn memory_denied_in_an_earlier_call_does_not_name_a_later_trap() {
    let guest = Guest {
        definitions: "(global $calls (mut i32) (i32.const 0))".to_owned(),
        ..Guest::processing(format!(
            "(if (global.get $calls) (then unreachable)) (global.set $calls (i32.const 1))
             (drop (memory.grow (i32.const 60000))) i32.const {OUTCOME}"
        ))
    };
    let mut instance = instance(&guest);
    assert!(instance.process(&view()).is_ok());
    assert_eq!(
        instance.process(&view()),
        Err(Failure::Trap(TrapKind::Panic))
    );
}

#[test]
fn memory_that_is_there_from_the_start_is_counted() {
    let memory = r#"(memory (export "memory") 2048)"#.to_owned();
    let error = configure(
        &Guest {
            memory,
            ..Guest::default()
        },
        StageSettings::default(),
    )
    .unwrap_err();
    assert_eq!(error, ConfigureError::Failure(Failure::Memory));
}

#[test]
fn tables_are_memory() {
    let memory = r#"(memory (export "memory") 2) (table 9000000 funcref)"#.to_owned();
    let error = configure(
        &Guest {
            memory,
            ..Guest::default()
        },
        StageSettings::default(),
    )
    .unwrap_err();
    assert_eq!(error, ConfigureError::Failure(Failure::Memory));
}

fn answering_with_text_of(bytes: u32) -> Guest {
    Guest {
        memory: r#"(memory (export "memory") 800)"#.to_owned(),
        ..Guest::processing(format!(
            "(i32.store (i32.const {0}) (i32.const {HEAP})) (i32.store offset=4 (i32.const {0}) (i32.const {bytes}))
             i32.const {OUTCOME}",
            outcome::TEXT
        ))
    }
}

#[test]
fn an_outcome_beyond_a_few_times_the_view_is_not_lifted() {
    let mut instance = instance(&answering_with_text_of(40 << 20));
    let started = Instant::now();
    assert_eq!(instance.process(&view()), Err(Failure::OutcomeTooLarge));
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[test]
fn the_limit_of_an_outcome_is_the_operators() {
    let with = |outcome| Limits {
        outcome: Some(outcome),
        ..Limits::default()
    };
    let guest = answering_with_text_of(1000);
    assert_eq!(
        limited(&guest, with(999)).process(&view()),
        Err(Failure::OutcomeTooLarge)
    );
    assert_eq!(
        limited(&guest, with(1000))
            .process(&view())
            .unwrap()
            .edits
            .text
            .len(),
        1000
    );
}

#[test]
fn after_a_failure_an_instance_is_dead_and_a_new_one_is_not() {
    let guest = Guest::processing(format!(
        "(if (i64.eq (i64.load offset=80 (local.get $view)) (i64.const 13)) (then unreachable)) i32.const {OUTCOME}"
    ));
    let component = load(&guest);
    let (mut first, _) = component.configure(std::sync::Arc::default()).unwrap();
    let mut poison = view();
    poison.seed = 13;
    assert!(first.process(&view()).is_ok());
    assert_eq!(first.process(&poison), Err(Failure::Trap(TrapKind::Panic)));
    assert!(first.is_dead());
    assert_eq!(first.process(&view()), Err(Failure::Dead));
    let (mut second, _) = component.configure(std::sync::Arc::default()).unwrap();
    assert!(second.process(&view()).is_ok());
}

#[test]
fn an_instance_outlives_the_sandbox_with_its_deadline() {
    let limits = Limits {
        time: Duration::from_millis(5),
        ..Limits::default()
    };
    let mut instance = limited(&Guest::processing(FOREVER), limits);
    // The sandbox is gone; the clock may have gone to sleep meanwhile.
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(instance.process(&view()), Err(Failure::Deadline));
}

#[test]
fn failures_have_names_for_metrics() {
    let kinds: Vec<_> = [
        Failure::Deadline,
        Failure::Memory,
        Failure::Trap(TrapKind::Panic),
        Failure::OutcomeTooLarge,
        Failure::HostCalls,
        Failure::Error,
        Failure::Invalid("text"),
        Failure::Dead,
    ]
    .iter()
    .map(Failure::kind)
    .collect();
    assert_eq!(
        kinds,
        [
            "deadline",
            "memory",
            "trap",
            "outcome_too_large",
            "host_calls",
            "error",
            "invalid",
            "dead"
        ]
    );
}
