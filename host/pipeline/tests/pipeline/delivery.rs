//! Queues before destinations: what is acknowledged, what waits, what comes of it, and that all of it is counted.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use crate::support::sink::Sink;
use crate::support::{Gate, with_receivers};
use tollgate_telemetry::DestinationTotals;

/// An exporter to a sink, with these keys beside.
fn exporter(name: &str, sink: &Sink, keys: &str) -> String {
    format!(
        "  {name}: {{endpoint: 'http://{}', compression: none, retry_on_failure: {{initial_interval: 20ms, max_interval: 20ms}}, {keys}}}\n",
        sink.address
    )
}

/// A pipeline to these exporters, with a folder for queues.
fn configuration(queue: &Path, exporters: &[String], names: &str) -> String {
    with_receivers(&format!(
        "extensions: {{file_storage: {{directory: '{}'}}}}\nexporters:\n{}service:\n  extensions: [file_storage]\n  gate: {{drain_timeout: 10s}}\n  pipelines: {{logs: {{receivers: [otlp], exporters: [{names}]}}}}\n",
        queue.display(),
        exporters.concat()
    ))
}

const DURABLE: &str = "sending_queue: {storage: file_storage}";

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

/// What became of the log records of a destination.
fn totals(gate: &tollgate_telemetry::Gate, exporter: &str) -> DestinationTotals {
    let account = gate.conservation();
    assert!(account.balanced, "{account:#?}");
    let mut all = account.destinations.into_iter();
    all.find(|own| own.exporter == exporter)
        .map(|own| own.totals)
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_waits_on_disk_and_is_sent_by_the_next_gate() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::answering(503);
    let text = configuration(
        folder.path(),
        &[exporter("otlphttp", &sink, DURABLE)],
        "otlphttp",
    );
    let gate = Gate::start(&text, &[]).await;
    for bodies in [&["one", "two"][..], &["three"]] {
        assert_eq!(gate.send(bodies).await.status, 200);
    }
    let counts = gate.counts();
    gate.stop().await;
    let left = totals(&counts, "otlphttp");
    assert_eq!((left.cleared, left.queued, left.in_flight), (3, 3, 0));

    sink.answer(200);
    let gate = Gate::start(&text, &[]).await;
    let counts = gate.counts();
    until("the rest is delivered", || {
        totals(&counts, "otlphttp").delivered == 3
    })
    .await;
    assert_eq!(totals(&counts, "otlphttp").restored, 3);
    gate.stop().await;
    let gate = Gate::start(&text, &[]).await;
    assert_eq!(totals(&gate.counts(), "otlphttp").restored, 0);
    gate.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn destinations_of_one_folder_share_the_bytes_and_do_not_wait_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let (well, away) = (Sink::answering(200), Sink::answering(503));
    let text = configuration(
        folder.path(),
        &[
            exporter("otlphttp/well", &well, DURABLE),
            exporter("otlphttp/away", &away, DURABLE),
        ],
        "otlphttp/well, otlphttp/away",
    );
    let gate = Gate::start(&text, &[]).await;
    let large = "x".repeat(100_000);
    assert_eq!(gate.send(&[&large]).await.status, 200);
    let counts = gate.counts();
    until("one of them has it", || {
        totals(&counts, "otlphttp/well").delivered == 1
    })
    .await;
    let files = std::fs::read_dir(folder.path()).unwrap();
    let bytes: u64 = files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum();
    assert!((100_000..150_000).contains(&bytes), "{bytes}");
    gate.stop().await;
    assert_eq!(totals(&counts, "otlphttp/away").queued, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_ever_is_dropped_or_kept_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::answering(400);
    let letters = folder.path().join("letters/otlp.jsonl");
    let keep = format!(
        "{DURABLE}, gate: {{on_rejected: file, rejected_file: '{}'}}",
        letters.display()
    );
    let text = configuration(
        folder.path(),
        &[
            exporter("otlphttp/drop", &sink, DURABLE),
            exporter("otlphttp/keep", &sink, &keep),
        ],
        "otlphttp/drop, otlphttp/keep",
    );
    let gate = Gate::start(&text, &[]).await;
    assert_eq!(gate.send(&["refused", "too"]).await.status, 200);
    let counts = gate.counts();
    for name in ["otlphttp/drop", "otlphttp/keep"] {
        until("it is refused", || totals(&counts, name).refused == 2).await;
    }
    let text = std::fs::read_to_string(&letters).unwrap();
    let letter: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
    assert_eq!(letter["exporter"], "otlphttp/keep");
    assert_eq!(
        (&letter["records"], &letter["signal"]),
        (&2.into(), &"logs".into())
    );
    assert!(
        letter["reason"].as_str().unwrap().contains("400"),
        "{letter}"
    );
    let records = &letter["request"]["resourceLogs"][0]["scopeLogs"][0]["logRecords"];
    assert_eq!(records[1]["body"]["stringValue"], "too");
    let mode = std::fs::metadata(&letters).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    gate.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exporter_that_is_not_required_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let away = Sink::answering(503);
    let optional = "sending_queue: {queue_size: 1, wait_for_result: true}, gate: {required: false}";
    let text = configuration(
        folder.path(),
        &[
            "  file: {path: '{folder}/out'}\n".to_owned(),
            exporter("otlphttp", &away, optional),
        ],
        "file, otlphttp",
    );
    let gate = Gate::start(&text, &[]).await;
    for body in ["one", "two", "three"] {
        assert_eq!(gate.send(&[body]).await.status, 200);
    }
    let counts = gate.counts();
    let kept = totals(&counts, "otlphttp");
    assert_eq!(
        (kept.cleared, kept.refused),
        (3, 2),
        "the queue holds one of them"
    );
    let ended = gate.stop().await;
    assert_eq!(ended.bodies("out"), ["one", "three", "two"]);
    assert_eq!(ended.report("logs").delivered, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_asks_clients_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let away = Sink::answering(503);
    let small = "sending_queue: {storage: file_storage, queue_size: 2, sizer: items}";
    let text = configuration(
        folder.path(),
        &[exporter("otlphttp", &away, small)],
        "otlphttp",
    );
    let gate = Gate::start(&text, &[]).await;
    assert_eq!(gate.send(&["one", "two"]).await.status, 200);
    let refused = gate.send(&["three"]).await;
    assert_eq!(refused.status, 503);
    assert!(
        refused.head.to_lowercase().contains("retry-after: 1"),
        "{}",
        refused.head
    );
    away.answer(200);
    let counts = gate.counts();
    until("there is room again", || {
        totals(&counts, "otlphttp").delivered == 2
    })
    .await;
    assert_eq!(gate.send(&["three"]).await.status, 200);
    gate.stop().await;
    let all = totals(&counts, "otlphttp");
    assert_eq!((all.cleared, all.delivered, all.given_back), (4, 3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_a_queue_in_memory_waits_unless_the_file_says_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    for (keys, status, answered) in [
        ("sending_queue: {}", 200, 200),
        ("sending_queue: {}", 400, 500),
        ("sending_queue: {wait_for_result: false}", 400, 200),
    ] {
        let sink = Sink::answering(status);
        let text = configuration(
            folder.path(),
            &[exporter("otlphttp", &sink, keys)],
            "otlphttp",
        );
        let gate = Gate::start(&text, &[]).await;
        assert_eq!(gate.send(&["one"]).await.status, answered, "{keys}");
        let counts = gate.counts();
        gate.stop().await;
        let all = totals(&counts, "otlphttp");
        assert_eq!((all.cleared, all.delivered + all.refused), (1, 1), "{keys}");
        assert_eq!(sink.requests(), 1, "{keys}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn queued_requests_go_together_and_no_larger_than_they_may() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::answering(200);
    let batched = "sending_queue: {storage: file_storage, batch: {flush_timeout: 1h, min_size: 6, max_size: 6}}";
    let text = configuration(
        folder.path(),
        &[exporter("otlphttp", &sink, batched)],
        "otlphttp",
    );
    let gate = Gate::start(&text, &[]).await;
    for bodies in [&["1", "2"][..], &["3", "4"], &["5", "6", "7"]] {
        assert_eq!(gate.send(bodies).await.status, 200);
    }
    let counts = gate.counts();
    until("all are delivered", || {
        totals(&counts, "otlphttp").delivered == 7
    })
    .await;
    assert_eq!(
        sink.requests(),
        2,
        "six of them together, and the one beyond"
    );
    // What waits for others goes when the gate stops.
    assert_eq!(gate.send(&["8"]).await.status, 200);
    gate.stop().await;
    assert_eq!(totals(&counts, "otlphttp").delivered, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_queued_goes_to_where_another_configuration_says() {
    let folder = tempfile::tempdir().unwrap();
    let (away, well) = (Sink::answering(503), Sink::answering(200));
    let to = |sink: &Sink| {
        configuration(
            folder.path(),
            &[exporter("otlphttp", sink, DURABLE)],
            "otlphttp",
        )
    };
    let gate = Gate::start(&to(&away), &[]).await;
    assert_eq!(gate.send(&["one", "two"]).await.status, 200);
    gate.stop().await;

    let mut gate = Gate::start(&to(&away), &[]).await;
    assert_eq!(gate.send(&["three"]).await.status, 200);
    gate.reload(&to(&well)).await;
    assert_eq!(gate.send(&["four"]).await.status, 200);
    let counts = gate.counts();
    until("everything is where it belongs", || {
        totals(&counts, "otlphttp").delivered == 4
    })
    .await;
    gate.stop().await;
    let all = totals(&counts, "otlphttp");
    assert_eq!((all.restored, all.cleared, all.queued), (2, 2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_before_a_file_waits_until_the_file_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    // Nobody can write there, whoever it is.
    std::os::unix::fs::symlink("/dev/full", &out).unwrap();
    let text = configuration(
        &folder.path().join("queue"),
        &[format!(
            "  file: {{path: '{}', append: true, {DURABLE}}}\n",
            out.display()
        )],
        "file",
    );
    let gate = Gate::start(&text, &[]).await;
    assert_eq!(gate.send(&["one"]).await.status, 200);
    let counts = gate.counts();
    until("it was tried", || counts.exporters[0].failing.get()).await;
    gate.stop().await;
    assert_eq!(totals(&counts, "file").queued, 1);
    std::fs::remove_file(&out).unwrap();
    let gate = Gate::start(&text, &[]).await;
    let counts = gate.counts();
    until("it is written", || totals(&counts, "file").delivered == 1).await;
    gate.stop().await;
    assert!(std::fs::read_to_string(&out).unwrap().contains("one"));
}
