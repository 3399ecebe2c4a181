//! The end, and a failure, at each point of everything that the store asks of a disk.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::ErrorKind;

use tollgate_queue::testing::{Operation, abort_at_each_point, fail_at_each_point};

#[test]
fn whatever_was_acknowledged_is_there_after_an_end_at_any_point() {
    for seed in 0..4 {
        let counts = abort_at_each_point(seed);
        assert!(counts.is_clean(), "seed {seed}: {counts}");
        assert!(counts.runs > 100 && counts.intact > 1_000, "{counts}");
    }
}

#[test]
fn whatever_was_acknowledged_is_there_after_any_failure() {
    for error in [ErrorKind::StorageFull, ErrorKind::Other] {
        for operation in Operation::ALL {
            for seed in 0..3 {
                let counts = fail_at_each_point(operation, error, seed);
                assert!(
                    counts.is_clean(),
                    "{operation:?}, {error:?}, {seed}: {counts}"
                );
                assert!(counts.intact > 20, "{operation:?}, {seed}: {counts}");
            }
        }
    }
}
