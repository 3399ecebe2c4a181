//! Post-conditions: what a stage promised is looked for in what leaves, wherever its records went.

use tollgate_record::Signal;

use crate::support::judge::Judge;
use crate::support::{Gate, with_receivers};

const LOGS: &[Signal] = &[Signal::Logs];

/// A policy that claims to mask, and does nothing.
fn idle() -> Judge<'static> {
    Judge {
        letters: "d",
        signals: LOGS,
        ..Judge::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stage_leaves_behind_does_not_leave() {
    let text = with_receivers(
        "
processors: {wasm/idle: {component: '{folder}/idle.wasm', gate: {ensure: ['hunter[0-9]']}}}
exporters: {file: {path: '{folder}/out'}, file/free: {path: '{folder}/free'}}
connectors: {forward: {}}
service:
  pipelines:
    logs: {receivers: [otlp], processors: [wasm/idle], exporters: [file, forward]}
    logs/behind: {receivers: [forward], exporters: [file/free]}
",
    );
    let gate = Gate::start(&text, &[("idle", idle())]).await;
    let answer = gate
        .send(&["k fine", "k hunter2", "d hunter3", "k too"])
        .await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains('1'), "{}", answer.text());
    assert!(!answer.text().contains("hunter"), "{}", answer.text());
    let counts = gate.counts();
    let ended = gate.stop().await;
    for file in ["out", "free"] {
        assert_eq!(ended.bodies(file), ["k fine", "k too"], "{file}");
    }
    for pipeline in &counts.pipelines {
        assert_eq!(
            pipeline.breaches.read(),
            [("wasm/idle".to_owned(), "log.body".to_owned(), 1)]
        );
        assert_eq!(pipeline.breaches.rejected.get(), 1);
    }
    assert_eq!(ended.report("logs").rejected, 1);
    assert_eq!(ended.report("logs").dropped, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipeline_that_the_stage_does_not_reach_is_not_looked_at() {
    let text = with_receivers(
        "
processors: {wasm/idle: {component: '{folder}/idle.wasm', gate: {ensure: ['hunter[0-9]']}}}
exporters: {file: {path: '{folder}/out'}, file/free: {path: '{folder}/free'}}
service:
  pipelines:
    logs: {receivers: [otlp], processors: [wasm/idle], exporters: [file]}
    logs/free: {receivers: [otlp], exporters: [file/free]}
",
    );
    let gate = Gate::start(&text, &[("idle", idle())]).await;
    gate.send(&["k hunter2"]).await;
    let ended = gate.stop().await;
    assert_eq!(ended.bodies("out"), [""; 0]);
    assert_eq!(ended.bodies("free"), ["k hunter2"]);
}
