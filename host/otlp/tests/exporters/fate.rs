//! What becomes of one record.

use std::time::Duration;

use tollgate_config::{Exporter as Settings, OtlpGrpcExporter, OtlpHttpExporter};
use tollgate_json::Status;
use tollgate_otlp::{Export, Exported, Exporter};
use tollgate_record::Signal;

use crate::support::logs;
use crate::{endpoint, exporter, never};

/// What became of one record.
#[derive(Debug, PartialEq, Eq)]
pub enum Fate {
    Delivered,
    Rejected,
    Refused,
    Later(Option<Duration>),
}

pub async fn fate(exporter: &Exporter) -> Fate {
    let export = Export {
        signal: Signal::Logs,
        wire: logs(1).into(),
        records: 1,
        context: None,
    };
    let Exported {
        delivered,
        rejected,
        refused,
        later,
    } = exporter.deliver(export).await;
    match (delivered, rejected, refused.as_slice(), later) {
        (1, 0, [], None) => Fate::Delivered,
        (0, 1, [], None) => Fate::Rejected,
        (0, 0, [part], None) => {
            assert_eq!((part.records, &part.wire[..]), (1, &logs(1)[..]));
            Fate::Refused
        }
        (0, 0, [], Some(later)) => {
            assert_eq!((later.records, &later.wire[..]), (1, &logs(1)[..]));
            Fate::Later(later.after)
        }
        other => panic!("{other:?}"),
    }
}

pub async fn http_to(url: &str) -> Exporter {
    let settings = OtlpHttpExporter {
        retry: never(),
        ..OtlpHttpExporter::new(url)
    };
    exporter(Settings::OtlpHttp(settings)).await
}

pub async fn grpc_to(url: &str) -> Exporter {
    let settings = OtlpGrpcExporter {
        retry: never(),
        ..OtlpGrpcExporter::new(endpoint(url))
    };
    exporter(Settings::Otlp(settings)).await
}

/// A status with `RetryInfo`, or with other details.
pub fn details(pause: Option<Duration>) -> Vec<u8> {
    let mut status = Status {
        code: 8,
        message: "quota".to_owned(),
        retry_after: pause,
    }
    .to_wire();
    if pause.is_none() {
        // An `Any` that is no `RetryInfo`.
        status.extend_from_slice(b"\x1a\x05\x0a\x03a/b");
    }
    status
}
