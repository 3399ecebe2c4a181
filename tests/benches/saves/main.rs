//! From a save to its answer: what `tollgate try --watch` takes, seen from outside. `TOLLGATE` names the binary, if it is not the one
//! beside this program.
#![allow(clippy::print_stdout, reason = "a table is what this program is for")]

use std::time::Duration;

use tollgate_tests::typed::answers_to_saves;

/// Saves that are answered.
const SAVES: usize = 20;

fn main() {
    let mut took = answers_to_saves(SAVES);
    took.sort();
    let at = |place: usize| took.get(place).copied().unwrap_or_default();
    let row =
        |what: &str, took: Duration| println!("{what:<8} {:>6.0} ms", took.as_secs_f64() * 1000.0);
    println!("try --watch: from a save to its answer, {SAVES} saves");
    row("fastest", at(0));
    row("median", at(SAVES / 2));
    row("slowest", at(SAVES.saturating_sub(1)));
}
