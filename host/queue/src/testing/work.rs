//! Work for a store under test, and the account of what it promised.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use fastrand::Rng;
use tollgate_record::Signal;

use super::{Counts, Simulated};
use crate::{Frame, Limit, NewFrame, Queue, Settings, Settled, Stamp, Store, Unit};

/// The destinations.
pub(super) const NAMES: [&str; 3] = ["otlp", "otlp/second", "file"];

/// What is known of one frame.
#[derive(Debug, Clone)]
pub(super) struct Known {
    frame: NewFrame,
    to: Vec<usize>,
    is_acknowledged: bool,
    /// By queue: settling was begun, or was done.
    begun: BTreeSet<usize>,
    done: BTreeSet<usize>,
}

/// What a store has promised so far, by the number that each frame's payload begins with.
#[derive(Debug, Clone, Default)]
pub(super) struct Account(BTreeMap<u64, Known>);

/// How a settlement that was done counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settlements {
    /// It holds.
    Hold,
    /// It may be forgotten.
    MayBeForgotten,
}

impl Account {
    /// The number of the next frame.
    pub(super) fn next(&self) -> u64 {
        self.0.len() as u64
    }

    /// Puts a frame of the next number into all queues.
    pub(super) async fn put(&mut self, store: &Store, frame: NewFrame) {
        let queues = queues(store);
        let known = Known {
            frame: frame.clone(),
            to: (0..queues.len()).collect(),
            is_acknowledged: true,
            begun: BTreeSet::new(),
            done: BTreeSet::new(),
        };
        self.0.insert(self.next(), known);
        let into: Vec<_> = queues.iter().collect();
        store.put(frame, &into).await.expect("the disk is whole");
    }
}

fn settings() -> Settings {
    Settings {
        directory: "simulated".into(),
        create: true,
        permissions: 0o750,
        fsync: true,
        max_size: None,
    }
}

/// Opens a simulated folder with small segments.
pub(super) fn open(disk: &Simulated) -> std::io::Result<(Store, crate::Recovery)> {
    Store::open_over(Arc::new(disk.clone()), &settings(), 6_000)
}

fn queues(store: &Store) -> Vec<Queue> {
    let limit = Limit {
        size: u64::MAX,
        unit: Unit::Requests,
        block: false,
    };
    let queue = |name: &&str| store.queue(name, limit);
    NAMES.iter().map(queue).collect()
}

/// A frame that says its number.
pub(super) fn frame(number: u64, rng: &mut Rng) -> NewFrame {
    let length = match rng.u8(..4) {
        0 => rng.usize(..40),
        1 => rng.usize(..1_500),
        _ => rng.usize(..600),
    };
    let mut wire = number.to_le_bytes().to_vec();
    wire.extend((0..length).map(|_| rng.u8(..)));
    let count = rng.usize(..4);
    let policies = (0..count).map(|_| std::array::from_fn(|_| rng.u8(..)));
    let policies = policies.collect();
    let stamp = Stamp {
        generation: rng.u64(..),
        policies,
    };
    NewFrame {
        signal: Signal::ALL[rng.usize(..Signal::ALL.len())],
        records: rng.u32(1..1_000),
        stamp: Arc::new(stamp),
        wire: Bytes::from(wire),
        context: None,
    }
}

/// The number of a frame, if it has one.
pub(super) fn number(frame: &Frame) -> Option<u64> {
    let number = frame.wire().first_chunk()?;
    Some(u64::from_le_bytes(*number))
}

/// Puts, takes, settles and puts back, as the dice say, until `steps` are done or `ended` says so.
pub(super) async fn work(
    account: &mut Account,
    store: &Store,
    steps: usize,
    rng: &mut Rng,
    ended: &(dyn Fn() -> bool + Sync),
) {
    let queues = queues(store);
    for _ in 0..steps {
        if ended() {
            return;
        }
        if rng.u8(..5) < 3 {
            put(account, store, &queues, rng, ended).await;
        } else {
            let place = rng.usize(..queues.len());
            settle(account, &queues[place], place, rng, ended).await;
        }
    }
}

async fn put(
    account: &mut Account,
    store: &Store,
    queues: &[Queue],
    rng: &mut Rng,
    ended: &(dyn Fn() -> bool + Sync),
) {
    let number = account.0.len() as u64;
    let frame = frame(number, rng);
    let mut to: Vec<usize> = (0..queues.len()).filter(|_| rng.bool()).collect();
    if to.is_empty() {
        to.push(rng.usize(..queues.len()));
    }
    let known = Known {
        frame: frame.clone(),
        to: to.clone(),
        is_acknowledged: false,
        begun: BTreeSet::new(),
        done: BTreeSet::new(),
    };
    account.0.insert(number, known);
    let into: Vec<_> = to.iter().map(|place| &queues[*place]).collect();
    let put = store.put(frame, &into).await;
    // What is said after the end is said to nobody.
    if put.is_ok() && !ended() {
        account.0.get_mut(&number).unwrap().is_acknowledged = true;
    }
}

async fn settle(
    account: &mut Account,
    queue: &Queue,
    place: usize,
    rng: &mut Rng,
    ended: &(dyn Fn() -> bool + Sync),
) {
    let Some(taken) = queue.next_now().await else {
        return;
    };
    if rng.u8(..4) == 0 {
        return;
    }
    let number = number(taken.frame()).expect("what is taken was put");
    let known = account.0.get_mut(&number).expect("what is taken was put");
    known.begun.insert(place);
    let records = taken.frame().records();
    taken.settle(Settled::delivered(records));
    if !ended() {
        known.done.insert(place);
    }
}

/// Takes everything that a store has, and holds it against the account; frames that `hit` names may be missing.
pub(super) async fn compare(
    account: &Account,
    store: &Store,
    settlements: Settlements,
    hit: &BTreeSet<u64>,
) -> Counts {
    let mut counts = Counts::default();
    for (place, queue) in queues(store).iter().enumerate() {
        let mut taken = Vec::new();
        while let Some(next) = queue.next_now().await {
            taken.push(next);
        }
        let mut came = BTreeSet::new();
        let mut last = None;
        for taken in &taken {
            let found =
                number(taken.frame()).and_then(|number| Some((number, account.0.get(&number)?)));
            let Some((number, known)) = found else {
                counts.foreign += 1;
                continue;
            };
            let in_order = last.is_none_or(|last| last < number);
            last = Some(number);
            if !is_same(taken.frame(), &known.frame) || !in_order || !known.to.contains(&place) {
                counts.altered += 1;
                continue;
            }
            came.insert(number);
            if known.done.contains(&place) {
                match settlements {
                    Settlements::Hold => counts.repeated += 1,
                    Settlements::MayBeForgotten => counts.duplicates += 1,
                }
            } else {
                counts.intact += 1;
            }
        }
        let promised = account.0.iter().filter(|(number, known)| {
            known.is_acknowledged
                && known.to.contains(&place)
                && !known.begun.contains(&place)
                && !hit.contains(number)
        });
        counts.lost += promised
            .filter(|(number, _)| !came.contains(number))
            .count() as u64;
    }
    counts
}

fn is_same(frame: &Frame, put: &NewFrame) -> bool {
    frame.signal() == put.signal
        && frame.records() == put.records
        && frame.stamp() == &put.stamp
        && *frame.wire() == put.wire
}
