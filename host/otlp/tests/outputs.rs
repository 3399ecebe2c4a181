//! Exporters that write: files and the console.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tollgate_config::{DebugExporter, Exporter as Settings, FileExporter, Verbosity};
use tollgate_otlp::{Console, Delivered, ExportError, Exporter};
use tollgate_record::Signal;

#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Vec<u8>>>);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn exporter(settings: Settings) -> (Exporter, Screen) {
    let screen = Screen::default();
    let exporter = Exporter::new("debug/test", &settings, Console::new(screen.clone()))
        .await
        .unwrap();
    (exporter, screen)
}

fn wire(signal: Signal, json: &str) -> Bytes {
    tollgate_json::decode(signal, json.as_bytes())
        .unwrap()
        .into()
}

const LINE: &str = r#"{"resourceLogs":[{"resource":{},"schemaUrl":"a"}]}"#;

#[tokio::test]
async fn a_file_holds_a_request_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/out.jsonl");
    let settings = FileExporter {
        flush_interval: Duration::ZERO,
        create_directory: true,
        ..FileExporter::new(&path)
    };
    let read = || std::fs::read_to_string(&path).unwrap();
    let (first, _) = exporter(Settings::File(settings.clone())).await;
    for _ in 0..3 {
        assert_eq!(
            first.export(Signal::Logs, wire(Signal::Logs, LINE)).await,
            Ok(Delivered::default())
        );
    }
    first.flush().await.unwrap();
    assert_eq!(read(), format!("{LINE}\n").repeat(3));
    let bad = first
        .export(Signal::Logs, Bytes::from_static(b"\x0a\xff"))
        .await;
    assert!(matches!(bad, Err(ExportError::Permanent { .. })));
    first
        .export(Signal::Logs, wire(Signal::Logs, LINE))
        .await
        .unwrap();
    drop(first);
    assert_eq!(read(), format!("{LINE}\n").repeat(4));

    let (second, _) = exporter(Settings::File(FileExporter {
        append: true,
        ..settings.clone()
    }))
    .await;
    second
        .export(Signal::Logs, wire(Signal::Logs, LINE))
        .await
        .unwrap();
    drop(second);
    assert_eq!(read(), format!("{LINE}\n").repeat(5));

    let (_third, _) = exporter(Settings::File(settings)).await;
    assert_eq!(read(), "");
}

#[tokio::test]
async fn a_line_is_in_the_file_before_it_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    let settings = FileExporter {
        flush_interval: Duration::from_hours(1),
        ..FileExporter::new(&path)
    };
    let (exporter, _) = exporter(Settings::File(settings)).await;
    for lines in 1..=3 {
        exporter
            .export(Signal::Logs, wire(Signal::Logs, LINE))
            .await
            .unwrap();
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written, format!("{LINE}\n").repeat(lines));
    }
}

#[tokio::test]
async fn exporters_of_one_file_share_it_and_half_a_line_spoils_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    std::fs::write(&path, "{\"cut").unwrap();
    let appending = FileExporter {
        append: true,
        ..FileExporter::new(&path)
    };
    let (first, _) = exporter(Settings::File(appending)).await;
    let send = |exporter: Exporter| async move {
        exporter
            .export(Signal::Logs, wire(Signal::Logs, LINE))
            .await
            .unwrap();
        exporter
    };
    let first = send(first).await;
    // One that would begin the file anew takes nothing from those that write to it.
    let (second, _) = exporter(Settings::File(FileExporter::new(&path))).await;
    let _second = send(second).await;
    let _first = send(first).await;
    let written = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        written,
        format!("{{\"cut\n{}", format!("{LINE}\n").repeat(3))
    );
}

#[tokio::test]
async fn a_disk_that_is_full_takes_nothing_for_now() {
    // Every write to this device fails as if it were full.
    let settings = FileExporter {
        append: true,
        ..FileExporter::new("/dev/full")
    };
    let (full, _) = exporter(Settings::File(settings)).await;
    let refused = full.export(Signal::Logs, wire(Signal::Logs, LINE)).await;
    assert!(matches!(refused, Err(ExportError::Retryable { .. })));
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_said_at_the_start() {
    let settings = Settings::File(FileExporter::new("/nowhere/at/all/out.jsonl"));
    let error = Exporter::new("file", &settings, Console::new(std::io::sink()))
        .await
        .err()
        .unwrap();
    assert!(
        error
            .to_string()
            .starts_with("/nowhere/at/all/out.jsonl cannot be written")
    );
}

async fn debug(signal: Signal, json: &str, verbosity: Verbosity) -> String {
    let settings = DebugExporter {
        verbosity,
        ..DebugExporter::default()
    };
    let (exporter, screen) = exporter(Settings::Debug(settings)).await;
    exporter.export(signal, wire(signal, json)).await.unwrap();
    let bytes = screen.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

const LOGS: &str = include_str!("fixtures/debug/logs.json");
const TRACES: &str = include_str!("fixtures/debug/traces.json");
const METRICS: &str = include_str!("fixtures/debug/metrics.json");

#[tokio::test]
async fn basic_counts() {
    let id = r#""otelcol.component.id": "debug/test""#;
    for (signal, json, expected) in [
        (
            Signal::Logs,
            LOGS,
            format!("info\tLogs\t{{{id}, \"resource logs\": 1, \"log records\": 2}}\n"),
        ),
        (
            Signal::Traces,
            TRACES,
            format!("info\tTraces\t{{{id}, \"resource spans\": 1, \"spans\": 2}}\n"),
        ),
        (
            Signal::Metrics,
            METRICS,
            format!(
                "info\tMetrics\t{{{id}, \"resource metrics\": 1, \"metrics\": 7, \"data points\": 14}}\n"
            ),
        ),
    ] {
        assert_eq!(debug(signal, json, Verbosity::Basic).await, expected);
    }
}

/// The text without its first line, which counts.
fn below_summary(text: &str) -> &str {
    text.split_once('\n').unwrap().1
}

#[tokio::test]
async fn normal_is_a_line_a_record() {
    let text = debug(Signal::Logs, LOGS, Verbosity::Normal).await;
    assert_eq!(
        below_summary(&text),
        "ResourceLog #0 resource-attr=resource-attr-val-1\nScopeLog #0\nThis is a log message app=server instance_num=1\nsomething happened customer=acme env=dev\n"
    );
    let text = debug(Signal::Traces, TRACES, Verbosity::Normal).await;
    assert_eq!(
        below_summary(&text),
        "ResourceTraces #0 resource-attr=resource-attr-val-1\nScopeTraces #0\noperationA 0102030405060708090a0b0c0d0e0f10 1112131415161718\noperationB  \n"
    );
    let text = debug(Signal::Metrics, METRICS, Verbosity::Normal).await;
    for line in [
        "gauge-int{label-1=label-value-1} 123",
        "sum-double{label-1=label-value-1,label-2=label-value-2} 1.23",
        "histogram{label-2=label-value-2} count=1 sum=15 min=15 max=15 le1=0 1",
        "exponential-histogram{label-2=label-value-2} count=3 sum=1.25 min=0 max=1 zero=1 le1=1 le4=1",
        "summary{label-2=label-value-2} count=1 sum=15.000000 q0.01=15",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

#[tokio::test]
async fn detailed_is_what_the_collector_shows() {
    for (signal, json, expected) in [
        (Signal::Logs, LOGS, include_str!("fixtures/debug/logs.out")),
        (
            Signal::Traces,
            TRACES,
            include_str!("fixtures/debug/traces.out"),
        ),
        (
            Signal::Metrics,
            METRICS,
            include_str!("fixtures/debug/metrics.out"),
        ),
    ] {
        let text = debug(signal, json, Verbosity::Detailed).await;
        assert_eq!(below_summary(&text).trim_end(), expected.trim_end());
    }
}

#[tokio::test]
async fn nop_takes_everything() {
    let (nop, _) = exporter(Settings::Nop).await;
    assert_eq!(
        nop.export(Signal::Logs, Bytes::from_static(b"anything"))
            .await,
        Ok(Delivered::default())
    );
}
