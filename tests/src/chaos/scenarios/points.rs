//! The queue alone, ended and failing at every point of its work, and damaged in every way: the harness of its own crate, counted here.

use std::io::ErrorKind;

use tollgate_queue::testing::{
    Counts, Operation, abort_at_each_point, fail_at_each_point, random_damage,
};

use crate::chaos::Bench;
use crate::chaos::tally::Tally;

/// Damages of the whole table, and of its short form.
const DAMAGES: (u64, u64) = (1000, 50);

/// Ends the queue's work at each point around write, fsync, rename and delete.
pub(super) async fn abort(mut bench: Bench) -> Tally {
    let seed = bench.random.u64(..);
    count("aborted", move || abort_at_each_point(seed)).await
}

/// Lets each call of each kind fail, as on a disk that is full or broken.
pub(super) async fn fail(mut bench: Bench) -> Tally {
    let seed = bench.random.u64(..);
    let mut tally = Tally::default();
    for operation in Operation::ALL {
        for error in [ErrorKind::StorageFull, ErrorKind::Other] {
            let what = format!("{operation:?}, {error:?}");
            let counted = count(&what, move || fail_at_each_point(operation, error, seed));
            tally.join(counted.await);
        }
    }
    tally
}

/// Flips, cuts and adds bytes in its folder.
pub(super) async fn damage(mut bench: Bench) -> Tally {
    let seed = bench.random.u64(..);
    let runs = if bench.is_short { DAMAGES.1 } else { DAMAGES.0 };
    count("damaged", move || random_damage(runs, seed)).await
}

async fn count(what: &str, work: impl FnOnce() -> Counts + Send + 'static) -> Tally {
    let counts = tokio::task::spawn_blocking(work)
        .await
        .expect("the queue's harness ends");
    let mut tally = Tally {
        runs: counts.runs,
        delivered: counts.intact,
        lost: counts.lost,
        duplicates: counts.duplicates,
        uncleared: counts.altered + counts.foreign,
        ..Tally::default()
    };
    tally.expect(counts.is_clean(), || format!("{what}: {counts}"));
    tally
}
