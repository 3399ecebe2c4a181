//! What holds whatever comes: every record is counted, and what was acknowledged has arrived wherever it belongs.

use std::collections::HashMap;
use std::sync::Arc;

use tollgate_record::Signal;

use crate::support::judge::Judge;
use crate::support::sink::Sink;
use crate::support::{Gate, metric};

const LOGS: &[Signal] = &[Signal::Logs];
const CLIENTS: usize = 8;
const REQUESTS: usize = 30;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(bound).unwrap()).unwrap()
    }
}

/// Forks, routes, batches and emissions in one, with a destination that fails now and then.
fn everything(sink: &Sink) -> String {
    format!(
        "
receivers: {{otlp: {{protocols: {{http: {{endpoint: 'localhost:0'}}}}}}}}
processors:
  wasm/drop: {{component: '{{folder}}/drop.wasm'}}
  wasm/fail: {{component: '{{folder}}/fail.wasm'}}
  batch: {{send_batch_size: 7, send_batch_max_size: 9, timeout: 20ms}}
connectors:
  forward: {{}}
  wasm/route: {{component: '{{folder}}/route.wasm'}}
  wasm/count: {{component: '{{folder}}/count.wasm'}}
exporters:
  file/a: {{path: '{{folder}}/a'}}
  file/b: {{path: '{{folder}}/b'}}
  file/counts: {{path: '{{folder}}/counts'}}
  otlphttp: {{endpoint: 'http://{}', retry_on_failure: {{enabled: false}}}}
service:
  pipelines:
    logs: {{receivers: [otlp], exporters: [wasm/count, forward, wasm/route]}}
    logs/a: {{receivers: [wasm/route], processors: [wasm/drop, batch, wasm/fail], exporters: [file/a]}}
    logs/b: {{receivers: [wasm/route], processors: [wasm/fail], exporters: [file/b]}}
    logs/flaky: {{receivers: [forward], processors: [batch], exporters: [otlphttp]}}
    metrics: {{receivers: [wasm/count], processors: [batch], exporters: [file/counts]}}
",
        sink.address
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_record_is_counted_and_what_is_acknowledged_has_arrived() {
    let sink = Sink::answering(200);
    let judge = |letters| Judge {
        letters,
        signals: LOGS,
        ..Judge::default()
    };
    let policies = [
        ("drop", judge("d")),
        ("fail", judge("ft")),
        (
            "route",
            Judge {
                routes: &["logs/a", "logs/b"],
                ..judge("ab")
            },
        ),
        (
            "count",
            Judge {
                signals: LOGS,
                emits: Some((Signal::Metrics, metric("requests", 1))),
                blind: true,
                ..Judge::default()
            },
        ),
    ];
    let gate = Arc::new(Gate::start(&everything(&sink), &policies).await);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let gate = Arc::clone(&gate);
            tokio::spawn(async move {
                let mut dice = Dice(u64::try_from(client).unwrap());
                let mut answers = Vec::new();
                for request in 0..REQUESTS {
                    let bodies: Vec<String> = (0..=dice.below(12))
                        .map(|record| {
                            let letter = ["a", "b", "k", "d", "f", "t"][dice.below(6)];
                            format!("{letter}-{client}-{request}-{record}")
                        })
                        .collect();
                    let sent: Vec<&str> = bodies.iter().map(String::as_str).collect();
                    let answer = gate.send(&sent).await;
                    answers.push((bodies, answer));
                }
                answers
            })
        })
        .collect();
    // The destination fails, recovers, fails for good, recovers.
    for status in [200, 503, 200, 400, 200] {
        sink.answer(status);
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    }
    let mut answers = Vec::new();
    for client in clients {
        answers.extend(client.await.unwrap());
    }
    let gate = Arc::into_inner(gate).unwrap();
    let counts = gate.counts();
    // That the accounts of all pipelines balance is looked at by `stop`.
    let ended = gate.stop().await;
    let arrived = |file: &str| {
        let mut times: HashMap<String, usize> = HashMap::new();
        for body in ended.bodies(file) {
            *times.entry(body).or_default() += 1;
        }
        times
    };
    let (a, b) = (arrived("a"), arrived("b"));
    let mut good = 0;
    for (bodies, answer) in &answers {
        let is_good = answer.status == 200;
        good += usize::from(is_good);
        let is = |body: &String, letters: &str| letters.contains(&body[..1]);
        for body in bodies {
            assert!(
                !is(body, "dft") || !a.contains_key(body),
                "{body} is not to arrive"
            );
            let belongs = (is(body, "ak"), is(body, "bkd"));
            let times = |file: &HashMap<String, usize>| file.get(body).copied().unwrap_or(0);
            if is_good {
                assert_eq!((times(&a) == 1, times(&b) == 1), belongs, "{body}");
            } else {
                assert!(times(&a) <= 1 && times(&b) <= 1, "{body}");
            }
        }
        if is_good {
            let rejected = bodies.iter().filter(|body| is(body, "ft")).count();
            let told = format!(r#""rejectedLogRecords":"{rejected}""#);
            assert_eq!(
                answer.text().contains(&told),
                rejected > 0,
                "{}",
                answer.text()
            );
        }
    }
    assert!(
        good > 0 && good < answers.len(),
        "{good} of {}",
        answers.len()
    );
    let sent: usize = answers.iter().map(|(bodies, _)| bodies.len()).sum();
    let sent = u64::try_from(sent).unwrap();
    let report = ended.report("logs");
    assert_eq!((report.received, report.copied), (sent, 2 * sent));
    assert_eq!((report.consumed, report.forwarded), (sent, 2 * sent));
    let requests = u64::try_from(answers.len()).unwrap();
    assert_eq!(
        ended.report("metrics").delivered,
        requests,
        "a point for each request"
    );
    assert_eq!(
        ended.text("counts").matches(r#""name":"requests""#).count(),
        answers.len()
    );
    let taken = &counts.receivers[0];
    let both = taken.accepted.of(Signal::Logs).get() + taken.refused.of(Signal::Logs).get();
    assert_eq!(both, sent);
}
