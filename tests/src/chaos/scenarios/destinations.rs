//! Destinations that fail in every way that a network and a server know.

use std::time::Duration;

use tokio::time::sleep;

use crate::chaos::Bench;
use crate::chaos::load::{Load, Target};
use crate::chaos::setup::Setup;
use crate::chaos::sink::{Hint, Mode, Refusal, Sink};
use crate::chaos::stand::Stand;
use crate::chaos::tally::Tally;

/// What a destination does for a while. Nothing that is told to be refused for ever: of that nothing would be owed.
fn fault(bench: &mut Bench, run: u64) -> Mode {
    let is_kept = bench.random.bool();
    let refusal = Refusal {
        code: 14,
        status: bench.random.choice([429, 502, 503, 504]).unwrap_or(503),
        hint: bench
            .random
            .choice([Hint::None, Hint::After(Duration::from_secs(1))])
            .unwrap_or(Hint::None),
    };
    match run % 7 {
        0 => Mode::Down,
        1 => Mode::Refuse(refusal),
        2 => Mode::BlackHole(is_kept),
        3 => Mode::Deaf,
        4 => Mode::Drip,
        5 => Mode::Reset(is_kept),
        _ => Mode::Huge,
    }
}

/// Breaks one destination of three, or all, or the only one; and mends what it broke.
pub(super) async fn run(mut bench: Bench) -> Tally {
    let mut tally = Tally::default();
    let sinks: Vec<_> = (0..3).map(|_| Sink::start()).collect();
    let sinks: Vec<_> = sinks.iter().collect();
    let number = bench.run;
    let (sinks, broken) = match number % 3 {
        0 => (&sinks[..], vec![bench.random.usize(0..3)]),
        1 => (&sinks[..], vec![0, 1, 2]),
        _ => {
            let first = bench.random.usize(0..3);
            (&sinks[first..=first], vec![0])
        }
    };
    let mut stand = Stand::new(&bench.binary);
    let setup = Setup {
        timeout: "500ms",
        ..Setup::default()
    };
    stand.configure(&setup.text(sinks));
    stand.start().await;
    let load = Load {
        clients: 8,
        pause: Duration::from_millis(5),
        ..Load::default()
    };
    let target = Target::new(stand.grpc, stand.http);
    let running = load.start(&target, bench.random.u64(..));
    sleep(Duration::from_millis(200)).await;
    for place in broken {
        let fault = fault(&mut bench, number / 3 + place as u64);
        sinks[place].set(fault);
    }
    sleep(Duration::from_millis(bench.random.u64(700..1500))).await;
    let before = running.look(|sent| sent.records());
    sleep(Duration::from_millis(500)).await;
    let after = running.look(|sent| sent.records());
    tally.expect(after > before, || {
        "nothing was acknowledged while a destination failed and its queue had room".to_owned()
    });
    tally.audit(&stand).await;
    for sink in sinks {
        sink.set(Mode::Take(Duration::ZERO));
    }
    let sent = running.stop().await;
    tally.await_delivery(&sent, sinks).await;
    tally.settle(&mut stand).await;
    tally.look(sinks, &[]);
    let redirected: u64 = sinks
        .iter()
        .map(|sink| sink.kept(|kept| kept.redirected))
        .sum();
    tally.expect(redirected == 0, || "a redirect was followed".to_owned());
    tally
}
