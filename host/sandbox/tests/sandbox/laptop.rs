//! What a sandbox of a laptop tells of calls, and what it may not change.

use std::sync::Arc;

use tollgate_sandbox::{
    Component, ConfigureError, Failure, Instance, Limits, Options,
    Origin::{Cache, Compiled},
    Sandbox, StageSettings, TrapKind,
};

use crate::guests::{Data, Guest, OUTCOME};
use crate::view;

const SCRATCH: u32 = 16 * 1024;

fn laptop(options: Options, guest: &Guest) -> Component {
    let sandbox = Sandbox::new(options).unwrap();
    sandbox.load("test", &guest.component()).unwrap()
}

fn metered() -> Options {
    Options {
        metered: true,
        ..Options::default()
    }
}

fn telling() -> Options {
    Options {
        backtraces: true,
        ..Options::default()
    }
}

fn configured(component: &Component) -> Instance {
    let settings = StageSettings {
        limits: Limits {
            time: std::time::Duration::from_millis(20),
            ..Limits::default()
        },
        ..StageSettings::default()
    };
    component.configure(Arc::new(settings)).unwrap().0
}

/// A guest that counts down from `steps`.
fn counting(steps: u32) -> Guest {
    Guest::processing(format!(
        "(local $left i32) (local.set $left (i32.const {steps}))
         (loop $again (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
         i32.const {OUTCOME}"
    ))
}

/// A guest that says something and stops, three functions deep.
fn failing(how: &str) -> Guest {
    let mut said = Data::at(SCRATCH, 8);
    said.text(0, "the price is \u{1b}[2Jnegative");
    let mut guest = Guest::processing(format!("(call $judge) i32.const {OUTCOME}"))
        .with_host()
        .with_data(&said);
    guest.definitions.push_str(&format!(
        "(func $judge (call $_ZN4cost5price17h0123456789abcdefE))
         (func $_ZN4cost5price17h0123456789abcdefE
            (call $log (i32.const 3) (i32.const {}) (i32.const 25)) {how})",
        SCRATCH + 8
    ));
    guest
}

#[test]
fn instructions_are_counted_alike_in_every_instance_and_each_call_on_its_own() {
    let component = laptop(metered(), &counting(1000));
    let mut first = configured(&component);
    assert_eq!(first.last_fuel(), None, "nothing was processed yet");
    first.process(&view()).unwrap();
    let fuel = first.last_fuel().unwrap();
    assert!(fuel > 4000, "{fuel}");
    first.process(&view()).unwrap();
    assert_eq!(first.last_fuel(), Some(fuel));
    let mut second = configured(&laptop(metered(), &counting(1000)));
    second.process(&view()).unwrap();
    assert_eq!(second.last_fuel(), Some(fuel));

    let mut longer = configured(&laptop(metered(), &counting(1001)));
    longer.process(&view()).unwrap();
    let step = longer.last_fuel().unwrap() - fuel;
    let mut longest = configured(&laptop(metered(), &counting(2000)));
    longest.process(&view()).unwrap();
    assert_eq!(longest.last_fuel(), Some(fuel + 1000 * step));
}

#[test]
fn a_loop_ends_at_its_deadline_also_where_instructions_are_counted() {
    let mut endless = configured(&laptop(
        metered(),
        &Guest::processing("(loop $l (br $l)) unreachable"),
    ));
    assert_eq!(endless.process(&view()), Err(Failure::Deadline));
    assert_eq!(
        endless.last_fuel(),
        None,
        "how far it came is a matter of time"
    );
    assert_eq!(
        endless.last_failure_details(),
        None,
        "nobody asked for them"
    );
}

#[test]
fn a_gate_counts_and_tells_nothing() {
    let mut instance = configured(&laptop(Options::default(), &failing("unreachable")));
    assert_eq!(
        instance.process(&view()),
        Err(Failure::Trap(TrapKind::Panic))
    );
    assert_eq!(instance.last_fuel(), None);
    assert_eq!(instance.last_failure_details(), None);
}

#[test]
fn a_trap_is_told_with_functions_and_the_guests_own_words() {
    let mut instance = configured(&laptop(telling(), &failing("unreachable")));
    assert_eq!(
        instance.process(&view()),
        Err(Failure::Trap(TrapKind::Panic))
    );
    let details = instance.last_failure_details().unwrap();
    assert_eq!(details.message, Failure::Trap(TrapKind::Panic).to_string());
    assert_eq!(
        details.backtrace[..2],
        ["cost::price", "judge"],
        "{details:?}"
    );
    assert_eq!(
        details.said.as_deref(),
        Some("the price is \\u{1b}[2Jnegative"),
        "and does not write to the terminal"
    );
}

#[test]
fn a_loop_is_told_with_where_it_loops() {
    let mut instance = configured(&laptop(telling(), &failing("(loop $l (br $l))")));
    assert_eq!(instance.process(&view()), Err(Failure::Deadline));
    let details = instance.last_failure_details().unwrap();
    assert_eq!(
        details.backtrace[..2],
        ["cost::price", "judge"],
        "{details:?}"
    );
}

#[test]
fn an_error_is_told_in_its_own_words() {
    let mut error = Data::at(OUTCOME, 16);
    error.byte(0, 1);
    error.text(4, "no such model");
    let guest = Guest::default().with_data(&error);
    let mut instance = configured(&laptop(telling(), &guest));
    assert_eq!(instance.process(&view()), Err(Failure::Error));
    let details = instance.last_failure_details().unwrap();
    assert_eq!(details.said.as_deref(), Some("no such model"));
    assert_eq!(details.backtrace, Vec::<String>::new());
}

#[test]
fn a_policy_that_cannot_be_configured_is_told_likewise() {
    let guest = Guest {
        configure: "(call $prepare) unreachable".to_owned(),
        definitions: "(func $prepare unreachable)".to_owned(),
        ..Guest::default()
    };
    let error = laptop(telling(), &guest)
        .configure(Arc::default())
        .err()
        .unwrap();
    assert!(matches!(error, ConfigureError::Told(_)), "{error:?}");
    assert!(error.to_string().contains("\n  0: prepare"), "{error}");
    let error = laptop(Options::default(), &guest)
        .configure(Arc::default())
        .err()
        .unwrap();
    assert!(matches!(error, ConfigureError::Failure(_)), "{error:?}");
}

#[test]
fn what_was_said_in_an_earlier_call_is_not_told_of_a_later_one() {
    let mut said = Data::at(SCRATCH, 8);
    said.text(0, "first");
    let guest = Guest::processing(format!(
        "(if (global.get $called) (then unreachable)) (global.set $called (i32.const 1))
         (call $log (i32.const 1) (i32.const {}) (i32.const 5)) i32.const {OUTCOME}",
        SCRATCH + 8
    ));
    let mut guest = guest.with_host().with_data(&said);
    guest
        .definitions
        .push_str("(global $called (mut i32) (i32.const 0))");
    let mut instance = configured(&laptop(telling(), &guest));
    instance.process(&view()).unwrap();
    instance.process(&view()).unwrap_err();
    assert_eq!(instance.last_failure_details().unwrap().said, None);
}

#[test]
fn code_for_gates_and_for_counting_is_kept_apart_and_backtraces_need_none_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let wasm = counting(10).component();
    let origin = |options: Options| {
        let cached = Options {
            cache: Some(folder.path().to_owned()),
            ..options
        };
        Sandbox::new(cached)
            .unwrap()
            .load("test", &wasm)
            .unwrap()
            .origin()
    };

    assert_eq!(origin(Options::default()), Compiled);
    assert_eq!(origin(telling()), Cache);
    assert_eq!(origin(metered()), Compiled);
    assert_eq!(origin(metered()), Cache);
    let both = Options {
        metered: true,
        ..telling()
    };
    assert_eq!(origin(both), Cache);

    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let artifact = Sandbox::compile_stock(&wasm, &target).unwrap();
    for (options, takes) in [
        (Options::default(), true),
        (telling(), true),
        (metered(), false),
    ] {
        let sandbox = Sandbox::new(options).unwrap();
        assert_eq!(sandbox.takes_artifacts(), takes);
        assert_eq!(sandbox.load_stock(&artifact).is_ok(), takes);
    }
}
