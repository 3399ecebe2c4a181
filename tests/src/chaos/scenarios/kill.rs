//! A process that ends between two instructions.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::chaos::Bench;
use crate::chaos::load::{Load, Target};
use crate::chaos::setup::Setup;
use crate::chaos::sink::{Mode, Sink};
use crate::chaos::stand::Stand;
use crate::chaos::tally::Tally;

/// Records of a request, so that the records in flight can be bounded.
const RECORDS: u16 = 20;
const CONSUMERS: u32 = 4;

/// Kills a gate under load, once or several times, and starts it again.
pub(super) async fn run(mut bench: Bench) -> Tally {
    let mut tally = Tally::default();
    let sink = Sink::start();
    let mut stand = Stand::new(&bench.binary);
    let setup = Setup {
        consumers: CONSUMERS,
        ..Setup::default()
    };
    stand.configure(&setup.text(&[&sink]));
    stand.start().await;
    let load = Load {
        records: RECORDS,
        ..Load::default()
    };
    let target = Target::new(stand.grpc, stand.http);
    let running = load.start(&target, bench.random.u64(..));
    // Sometimes everything is delivered at once, sometimes much waits, and sometimes all of it does.
    match bench.random.u8(0..3) {
        0 => sink.set(Mode::Take(Duration::from_millis(bench.random.u64(5..60)))),
        1 => sink.set(Mode::Down),
        _ => {}
    }
    let mut faults = Vec::new();
    for _ in 0..bench.random.u8(1..=2) {
        sleep(Duration::from_millis(bench.random.u64(20..500))).await;
        stand.kill();
        faults.push(Instant::now());
        stand.start().await;
    }
    sink.set(Mode::Take(Duration::ZERO));
    sleep(Duration::from_millis(bench.random.u64(10..150))).await;
    let sent = running.stop().await;
    tally.await_delivery(&sent, &[&sink]).await;
    tally.settle(&mut stand).await;
    tally.look(&[&sink], &faults);
    let most = faults.len() as u64 * u64::from(CONSUMERS) * u64::from(RECORDS);
    let duplicates = tally.duplicates;
    tally.expect(duplicates <= most, || {
        format!("{duplicates} duplicates, and {most} at most can have been in flight")
    });
    tally
}
