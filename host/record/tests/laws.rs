//! The laws of the batch, against `prost`, with arbitrary requests.

#![allow(clippy::indexing_slicing, reason = "a test may panic")]

use proptest::collection::vec;
use proptest::prelude::*;
use tollgate_record::testing::{
    Dice, any_bytes, any_outcome, edited, exact_reads, grown, mangle, parted, request, untouched,
};
use tollgate_record::{Cut, Signal, split};

fn signals() -> impl Strategy<Value = Signal> {
    prop_oneof![
        Just(Signal::Logs),
        Just(Signal::Traces),
        Just(Signal::Metrics)
    ]
}

fn rolls(length: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..length)
}

fn odd(signal: Signal, request_rolls: &[u8], mangle_rolls: &[u8]) -> Vec<u8> {
    let wire = request(signal, &mut Dice::new(request_rolls));
    mangle(signal, &wire, &mut Dice::new(mangle_rolls))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_request_that_nobody_edits_is_kept_and_shown_as_it_is(signal in signals(), dice in rolls(900), odds in rolls(400)) {
        untouched(signal, &request(signal, &mut Dice::new(&dice)));
        untouched(signal, &odd(signal, &dice, &odds));
    }

    #[test]
    fn a_stage_is_shown_the_fields_it_names_and_no_other(signal in signals(), dice in rolls(900), odds in rolls(400), choice in rolls(200)) {
        exact_reads(signal, &odd(signal, &dice, &odds), &mut Dice::new(&choice));
    }

    #[test]
    fn edits_are_what_they_would_be_on_structs(signal in signals(), dice in rolls(900), odds in rolls(400), script in rolls(200)) {
        edited(signal, &odd(signal, &dice, &odds), &mut Dice::new(&script));
    }

    #[test]
    fn nodes_that_come_whole_are_what_they_would_be_on_structs(signal in signals(), dice in rolls(900), odds in rolls(400), script in rolls(400)) {
        grown(signal, &odd(signal, &dice, &odds), &mut Dice::new(&script));
    }

    #[test]
    fn any_bytes_are_a_request_or_an_error(signal in signals(), bytes in rolls(300)) {
        any_bytes(signal, &bytes);
    }

    #[test]
    fn flipped_and_cut_bytes_are_a_request_or_an_error(
        signal in signals(),
        dice in rolls(900),
        flips in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut wire = request(signal, &mut Dice::new(&dice));
        if !wire.is_empty() {
            for (place, byte) in flips {
                let place = place.index(wire.len());
                wire[place] ^= byte;
            }
            if is_cut {
                wire.truncate(cut.index(wire.len()));
            }
        }
        any_bytes(signal, &wire);
    }

    #[test]
    fn any_outcome_is_refused_or_applied(signal in signals(), dice in rolls(900), odds in rolls(400), script in rolls(200)) {
        any_outcome(signal, &odd(signal, &dice, &odds), &mut Dice::new(&script));
    }

    #[test]
    fn a_request_and_its_parts_hold_the_same(signal in signals(), dice in rolls(900), odds in rolls(400), at in any::<prop::sample::Index>()) {
        let plain = request(signal, &mut Dice::new(&dice));
        for wire in [plain, odd(signal, &dice, &odds)] {
            parted(signal, &wire, Cut::Half);
            parted(signal, &wire, Cut::Records(u32::try_from(at.index(9)).unwrap_or_default()));
            parted(signal, &wire, Cut::Bytes(at.index(wire.len().max(1))));
        }
    }

    #[test]
    fn any_bytes_are_cut_or_refused(signal in signals(), bytes in rolls(300), at in 0..300_usize) {
        let wire = bytes::Bytes::from(bytes);
        for cut in [Cut::Half, Cut::Records(1), Cut::Bytes(at)] {
            let _ = split(signal, &wire, cut);
        }
    }
}
