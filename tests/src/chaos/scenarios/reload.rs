//! A configuration that is replaced again and again, by good ones and by bad ones.

use std::time::Duration;

use tokio::time::sleep;

use crate::chaos::Bench;
use crate::chaos::load::{Load, Target};
use crate::chaos::setup::Setup;
use crate::chaos::sink::Sink;
use crate::chaos::stand::Stand;
use crate::chaos::tally::Tally;

/// Reloads of the whole table, and of its short form.
const RELOADS: (u32, u32) = (60, 4);

/// Mistakes that a configuration may have: text that is found, and what is written instead.
const MISTAKES: &[(&str, &str)] = &[
    ("processors: [redaction", "processors: [no_such_processor"),
    ("receivers: [otlp]", "receivers: [otlp/nobody]"),
    ("allow_all_keys: true", "allow_all_keys: perhaps"),
    ("blocked_values: [", "blocked_values: ['(', "),
    ("service:", "service: {"),
];

/// Reloads every second under load. A request that is refused is a broken promise: ports stay, and no record is between two chairs.
pub(super) async fn run(mut bench: Bench) -> Tally {
    let mut tally = Tally::default();
    let sinks = [Sink::start(), Sink::start()];
    let [first, second] = &sinks;
    let mut stand = Stand::new(&bench.binary);
    let mut setup = Setup {
        process: "drain_timeout: 30s",
        ..Setup::default()
    };
    stand.configure(&setup.text(&[first, second]));
    stand.start().await;
    let load = Load {
        clients: 8,
        pause: Duration::from_millis(5),
        ..Load::default()
    };
    let target = Target::new(stand.grpc, stand.http);
    let running = load.start(&target, bench.random.u64(..));
    let reloads = if bench.is_short { RELOADS.1 } else { RELOADS.0 };
    for reload in 0..reloads {
        sleep(Duration::from_secs(1)).await;
        if reload % 2 == 0 {
            setup.consumers = bench.random.u32(1..8);
            setup.queue_size = bench.random.u64(10_000..100_000);
            stand.configure(&setup.text(&[first, second]));
        } else {
            let (found, instead) = bench
                .random
                .choice(MISTAKES)
                .copied()
                .unwrap_or(MISTAKES[0]);
            stand.configure(&setup.text(&[first, second]).replacen(found, instead, 1));
        }
        stand.signal("HUP");
        let ended = stand.ended();
        assert!(
            ended.is_none(),
            "the gate ended with {ended:?}: {}",
            stand.log()
        );
    }
    tally.runs = u64::from(reloads);
    sleep(Duration::from_secs(1)).await;
    tally.audit(&stand).await;
    stand.configure(&setup.text(&[first, second]));
    let sent = running.stop().await;
    let refused = sent.later + sent.never + sent.unknown;
    tally.expect(refused == 0, || {
        format!(
            "{refused} requests were not taken: {} later, {} never, {} without an answer ({})",
            sent.later,
            sent.never,
            sent.unknown,
            sent.word.clone().unwrap_or_default()
        )
    });
    tally.await_delivery(&sent, &[first, second]).await;
    tally.settle(&mut stand).await;
    tally.look(&[first, second], &[]);
    tally
}
