//! Disks that are full.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::chaos::Bench;
use crate::chaos::load::{Load, Target};
use crate::chaos::setup::Setup;
use crate::chaos::sink::{Mode, Sink};
use crate::chaos::stand::Stand;
use crate::chaos::tally::Tally;

/// How long nothing has to be acknowledged until the disk counts as full.
const QUIET: Duration = Duration::from_millis(700);

/// The longest that filling may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a disk is small.
enum Small {
    /// It is a file system of its own.
    Mounted(#[expect(dead_code, reason = "it is there for as long as this is")] Mounted),
    /// No file may be larger, as with a quota.
    Limited,
    /// The folder may hold no more, by configuration.
    Configured,
}

/// A file system in memory, as long as it is there.
struct Mounted(PathBuf);

impl Mounted {
    fn new(at: &Path, mib: u32) -> Option<Self> {
        fs::create_dir_all(at).ok()?;
        let size = format!("size={mib}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "none"])
            .arg(at)
            .stderr(std::process::Stdio::null())
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then(|| Self(at.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

/// Fills a disk while a destination is down, kills the gate sometimes, and lets the destination come back.
pub(super) async fn run(mut bench: Bench) -> Tally {
    let mut tally = Tally::default();
    let sink = Sink::start();
    sink.set(Mode::Down);
    let mut stand = Stand::new(&bench.binary);
    let small = match bench.run % 3 {
        0 => Mounted::new(&stand.folder().join("disk"), 6).map(Small::Mounted),
        1 => Some(Small::Limited),
        _ => Some(Small::Configured),
    };
    let small = small.unwrap_or_else(|| {
        tally.note("no file system may be mounted here: a limit of files is taken instead");
        Small::Limited
    });
    let mut setup = Setup {
        directory: "{folder}/disk/queue",
        ..Setup::default()
    };
    match small {
        Small::Configured => setup.max_size = Some(3 << 20),
        Small::Limited => {
            // The queue begins a new file then, and goes on until it has all that it may have.
            stand.limit_files(1 << 20);
            setup.queue_size = 2000;
        }
        Small::Mounted(_) => {}
    }
    stand.configure(&setup.text(&[&sink]));
    stand.start().await;
    let load = Load {
        length: 2000,
        ..Load::default()
    };
    let target = Target::new(stand.grpc, stand.http);
    let running = load.start(&target, bench.random.u64(..));
    let began = Instant::now();
    while running.look(|sent| sent.last.unwrap_or(began)).elapsed() < QUIET {
        let ended = stand.ended();
        assert!(
            ended.is_none(),
            "the gate ended with {ended:?}: {}",
            stand.log()
        );
        if began.elapsed() > PATIENCE {
            tally.violation("the disk never was full");
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    let mut faults = Vec::new();
    if bench.random.bool() {
        stand.kill();
        faults.push(Instant::now());
        stand.start().await;
    }
    tally.audit(&stand).await;
    sink.set(Mode::Take(Duration::ZERO));
    let before = running.look(|sent| sent.records());
    let mended = Instant::now();
    while running.look(|sent| sent.records()) == before {
        if mended.elapsed() > PATIENCE {
            tally.violation("nothing is acknowledged again after the disk has room");
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    let sent = running.stop().await;
    tally.expect(sent.never == 0, || {
        format!(
            "a client was told never to come again: {}",
            sent.word.clone().unwrap_or_default()
        )
    });
    tally.expect(sent.later > 0, || {
        "nobody was asked to come again".to_owned()
    });
    tally.await_delivery(&sent, &[&sink]).await;
    tally.settle(&mut stand).await;
    tally.look(&[&sink], &faults);
    drop(small);
    tally
}
