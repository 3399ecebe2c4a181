//! What the traps of one stage cost another one on the same lanes: prints the ratio of its time for a record, with traps and without.
//!
//! `cargo bench -p tollgate-pipeline --bench traps`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a bench may panic, and prints; it uses a part of what the tests share"
)]

#[path = "../tests/pipeline/support/mod.rs"]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use support::judge::Judge;
use support::{Gate, logs, with_receivers};
use tollgate_record::Signal;
use tollgate_tests::client::post;

const REQUESTS: usize = 2_000;
const SPANS: usize = 512;

const CONFIGURATION: &str = "
processors:
  wasm/bad: {component: '{folder}/bad.wasm'}
  wasm/fine: {component: '{folder}/fine.wasm'}
exporters: {nop: {}}
service:
  pipelines:
    logs: {receivers: [otlp], processors: [wasm/bad], exporters: [nop]}
    traces: {receivers: [otlp], processors: [wasm/fine], exporters: [nop]}
";

/// Nanoseconds that a span cost its stage.
async fn cost(with_traps: bool) -> f64 {
    let policies = [
        (
            "bad",
            Judge {
                letters: "t",
                signals: &[Signal::Logs],
                ..Judge::default()
            },
        ),
        (
            "fine",
            Judge {
                letters: "d",
                signals: &[Signal::Traces],
                ..Judge::default()
            },
        ),
    ];
    let gate = Gate::start(&with_receivers(CONFIGURATION), &policies).await;
    let (address, counts) = (gate.http(), gate.counts());
    let done = Arc::new(AtomicBool::new(false));
    let trapping = {
        let done = Arc::clone(&done);
        std::thread::spawn(move || {
            let mut bodies = vec!["k"; 511];
            bodies.push("t");
            let body = logs(&bodies);
            while with_traps && !done.load(Ordering::Relaxed) {
                let json = "application/json";
                let _ = post(address, Signal::Logs, json, &[], body.as_bytes());
            }
        })
    };
    let spans: Vec<_> = (0..SPANS)
        .map(|_| serde_json::json!({"name": "s"}))
        .collect();
    let body =
        serde_json::json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string();
    let sending = tokio::task::spawn_blocking(move || {
        for _ in 0..REQUESTS {
            let json = "application/json";
            let _ = post(address, Signal::Traces, json, &[], body.as_bytes());
        }
    });
    sending.await.unwrap();
    done.store(true, Ordering::Relaxed);
    trapping.join().unwrap();
    let fine = counts
        .pipelines
        .iter()
        .flat_map(|pipeline| &pipeline.stages)
        .find(|stage| stage.stage == "wasm/fine")
        .unwrap();
    let cost = fine.nanoseconds.get() as f64 / fine.received.get() as f64;
    gate.stop().await;
    cost
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(cost(false));
    let (alone, beside) = (runtime.block_on(cost(false)), runtime.block_on(cost(true)));
    println!(
        "a record costs its stage {alone:.0} ns alone, {beside:.0} ns while another stage traps with every request: ratio {:.3}",
        beside / alone
    );
}
