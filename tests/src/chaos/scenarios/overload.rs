//! More than can be borne.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::chaos::Bench;
use crate::chaos::confine::Group;
use crate::chaos::load::{Load, Running, Target};
use crate::chaos::setup::Setup;
use crate::chaos::sink::{Mode, Sink};
use crate::chaos::stand::Stand;
use crate::chaos::tally::Tally;

/// How long capacity is measured, and how long twice of it is sent.
const MEASURED: Duration = Duration::from_secs(8);
const OVERLOAD: Duration = Duration::from_secs(60);

/// How soon a gate has to take requests again.
const RECOVERY: Duration = Duration::from_secs(10);
const RECOVERED: usize = 20;

/// Memory that the system gives the gate; what it asks for beyond that ends it.
const LIMIT: u64 = 512 << 20;

/// Bytes of requests that the gate may hold at once.
const IN_FLIGHT: u64 = 16 << 20;

/// What memory may grow by above that: buffers of connections, of which there are more than while capacity is measured.
const CONNECTIONS: u64 = 64 << 20;

const MIB: u64 = 1 << 20;

/// Sends twice of what was borne for a minute, where one of three things is short: the destination, the CPU, or the bytes in flight.
pub(super) async fn run(mut bench: Bench) -> Tally {
    let mut tally = Tally::default();
    let sink = Sink::start();
    let mut stand = Stand::new(&bench.binary);
    let group = Group::new(LIMIT);
    match &group {
        Some(group) => stand.behind(&group.command()),
        None => tally.note("memory is watched and not limited: no control group may be made here"),
    }
    let mut setup = Setup {
        process: "bytes_in_flight: 16MiB, drain_timeout: 10s",
        timeout: "10s",
        ..Setup::default()
    };
    let short = bench.run % 3;
    match short {
        0 => {
            setup.queue_size = 200;
            setup.consumers = 2;
            sink.set(Mode::Take(Duration::from_millis(20)));
        }
        1 => stand.pin(0),
        _ => {
            setup.is_durable = false;
            setup.consumers = 4;
            setup.queue_size = 100_000;
            sink.set(Mode::Take(Duration::from_millis(100)));
        }
    }
    stand.configure(&setup.text(&[&sink]));
    stand.start().await;
    let target = Target::new(stand.grpc, stand.http);
    let load = Load {
        clients: 64,
        records: 50,
        length: 1000,
        ..Load::default()
    };

    let running = load.start(&target, bench.random.u64(..));
    let warm = highest(&stand, MEASURED).await;
    let sent = running.stop().await;
    let capacity = sent.acknowledged.len() as f64 / MEASURED.as_secs_f64();
    let mut all = sent;

    let twice = Load {
        clients: 512,
        rate: Some(2.0 * capacity),
        ..load.clone()
    };
    let running = twice.start(&target, bench.random.u64(..));
    let most = highest(&stand, OVERLOAD).await;
    let ended = Instant::now();
    let sent = running.stop().await;
    let offered = sent.requests as f64 / OVERLOAD.as_secs_f64();
    tally.note(format!(
        "overload {short}: capacity {capacity:.0} requests/s, offered {offered:.0}; acknowledged {}, asked to come again {}, \
         memory {} MiB before, {} MiB at most",
        sent.acknowledged.len(),
        sent.later,
        warm / MIB,
        most / MIB
    ));
    tally.expect(most <= warm + IN_FLIGHT + CONNECTIONS, || {
        format!("memory grew from {} MiB to {} MiB", warm / MIB, most / MIB)
    });
    tally.expect(sent.never == 0 && sent.unknown == 0, || {
        format!(
            "{} requests were refused for ever and {} got no answer: {}",
            sent.never,
            sent.unknown,
            sent.word.clone().unwrap_or_default()
        )
    });
    all.join(sent);

    let few = Load {
        clients: 2,
        pause: Duration::from_millis(20),
        ..load
    };
    let running = few.start(&target, bench.random.u64(..));
    let is_well = wait_for_recovery(&running, ended).await;
    tally.expect(is_well, || {
        "the gate took nothing for ten seconds after it".to_owned()
    });
    all.join(running.stop().await);
    sink.set(Mode::Take(Duration::ZERO));
    tally.await_delivery(&all, &[&sink]).await;
    tally.settle(&mut stand).await;
    tally.look(&[&sink], &[]);
    tally
}

/// The most memory that a gate has for a while.
async fn highest(stand: &Stand, during: Duration) -> u64 {
    let end = Instant::now() + during;
    let mut highest = 0;
    while Instant::now() < end {
        highest = highest.max(stand.resident());
        sleep(Duration::from_millis(200)).await;
    }
    highest
}

async fn wait_for_recovery(running: &Running, since: Instant) -> bool {
    while running.look(|sent| sent.acknowledged.len()) < RECOVERED {
        if since.elapsed() > RECOVERY {
            return false;
        }
        sleep(Duration::from_millis(20)).await;
    }
    true
}
