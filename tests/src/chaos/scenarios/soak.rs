//! A long time of what is usual: everything at once, and now and then a destination that fails.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::time::sleep;
use tollgate_record::Signal;

use crate::chaos::load::{Load, Sent, Target};
use crate::chaos::records::Ids;
use crate::chaos::setup::{Setup, Stage};
use crate::chaos::sink::{Hint, Mode, Refusal, Sink};
use crate::chaos::stand::Stand;
use crate::chaos::tally::Tally;

/// How long it takes until everything that is kept warm is warm.
const WARM: Duration = Duration::from_mins(2);

/// Every so often a destination fails for so long.
const BETWEEN_FAULTS: Duration = Duration::from_secs(20);
const FAULT: Duration = Duration::from_secs(2);

/// By how much memory may differ afterwards, in hundredths.
const FLAT: u64 = 5;

const MIB: f64 = 1_048_576.0;

/// What a minute came to.
#[derive(Debug, Clone, Copy)]
struct Minute {
    /// The median of what was resident.
    resident: u64,
    /// The fewest descriptors: what is open while nothing fails.
    descriptors: u64,
}

/// Mixed load for so many minutes. The figures are among the notes.
pub async fn soak(binary: PathBuf, seed: u64, minutes: u32, say: fn(&str)) -> Tally {
    let mut tally = Tally::default();
    let mut random = Rng::with_seed(seed);
    let sinks = [Sink::start(), Sink::start()];
    let both = [&sinks[0], &sinks[1]];
    let mut stand = Stand::new(&binary);
    let setup = Setup {
        process: "drain_timeout: 30s",
        timeout: "1s",
        more: vec![
            Stage {
                name: "probabilistic_sampler",
                text: "{sampling_percentage: 50, mode: hash_seed}",
                signals: &["traces"],
            },
            Stage {
                name: "transform",
                text: "{log_statements: ['set(log.attributes[\"chaos.mark\"], \"yes\")'], trace_statements: ['set(span.attributes[\"chaos.mark\"], \"yes\")']}",
                signals: &["logs", "traces"],
            },
        ],
        ..Setup::default()
    };
    stand.configure(&setup.text(&both));
    stand.start().await;
    let target = Target::new(stand.grpc, stand.http);
    let load = Load {
        clients: 8,
        pause: Duration::from_millis(20),
        ..Load::default()
    };
    let running = load.start(&target, seed);
    let mut history = Vec::new();
    let mut fault = Instant::now();
    for minute in 0..minutes {
        let of_minute = watch(&stand, &both, &mut random, &mut fault).await;
        let acknowledged = running.look(|sent| sent.records());
        tally.audit(&stand).await;
        say(&format!(
            "minute {}: {:.1} MiB resident, {} descriptors, {acknowledged} records acknowledged",
            minute + 1,
            of_minute.resident as f64 / MIB,
            of_minute.descriptors,
        ));
        history.push(of_minute);
    }
    let sent = running.stop().await;
    let refused = sent.later + sent.never + sent.unknown;
    tally.expect(refused == 0, || {
        format!(
            "{refused} requests were not taken: {}",
            sent.word.clone().unwrap_or_default()
        )
    });
    match flatness(&history) {
        Ok(word) => tally.note(word),
        Err(word) => tally.violation(format!("not flat: {word}")),
    }
    // Spans are sampled: all of the others have to be there, and of these as many as the account does not call dropped.
    let is_span = |signal| signal == Signal::Traces;
    let (spans, others): (Vec<_>, Vec<_>) = sent
        .acknowledged
        .into_iter()
        .partition(|ids| is_span(load.signal(*ids)));
    let others = Sent {
        requests: sent.requests,
        acknowledged: others,
        ..Sent::default()
    };
    tally.await_delivery(&others, &both).await;
    tally.settle(&mut stand).await;
    count_spans(&mut tally, &stand, &both, &spans);
    tally.look(&both, &[]);
    tally.runs = 1;
    tally
}

/// Spans that are there, and spans that the account calls dropped, are all that were acknowledged.
fn count_spans(tally: &mut Tally, stand: &Stand, sinks: &[&Sink], spans: &[Ids]) {
    let all: u64 = spans.iter().map(|ids| u64::from(ids.records)).sum();
    let dropped = stand.dropped("traces");
    for sink in sinks {
        let there = sink.kept(|kept| {
            let ids = spans.iter().flat_map(|ids| ids.all());
            ids.filter(|id| kept.has(*id)).count() as u64
        });
        tally.expect(there + dropped == all, || {
            format!("of {all} spans {there} are there, and {dropped} were sampled out")
        });
    }
}

/// A minute of it, in which destinations fail when it is time.
async fn watch(stand: &Stand, sinks: &[&Sink], random: &mut Rng, fault: &mut Instant) -> Minute {
    let end = Instant::now() + Duration::from_mins(1);
    let (mut resident, mut descriptors) = (Vec::new(), u64::MAX);
    while Instant::now() < end {
        resident.push(stand.resident());
        descriptors = descriptors.min(stand.descriptors());
        if fault.elapsed() > BETWEEN_FAULTS {
            let refusal = Refusal {
                code: 14,
                status: 503,
                hint: Hint::None,
            };
            let modes = [
                Mode::Down,
                Mode::Refuse(refusal),
                Mode::Reset(true),
                Mode::BlackHole(false),
            ];
            let mode = random.choice(modes).unwrap_or(Mode::Down);
            let sink = sinks[random.usize(..sinks.len())];
            sink.set(mode);
            sleep(FAULT).await;
            sink.set(Mode::Take(Duration::ZERO));
            *fault = Instant::now();
        }
        sleep(Duration::from_millis(500)).await;
    }
    resident.sort_unstable();
    Minute {
        resident: resident[resident.len() / 2],
        descriptors,
    }
}

fn flatness(history: &[Minute]) -> Result<String, String> {
    let warm = usize::try_from(WARM.as_secs() / 60).unwrap_or(0);
    let flat = history.get(warm..).unwrap_or_default();
    let (Some(first), Some(last)) = (flat.first(), flat.last()) else {
        return Ok("too short to say whether memory is flat".to_owned());
    };
    let highest = flat.iter().map(|minute| minute.resident).max().unwrap_or(0);
    let lowest = flat.iter().map(|minute| minute.resident).min().unwrap_or(0);
    let mut text = String::new();
    let _ = write!(
        text,
        "{:.1} MiB in the third minute, {:.1} in the last, {:.1} to {:.1} between; {} descriptors then, {} in the end",
        first.resident as f64 / MIB,
        last.resident as f64 / MIB,
        lowest as f64 / MIB,
        highest as f64 / MIB,
        first.descriptors,
        last.descriptors
    );
    let is_flat = highest <= first.resident + first.resident * FLAT / 100;
    if is_flat && last.descriptors <= first.descriptors {
        Ok(text)
    } else {
        Err(text)
    }
}
