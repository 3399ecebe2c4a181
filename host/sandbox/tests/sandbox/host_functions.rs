//! `log`, `pseudonym` and `file`: what they give, what they keep, and what they cost at most.

use std::sync::Arc;

use tollgate_sandbox::{Failure, Limits, StageSettings};

use crate::guests::{Data, Guest, HEAP, MANIFEST, OUTCOME, outcome};
use crate::{configure, instance, limited, view};

/// Static data of these guests, free for their own use.
const SCRATCH: u32 = 16 * 1024;
/// Memory that stays zero, and so is UTF-8: behind the small view that these tests pass.
const ZEROS: u32 = HEAP + 4096;
/// Where a result of a host function is written: a tag, a pointer, a length.
const RESULT: u32 = 24 * 1024;

fn scratch(text: &str) -> Data {
    let mut data = Data::at(SCRATCH, 8);
    data.text(0, text);
    data
}

/// Moves the text or the bytes at `RESULT` to where `process` answers its `text` from.
fn answer_result() -> String {
    format!(
        "(memory.copy (i32.const {}) (i32.const {}) (i32.const 8)) i32.const {OUTCOME}",
        outcome::TEXT,
        RESULT + 4
    )
}

#[test]
fn lines_are_counted_by_level() {
    let lines: String = [0, 1, 1, 2, 3, 3, 3]
        .iter()
        .map(|level| {
            format!(
                "(call $log (i32.const {level}) (i32.const {}) (i32.const 5))",
                SCRATCH + 8
            )
        })
        .collect();
    let guest = Guest::processing(format!("{lines} i32.const {OUTCOME}"))
        .with_host()
        .with_data(&scratch("hello"));
    let mut instance = instance(&guest);
    for calls in 1..=2 {
        instance.process(&view()).unwrap();
        let logs = instance.logs();
        assert_eq!(
            (logs.debug, logs.info, logs.warn, logs.error),
            (calls, 2 * calls, calls, 3 * calls)
        );
    }
    assert_eq!(instance.logs().unshown, 0, "not shown anyway");
}

#[test]
fn a_flood_of_lines_ends_the_call() {
    let flood = format!(
        "(loop $again (call $log (i32.const 1) (i32.const {}) (i32.const 5)) (br $again)) unreachable",
        SCRATCH + 8
    );
    let guest = Guest::processing(flood)
        .with_host()
        .with_data(&scratch("flood"));
    let limits = Limits {
        host_calls: 500,
        ..Limits::default()
    };
    let mut instance = limited(&guest, limits);
    assert_eq!(instance.process(&view()), Err(Failure::HostCalls));
    assert_eq!(instance.logs().info, 500, "what was said is still known");
}

#[test]
fn lines_beyond_the_first_hundred_are_not_shown() {
    let lines = format!(
        "(local $left i32) (local.set $left (i32.const 150))
         (loop $again
            (call $log (i32.const 1) (i32.const {}) (i32.const 5))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if $again (local.get $left)))
         i32.const {OUTCOME}",
        SCRATCH + 8
    );
    let guest = Guest::processing(lines)
        .with_host()
        .with_data(&scratch("again"));
    let settings = StageSettings {
        show_logs: true,
        ..StageSettings::default()
    };
    let (mut instance, _) = configure(&guest, settings).unwrap();
    instance.process(&view()).unwrap();
    assert_eq!((instance.logs().info, instance.logs().unshown), (150, 50));
}

#[test]
fn the_bytes_of_host_calls_are_limited_too() {
    let guest = |bytes: u32| {
        Guest {
        memory: r#"(memory (export "memory") 200)"#.to_owned(),
        ..Guest::processing(format!(
            "(loop $again (call $log (i32.const 1) (i32.const {ZEROS}) (i32.const {bytes})) (br $again)) unreachable"
        ))
        .with_host()
    }
    };
    assert_eq!(
        instance(&guest(100_000)).process(&view()),
        Err(Failure::HostCalls)
    );
    assert_eq!(
        instance(&guest(8 << 20)).process(&view()),
        Err(Failure::OutcomeTooLarge)
    );
}

fn pseudonym(key_length: u32) -> Guest {
    let (key, data) = (SCRATCH + 8, SCRATCH + 16);
    Guest::processing(format!(
        "(call $pseudonym (i32.const {key}) (i32.const {key_length}) (i32.const {data}) (i32.const 28) (i32.const {RESULT})) {}",
        answer_result()
    ))
    .with_host()
    .with_data(&scratch("users...what do ya want for nothing?"))
}

#[test]
fn pseudonyms_are_hmac_sha_256() {
    // RFC 4231, test case 2.
    let settings = StageSettings {
        keys: vec![("users".to_owned(), b"Jefe".to_vec())],
        ..StageSettings::default()
    };
    let (mut instance, _) = configure(&pseudonym(5), settings).unwrap();
    let mac = instance.process(&view()).unwrap().edits.text;
    let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex,
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

#[test]
fn a_key_that_was_not_listed_is_an_error_of_the_guest() {
    let settings = StageSettings {
        keys: vec![("users".to_owned(), b"Jefe".to_vec())],
        ..StageSettings::default()
    };
    let (mut instance, _) = configure(&pseudonym(4), settings).unwrap();
    let text = String::from_utf8(instance.process(&view()).unwrap().edits.text).unwrap();
    assert_eq!(text, "no key of this name: list it under `gate.keys`");
}

fn with_file() -> StageSettings {
    let content: Arc<[u8]> = Arc::from(&b"model,price"[..]);
    StageSettings {
        files: vec![("prices".to_owned(), content)],
        ..StageSettings::default()
    }
}

#[test]
fn files_are_read_while_configuring() {
    let read = |name_length: u32| Guest {
        configure: format!(
            "(call $file (i32.const {}) (i32.const {name_length}) (i32.const {RESULT})) i32.const {MANIFEST}",
            SCRATCH + 8
        ),
        ..Guest::processing(answer_result())
            .with_host()
            .with_data(&scratch("prices"))
    };
    let text = |guest: &Guest| {
        let (mut instance, _) = configure(guest, with_file()).unwrap();
        String::from_utf8(instance.process(&view()).unwrap().edits.text).unwrap()
    };
    assert_eq!(text(&read(6)), "model,price");
    assert_eq!(
        text(&read(5)),
        "no file of this name: list it under `gate.files`"
    );
}

#[test]
fn files_are_not_read_while_processing() {
    let guest = Guest::processing(format!(
        "(call $file (i32.const {}) (i32.const 6) (i32.const {RESULT})) {}",
        SCRATCH + 8,
        answer_result()
    ))
    .with_host()
    .with_data(&scratch("prices"));
    let (mut instance, _) = configure(&guest, with_file()).unwrap();
    let text = String::from_utf8(instance.process(&view()).unwrap().edits.text).unwrap();
    assert_eq!(text, "files can be read during `configure` only");
}

#[test]
fn keys_and_configuration_do_not_show_when_settings_are_printed() {
    let settings = StageSettings {
        config: "{\"token\":\"hunter2\"}".to_owned(),
        keys: vec![("users".to_owned(), b"hunter2".to_vec())],
        ..StageSettings::default()
    };
    let printed = format!("{settings:?}");
    assert!(
        printed.contains("users") && !printed.contains("hunter2"),
        "{printed}"
    );
    assert!(!printed.contains("104, 117"), "{printed}");
}
