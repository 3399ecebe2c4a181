//! Requests that are put together: when they go on, and what each client is told.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tollgate_record::Signal;

use crate::support::judge::Judge;
use crate::support::sink::Sink;
use crate::support::{Gate, logs};

const LOGS: &[Signal] = &[Signal::Logs];

/// A gate with a `batch` of these settings, policies before and behind it, and this exporter.
fn batching(settings: &str, processors: &str, exporter: &str) -> String {
    format!(
        "
receivers: {{otlp: {{protocols: {{http: {{endpoint: 'localhost:0', include_metadata: true}}}}}}}}
processors:
  batch: {{{settings}}}
  wasm/drop: {{component: '{{folder}}/drop.wasm'}}
  wasm/fail: {{component: '{{folder}}/fail.wasm'}}
exporters: {{{exporter}}}
service: {{pipelines: {{logs: {{receivers: [otlp], processors: [{processors}], exporters: [out]}}}}}}
"
    )
    .replace("exporters: [out]", if exporter.starts_with("file") { "exporters: [file]" } else { "exporters: [otlphttp]" })
}

const FILE: &str = "file: {path: '{folder}/out'}";

fn failing(sink: &Sink) -> String {
    format!(
        "otlphttp: {{endpoint: 'http://{}', retry_on_failure: {{enabled: false}}}}",
        sink.address
    )
}

async fn start(configuration: &str) -> Gate {
    let judge = |letters| Judge {
        letters,
        signals: LOGS,
        ..Judge::default()
    };
    Gate::start(configuration, &[("drop", judge("d")), ("fail", judge("f"))]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_go_on_together_when_they_are_large_enough() {
    let gate = start(&batching("send_batch_size: 4, timeout: 1m", "batch", FILE)).await;
    let (one, other) = tokio::join!(gate.send(&["k1", "k2"]), gate.send(&["k3", "k4"]));
    assert_eq!((one.status, other.status), (200, 200));
    let counts = gate.counts();
    let ended = gate.stop().await;
    assert_eq!(ended.requests("out").len(), 1);
    assert_eq!(ended.bodies("out"), ["k1", "k2", "k3", "k4"]);
    assert_eq!(ended.report("logs").delivered, 4);
    assert_eq!(
        (
            counts.batches[0].by_size.get(),
            counts.batches[0].by_timeout.get()
        ),
        (1, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_waits_no_longer_than_the_timeout() {
    let gate = start(&batching("timeout: 300ms", "batch", FILE)).await;
    let started = Instant::now();
    assert_eq!(gate.send(&["k1"]).await.status, 200);
    assert!(
        started.elapsed() >= Duration::from_millis(300),
        "{:?}",
        started.elapsed()
    );
    let counts = gate.counts();
    assert_eq!(counts.batches[0].by_timeout.get(), 1);
    assert_eq!(gate.stop().await.bodies("out"), ["k1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_timeout_or_a_size_nothing_waits() {
    for settings in ["timeout: 0s", "send_batch_size: 0, timeout: 1m"] {
        let gate = start(&batching(settings, "batch", FILE)).await;
        assert_eq!(gate.send(&["k1"]).await.status, 200, "{settings}");
        assert_eq!(gate.stop().await.bodies("out"), ["k1"], "{settings}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn large_requests_are_divided_between_records() {
    let settings = "send_batch_size: 2, send_batch_max_size: 2, timeout: 200ms";
    let gate = start(&batching(settings, "wasm/drop, batch, wasm/fail", FILE)).await;
    let answer = gate.send(&["k1", "d2", "k3", "k4", "f5", "k6"]).await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.text().contains(r#""rejectedLogRecords":"1""#),
        "{}",
        answer.text()
    );
    let ended = gate.stop().await;
    let mut requests = ended.requests("out");
    requests.sort();
    assert_eq!(requests, [vec!["k1", "k3"], vec!["k4"], vec!["k6"]]);
    let report = ended.report("logs");
    assert_eq!(
        (
            report.received,
            report.dropped,
            report.rejected,
            report.delivered
        ),
        (6, 1, 1, 4)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_may_be_bytes() {
    let settings = "sizer: bytes, send_batch_size: 100, send_batch_max_size: 100, timeout: 100ms";
    let gate = start(&batching(settings, "batch", FILE)).await;
    // Some twenty bytes each.
    let bodies = ["k-0123456789"; 10];
    let (one, other) = tokio::join!(gate.send(&bodies), gate.send(&bodies));
    assert_eq!((one.status, other.status), (200, 200));
    let ended = gate.stop().await;
    assert_eq!(ended.bodies("out").len(), 20);
    let longest = ended.requests("out").iter().map(Vec::len).max();
    assert!(
        longest.is_some_and(|longest| (2..=5).contains(&longest)),
        "{longest:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_answered_before_the_destination_has_the_batch() {
    let sink = Sink::answering(503);
    sink.pause(Duration::from_millis(300));
    let gate = start(&batching(
        "send_batch_size: 3, timeout: 1m",
        "batch",
        &failing(&sink),
    ))
    .await;
    let started = Instant::now();
    let (one, other) = tokio::join!(gate.send(&["k1", "k2"]), gate.send(&["k3"]));
    assert_eq!(
        (one.status, other.status),
        (503, 503),
        "both keep their records"
    );
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert_eq!(sink.requests(), 1);
    sink.answer(400);
    assert_eq!(gate.send(&["k1", "k2", "k3"]).await.status, 500);
    sink.answer(200);
    assert_eq!(gate.send(&["k1", "k2", "k3"]).await.status, 200);
    let ended = gate.stop().await;
    let report = ended.report("logs");
    assert_eq!(
        (report.received, report.refused, report.delivered),
        (9, 6, 3)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_client_is_told_of_its_own_records() {
    let sink = Sink::answering(200);
    let gate = start(&batching(
        "send_batch_size: 5, timeout: 1m",
        "batch, wasm/fail",
        &failing(&sink),
    ))
    .await;
    let (one, other) = tokio::join!(gate.send(&["f1", "k2", "f3"]), gate.send(&["k4", "k5"]));
    assert!(
        one.text().contains(r#""rejectedLogRecords":"2""#),
        "{}",
        one.text()
    );
    assert_eq!(other.text(), "{}");
    // A destination says how many records it rejected, not which.
    sink.reject(1);
    let (one, other) = tokio::join!(gate.send(&["k1", "f2", "k3"]), gate.send(&["k4", "k5"]));
    assert!(
        one.text().contains(r#""rejectedLogRecords":"2""#),
        "{}",
        one.text()
    );
    assert!(
        other.text().contains(r#""rejectedLogRecords":"1""#),
        "{}",
        other.text()
    );
    let ended = gate.stop().await;
    let report = ended.report("logs");
    assert_eq!(
        (report.received, report.rejected, report.delivered),
        (10, 4, 6)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_with_other_metadata_are_kept_apart() {
    let settings = "send_batch_size: 2, timeout: 100ms, metadata_keys: [X-Tenant], metadata_cardinality_limit: 2";
    let gate = start(&batching(settings, "batch", FILE)).await;
    let (a, b, c) = (
        [("x-tenant", "a")],
        [("x-tenant", "b")],
        [("x-tenant", "c")],
    );
    let (one, other) = tokio::join!(gate.send_with(&a, &["a1"]), gate.send_with(&b, &["b1"]));
    assert_eq!((one.status, other.status), (200, 200));
    assert_eq!(
        gate.send_with(&c, &["c1"]).await.status,
        500,
        "there are two combinations already"
    );
    assert_eq!(gate.send(&["n1"]).await.status, 500, "none is another one");
    assert_eq!(gate.send_with(&a, &["a2"]).await.status, 200);
    assert_eq!(gate.counts().batches[0].groups.get(), 2);
    let ended = gate.stop().await;
    assert_eq!(ended.requests("out").len(), 3);
    assert_eq!(
        (ended.report("logs").delivered, ended.report("logs").refused),
        (3, 2)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_a_client_that_has_gone_away_stay_its_own() {
    let gate = start(&batching("timeout: 500ms", "batch", FILE)).await;
    let body = logs(&["gone"]);
    let mut stream = TcpStream::connect(gate.http()).unwrap();
    write!(
        stream,
        "POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    drop(stream);
    assert_eq!(gate.send(&["here"]).await.status, 200);
    let ended = gate.stop().await;
    assert_eq!(ended.bodies("out"), ["here"]);
    let report = ended.report("logs");
    assert_eq!(
        (report.received, report.refused, report.delivered),
        (2, 1, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_sends_on_what_waits() {
    let gate = start(&batching("timeout: 5m", "batch", FILE)).await;
    let (address, body) = (gate.http(), logs(&["k1"]));
    let client = tokio::task::spawn_blocking(move || {
        tollgate_tests::client::post(
            address,
            Signal::Logs,
            "application/json",
            &[],
            body.as_bytes(),
        )
    });
    while gate.counts().pipelines[0].report().received == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let ended = gate.stop().await;
    assert_eq!(client.await.unwrap().status, 200);
    assert_eq!(ended.bodies("out"), ["k1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_may_stand_before_connectors_and_behind_them() {
    let gate = start(
        "
receivers: {otlp: {protocols: {http: {endpoint: 'localhost:0'}}}}
processors:
  batch/in: {timeout: 50ms}
  batch/out: {timeout: 50ms}
  wasm/drop: {component: '{folder}/drop.wasm'}
  wasm/fail: {component: '{folder}/fail.wasm'}
connectors: {forward: {}}
exporters: {file/a: {path: '{folder}/a'}, file/b: {path: '{folder}/b'}}
service:
  pipelines:
    logs: {receivers: [otlp], processors: [batch/in], exporters: [forward]}
    logs/a: {receivers: [forward], processors: [wasm/drop, batch/out, wasm/fail], exporters: [file/a]}
    logs/b: {receivers: [forward], exporters: [file/b]}
",
    )
    .await;
    let (one, other) = tokio::join!(gate.send(&["d1", "k2"]), gate.send(&["f3", "k4"]));
    assert_eq!(one.text(), "{}");
    assert!(
        other.text().contains(r#""rejectedLogRecords":"1""#),
        "{}",
        other.text()
    );
    let ended = gate.stop().await;
    assert_eq!(ended.bodies("a"), ["k2", "k4"]);
    assert_eq!(ended.bodies("b"), ["d1", "f3", "k2", "k4"]);
}
