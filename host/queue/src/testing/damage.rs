//! Damage of every kind in a folder: what was not hit comes as it was put, and nothing else comes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use fastrand::Rng;
use memchr::memmem;

use super::work::{Account, Settlements, compare, open, work};
use super::{Counts, Simulated, wait};
use crate::disk::{frames_name, segment_of};
use crate::folder::{File, Folder};
use crate::frame::{Meta, Stamp};
use crate::layout::{HEAD, frame_head, read_head};
use crate::scan::{Found, Scan};
use crate::seal::Key;

type Files = BTreeMap<String, Vec<u8>>;

/// A folder before it is damaged.
struct Whole {
    files: Files,
    account: Account,
    frames: Vec<Lies>,
}

/// Where a frame lies.
struct Lies {
    number: u64,
    segment: u64,
    bytes: Vec<u8>,
}

/// Folders that are damaged at random, one to three times each: flipped bits, lost ends, lost and added bytes, foreign files, files
/// swapped, there twice or gone. Each is opened twice.
#[must_use]
pub fn random_damage(runs: u64, seed: u64) -> Counts {
    let mut counts = Counts::default();
    let mut whole = Whole::new(seed);
    for run in 0..runs {
        if run % 50 == 49 {
            whole = Whole::new(seed ^ run);
        }
        let mut rng = Rng::with_seed(seed.wrapping_add(run));
        let mut files = whole.files.clone();
        for _ in 0..rng.u8(1..=3) {
            damage(&mut files, &mut rng);
        }
        counts.add(&whole.opened(files, run));
    }
    counts
}

/// One folder that is damaged as the bytes say, for a fuzzer: six of them are one edit.
#[must_use]
pub fn edited(edits: &[u8]) -> Counts {
    static WHOLE: OnceLock<Whole> = OnceLock::new();
    let whole = WHOLE.get_or_init(|| Whole::new(5));
    let mut files = whole.files.clone();
    let names: Vec<_> = files.keys().cloned().collect();
    for edit in edits.chunks_exact(6).take(16) {
        let &[file, kind, low, high, length, value] = edit else {
            continue;
        };
        let name = &names[usize::from(file) % names.len()];
        let Some(bytes) = files.get_mut(name) else {
            continue;
        };
        let at = usize::from(u16::from_le_bytes([low, high])).min(bytes.len());
        let end = (at + usize::from(length)).min(bytes.len());
        match kind % 6 {
            0 => bytes[at..end].iter_mut().for_each(|byte| *byte ^= value),
            1 => bytes[at..end].fill(value),
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..end)),
            4 => drop(bytes.splice(at..at, std::iter::repeat_n(value, length.into()))),
            _ => {
                let copied = bytes[at..end].to_vec();
                bytes.splice(at..at, copied);
            }
        }
    }
    whole.opened(files, 0)
}

/// A client that puts frames into its payloads: forged ones, and copies of true ones. The heads around them are damaged then.
#[must_use]
pub fn planted(seed: u64) -> Counts {
    let mut rng = Rng::with_seed(seed);
    let disk = Simulated::new(seed);
    let mut account = Account::default();
    let (store, _) = open(&disk).expect("an empty folder opens");
    wait(work(&mut account, &store, 20, &mut rng, &|| false));
    let before = frames(&disk.files());
    let key = key_of(&disk.files());
    let mut payload = forged(&Key::of([7; 32]), &mut rng);
    let mut seal_is_wrong = forged(&key, &mut rng);
    if let Some(byte) = seal_is_wrong.get_mut(40) {
        *byte ^= 1;
    }
    payload.extend(seal_is_wrong);
    for lies in &before {
        payload.extend(&lies.bytes);
    }
    wait(account.put_payload(&store, &payload, &mut rng));
    store.close();
    drop(store);
    let whole = Whole::of(disk.files(), account);
    let outer = whole.frames.last().map(|lies| lies.bytes.clone());
    let outer = outer.expect("a frame was put");
    let mut files = whole.files.clone();
    for bytes in files.values_mut() {
        if let Some(at) = memmem::find(bytes, &outer) {
            bytes[at + 20] ^= 1;
        }
    }
    whole.opened(files, seed)
}

fn forged(key: &Key, rng: &mut Rng) -> Vec<u8> {
    let wire = b"forged".repeat(rng.usize(1..9));
    let meta = Meta {
        id: rng.u64(..),
        signal: tollgate_record::Signal::Logs,
        records: 1,
        bytes: wire.len() as u64,
        stamp: Arc::new(Stamp::default()),
        context: None,
    };
    let queues = super::work::NAMES.map(str::to_owned);
    let head = frame_head(key, 1, &meta, &queues, &key.payload(&wire));
    [head.expect("it is short"), wire].concat()
}

fn key_of(files: &Files) -> Key {
    read_head(&files["key"]).expect("the key is whole").1
}

impl Whole {
    fn new(seed: u64) -> Self {
        let disk = Simulated::new(seed);
        let mut account = Account::default();
        let mut rng = Rng::with_seed(seed);
        for _ in 0..2 {
            let (store, _) = open(&disk).expect("a folder that is whole opens");
            wait(work(&mut account, &store, 40, &mut rng, &|| false));
            store.close();
        }
        Self::of(disk.files(), account)
    }

    fn of(files: Files, account: Account) -> Self {
        let frames = frames(&files);
        Self {
            files,
            account,
            frames,
        }
    }

    /// What comes from the damaged folder.
    fn opened(&self, files: Files, seed: u64) -> Counts {
        let hit = self.hit(&files);
        let is_done = |(name, _): &(&String, &Vec<u8>)| name.ends_with(".done");
        let settlements = if self
            .files
            .iter()
            .filter(is_done)
            .eq(files.iter().filter(is_done))
        {
            Settlements::Hold
        } else {
            Settlements::MayBeForgotten
        };
        let mut counts = Counts {
            runs: 1,
            ..Counts::default()
        };
        let disk = Simulated::holding(files, seed);
        for opening in 0..2 {
            let Ok((store, recovery)) = open(&disk) else {
                counts.refused += 1;
                continue;
            };
            if opening > 0 {
                counts.retold += recovery.damage.len() as u64 + recovery.torn;
            }
            counts.add(&wait(compare(&self.account, &store, settlements, &hit)));
            store.close();
        }
        counts
    }

    /// Frames whose bytes are nowhere in a file of which we know the segment.
    fn hit(&self, files: &Files) -> BTreeSet<u64> {
        let is_there = |lies: &Lies| {
            files.iter().any(|(name, bytes)| {
                let said = bytes.get(..HEAD).and_then(read_head);
                let said = said.map(|(segment, _)| segment);
                let named = segment_of(name);
                named.is_some()
                    && said.or(named) == Some(lies.segment)
                    && memmem::find(bytes, &lies.bytes).is_some()
            })
        };
        let hit = self.frames.iter().filter(|lies| !is_there(lies));
        hit.map(|lies| lies.number).collect()
    }
}

/// Every frame in files that are whole.
fn frames(files: &Files) -> Vec<Lies> {
    let disk = Simulated::holding(files.clone(), 0);
    let key = key_of(files);
    let mut frames = Vec::new();
    for (name, bytes) in files {
        let Some(segment) = segment_of(name) else {
            continue;
        };
        let file: Arc<dyn File> = disk.open(name).expect("it is there");
        let mut scan = Scan::new(&file, &key, segment).expect("it can be read");
        while let Some(found) = scan.next() {
            let Found::Frame { offset, header } = found else {
                panic!("a folder that is whole holds frames");
            };
            let from = offset as usize;
            let payload = from + header.payload as usize;
            let number: [u8; 8] = bytes[payload..payload + 8].try_into().unwrap();
            frames.push(Lies {
                number: u64::from_le_bytes(number),
                segment,
                bytes: bytes[from..from + header.end() as usize].to_vec(),
            });
        }
    }
    frames
}

/// Damages a folder once.
fn damage(files: &mut Files, rng: &mut Rng) {
    let Some(name) = any(files, rng, |_| true) else {
        return;
    };
    let bytes = files.get_mut(&name).unwrap();
    let at = rng.usize(..=bytes.len());
    let end = (at + rng.usize(..400)).min(bytes.len());
    match rng.u8(..12) {
        0..3 => {
            for _ in 0..rng.u8(1..8) {
                if !bytes.is_empty() {
                    let place = rng.usize(..bytes.len());
                    bytes[place] ^= 1 << rng.u8(..8);
                }
            }
        }
        3 => bytes.truncate(at),
        4 => bytes[at..end].fill(rng.u8(..2) * 0xFF),
        5 => drop(bytes.drain(at..end)),
        6 => {
            let more: Vec<_> = (0..rng.usize(..300)).map(|_| rng.u8(..)).collect();
            bytes.splice(at..at, more);
        }
        7 => {
            let more = rng.usize(..2_000);
            bytes.extend((0..more).map(|_| rng.u8(..)));
        }
        8 => swap(files, rng),
        9 => twice(files, rng),
        10 => {
            // Without its frames a file of frames is all damage.
            if segment_of(&name).is_none() {
                files.remove(&name);
            }
        }
        _ => junk(files, rng),
    }
}

fn any(files: &Files, rng: &mut Rng, kind: impl Fn(&str) -> bool) -> Option<String> {
    let names: Vec<_> = files.keys().filter(|name| kind(name)).collect();
    rng.choice(names).cloned()
}

fn swap(files: &mut Files, rng: &mut Rng) {
    let of_frames = rng.bool();
    let kind = |name: &str| {
        if of_frames {
            segment_of(name).is_some()
        } else {
            name.ends_with(".done")
        }
    };
    if let (Some(one), Some(other)) = (any(files, rng, kind), any(files, rng, kind)) {
        let first = files[&one].clone();
        let second = files.insert(other, first).unwrap();
        files.insert(one, second);
    }
}

fn twice(files: &mut Files, rng: &mut Rng) {
    if let Some(name) = any(files, rng, |name| segment_of(name).is_some()) {
        let bytes = files[&name].clone();
        files.insert(frames_name(rng.u64(..200)), bytes);
    }
}

fn junk(files: &mut Files, rng: &mut Rng) {
    let names = [
        "frames-0000000777",
        "frames-0000000778.done",
        "frames-1",
        "frames-",
        "core",
        "key~",
        ".nfs0001",
        "damaged/frames-0000000001-72",
    ];
    let bytes = (0..rng.usize(..3_000)).map(|_| rng.u8(..)).collect();
    let name = names[rng.usize(..names.len())];
    files.entry(name.to_owned()).or_insert(bytes);
}

impl Account {
    /// Puts a frame with this behind its number.
    async fn put_payload(&mut self, store: &crate::Store, payload: &[u8], rng: &mut Rng) {
        let mut frame = super::work::frame(self.next(), rng);
        frame.wire = [&self.next().to_le_bytes(), payload].concat().into();
        let frame_wire: &Bytes = &frame.wire;
        assert!(frame_wire.len() > payload.len());
        self.put(store, frame).await;
    }
}
