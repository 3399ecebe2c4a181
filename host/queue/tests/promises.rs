//! What a store promises, through its public face.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use tollgate_queue::{Limit, NewFrame, PutError, Queue, Settings, Settled, Stamp, Store, Unit};
use tollgate_record::Signal;

const WIDE: Limit = Limit {
    size: 1000,
    unit: Unit::Requests,
    block: false,
};

fn settings(directory: &Path) -> Settings {
    Settings {
        directory: directory.to_path_buf(),
        create: true,
        permissions: 0o750,
        fsync: true,
        max_size: None,
    }
}

fn open(directory: &Path) -> Store {
    Store::open(&settings(directory)).unwrap().0
}

fn frame(number: u32) -> NewFrame {
    let stamp = Stamp {
        generation: 7,
        policies: vec![[3; 32], [4; 32]],
    };
    NewFrame {
        signal: Signal::Logs,
        records: 2,
        stamp: Arc::new(stamp),
        wire: Bytes::from(format!("frame {number} ").repeat(100)),
        context: None,
    }
}

/// What waits in a queue, oldest first, as it was put.
async fn contents(queue: &Queue) -> Vec<Bytes> {
    let mut taken = Vec::new();
    while let Some(next) = queue.next_now().await {
        taken.push(next);
    }
    taken
        .iter()
        .map(|taken| taken.frame().wire().clone())
        .collect()
}

fn wires(numbers: impl IntoIterator<Item = u32>) -> Vec<Bytes> {
    numbers
        .into_iter()
        .map(|number| frame(number).wire)
        .collect()
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_an_end_and_what_was_settled_is_not() {
    let folder = tempfile::tempdir().unwrap();
    {
        let store = open(folder.path());
        let queue = store.queue("otlp", WIDE);
        for number in 0..10 {
            store.put(frame(number), &[&queue]).await.unwrap();
        }
        for _ in 0..4 {
            let taken = queue.next().await.unwrap();
            taken.settle(Settled::delivered(2));
        }
        let (came, went) = queue.report().balance();
        assert_eq!(came, went);
    }
    let (store, recovery) = Store::open(&settings(folder.path())).unwrap();
    assert_eq!(recovery.found.frames, 6);
    assert_eq!((recovery.torn, recovery.damage), (0, Vec::new()));
    let queue = store.queue("otlp", WIDE);
    let first = queue.next().await.unwrap();
    assert_eq!(**first.frame().stamp(), *frame(0).stamp);
    assert_eq!(first.frame().records(), 2);
    drop(first);
    assert_eq!(contents(&queue).await, wires(4..10));
    let report = queue.report();
    assert_eq!((report.restored, report.put), (12, 0));
}

#[tokio::test]
async fn a_frame_of_two_queues_is_stored_once_and_stays_until_both_are_done() {
    let folder = tempfile::tempdir().unwrap();
    {
        let store = open(folder.path());
        let [one, other] = ["one", "other"].map(|name| store.queue(name, WIDE));
        store.put(frame(1), &[&one, &other]).await.unwrap();
        let wire = u64::try_from(frame(1).wire.len()).unwrap();
        assert!(store.report().bytes_on_disk < 2 * wire);
        one.next().await.unwrap().settle(Settled::delivered(2));
    }
    {
        let store = open(folder.path());
        let [one, other] = ["one", "other"].map(|name| store.queue(name, WIDE));
        assert!(one.next_now().await.is_none());
        other.next().await.unwrap().settle(Settled::refused(2));
        store.close();
    }
    let (_, recovery) = Store::open(&settings(folder.path())).unwrap();
    assert_eq!(recovery.found.frames, 0);
}

#[tokio::test]
async fn a_full_queue_refuses_and_one_that_blocks_waits() {
    let store = Store::in_memory();
    let limit = Limit {
        size: 4,
        unit: Unit::Items,
        block: false,
    };
    let refusing = store.queue("refusing", limit);
    for number in 0..2 {
        store.put(frame(number), &[&refusing]).await.unwrap();
    }
    let full = store.put(frame(2), &[&refusing]).await;
    assert_eq!(full.unwrap_err(), PutError::Full);

    let blocking = store.queue(
        "refusing",
        Limit {
            block: true,
            ..limit
        },
    );
    let waiting = tokio::spawn({
        let (store, queue) = (store.clone(), blocking.clone());
        async move { store.put(frame(2), &[&queue]).await.map(|_| ()) }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    blocking.next().await.unwrap().settle(Settled::delivered(2));
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_client_that_waits_is_told_what_became_of_its_records() {
    let store = Store::in_memory();
    let queue = store.queue("otlp", WIDE);
    let mut told = Vec::new();
    for number in 0..2 {
        told.extend(store.put(frame(number), &[&queue]).await.unwrap());
    }
    queue.next().await.unwrap().settle(Settled::refused(2));
    store.close();
    let mut settled = Vec::new();
    for receipt in told {
        settled.push(receipt.settled().await.unwrap());
    }
    assert_eq!(settled, [Settled::refused(2), Settled::given_back(2)]);
    assert!(queue.next().await.is_none());
    assert_eq!(
        store.put(frame(3), &[&queue]).await.unwrap_err(),
        PutError::Closed
    );
    let (came, went) = queue.report().balance();
    assert_eq!(came, went);
}

#[tokio::test]
async fn a_second_process_is_told_who_has_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let _store = open(folder.path());
    let error = Store::open(&settings(folder.path())).err().unwrap();
    assert!(error.to_string().contains("another process"), "{error}");
}

#[tokio::test]
async fn the_rest_of_a_frame_stays_when_a_part_of_it_is_settled() {
    let folder = tempfile::tempdir().unwrap();
    {
        let store = open(folder.path());
        let queue = store.queue("otlp", WIDE);
        store.put(frame(1), &[&queue]).await.unwrap();
        let taken = queue.next().await.unwrap();
        let rest = NewFrame {
            records: 1,
            ..frame(2)
        };
        let settled = Settled {
            delivered: 1,
            moved: 1,
            ..Settled::default()
        };
        taken.settle_with(settled, rest).await.unwrap();
        let report = queue.report();
        let (came, went) = report.balance();
        assert_eq!((came, went), (3, 3));
        assert_eq!((report.waiting.records, report.settled), (1, settled));
    }
    let store = open(folder.path());
    let queue = store.queue("otlp", WIDE);
    assert_eq!(queue.take_restored(Signal::Logs), 1);
    assert_eq!(queue.take_restored(Signal::Logs), 0, "it is told once");
    assert_eq!(contents(&queue).await, wires([2]));
}

#[tokio::test]
async fn a_frame_that_is_damaged_while_the_store_is_open_costs_itself_and_is_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    {
        let store = open(folder.path());
        let queue = store.queue("otlp", WIDE);
        for number in 0..3 {
            store.put(frame(number), &[&queue]).await.unwrap();
        }
    }
    let segment = folder.path().join("frames-0000000001");
    let mut bytes = std::fs::read(&segment).unwrap();
    let second = frame(1).wire;
    let at = bytes
        .windows(second.len())
        .position(|part| part == second)
        .unwrap();
    bytes[at + 5] ^= 4;
    std::fs::write(&segment, bytes).unwrap();
    let store = open(folder.path());
    let queue = store.queue("otlp", WIDE);
    assert_eq!(contents(&queue).await, wires([0, 2]));
    let report = queue.report();
    assert_eq!((report.restored, report.settled.damaged), (6, 2));
    assert_eq!(store.report().damaged_frames, 1);
    let aside: Vec<_> = std::fs::read_dir(folder.path().join("damaged"))
        .unwrap()
        .collect();
    assert_eq!(aside.len(), 1);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(folder.path().join("key"))
            .unwrap()
            .permissions(),
    );
    assert_eq!(mode & 0o777, 0o600, "the secret is its owner's alone");
}
