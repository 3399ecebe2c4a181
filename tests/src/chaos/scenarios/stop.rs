//! A gate that is stopped while nobody takes what it has.

use std::time::Duration;

use tokio::time::sleep;

use crate::chaos::Bench;
use crate::chaos::load::{Load, Target};
use crate::chaos::setup::Setup;
use crate::chaos::sink::{Mode, Sink};
use crate::chaos::stand::Stand;
use crate::chaos::tally::Tally;

/// Stops a gate with SIGTERM under load, with a destination that is dead in one way or another, and starts it again.
pub(super) async fn run(mut bench: Bench) -> Tally {
    let mut tally = Tally::default();
    let sink = Sink::start();
    let dead = [
        Mode::Down,
        Mode::BlackHole(false),
        Mode::Deaf,
        Mode::Reset(false),
    ];
    sink.set(bench.random.choice(dead).unwrap_or(Mode::Down));
    let mut stand = Stand::new(&bench.binary);
    stand.configure(&Setup::default().text(&[&sink]));
    stand.start().await;
    let target = Target::new(stand.grpc, stand.http);
    let running = Load::default().start(&target, bench.random.u64(..));
    sleep(Duration::from_millis(bench.random.u64(100..800))).await;
    stand.stop().await;
    let sent = running.stop().await;
    let lies = sink.kept(|kept| kept.records());
    tally.expect(lies == 0, || "the destination was not dead".to_owned());
    stand.start().await;
    sink.set(Mode::Take(Duration::ZERO));
    tally.await_delivery(&sent, &[&sink]).await;
    tally.settle(&mut stand).await;
    tally.look(&[&sink], &[]);
    tally
}
