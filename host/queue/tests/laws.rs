//! Numbers that hold at any moment, whoever does what at once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use proptest::prelude::*;
use tollgate_queue::testing::{Fault, Operation, Simulated};
use tollgate_queue::{
    Limit, NewFrame, PutError, Queue, QueueReport, Settings, Settled, Stamp, Store, Unit,
};
use tollgate_record::Signal;

fn settings(directory: &Path) -> Settings {
    Settings {
        directory: directory.to_path_buf(),
        create: true,
        permissions: 0o750,
        fsync: true,
        max_size: None,
    }
}

fn frame(records: u32, length: usize) -> NewFrame {
    NewFrame {
        signal: Signal::Traces,
        records,
        stamp: Arc::new(Stamp::default()),
        wire: Bytes::from(vec![7; length]),
        context: None,
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(3)
        .enable_all()
        .build()
        .unwrap()
}

/// What is done to a store.
#[derive(Debug, Clone)]
enum Step {
    Put { to: u8, records: u32, length: usize },
    Settle { queue: usize, settled: [u64; 4] },
    PutBack { queue: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let put = (1..8_u8, 1..50_u32, 0..400_usize).prop_map(|(to, records, length)| Step::Put {
        to,
        records,
        length,
    });
    let settle = (0..3_usize, any::<[u8; 4]>()).prop_map(|(queue, settled)| Step::Settle {
        queue,
        settled: settled.map(|number| u64::from(number % 30)),
    });
    let put_back = (0..3_usize).prop_map(|queue| Step::PutBack { queue });
    proptest::collection::vec(prop_oneof![4 => put, 3 => settle, 1 => put_back], 0..60)
}

fn balanced(report: &QueueReport) {
    let (came, went) = report.balance();
    assert_eq!(came, went, "{report:?}");
}

/// What a model says is in a queue: records, oldest first.
#[derive(Default)]
struct Model {
    put: u64,
    waiting: Vec<u32>,
    settled: u64,
}

async fn follow(store: &Store, queues: &[Queue], steps: Vec<Step>, limit: u64) {
    let mut models: Vec<Model> = queues.iter().map(|_| Model::default()).collect();
    for step in steps {
        match step {
            Step::Put {
                to,
                records,
                length,
            } => {
                let to: Vec<usize> = (0..3).filter(|place| to >> place & 1 == 1).collect();
                let fits = |place: &usize| {
                    let model = &models[*place];
                    model.waiting.is_empty() || (model.waiting.len() as u64) < limit
                };
                let fits = to.iter().all(fits);
                let into: Vec<_> = to.iter().map(|place| &queues[*place]).collect();
                match store.put(frame(records, length), &into).await {
                    Ok(receipts) => {
                        assert!(fits, "there was no room");
                        assert_eq!(receipts.len(), to.len());
                        for place in to {
                            models[place].put += u64::from(records);
                            models[place].waiting.push(records);
                        }
                    }
                    Err(error) => {
                        assert_eq!(error, PutError::Full);
                        assert!(!fits, "there was room");
                    }
                }
            }
            Step::Settle { queue, settled } => {
                let taken = queues[queue].next_now().await;
                let model = &mut models[queue];
                assert_eq!(taken.is_some(), !model.waiting.is_empty());
                if let Some(taken) = taken {
                    let records = model.waiting.remove(0);
                    assert_eq!(taken.frame().records(), records, "the oldest comes first");
                    model.settled += u64::from(records);
                    let [delivered, refused, given_back, moved] = settled;
                    taken.settle(Settled {
                        delivered,
                        refused,
                        given_back,
                        moved,
                        damaged: 0,
                    });
                }
            }
            Step::PutBack { queue } => {
                let taken = queues[queue].next_now().await;
                assert_eq!(taken.is_some(), !models[queue].waiting.is_empty());
                balanced(&queues[queue].report());
            }
        }
        for (queue, model) in queues.iter().zip(&models) {
            let report = queue.report();
            balanced(&report);
            assert_eq!(report.put, model.put);
            assert_eq!(report.settled.records(), model.settled);
            assert_eq!(report.waiting.frames, model.waiting.len() as u64);
            assert_eq!(report.in_flight.frames, 0);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_queue_does_what_a_list_does(steps in steps(), in_memory in any::<bool>(), limit in 1..12_u64) {
        runtime().block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let store = if in_memory {
                Store::in_memory()
            } else {
                Store::open_over(Arc::new(Simulated::new(1)), &settings(folder.path()), 2_000).unwrap().0
            };
            let limit_of = Limit { size: limit, unit: Unit::Requests, block: false };
            let queues: Vec<_> = ["a", "b", "c"].map(|name| store.queue(name, limit_of)).into();
            follow(&store, &queues, steps, limit).await;
        });
    }
}

#[test]
fn the_numbers_are_exact_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&settings(folder.path())).unwrap();
    let limit = Limit {
        size: 20_000,
        unit: Unit::Bytes,
        block: true,
    };
    let queues = ["one", "other"].map(|name| store.queue(name, limit));
    let is_over = Arc::new(AtomicBool::new(false));
    let watcher = std::thread::spawn({
        let (store, is_over) = (store.clone(), Arc::clone(&is_over));
        move || {
            let mut looks = 0_u64;
            while !is_over.load(Ordering::Relaxed) {
                for queue in store.report().queues {
                    balanced(&queue.report);
                    let held = queue.report.waiting.bytes + queue.report.in_flight.bytes;
                    assert!(held <= 20_000, "{held} bytes are more than the limit");
                    looks += 1;
                }
            }
            looks
        }
    });
    let settled = runtime().block_on(async {
        let consumers = queues.clone().map(|queue| {
            tokio::spawn(async move {
                let mut settled = 0;
                while settled < 400 {
                    let taken = queue.next().await.unwrap();
                    if taken.frame().id() % 7 == 0 && fastrand::bool() {
                        continue;
                    }
                    let records = taken.frame().records();
                    taken.settle(Settled::delivered(records));
                    settled += 1;
                }
                settled
            })
        });
        let writers = (0..4).map(|writer| {
            let (store, queues) = (store.clone(), queues.clone());
            tokio::spawn(async move {
                for number in 0..100 {
                    let length = (number * 37 + writer * 11) % 3_000;
                    let [one, other] = &queues;
                    store.put(frame(3, length), &[one, other]).await.unwrap();
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let mut settled = 0;
        for consumer in consumers {
            settled += consumer.await.unwrap();
        }
        settled
    });
    is_over.store(true, Ordering::Relaxed);
    assert!(watcher.join().unwrap() > 0);
    assert_eq!(settled, 800);
    for queue in &queues {
        let report = queue.report();
        assert_eq!((report.put, report.settled.delivered), (1_200, 1_200));
    }
}

#[test]
fn who_waits_for_room_gets_it_in_turn_and_who_leaves_takes_none() {
    runtime().block_on(async {
        let store = Store::in_memory();
        let limit = Limit {
            size: 10,
            unit: Unit::Items,
            block: true,
        };
        let queue = store.queue("otlp", limit);
        store.put(frame(10, 1), &[&queue]).await.unwrap();
        let (order, mut done) = tokio::sync::mpsc::unbounded_channel();
        let mut waiting = Vec::new();
        // The first needs all the room; those behind it would fit before, and do not pass it.
        for (number, records) in [10, 9, 1, 1].into_iter().enumerate() {
            let (store, queue, order) = (store.clone(), queue.clone(), order.clone());
            let task = tokio::spawn({
                let store = store.clone();
                async move {
                    store.put(frame(records, number), &[&queue]).await.unwrap();
                    order.send(number).unwrap();
                }
            });
            while store.waiting() <= number {
                tokio::task::yield_now().await;
            }
            waiting.push(task);
        }
        // The second leaves; nobody waits for it.
        waiting.remove(1).abort();
        while store.waiting() > 3 {
            tokio::task::yield_now().await;
        }
        queue.next().await.unwrap().settle(Settled::delivered(10));
        assert_eq!(done.recv().await, Some(0));
        assert!(done.try_recv().is_err());
        queue.next().await.unwrap().settle(Settled::delivered(10));
        let mut others = [done.recv().await.unwrap(), done.recv().await.unwrap()];
        others.sort_unstable();
        assert_eq!(others, [2, 3]);
        balanced(&queue.report());
    });
}

#[test]
fn a_frame_for_nobody_is_kept_by_nobody_and_a_queue_named_twice_has_it_once() {
    let disk = Simulated::new(1);
    let settings = settings(Path::new("simulated"));
    let (store, _) = Store::open_over(Arc::new(disk.clone()), &settings, 1 << 20).unwrap();
    let limit = Limit {
        size: 1_000,
        unit: Unit::Requests,
        block: false,
    };
    let queue = store.queue("otlp", limit);
    runtime().block_on(async {
        assert!(store.put(frame(1, 9), &[]).await.unwrap().is_empty());
        let receipts = store.put(frame(2, 9), &[&queue, &queue]).await.unwrap();
        assert_eq!(receipts.len(), 1);
        queue.next().await.unwrap().settle(Settled::delivered(2));
        assert!(queue.next_now().await.is_none());
    });
    balanced(&queue.report());
    store.close();
    let is_segment = |name: &&String| name.starts_with("frames-");
    assert_eq!(disk.files().keys().filter(is_segment).count(), 0);
}

#[test]
fn a_settlement_that_a_full_disk_did_not_take_is_written_later() {
    let disk = Simulated::new(1);
    let settings = settings(Path::new("simulated"));
    let open = || Store::open_over(Arc::new(disk.clone()), &settings, 1 << 20).unwrap();
    let limit = Limit {
        size: 1_000,
        unit: Unit::Requests,
        block: false,
    };
    {
        let (store, _) = open();
        let queue = store.queue("otlp", limit);
        runtime().block_on(async {
            for _ in 0..2 {
                store.put(frame(1, 9), &[&queue]).await.unwrap();
            }
            disk.fault(Fault::Full { room: 0 });
            queue.next().await.unwrap().settle(Settled::delivered(1));
        });
        disk.mend();
        store.close();
    }
    let (_store, recovery) = open();
    assert_eq!(recovery.found.frames, 1);
}

#[test]
fn opening_reads_heads_and_not_payloads() {
    let disk = Simulated::new(1);
    let settings = settings(Path::new("simulated"));
    let open = || Store::open_over(Arc::new(disk.clone()), &settings, 1 << 20).unwrap();
    let limit = Limit {
        size: 1_000,
        unit: Unit::Requests,
        block: false,
    };
    let (store, _) = open();
    let queue = store.queue("otlp", limit);
    runtime().block_on(async {
        for _ in 0..100 {
            store.put(frame(5, 70_000), &[&queue]).await.unwrap();
        }
    });
    store.close();
    drop((store, queue));
    let before = disk.bytes_read();
    let (_store, recovery) = open();
    assert_eq!(recovery.found.frames, 100);
    let read = disk.bytes_read() - before;
    assert!(read < 100 * 5_000, "{read} bytes were read");
}

#[test]
fn a_file_that_is_damaged_everywhere_is_not_read_again_and_again() {
    const PAYLOAD: [u8; 400] = [7; 400];
    let disk = Simulated::new(1);
    let settings = settings(Path::new("simulated"));
    let limit = Limit {
        size: 1_000,
        unit: Unit::Requests,
        block: false,
    };
    let (store, _) = Store::open_over(Arc::new(disk.clone()), &settings, 1 << 20).unwrap();
    let queue = store.queue("otlp", limit);
    runtime().block_on(async {
        for _ in 0..400 {
            store.put(frame(5, PAYLOAD.len()), &[&queue]).await.unwrap();
        }
    });
    store.close();
    drop((store, queue));
    let mut files = disk.files();
    let (name, bytes) = files
        .iter_mut()
        .max_by_key(|(_, bytes)| bytes.len())
        .unwrap();
    let (name, size) = (name.clone(), bytes.len() as u64);
    let payloads: Vec<usize> = memchr::memmem::find_iter(bytes, &PAYLOAD).collect();
    assert_eq!(payloads.len(), 400, "{name}");
    for payload in payloads.iter().step_by(2) {
        bytes[payload - 1] ^= 1;
    }
    let disk = Simulated::holding(files, 1);
    let (_store, recovery) = Store::open_over(Arc::new(disk.clone()), &settings, 1 << 20).unwrap();
    assert_eq!(recovery.found.frames, 200);
    let read = disk.bytes_read();
    assert!(read < 20 * size, "{read} bytes were read of {size}");
}

#[test]
fn a_full_disk_takes_frames_again_once_there_is_room() {
    let disk = Simulated::new(1);
    let settings = settings(Path::new("simulated"));
    let (store, _) = Store::open_over(Arc::new(disk.clone()), &settings, 10_000).unwrap();
    let limit = Limit {
        size: 1_000,
        unit: Unit::Requests,
        block: false,
    };
    let queue = store.queue("otlp", limit);
    disk.fault(Fault::Full { room: 50_000 });
    runtime().block_on(async {
        let mut taken_in = 0;
        let error = loop {
            match store.put(frame(1, 4_000), &[&queue]).await {
                Ok(_) => taken_in += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(error, PutError::Disk(std::io::ErrorKind::StorageFull));
        assert!((8..13).contains(&taken_in), "{taken_in}");
        for _ in 0..taken_in {
            queue.next().await.unwrap().settle(Settled::delivered(1));
        }
        while disk.calls(Operation::Remove) < 6 {
            tokio::task::yield_now().await;
        }
        store.put(frame(1, 4_000), &[&queue]).await.unwrap();
        assert_eq!(queue.report().waiting.frames, 1);
        assert!(store.report().write_errors > 0);
    });
}

#[test]
fn a_folder_holds_no_more_than_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        max_size: Some(1 << 20),
        ..settings(folder.path())
    };
    let (store, _) = Store::open(&settings).unwrap();
    let limit = Limit {
        size: u64::MAX,
        unit: Unit::Requests,
        block: false,
    };
    let queue = store.queue("otlp", limit);
    runtime().block_on(async {
        let mut taken_in = 0;
        while store.put(frame(1, 50_000), &[&queue]).await.is_ok() {
            taken_in += 1;
        }
        assert_eq!(taken_in, 20);
        assert!(store.report().bytes_on_disk <= 1 << 20);
        for _ in 0..taken_in {
            queue.next().await.unwrap().settle(Settled::delivered(1));
        }
        while store.put(frame(1, 50_000), &[&queue]).await.is_err() {
            tokio::task::yield_now().await;
        }
    });
}
