//! Exporters against real servers: what arrives, and what becomes of what does not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::format_push_string,
    clippy::type_complexity,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic"
)]

mod access;
mod arrival;
mod codes;
mod fate;
mod faults;
mod parts;
mod patience;
mod servers;
mod statuses;
#[path = "../support/mod.rs"]
mod support;
mod tls;

use std::time::Duration;

use support::{Running, logs};
use tollgate_config::{Endpoint, Exporter as Settings, OtlpGrpcExporter, OtlpHttpExporter, Retry};
use tollgate_otlp::{Console, Delivered, ExportError, Exporter};
use tollgate_record::Signal;

async fn exporter(settings: Settings) -> Exporter {
    let console = Console::new(std::io::sink());
    Exporter::new("otlp/test", &settings, console)
        .await
        .unwrap()
}

/// Retries that follow each other quickly.
fn quickly() -> Retry {
    Retry {
        initial_interval: Duration::from_millis(5),
        max_interval: Duration::from_millis(20),
        max_elapsed_time: Some(Duration::from_secs(5)),
        ..Retry::default()
    }
}

fn never() -> Retry {
    Retry {
        enabled: false,
        ..Retry::default()
    }
}

fn endpoint(url: &str) -> Endpoint {
    url.parse().unwrap()
}

fn grpc(running: &Running) -> OtlpGrpcExporter {
    OtlpGrpcExporter {
        retry: quickly(),
        ..OtlpGrpcExporter::new(endpoint(&running.grpc_url()))
    }
}

fn http(running: &Running) -> OtlpHttpExporter {
    OtlpHttpExporter {
        retry: quickly(),
        ..OtlpHttpExporter::new(&format!("http://{}", running.http))
    }
}

async fn send(exporter: &Exporter, records: usize) -> Result<Delivered, ExportError> {
    exporter.export(Signal::Logs, logs(records).into()).await
}
