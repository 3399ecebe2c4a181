//! Text: each line is the body of a log record.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use prost::Message as _;
use tollgate_record::Signal;

use crate::Telemetry;

/// Lines of one request. A Collector's batch is of this order, and a sample should see several.
const A_REQUEST: usize = 1000;

/// Reads lines; empty ones are no records.
pub(super) fn read(text: &str, name: &str) -> Vec<Telemetry> {
    let lines: Vec<(usize, &str)> = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty())
        .collect();
    let several = lines.len() > A_REQUEST;
    let requests = lines.chunks(A_REQUEST).map(|lines| {
        let first = lines.first().map_or(1, |(number, _)| *number);
        let source = if several {
            format!("{name}:{first}")
        } else {
            name.to_owned()
        };
        Telemetry::new(Signal::Logs, request(lines), source)
    });
    requests.collect()
}

fn request(lines: &[(usize, &str)]) -> Vec<u8> {
    let records = lines.iter().map(|(_, line)| LogRecord {
        body: Some(AnyValue {
            value: Some(any_value::Value::StringValue((*line).to_owned())),
        }),
        ..LogRecord::default()
    });
    let scope = ScopeLogs {
        log_records: records.collect(),
        ..ScopeLogs::default()
    };
    let request = ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            scope_logs: vec![scope],
            ..ResourceLogs::default()
        }],
    };
    request.encode_to_vec()
}
