//! More than can be borne.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::chaos::Bench;
use crate::chaos::confine::Group;
use crate::chaos::load::{Load, Running, Target};
use crate::chaos::setup::{Setup, Stage};
use crate::chaos::sink::{Mode, Sink};
use crate::chaos::stand::Stand;
use crate::chaos::tally::Tally;

/// How long capacity is measured, and how long twice of it is sent.
const MEASURED: Duration = Duration::from_secs(8);
const OVERLOAD: Duration = Duration::from_mins(1);

/// How soon a gate has to take requests again.
const RECOVERY: Duration = Duration::from_secs(10);
const RECOVERED: usize = 20;

/// Memory that the system gives the gate; what it asks for beyond that ends it.
const LIMIT: u64 = 512 << 20;

/// Bytes of requests that the gate may hold at once.
const IN_FLIGHT: u64 = 8 << 20;

/// What a queue on disk keeps in memory besides: what will be sent next, and what is being written.
const QUEUE: u64 = 48 << 20;

/// Buffers of connections, of which there are more than while capacity is measured.
const CONNECTIONS: u64 = 64 << 20;

/// By how much the second half of the minute may need more than the first, in hundredths.
const FLAT: u64 = 10;

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
    let short = bench.run % 3;
    let setup = short_of(short, &mut stand, &sink);
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
        clients: 384,
        rate: Some(2.0 * capacity),
        ..load.clone()
    };
    let running = twice.start(&target, bench.random.u64(..));
    let first = highest(&stand, OVERLOAD / 2).await;
    let second = highest(&stand, OVERLOAD / 2).await;
    let most = first.max(second);
    running.end();
    let ended = Instant::now();
    let few = Load {
        clients: 2,
        pause: Duration::from_millis(20),
        ..load
    };
    let after = few.start(&target, bench.random.u64(..));
    let recovered = recovery(&after, ended).await;
    let sent = running.stop().await;
    let offered = sent.requests as f64 / OVERLOAD.as_secs_f64();
    tally.note(format!(
        "overload, short of {}: capacity {capacity:.0} requests/s, offered {offered:.0}; {} acknowledged, {} asked to come again; \
         memory {} MiB before, {} MiB at most in the first half, {} MiB in the second; {}",
        ["its destination", "its CPU", "bytes in flight"][usize::try_from(short).unwrap_or(0)],
        sent.acknowledged.len(),
        sent.later,
        warm / MIB,
        first / MIB,
        second / MIB,
        recovered.map_or("no recovery".to_owned(), |wait| format!("recovered after {:.1} s", wait.as_secs_f64()))
    ));
    tally.expect(most <= warm + IN_FLIGHT + QUEUE + CONNECTIONS, || {
        format!("memory grew from {} MiB to {} MiB", warm / MIB, most / MIB)
    });
    tally.expect(second <= first + first * FLAT / 100, || {
        format!(
            "memory goes on to grow: {} MiB, then {} MiB",
            first / MIB,
            second / MIB
        )
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

    tally.expect(recovered.is_some(), || {
        "the gate took nothing for ten seconds after it".to_owned()
    });
    all.join(after.stop().await);
    sink.set(Mode::Take(Duration::ZERO));
    tally.await_delivery(&all, &[&sink]).await;
    tally.settle(&mut stand).await;
    tally.look(&[&sink], &[]);
    tally
}

/// A gate that is short of something.
fn short_of(what: u64, stand: &mut Stand, sink: &Sink) -> Setup {
    let mut setup = Setup {
        process: "bytes_in_flight: 8MiB, drain_timeout: 10s",
        timeout: "10s",
        ..Setup::default()
    };
    match what {
        0 => {
            setup.queue_size = 200;
            setup.consumers = 2;
            sink.set(Mode::Take(Duration::from_millis(20)));
        }
        1 => {
            stand.pin(0);
            setup.queue_size = 5000;
            // What costs the gate time, and the clients none: they share the machine.
            setup.more = ["redaction/2", "redaction/3", "redaction/4", "redaction/5"]
                .map(|name| Stage {
                    name,
                    text: "{allow_all_keys: true, blocked_values: ['[a-z]+@[a-z]+', '[a-z]+ [0-9]{4}']}",
                    signals: &["logs", "traces", "metrics"],
                })
                .to_vec();
        }
        _ => {
            setup.is_durable = false;
            setup.consumers = 4;
            setup.queue_size = 100_000;
            sink.set(Mode::Take(Duration::from_millis(25)));
        }
    }
    setup
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

/// How long it takes until requests are acknowledged again as they come.
async fn recovery(running: &Running, since: Instant) -> Option<Duration> {
    while running.look(|sent| sent.acknowledged.len()) < RECOVERED {
        if since.elapsed() > RECOVERY {
            return None;
        }
        sleep(Duration::from_millis(20)).await;
    }
    Some(since.elapsed())
}
