//! Folders that something happened to.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use tollgate_queue::testing::{planted, random_damage};

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
