//! Reasons are what a policy may export, and need not.

use std::time::Duration;

use tollgate_record::Trail;
use tollgate_sandbox::{Failure, Limits, StageSettings};

use crate::guests::{Guest, HEAP, OUTCOME};
use crate::{configure, instance, limited, load, view};

fn explaining(explain: &str) -> Guest {
    Guest {
        explain: Some(explain.to_owned()),
        ..Guest::default()
    }
}

/// Answers with zeros: a trail of nothing.
fn silent() -> Guest {
    explaining(&format!(
        "(global.set $heap (i32.const {HEAP})) i32.const {OUTCOME}"
    ))
}

#[test]
fn a_component_of_the_plain_world_has_no_reasons() {
    let guest = Guest::default();
    assert_eq!(load(&guest).world(), "tollgate:policy/gatekeeper@0.1.0");
    let mut instance = instance(&guest);
    assert!(instance.explain(&view()).is_none());
    assert!(instance.process(&view()).is_ok(), "and is unharmed");
}

#[test]
fn one_that_exports_them_is_asked() {
    let guest = silent();
    assert_eq!(load(&guest).world(), "tollgate:policy/explainer@0.1.0");
    let mut instance = instance(&guest);
    assert_eq!(instance.explain(&view()), Some(Ok(Trail::default())));
    assert!(instance.process(&view()).is_ok(), "and goes on");
}

#[test]
fn it_has_ten_times_the_time_of_a_call_and_no_more() {
    let limits = Limits {
        time: Duration::from_millis(10),
        ..Limits::default()
    };
    let mut instance = limited(&explaining("(loop $again (br $again)) unreachable"), limits);
    assert_eq!(instance.explain(&view()), Some(Err(Failure::Deadline)));
    assert_eq!(instance.process(&view()), Err(Failure::Dead));
}

#[test]
fn a_trap_ends_the_instance_as_in_any_other_call() {
    let (mut instance, _) =
        configure(&explaining("unreachable"), StageSettings::default()).unwrap();
    let told = instance.explain(&view()).unwrap();
    assert_eq!(told.unwrap_err().kind(), "trap");
    assert_eq!(instance.explain(&view()), Some(Err(Failure::Dead)));
}
