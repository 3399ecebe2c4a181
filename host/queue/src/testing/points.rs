//! The end at each point, and a failure at each point: of everything that is asked of a disk, whatever was acknowledged comes back.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use fastrand::Rng;

use super::work::{Account, Settlements, compare, open, work};
use super::{Counts, Ending, Fault, Operation, Simulated, wait};

const STEPS: usize = 30;

/// A store that works, is opened again and works, on a disk that ends everything at one point: at each point there is, by kill and by
/// power cut. The folder is opened again then, twice, and once more with everything ending while it is opened.
#[must_use]
pub fn abort_at_each_point(seed: u64) -> Counts {
    let mut counts = Counts::default();
    for nth in 0.. {
        let disk = Simulated::new(seed);
        disk.fault(Fault::Stop { nth });
        let account = wait(scripted(&disk, seed));
        for ending in [Ending::Kill, Ending::PowerCut] {
            let settlements = match ending {
                Ending::Kill => Settlements::Hold,
                Ending::PowerCut => Settlements::MayBeForgotten,
            };
            counts.add(&reopened(&disk, ending, settlements, &account, seed ^ nth));
        }
        if !disk.is_stopped() {
            break;
        }
    }
    counts
}

/// Likewise, but one call (or three in a row) of one kind fails, and everything goes on.
#[must_use]
pub fn fail_at_each_point(operation: Operation, error: ErrorKind, seed: u64) -> Counts {
    let mut counts = Counts::default();
    for nth in 0.. {
        let disk = Simulated::new(seed);
        let times = 1 + nth % 3;
        disk.fault(Fault::Fail {
            operation,
            nth,
            times,
            error,
        });
        let account = wait(scripted(&disk, seed));
        let is_over = disk.calls(operation) <= nth;
        disk.mend();
        for ending in [Ending::Kill, Ending::PowerCut] {
            // A settlement that the disk does not take is kept in memory until it does.
            let settlements = Settlements::MayBeForgotten;
            counts.add(&reopened(&disk, ending, settlements, &account, seed ^ nth));
        }
        if is_over {
            break;
        }
    }
    counts
}

/// The work: a store, and the same folder opened a second time.
async fn scripted(disk: &Simulated, seed: u64) -> Account {
    let mut account = Account::default();
    let mut rng = Rng::with_seed(seed);
    let ended = || disk.is_stopped();
    for _ in 0..2 {
        // A disk that fails while the folder is opened may keep it from being opened: nothing is promised by then.
        if let Ok((store, _)) = open(disk) {
            work(&mut account, &store, STEPS, &mut rng, &ended).await;
        }
    }
    account
}

fn reopened(
    disk: &Simulated,
    ending: Ending,
    settlements: Settlements,
    account: &Account,
    seed: u64,
) -> Counts {
    let left = disk.after(ending, seed);
    // Everything ends once more while the folder is opened.
    let mut rng = Rng::with_seed(seed);
    left.fault(Fault::Stop { nth: rng.u64(..20) });
    drop(open(&left));
    left.mend();
    let left = left.after(ending, seed);
    let mut counts = Counts {
        runs: 1,
        ..Counts::default()
    };
    for _ in 0..2 {
        match open(&left) {
            Ok((store, _)) => {
                let compared = wait(compare(account, &store, settlements, &BTreeSet::new()));
                counts.add(&compared);
            }
            Err(_) => counts.refused += 1,
        }
    }
    counts
}
