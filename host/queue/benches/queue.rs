//! What durability costs: frames that are put, synced, taken, settled and removed, beside redb doing the same with the same group commits.
//! Then how long a folder that holds 1 GiB takes to open.
//!
//! Each line is one run. Both sides get the same payloads from the same writers, and sync before anybody is told.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    reason = "a bench may panic, and prints what it measures"
)]

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use bytes::Bytes;
use redb::{Database, TableDefinition};
use tokio::sync::oneshot;
use tollgate_queue::{Limit, NewFrame, Settings, Settled, Stamp, Store, Unit};
use tollgate_record::Signal;

const WRITERS: u64 = 8;
const FRAMES: TableDefinition<u64, &[u8]> = TableDefinition::new("frames");

fn main() {
    // With `cargo test` there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    for (size, frames, order) in [
        (70_000, 4_000, Order::AtOnce),
        (400_000, 800, Order::AtOnce),
        (70_000, 8_000, Order::Later),
        (400_000, 1_600, Order::Later),
    ] {
        let what = match order {
            Order::AtOnce => "delivered at once",
            Order::Later => "delivered when all are queued",
        };
        println!("{frames} frames of {size} bytes, {what}");
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let ours = runtime.block_on(with_queue(
            &folder.path().join("queue"),
            size,
            frames,
            order,
        ));
        ours.print("tollgate-queue", size);
        let theirs = runtime.block_on(with_redb(&folder.path().join("redb"), size, frames, order));
        theirs.print("redb 4", size);
        println!(
            "  {:.2} times the frames of redb, at {:.2} of its CPU a frame",
            theirs.took.as_secs_f64() / ours.took.as_secs_f64(),
            ours.cpu.as_secs_f64() / theirs.cpu.as_secs_f64(),
        );
    }
    for size in [70_000, 2_000] {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        runtime.block_on(opening(folder.path(), size));
    }
}

/// When what was queued is delivered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    AtOnce,
    Later,
}

struct Run {
    frames: u64,
    took: Duration,
    cpu: Duration,
    latencies: Vec<Duration>,
}

impl Run {
    fn print(&self, name: &str, size: usize) {
        let mut latencies = self.latencies.clone();
        latencies.sort_unstable();
        let middle = latencies.get(latencies.len() / 2).copied();
        let frames = self.frames as f64;
        println!(
            "  {name:<15} {:>6.0} frames a second, {:>5.0} MB/s, p50 {:>5.1} ms, {:>4.0} us of CPU a frame",
            frames / self.took.as_secs_f64(),
            frames * size as f64 / 1e6 / self.took.as_secs_f64(),
            middle.unwrap_or_default().as_secs_f64() * 1e3,
            self.cpu.as_secs_f64() * 1e6 / frames,
        );
    }
}

/// User and system time of this process.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = behind_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

fn payload(size: usize, seed: u64) -> Bytes {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut bytes = vec![0; size];
    rng.fill(&mut bytes);
    bytes.into()
}

fn settings(path: &Path, fsync: bool) -> Settings {
    Settings {
        directory: path.to_path_buf(),
        create: true,
        permissions: 0o750,
        fsync,
        max_size: None,
    }
}

const WIDE: Limit = Limit {
    size: u64::MAX,
    unit: Unit::Requests,
    block: false,
};

fn frame(wire: &Bytes) -> NewFrame {
    let stamp = Stamp {
        generation: 1,
        policies: vec![[1; 32]; 2],
    };
    NewFrame {
        signal: Signal::Logs,
        records: 256,
        stamp: Arc::new(stamp),
        wire: wire.clone(),
        context: None,
    }
}

async fn with_queue(path: &Path, size: usize, frames: u64, order: Order) -> Run {
    let (store, _) = Store::open(&settings(path, true)).expect("the folder opens");
    let queue = store.queue("otlp", WIDE);
    let (since, used) = (Instant::now(), cpu());
    let (start, started) = oneshot::channel();
    let consumer = tokio::spawn({
        let queue = queue.clone();
        async move {
            if order == Order::Later {
                started.await.expect("everything is queued");
            }
            for _ in 0..frames {
                let taken = queue.next().await.expect("the store is open");
                taken.settle(Settled::delivered(256));
            }
        }
    });
    let writers = (0..WRITERS).map(|writer| {
        let (store, queue) = (store.clone(), queue.clone());
        tokio::spawn(async move {
            let wire = payload(size, writer);
            let mut latencies = Vec::new();
            for _ in 0..frames / WRITERS {
                let since = Instant::now();
                store.put(frame(&wire), &[&queue]).await.expect("it is put");
                latencies.push(since.elapsed());
            }
            latencies
        })
    });
    let writers: Vec<_> = writers.collect();
    let latencies = joined(writers).await;
    let _ = start.send(());
    consumer.await.expect("the consumer ends");
    store.close();
    Run {
        frames,
        took: since.elapsed(),
        cpu: cpu().saturating_sub(used),
        latencies,
    }
}

async fn joined(writers: Vec<tokio::task::JoinHandle<Vec<Duration>>>) -> Vec<Duration> {
    let mut all = Vec::new();
    for writer in writers {
        all.extend(writer.await.expect("the writer ends"));
    }
    all
}

enum Ask {
    Put(Bytes, oneshot::Sender<u64>),
    Remove(u64),
}

/// One thread, a transaction for everything that waits: puts and removals alike.
fn redb_writer(path: &Path, asked: &Receiver<Ask>) {
    let database = Database::create(path).expect("a database");
    let mut next = 0;
    let mut removed_bytes = 0;
    while let Ok(first) = asked.recv() {
        let group: Vec<_> = std::iter::once(first)
            .chain(asked.try_iter().take(256))
            .collect();
        let transaction = database.begin_write().expect("a transaction");
        let mut told = Vec::new();
        {
            let mut table = transaction.open_table(FRAMES).expect("a table");
            for ask in group {
                match ask {
                    Ask::Put(wire, tell) => {
                        table.insert(next, wire.as_ref()).expect("it is put");
                        told.push((tell, next));
                        next += 1;
                    }
                    Ask::Remove(id) => {
                        let removed = table.remove(id).expect("it is removed");
                        // It was delivered before, from memory or from here.
                        removed_bytes += removed.expect("it was there").value().len();
                    }
                }
            }
        }
        transaction.commit().expect("it is committed");
        for (tell, id) in told {
            let _ = tell.send(id);
        }
    }
    assert!(removed_bytes > 0, "everything was removed");
}

async fn with_redb(path: &Path, size: usize, frames: u64, order: Order) -> Run {
    let (ask, asked): (Sender<Ask>, Receiver<Ask>) = channel();
    let path = path.to_path_buf();
    let (since, used) = (Instant::now(), cpu());
    let thread = std::thread::spawn(move || redb_writer(&path, &asked));
    let writers = (0..WRITERS).map(|writer| {
        let ask = ask.clone();
        tokio::spawn(async move {
            let wire = payload(size, writer);
            let mut latencies = Vec::new();
            for _ in 0..frames / WRITERS {
                let since = Instant::now();
                let (tell, told) = oneshot::channel();
                ask.send(Ask::Put(wire.clone(), tell)).expect("it is asked");
                let id = told.await.expect("it is told");
                latencies.push(since.elapsed());
                if order == Order::AtOnce {
                    ask.send(Ask::Remove(id)).expect("it is asked");
                }
            }
            latencies
        })
    });
    let writers: Vec<_> = writers.collect();
    let latencies = joined(writers).await;
    if order == Order::Later {
        for id in 0..frames {
            ask.send(Ask::Remove(id)).expect("it is asked");
        }
    }
    drop(ask);
    thread.join().expect("the writer ends");
    Run {
        frames,
        took: since.elapsed(),
        cpu: cpu().saturating_sub(used),
        latencies,
    }
}

async fn opening(path: &Path, size: usize) {
    let wire = payload(size, 1);
    let frames = (1 << 30) / size;
    {
        let (store, _) = Store::open(&settings(path, false)).expect("the folder opens");
        let queue = store.queue("otlp", WIDE);
        let to = [&queue];
        let puts = (0..frames).map(|_| store.put(frame(&wire), &to));
        for put in puts {
            put.await.expect("it is put");
        }
        store.close();
    }
    let since = Instant::now();
    let (_store, recovery) = Store::open(&settings(path, false)).expect("the folder opens");
    assert_eq!(recovery.found.frames, frames as u64, "every frame is found");
    println!(
        "1 GiB in {frames} frames of {size} bytes opens in {:.0} ms",
        since.elapsed().as_secs_f64() * 1e3
    );
}
