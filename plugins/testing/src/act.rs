//! What the guest does besides answering.

use std::hint::black_box;
use std::sync::{Mutex, PoisonError};

use tollgate_sdk::bindings::tollgate::policy::{
    batch::{Outcome, View},
    host::{self, Level},
};

use crate::{
    Behaviour,
    columns::{EditsExt as _, TEXT, empty, records},
    manifest::invalid_string,
    outcome::dishonest,
    spy,
};

/// Does the deed and answers.
pub(crate) fn act(behaviour: Behaviour, view: &View) -> Result<Outcome, String> {
    match behaviour {
        Behaviour::Loop => without_end(),
        Behaviour::MemoryBomb => memory_bomb(),
        Behaviour::Recursion => {
            black_box(recursion(1));
        }
        Behaviour::Trap => trap(),
        Behaviour::Panic => panic_with(&content(view)),
        Behaviour::Error => return Err(content(view)),
        Behaviour::ErrorInvalidString => return Err(invalid_string()),
        Behaviour::LogFlood => {
            (0..1_000_000).for_each(|n| host::log(Level::Error, &format!("line {n}")));
        }
        Behaviour::LogHuge => host::log(Level::Info, &"x".repeat(16 << 20)),
        Behaviour::LogContent => host::log(Level::Info, &content(view)),
        Behaviour::PseudonymFlood => loop {
            let _ = black_box(host::pseudonym("key", b"data"));
        },
        Behaviour::FileLate => return Ok(file_late(view)),
        Behaviour::MemorySteps => memory_steps(),
        Behaviour::Spy => return Ok(spy::report(view)),
        _ => {}
    }
    Ok(dishonest(behaviour, view))
}

/// Deeds of `configure`.
pub(crate) fn act_at_configure(behaviour: Behaviour) {
    match behaviour {
        Behaviour::ConfigureLoop => without_end(),
        Behaviour::ConfigureBomb => memory_bomb(),
        Behaviour::ConfigureTrap => trap(),
        _ => {}
    }
}

/// Deeds of `explain`.
pub(crate) fn act_at_explain(behaviour: Behaviour) {
    match behaviour {
        Behaviour::ExplainLoop => without_end(),
        Behaviour::ExplainTrap => trap(),
        _ => {}
    }
}

fn without_end() {
    let mut turns = 0_u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

fn memory_bomb() {
    let mut held = Vec::new();
    loop {
        held.push(black_box(vec![1_u8; 1 << 20]));
    }
}

fn memory_steps() {
    static HELD: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    while held.len() < 10 {
        held.push(black_box(vec![1_u8; 1 << 20]));
    }
}

#[expect(unconditional_recursion, reason = "the deed")]
fn recursion(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    recursion(depth.wrapping_add(1)).wrapping_add(frame.iter().sum())
}

fn trap() {
    #[cfg(target_family = "wasm")]
    core::arch::wasm32::unreachable();
}

#[expect(clippy::panic, reason = "the deed")]
fn panic_with(content: &str) {
    panic!("{content}");
}

fn file_late(view: &View) -> Outcome {
    let answer: &[u8] = if host::file("prices").is_ok() {
        b"given"
    } else {
        b"refused"
    };
    let mut outcome = empty();
    for record in records(view) {
        outcome
            .edits
            .put_bytes(record, "attributes[\"seen\"]", TEXT, answer);
    }
    outcome
}

fn content(view: &View) -> String {
    String::from_utf8_lossy(&view.text).into_owned()
}
