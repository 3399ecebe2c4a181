//! The short form of `make chaos`: a few runs of every fault, each counted as exactly as there.

use tollgate_tests::chaos::scenarios::ALL;
use tollgate_tests::gate::binary;

fn hold(names: &[&str]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for name in names {
        let scenario = ALL.iter().find(|scenario| scenario.name == *name);
        let scenario = scenario.unwrap();
        // Chance begins where the clock stands, and a broken promise says where that was.
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let seed = now.unwrap().as_secs();
        let work = scenario.try_out(binary(), seed, 0..scenario.runs.1, true, |word| {
            println!("{word}");
        });
        let tally = runtime.block_on(work);
        assert!(
            tally.violations.is_empty(),
            "{name}, seed {seed}: {:#?}",
            tally.violations
        );
        assert!(tally.runs >= scenario.runs.1, "{name}: it was tried");
    }
}

#[test]
fn what_was_acknowledged_survives_the_end_of_the_process() {
    hold(&["kill", "stop"]);
}

#[test]
fn what_was_acknowledged_survives_the_disk() {
    hold(&["points", "errors", "frames", "disk", "damage"]);
}

#[test]
fn what_was_acknowledged_survives_destinations_and_their_answers() {
    hold(&["destinations", "answers"]);
}

#[test]
fn nothing_is_refused_while_configurations_change_and_nonsense_comes() {
    hold(&["reload", "malformed"]);
}

#[test]
fn every_fault_of_the_table_is_tried_in_its_short_form_too() {
    let left_out: Vec<_> = ALL
        .iter()
        .filter(|scenario| scenario.runs.1 == 0)
        .map(|scenario| scenario.name)
        .collect();
    assert_eq!(left_out, ["overload"], "which takes minutes");
}
