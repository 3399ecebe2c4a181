//! Folders that something happened to.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use tollgate_queue::testing::{edited, planted, random_damage};

#[test]
fn damage_costs_what_it_hit_and_nothing_else() {
    for seed in 0..5 {
        let counts = random_damage(400, seed);
        assert!(counts.is_clean(), "seed {seed}: {counts}");
        assert!(counts.intact > 8_000, "{counts}");
    }
}

#[test]
fn a_frame_within_a_payload_is_no_frame() {
    for seed in 0..100 {
        let counts = planted(seed);
        assert!(counts.is_clean(), "seed {seed}: {counts}");
        assert!(counts.intact > 0, "seed {seed}: {counts}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_edit_costs_what_it_hit(edits in proptest::collection::vec(any::<u8>(), 0..60)) {
        let counts = edited(&edits);
        prop_assert!(counts.is_clean(), "{}", counts);
    }
}
