//! The durable queue's files, damaged in any way.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use tokio::runtime::Runtime;
use tollgate_queue::testing::Simulated;
use tollgate_queue::{Limit, NewFrame, Queue, Settings, Settled, Stamp, Store, Unit};
use tollgate_record::Signal;
use tollgate_record::testing::Dice;

type Files = BTreeMap<String, Vec<u8>>;

/// A frame as a destination sees it.
type Seen = (Bytes, u32, Signal, Arc<Stamp>);

const QUEUES: [&str; 2] = ["otlp", "file"];
/// Segments are so small that there are several.
const SEGMENT: u64 = 2_000;

/// Dice that damage a folder. It opens whatever is in it, hands out frames that were put, each once, and no other; opened again, too.
pub fn queue_frame(data: &[u8]) {
    let whole = &*WHOLE;
    let mut files = whole.files.clone();
    let mut dice = Dice::new(data);
    // What is there twice, and again and again, would become gigabytes.
    let is_small = |files: &Files| files.values().map(Vec::len).sum::<usize>() < 1 << 18;
    while !dice.is_empty() && is_small(&files) {
        damage(&mut files, &mut dice);
    }
    let disk = Simulated::holding(files, 0);
    for settles in [false, true] {
        let (store, _) = open(&disk);
        for queue in queues(&store) {
            let handed_out = RUNTIME.block_on(drained(&queue, settles));
            let mut twice = handed_out.clone();
            twice.sort_by(|one, other| one.0.cmp(&other.0));
            twice.dedup();
            assert_eq!(twice.len(), handed_out.len(), "a frame came twice");
            let put = |seen: &Seen| whole.frames.contains(seen);
            assert!(handed_out.iter().all(put), "a frame came that nobody put");
        }
        store.close();
    }
}

async fn drained(queue: &Queue, settles: bool) -> Vec<Seen> {
    let mut taken = Vec::new();
    let mut seen = Vec::new();
    while let Some(next) = queue.next_now().await {
        let frame = next.frame();
        let (wire, stamp) = (frame.wire().clone(), Arc::clone(frame.stamp()));
        seen.push((wire, frame.records(), frame.signal(), stamp));
        if settles {
            let records = frame.records();
            next.settle(Settled::delivered(records));
        } else {
            // Dropped, it would come again.
            taken.push(next);
        }
    }
    seen
}

fn damage(files: &mut Files, dice: &mut Dice<'_>) {
    let names: Vec<String> = files.keys().cloned().collect();
    let Some(name) = dice.choose(&names).cloned() else {
        return;
    };
    let Some(bytes) = files.get_mut(&name) else {
        return;
    };
    let at = dice.below(bytes.len() + 1);
    let end = (at + dice.below(80)).min(bytes.len());
    match dice.below(8) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= dice.byte();
            }
        }
        1 => bytes.truncate(at),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let more: Vec<u8> = (0..dice.below(64)).map(|_| dice.byte()).collect();
            bytes.splice(at..end, more);
        }
        4 => {
            let again = bytes[at..].to_vec();
            bytes.extend(again);
        }
        5 => {
            let content = bytes.clone();
            let number = dice.below(12);
            files.insert(format!("frames-{number:010}"), content);
        }
        6 => {
            let content = bytes.clone();
            if let Some(other) = dice.choose(&names) {
                let other = files.insert(other.clone(), content).unwrap_or_default();
                files.insert(name, other);
            }
        }
        _ => {
            let number = dice.below(12);
            let ending = ["", ".done", "~"][dice.below(3)];
            let content = (0..dice.below(200)).map(|_| dice.byte()).collect();
            files.insert(format!("frames-{number:010}{ending}"), content);
        }
    }
}

struct Whole {
    files: Files,
    frames: Vec<Seen>,
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

/// A folder that is whole, with what was put into it. A few frames are settled in one of the queues.
static WHOLE: LazyLock<Whole> = LazyLock::new(|| {
    let disk = Simulated::new(0);
    let (store, _) = open(&disk);
    let queues = queues(&store);
    let into: Vec<&Queue> = queues.iter().collect();
    let mut frames = Vec::new();
    for number in 0..24_u32 {
        let stamp = Arc::new(Stamp {
            generation: u64::from(number / 8),
            policies: vec![[7; 32]; usize::try_from(number % 3).expect("it is small")],
        });
        let length = usize::try_from(number * number).expect("it is small");
        let wire = Bytes::from([number.to_le_bytes().to_vec(), vec![0x0A; length]].concat());
        let signal = Signal::ALL[usize::try_from(number % 3).expect("it is small")];
        frames.push((wire.clone(), number + 1, signal, Arc::clone(&stamp)));
        let frame = NewFrame {
            signal,
            records: number + 1,
            stamp,
            wire,
            context: None,
        };
        RUNTIME
            .block_on(store.put(frame, &into))
            .expect("the disk is whole");
    }
    for _ in 0..5 {
        let next = RUNTIME.block_on(queues[0].next_now()).expect("it was put");
        let records = next.frame().records();
        next.settle(Settled::delivered(records));
    }
    store.close();
    drop(store);
    Whole {
        files: disk.files(),
        frames,
    }
});

fn open(disk: &Simulated) -> (Store, tollgate_queue::Recovery) {
    let settings = Settings {
        directory: "simulated".into(),
        create: true,
        permissions: 0o750,
        fsync: true,
        max_size: None,
    };
    Store::open_over(Arc::new(disk.clone()), &settings, SEGMENT).expect("any folder opens")
}

fn queues(store: &Store) -> Vec<Queue> {
    let limit = Limit {
        size: u64::MAX,
        unit: Unit::Requests,
        block: false,
    };
    QUEUES.map(|name| store.queue(name, limit)).to_vec()
}
