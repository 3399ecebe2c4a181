//! Every answer that a destination can give, against the table of OTLP's specification.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::sleep;

use crate::chaos::Bench;
use crate::chaos::load::{Load, Target};
use crate::chaos::setup::Setup;
use crate::chaos::sink::{Hint, Mode, Refusal, Sink};
use crate::chaos::stand::Stand;
use crate::chaos::tally::Tally;

/// gRPC codes that a client tries again; RESOURCE_EXHAUSTED only if it is told when.
const RETRIED_CODES: [u32; 6] = [1, 4, 10, 11, 14, 15];
const RESOURCE_EXHAUSTED: u32 = 8;

/// HTTP statuses that a client tries again.
const RETRIED_STATUSES: [u16; 4] = [429, 502, 503, 504];

/// The time that a destination asks for; a date is given in whole seconds, so that one of them may be missing.
const WAIT: Duration = Duration::from_secs(2);
const SHORTEST_DATE: Duration = Duration::from_secs(1);

/// Codes that no destination sends who knows what it does, and every status there is a name for.
fn refusals() -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let statuses = (300..=308).chain(400..=451).chain(500..=511);
    let statuses = statuses.filter(|status| ![304, 306].contains(status));
    let codes = (1..=20).chain([99]);
    for hint in [Hint::None, Hint::After(WAIT), Hint::Date(WAIT)] {
        let longest = statuses.clone().count().max(codes.clone().count());
        let mut codes = codes.clone().cycle();
        for status in statuses.clone().take(longest) {
            let code = codes.next().unwrap_or(1);
            refusals.push(Refusal { code, status, hint });
        }
    }
    refusals
}

fn is_retried(refusal: Refusal, is_grpc: bool) -> bool {
    if !is_grpc {
        return RETRIED_STATUSES.contains(&refusal.status);
    }
    let has_hint = refusal.hint != Hint::None;
    RETRIED_CODES.contains(&refusal.code) || (refusal.code == RESOURCE_EXHAUSTED && has_hint)
}

/// Sends one request for each answer: the first run to a destination that speaks gRPC, the second to one that speaks HTTP.
pub(super) async fn run(mut bench: Bench) -> Tally {
    let mut tally = Tally::default();
    let is_grpc = bench.run.is_multiple_of(2);
    // The first exporter of a setup speaks gRPC, the second HTTP.
    let (grpc, http) = (Sink::start(), Sink::start());
    let sink = if is_grpc { &grpc } else { &http };
    let plan = refusals();
    sink.set(Mode::Plan(plan.clone().into()));
    let mut stand = Stand::new(&bench.binary);
    let setup = Setup {
        consumers: 200,
        timeout: "10s",
        ..Setup::default()
    };
    stand.configure(&setup.text(&[&grpc, &http]));
    stand.start().await;
    let load = Load {
        clients: 8,
        // One record: what is too large cannot be split.
        records: 1,
        limit: i64::try_from(plan.len()).ok(),
        ..Load::default()
    };
    let target = Target::new(stand.grpc, stand.http);
    let sent = load.start(&target, bench.random.u64(..)).finished().await;
    tally.requests += sent.requests;
    let other = if is_grpc { &http } else { &grpc };
    tally.await_delivery(&sent, &[other]).await;

    // What is tried again is delivered in the end; what is not has been told apart by then, because it came first or not at all.
    for ids in &sent.acknowledged {
        let refusal = plan[usize::try_from(ids.first >> 16).unwrap_or(0) % plan.len()];
        let arrives = || sink.kept(|kept| kept.has(ids.first));
        for _ in 0..1000 {
            if !is_retried(refusal, is_grpc) || arrives() {
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
    tally.settle(&mut stand).await;
    let mut differences = BTreeMap::new();
    sink.kept(|kept| {
        for ids in &sent.acknowledged {
            let refusal = plan[usize::try_from(ids.first >> 16).unwrap_or(0) % plan.len()];
            let tries = kept.tries.get(&ids.first).map_or(&[][..], Vec::as_slice);
            let wanted = if is_retried(refusal, is_grpc) { 2 } else { 1 };
            if tries.len() != wanted {
                differences.insert(
                    format!("{refusal:?}"),
                    format!("{} tries, not {wanted}", tries.len()),
                );
            }
            let least = match refusal.hint {
                Hint::None => Duration::ZERO,
                Hint::After(wait) => wait,
                Hint::Date(wait) if is_grpc => wait,
                Hint::Date(_) => SHORTEST_DATE,
            };
            if let [first, second] = tries
                && second.duration_since(*first) < least
            {
                differences.insert(
                    format!("{refusal:?}"),
                    "tried before the time it was told".to_owned(),
                );
            }
        }
    });
    for (refusal, what) in differences {
        tally.violation(format!("{refusal}: {what}"));
    }
    let redirected = sink.kept(|kept| kept.redirected);
    tally.expect(redirected == 0, || {
        format!("{redirected} redirects were followed")
    });
    tally.look(&[&grpc, &http], &[]);
    tally
}
