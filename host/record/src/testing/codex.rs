//! The batch that costs are measured with: log records as a coding agent sends them, of about 750 bytes and 20 attributes.

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;

/// A request of so many log records.
#[must_use]
pub fn codex_like(records: u64) -> Vec<u8> {
    let scope = InstrumentationScope {
        name: "codex_otel".to_owned(),
        version: "0.58.0".to_owned(),
        ..Default::default()
    };
    let resource = Resource {
        attributes: vec![
            text("service.name", "codex_cli_rs"),
            text("service.version", "0.58.0"),
            text("env", "dev"),
            text("host.name", "workstation-17"),
            text("telemetry.sdk.language", "rust"),
        ],
        ..Resource::default()
    };
    let log_records = (0..records).map(record).collect();
    let scope_logs = vec![ScopeLogs {
        scope: Some(scope),
        log_records,
        schema_url: String::new(),
    }];
    LogsData {
        resource_logs: vec![ResourceLogs {
            resource: Some(resource),
            scope_logs,
            schema_url: String::new(),
        }],
    }
    .encode_to_vec()
}

fn record(number: u64) -> LogRecord {
    let time = 1_760_000_000_000_000_000_u64.wrapping_add(number.wrapping_mul(1_000_003));
    let id = spread(number);
    LogRecord {
        time_unix_nano: time,
        observed_time_unix_nano: time.wrapping_add(1_500),
        severity_number: 9,
        severity_text: "INFO".to_owned(),
        attributes: vec![
            text("event.name", "codex.tool_result"),
            text("event.timestamp", "2026-06-12T09:41:07.123Z"),
            text(
                "conversation.id",
                &format!("0199f3a2-7c1e-7d30-9b2a-{:012x}", id >> 16),
            ),
            text("app.version", "0.58.0"),
            text("auth_mode", "ApiKey"),
            text("originator", "codex_cli_rs"),
            text("terminal.type", "xterm-256color"),
            text("model", "gpt-5-codex"),
            text("slug", "gpt-5-codex"),
            text("tool_name", "shell"),
            text("call_id", &format!("call_{id:016x}")),
            text(
                "arguments",
                &format!(
                    "{{\"command\":[\"bash\",\"-lc\",\"rg -n needle src/{number}\"],\"workdir\":\"/home/dev/work\"}}"
                ),
            ),
            text("duration_ms", "184"),
            text("success", "true"),
            text(
                "output",
                "src/main.rs:17: let needle = haystack.find(pattern); src/lib.rs:40: fn needle() -> usize",
            ),
            number_of("input_token_count", 1204),
            number_of("output_token_count", 87),
            number_of("cached_token_count", 960),
            text("user.account_id", "acct-4471"),
            text("user.email", "dev@example.com"),
        ],
        trace_id: number.to_be_bytes().repeat(2),
        span_id: time.to_be_bytes().to_vec(),
        ..LogRecord::default()
    }
}

/// Another number for each, as ids are: counted up, they would be rows of zeros, which look like card numbers to a redaction.
fn spread(number: u64) -> u64 {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Any::StringValue(value.to_owned()))
}

fn number_of(key: &str, value: i64) -> KeyValue {
    attribute(key, Any::IntValue(value))
}

fn attribute(key: &str, value: Any) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}
