//! A script behind the gate's world, in the sandbox: the same bytes, whatever width the gate gives them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may panic, and documents by its name"
)]

use std::sync::Arc;

use tollgate_record::{Outcome, Signal, View};
use tollgate_sandbox::{Failure, Options, Sandbox, StageSettings};
use tollgate_script::{ScriptError, WIT, WORLD, gatekeeper};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// Answers with the memory that it was shown as the text of its edits: of logs the column of values, of traces the clocks; of metrics with
/// half a number.
const SCRIPT: &str = r#"(module
  (memory (export "memory") 2)
  (data (i32.const 16) "script1.0.0{}")
  ;; The description: four texts.
  (data (i32.const 64) "\10\00\00\00\06\00\00\00\16\00\00\00\05\00\00\00\10\00\00\00\06\00\00\00\1b\00\00\00\02\00\00\00")
  (global $free (mut i32) (i32.const 8193))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $new i32)
    ;; Not even: a script's engine owes bytes no more than a byte's place.
    (local.set $new (i32.and (i32.add (global.get $free) (local.get 2)) (i32.sub (i32.const 0) (local.get 2))))
    (global.set $free (i32.add (local.get $new) (local.get 3)))
    (local.get $new))
  (func (export "tollgate:script/policy@0.1.0#describe") (result i32) (i32.const 64))
  (func (export "tollgate:script/policy@0.1.0#configure") (param i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "tollgate:script/policy@0.1.0#process") (param $view i32) (result i32)
    (if (i32.eqz (i32.load8_u (local.get $view)))
      (then
        (i32.store (i32.const 4196) (i32.load offset=52 (local.get $view)))
        (i32.store (i32.const 4200) (i32.load offset=56 (local.get $view)))))
    (if (i32.eq (i32.load8_u (local.get $view)) (i32.const 1))
      (then
        (i32.store (i32.const 4196) (i32.add (local.get $view) (i32.const 68)))
        (i32.store (i32.const 4200) (i32.const 16))))
    (if (i32.eq (i32.load8_u (local.get $view)) (i32.const 2))
      (then
        (i32.store (i32.const 4188) (i32.const 8192))
        (i32.store (i32.const 4192) (i32.const 12))))
    (i32.const 4096)))"#;

fn component(world: &str, module: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let mut package = None;
    for (path, text) in WIT.iter().rev() {
        package = Some(resolve.push_str(path, text).unwrap());
    }
    let world = resolve
        .select_world(&[package.unwrap()], Some(world))
        .unwrap();
    let mut module = wat::parse_str(module).unwrap();
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .unwrap();
    let encoder = ComponentEncoder::default().validate(true).module(&module);
    encoder.unwrap().encode().unwrap()
}

fn answered(signal: Signal) -> Result<Outcome, Failure> {
    let script = gatekeeper(&component(WORLD, SCRIPT)).unwrap();
    let sandbox = Sandbox::new(Options::default()).unwrap();
    let component = sandbox.load("script", &script).unwrap();
    let (mut instance, _) = component
        .configure(Arc::new(StageSettings::default()))
        .unwrap();
    instance.process(&View {
        signal: Some(signal),
        fields: vec![4],
        node_kind: vec![0, 1, 2, 3],
        node_parent: vec![0, 0, 1, 2],
        cell_node: vec![3, 3],
        cell_field: vec![0, 0],
        cell_kind: vec![2, 3],
        cell_value: vec![u64::MAX - 1, 0.1_f64.to_bits()],
        text: b"body".to_vec(),
        now: 0x0123_4567_89ab_cdef,
        seed: u64::MAX,
        ..View::default()
    })
}

#[test]
fn numbers_of_64_bits_arrive_with_every_bit() {
    let values = answered(Signal::Logs).unwrap().edits.text;
    let sent = [
        (u64::MAX - 1).to_le_bytes(),
        0.1_f64.to_bits().to_le_bytes(),
    ];
    assert_eq!(values, sent.concat());
    let clocks = answered(Signal::Traces).unwrap().edits.text;
    let sent = [
        0x0123_4567_89ab_cdef_u64.to_le_bytes(),
        u64::MAX.to_le_bytes(),
    ];
    assert_eq!(clocks, sent.concat());
}

#[test]
fn half_a_number_is_no_answer() {
    assert!(matches!(answered(Signal::Metrics), Err(Failure::Trap(_))));
}

#[test]
fn what_is_no_script_is_refused_with_the_cure() {
    let module = wat::parse_str("(module)").unwrap();
    let component = wat::parse_str("(component)").unwrap();
    for bytes in [&b"const policy = {}"[..], &module, &component] {
        let refused = gatekeeper(bytes);
        let Err(error @ ScriptError::Script { .. }) = refused else {
            panic!("{:?}", refused.map(|component| component.len()));
        };
        assert!(
            error.to_string().contains("--world-name scripted"),
            "{error}"
        );
    }
}
