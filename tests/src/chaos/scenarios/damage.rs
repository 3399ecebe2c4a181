//! A queue's folder that is not what it was.

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::time::sleep;

use crate::chaos::Bench;
use crate::chaos::load::{Load, Sent, Target};
use crate::chaos::setup::Setup;
use crate::chaos::sink::{Mode, Sink};
use crate::chaos::stand::Stand;
use crate::chaos::tally::Tally;

/// How long nothing new has to arrive until what is missing counts as gone.
const QUIET: Duration = Duration::from_secs(3);

/// Fills a queue, stops or kills the gate, damages some bytes, and starts it again: all arrives but for what was damaged.
pub(super) async fn run(mut bench: Bench) -> Tally {
    let mut tally = Tally::default();
    let sink = Sink::start();
    sink.set(Mode::Down);
    let mut stand = Stand::new(&bench.binary);
    stand.configure(&Setup::default().text(&[&sink]));
    stand.start().await;
    let target = Target::new(stand.grpc, stand.http);
    let load = Load {
        limit: Some(200),
        ..Load::default()
    };
    let sent = load.start(&target, bench.random.u64(..)).finished().await;
    let is_killed = bench.random.bool();
    if is_killed {
        stand.kill();
    } else {
        stand.stop().await;
    }
    let damages = damage(&mut bench.random, &stand.queue());
    stand.start().await;
    sink.set(Mode::Take(Duration::ZERO));
    let missing = wait(&sent, &sink).await;
    // Each damage costs the frame that it is in, and no other.
    tally.expect(missing.len() <= damages.frames, || {
        format!(
            "{} of {} requests are missing after {damages:?}",
            missing.len(),
            sent.acknowledged.len()
        )
    });
    if !missing.is_empty() {
        let account = tally.audit(&stand).await;
        let counted = account.map_or(0, |account| account.damaged());
        // What is found when the folder is opened is of nobody's account: it cannot be read whose it was.
        let log = stand.log();
        let is_told = log.contains("damaged") || log.contains("ended within a frame");
        tally.expect(counted > 0 || is_told, || {
            format!(
                "{} requests are missing after {damages:?}, and nobody says so",
                missing.len()
            )
        });
    }
    let arrived = Sent {
        requests: sent.requests,
        acknowledged: sent
            .acknowledged
            .into_iter()
            .filter(|ids| !missing.contains(ids))
            .collect(),
        ..Sent::default()
    };
    tally.await_delivery(&arrived, &[&sink]).await;
    tally.settle(&mut stand).await;
    tally.look(&[&sink], &[]);
    tally.note(format!(
        "{} of {} requests cost by {damages:?}",
        missing.len(),
        sent.requests
    ));
    tally
}

async fn wait(sent: &Sent, sink: &Sink) -> Vec<crate::chaos::records::Ids> {
    let (mut records, mut since) = (0, Instant::now());
    loop {
        let mut missing = sent.acknowledged.clone();
        let now = sink.kept(|kept| {
            missing.retain(|ids| !ids.all().all(|id| kept.has(id)));
            kept.records()
        });
        if now != records {
            (records, since) = (now, Instant::now());
        }
        if missing.is_empty() || since.elapsed() > QUIET {
            return missing;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// What was done, and how many frames it can have cost.
#[derive(Debug, Default)]
struct Damages {
    flips: usize,
    cut: u64,
    junk: usize,
    frames: usize,
}

/// The smallest frame of the load: what a cut can cost is bounded by it.
const SMALLEST: u64 = 300;

fn damage(random: &mut Rng, folder: &Path) -> Damages {
    let mut done = Damages::default();
    let files = files(folder);
    match random.u8(0..3) {
        0 => {
            for _ in 0..random.usize(1..=5) {
                let Some(file) = random.choice(&files) else {
                    break;
                };
                if flip(random, file).is_ok() {
                    done.flips += 1;
                }
            }
            done.frames = done.flips;
        }
        1 => {
            if let Some(file) = random.choice(&files) {
                let length = fs::metadata(file).map_or(0, |found| found.len());
                done.cut = random.u64(1..=4 * SMALLEST).min(length);
                let cut = OpenOptions::new().write(true).open(file);
                drop(cut.and_then(|file| file.set_len(length - done.cut)));
                done.frames = usize::try_from(done.cut / SMALLEST).unwrap_or(0) + 2;
            }
        }
        _ => {
            for number in 0..random.usize(1..=3) {
                let junk: Vec<u8> = (0..random.usize(0..5000)).map(|_| random.u8(..)).collect();
                // Names that mean nothing, and names that are almost those of its own.
                let name = match (number, files.first().and_then(|file| file.file_name())) {
                    (1, Some(own)) => format!("{}.tmp", own.to_string_lossy()),
                    (2, Some(own)) => format!("9{}", own.to_string_lossy()),
                    _ => format!("junk-{number}"),
                };
                drop(fs::write(folder.join(name), junk));
                done.junk += 1;
            }
        }
    }
    done
}

fn flip(random: &mut Rng, path: &Path) -> std::io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let at = random.u64(0..file.metadata()?.len().max(1));
    let mut byte = [0];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut byte)?;
    file.seek(SeekFrom::Start(at))?;
    file.write_all(&[byte[0] ^ (1 << random.u8(0..8))])
}

/// All files in a folder, and in those that are in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if entry.metadata().is_ok_and(|found| found.len() > 0) {
            found.push(path);
        }
    }
    found.sort();
    found
}
