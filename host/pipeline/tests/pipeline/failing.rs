//! Policies that fail: what a bad record costs, and what a stage costs that fails for everything.

use tollgate_record::Signal;
use tollgate_telemetry::BreakerState;

use crate::support::judge::Judge;
use crate::support::{Gate, with_receivers};

const LOGS: &[Signal] = &[Signal::Logs];
const RECORDS: usize = 512;

/// Traps for a record whose body begins with `t`.
fn traps() -> Judge<'static> {
    Judge {
        letters: "t",
        signals: LOGS,
        ..Judge::default()
    }
}

/// Does nothing.
fn keeps() -> Judge<'static> {
    Judge {
        signals: LOGS,
        ..Judge::default()
    }
}

/// Bodies of a batch with poison at these places.
fn bodies(poison: &[usize]) -> Vec<String> {
    (0..RECORDS)
        .map(|place| {
            let letter = if poison.contains(&place) { "t" } else { "k" };
            format!("{letter}{place:04}")
        })
        .collect()
}

async fn send(gate: &Gate, bodies: &[String]) -> u64 {
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let answer = gate.send(&bodies).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    rejected(&answer.text())
}

fn rejected(answer: &str) -> u64 {
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap_or_default();
    let count = &answer["partialSuccess"]["rejectedLogRecords"];
    let count = count.as_u64().or_else(|| count.as_str()?.parse().ok());
    count.unwrap_or_default()
}

/// The stage in every position that there is.
fn positions() -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("first", "processors: [wasm/bad, wasm/fine, wasm/fine2]", ""),
        (
            "middle",
            "processors: [wasm/fine, wasm/bad, wasm/fine2]",
            "",
        ),
        ("last", "processors: [wasm/fine, wasm/fine2, wasm/bad]", ""),
        ("behind a batch", "processors: [batch, wasm/bad]", ""),
        ("before a batch", "processors: [wasm/bad, batch]", ""),
        ("in a connector", "processors: [wasm/fine]", "wasm/bad"),
    ]
}

fn configuration(processors: &str, connector: &str) -> String {
    let (ends, behind, connectors) = if connector.is_empty() {
        ("file", "", "{}".to_owned())
    } else {
        (
            connector,
            "logs/behind: {receivers: [wasm/bad], exporters: [file]}",
            format!("{{{connector}: {{component: '{{folder}}/bad.wasm'}}}}"),
        )
    };
    let bad = if connector.is_empty() {
        "wasm/bad: {component: '{folder}/bad.wasm'}"
    } else {
        "wasm/unused: {component: '{folder}/fine.wasm'}"
    };
    with_receivers(&format!(
        "
processors:
  wasm/fine: {{component: '{{folder}}/fine.wasm'}}
  wasm/fine2: {{component: '{{folder}}/fine.wasm'}}
  batch: {{timeout: 10ms}}
  {bad}
connectors: {connectors}
exporters: {{file: {{path: '{{folder}}/out'}}}}
service:
  pipelines:
    logs: {{receivers: [otlp], {processors}, exporters: [{ends}]}}
    {behind}
"
    ))
}

/// Calls of the stage, wherever it stands.
fn calls(gate: &Gate) -> u64 {
    let counts = gate.counts();
    let pipelines = counts.pipelines.iter();
    pipelines
        .flat_map(|pipeline| pipeline.stages.iter().chain(&pipeline.connectors))
        .filter(|stage| stage.stage == "wasm/bad")
        .map(|stage| stage.calls.get())
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_record_of_512_costs_itself_and_19_calls_wherever_it_stands() {
    let policies = [("bad", traps()), ("fine", keeps())];
    let gate = Gate::start(
        &configuration("processors: [wasm/fine, wasm/bad]", ""),
        &policies,
    )
    .await;
    for place in 0..RECORDS {
        let before = calls(&gate);
        assert_eq!(send(&gate, &bodies(&[place])).await, 1, "at {place}");
        assert_eq!(calls(&gate) - before, 19, "at {place}");
    }
    let ended = gate.stop().await;
    let out = ended.bodies("out");
    assert_eq!(out.len(), RECORDS * (RECORDS - 1));
    assert!(out.iter().all(|body| body.starts_with('k')));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_record_costs_itself_in_every_position_of_the_stage() {
    for (name, processors, connector) in positions() {
        let policies = [("bad", traps()), ("fine", keeps())];
        let gate = Gate::start(&configuration(processors, connector), &policies).await;
        for place in [0, 1, 255, 256, 300, 511] {
            let before = calls(&gate);
            assert_eq!(send(&gate, &bodies(&[place])).await, 1, "{name} at {place}");
            let cost = calls(&gate) - before;
            assert!(cost <= 25, "{name} at {place}: {cost} calls");
        }
        let ended = gate.stop().await;
        let mut expected: Vec<_> = [0, 1, 255, 256, 300, 511]
            .iter()
            .flat_map(|place| bodies(&[*place]))
            .filter(|body| body.starts_with('k'))
            .collect();
        expected.sort();
        assert_eq!(ended.bodies("out"), expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_bad_records_cost_a_bounded_number_of_calls_and_each_meets_on_error() {
    for (on_error, told, left) in [
        ("reject", true, false),
        ("drop", false, false),
        ("pass", false, true),
    ] {
        let poison: Vec<usize> = (0..RECORDS).step_by(2).collect();
        let policies = [("bad", traps())];
        let text = configuration("processors: [wasm/bad]", "")
            .replace("  wasm/fine: {component: '{folder}/fine.wasm'}\n  wasm/fine2: {component: '{folder}/fine.wasm'}\n", "")
            .replace("bad.wasm'}", &format!("bad.wasm', gate: {{on_error: {on_error}}}}}"));
        let gate = Gate::start(&text, &policies).await;
        let rejected = send(&gate, &bodies(&poison)).await;
        // 64 calls may fail, and each part that is whole has failed once before.
        let cost = calls(&gate);
        assert!(cost <= 2 * 64 + 1, "{on_error}: {cost} calls");
        let counts = gate.counts();
        let ended = gate.stop().await;
        let out = ended.bodies("out");
        if left {
            assert_eq!(out.len(), RECORDS, "{on_error}");
        } else {
            assert!(out.iter().all(|body| body.starts_with('k')), "{on_error}");
            assert!(
                out.len() < RECORDS / 2,
                "{on_error}: records beyond the bound failed, too"
            );
        }
        let report = ended.report("logs");
        let failed = report.rejected + report.dropped + counts.pipelines[0].stages[0].passed.get();
        assert!(failed >= poison.len() as u64, "{on_error}");
        assert_eq!(
            rejected,
            if told { report.rejected } else { 0 },
            "{on_error}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_that_fails_for_everything_is_not_called_and_is_tried_again() {
    let policies = [("bad", traps()), ("fine", keeps())];
    let gate = Gate::start(&configuration("processors: [wasm/bad]", ""), &policies).await;
    let counts = gate.counts();
    let breaker = &counts.pipelines[0].stages[0].breaker;
    for _ in 0..5 {
        assert_eq!(breaker.state(), BreakerState::Closed);
        let answer = gate.send(&["t1", "t2"]).await;
        assert_eq!((answer.status, rejected(&answer.text())), (200, 2));
    }
    assert_eq!(breaker.state(), BreakerState::Open);
    assert_eq!(
        (breaker.failure(), breaker.times_opened()),
        (Some("trap"), 1)
    );
    let (before, received) = (calls(&gate), counts.pipelines[0].report().received);
    let answer = gate.send(&["k1"]).await;
    assert_eq!(answer.status, 503, "the client shall send it again");
    assert!(
        answer.head.to_ascii_lowercase().contains("retry-after: "),
        "{}",
        answer.head
    );
    assert_eq!(calls(&gate), before);
    assert_eq!(counts.pipelines[0].report().received, received, "unread");
    assert!(breaker.refused.get() >= 1);
    // After a second one request tries it.
    while gate.send(&["k1"]).await.status != 200 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(
        (breaker.state(), breaker.failure()),
        (BreakerState::Closed, None)
    );
    assert_eq!(gate.send(&["k2"]).await.status, 200);
    let ended = gate.stop().await;
    assert_eq!(ended.bodies("out"), ["k1", "k2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_that_may_fail_costs_nothing_while_it_fails_for_everything() {
    for (on_error, left) in [("drop", 0), ("pass", 20)] {
        let policies = [("bad", traps()), ("fine", keeps())];
        let text = configuration("processors: [wasm/bad]", "").replace(
            "bad.wasm'}",
            &format!("bad.wasm', gate: {{on_error: {on_error}}}}}"),
        );
        let gate = Gate::start(&text, &policies).await;
        for _ in 0..20 {
            let answer = gate.send(&["t"]).await;
            assert_eq!(
                (answer.status, rejected(&answer.text())),
                (200, 0),
                "{on_error}"
            );
        }
        let counts = gate.counts();
        let stage = &counts.pipelines[0].stages[0];
        assert!(stage.calls.get() < 20, "{on_error}");
        assert_eq!(
            stage.breaker.skipped.get() + stage.calls.get(),
            20,
            "{on_error}"
        );
        assert_eq!(gate.stop().await.bodies("out").len(), left, "{on_error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_meets_an_open_stage_behind_a_batch_is_given_back_whole() {
    let policies = [("bad", traps()), ("fine", keeps())];
    let text = configuration("processors: [batch, wasm/bad]", "")
        .replace("timeout: 10ms", "timeout: 300ms");
    let gate = Gate::start(&text, &policies).await;
    for _ in 0..4 {
        gate.send(&["t"]).await;
    }
    // Both are in before the fifth failure opens it; the batch of each comes to the stage on its own.
    let counts = gate.counts();
    let breaker = &counts.pipelines[0].stages[0].breaker;
    assert_eq!(breaker.state(), BreakerState::Closed);
    gate.send(&["t"]).await;
    assert_eq!(breaker.state(), BreakerState::Open);
    assert_eq!(gate.send(&["k"]).await.status, 503);
    let ended = gate.stop().await;
    assert_eq!(ended.bodies("out"), [""; 0]);
}
