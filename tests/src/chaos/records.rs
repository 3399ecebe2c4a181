//! Records that can be told apart, and what a gate with the redaction of these tests has to make of each.
//!
//! Everything about a record follows from its id. So a destination needs no list of what was sent: it makes the record again from the
//! id that it finds, masks it as the policy must have, and compares the two field by field.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;
use tollgate_record::Signal;

use crate::canaries::{CHAOS_KEY, CHAOS_TOKEN};

/// The attribute that holds a record's id.
pub const ID: &str = "chaos.id";

/// An attribute that a policy may add.
pub const MARK: &str = "chaos.mark";

/// Patterns of a redaction that masks what these records hold: YAML. A message that shows the configuration is none with a secret in it.
pub const BLOCKED: &str = "['AKIA[0-9A-Z]{16}', 'c[a]nary-[0-9]{12}']";

/// What the redaction puts in the place of a secret.
const MASK: &str = "****";

/// Digits of the numbers that make secrets of their beginnings.
const KEY_DIGITS: usize = 11;
const TOKEN_DIGITS: usize = 12;

/// Records of one request, whose ids follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ids {
    /// The first id.
    pub first: i64,
    /// How many there are.
    pub records: u16,
}

impl Ids {
    /// All of its ids.
    pub fn all(self) -> impl Iterator<Item = i64> {
        self.first..self.first + i64::from(self.records)
    }
}

/// A request in protobuf.
#[must_use]
pub fn request(signal: Signal, ids: Ids, length: usize) -> Vec<u8> {
    encode(signal, &ids.all().collect::<Vec<_>>(), length, false)
}

fn encode(signal: Signal, ids: &[i64], length: usize, masked: bool) -> Vec<u8> {
    let ids = ids.iter().copied();
    let resource = Some(Resource {
        attributes: vec![text("service.name", "chaos".to_owned())],
        ..Resource::default()
    });
    let scope = Some(InstrumentationScope {
        name: "chaos".to_owned(),
        ..InstrumentationScope::default()
    });
    match signal {
        Signal::Logs => ExportLogsServiceRequest {
            resource_logs: vec![ResourceLogs {
                resource,
                scope_logs: vec![ScopeLogs {
                    scope,
                    log_records: ids.map(|id| log(id, length, masked)).collect(),
                    ..ScopeLogs::default()
                }],
                ..ResourceLogs::default()
            }],
        }
        .encode_to_vec(),
        Signal::Traces => ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                resource,
                scope_spans: vec![ScopeSpans {
                    scope,
                    spans: ids.map(|id| span(id, length, masked)).collect(),
                    ..ScopeSpans::default()
                }],
                ..ResourceSpans::default()
            }],
        }
        .encode_to_vec(),
        Signal::Metrics => {
            let data_points = ids.map(|id| point(id, length, masked)).collect();
            let metrics = vec![Metric {
                name: "chaos.gauge".to_owned(),
                data: Some(metric::Data::Gauge(Gauge { data_points })),
                ..Metric::default()
            }];
            ExportMetricsServiceRequest {
                resource_metrics: vec![ResourceMetrics {
                    resource,
                    scope_metrics: vec![ScopeMetrics {
                        scope,
                        metrics,
                        ..ScopeMetrics::default()
                    }],
                    ..ResourceMetrics::default()
                }],
            }
            .encode_to_vec()
        }
    }
}

/// What a destination found in a request.
#[derive(Debug, Default)]
pub struct Found {
    /// Ids of its records.
    pub ids: Vec<i64>,
    /// Records that are not what the policy must have made of them: their ids, and what differs.
    pub wrong: Vec<String>,
    /// Records that bear no id.
    pub strangers: u64,
}

/// Reads what a destination was sent.
#[must_use]
pub fn read(signal: Signal, wire: &[u8]) -> Found {
    let mut found = Found::default();
    let read = match signal {
        Signal::Logs => ExportLogsServiceRequest::decode(wire).map(|request| {
            let scopes = request
                .resource_logs
                .into_iter()
                .flat_map(|of| of.scope_logs);
            for mut record in scopes.flat_map(|of| of.log_records) {
                unmark(&mut record.attributes);
                let length = described(&record.attributes);
                found.note(&record.attributes, &record, |id| log(id, length, true));
            }
        }),
        Signal::Traces => ExportTraceServiceRequest::decode(wire).map(|request| {
            let scopes = request
                .resource_spans
                .into_iter()
                .flat_map(|of| of.scope_spans);
            for mut record in scopes.flat_map(|of| of.spans) {
                unmark(&mut record.attributes);
                // A sampler notes there what it kept.
                if record.trace_state.starts_with("ot=") {
                    record.trace_state.clear();
                }
                let length = described(&record.attributes);
                found.note(&record.attributes, &record, |id| span(id, length, true));
            }
        }),
        Signal::Metrics => ExportMetricsServiceRequest::decode(wire).map(|request| {
            let scopes = request
                .resource_metrics
                .into_iter()
                .flat_map(|of| of.scope_metrics);
            for metric in scopes.flat_map(|of| of.metrics) {
                let Some(metric::Data::Gauge(gauge)) = metric.data else {
                    found.wrong.push("a metric that nobody sent".to_owned());
                    continue;
                };
                for mut record in gauge.data_points {
                    unmark(&mut record.attributes);
                    let length = described(&record.attributes);
                    found.note(&record.attributes, &record, |id| point(id, length, true));
                }
            }
        }),
    };
    if let Err(error) = read {
        found
            .wrong
            .push(format!("a request that is no OTLP: {error}"));
    }
    found
}

impl Found {
    fn note<T: PartialEq>(
        &mut self,
        attributes: &[KeyValue],
        record: &T,
        expected: impl FnOnce(i64) -> T,
    ) {
        match int(attributes, ID) {
            Some(id) => {
                self.ids.push(id);
                if *record != expected(id) {
                    self.wrong
                        .push(format!("record {id} is not what was sent, masked"));
                }
            }
            None => self.strangers += 1,
        }
    }
}

fn log(id: i64, length: usize, masked: bool) -> LogRecord {
    LogRecord {
        time_unix_nano: time(id),
        severity_number: 9,
        body: Some(AnyValue {
            value: Some(Value::StringValue(payload(id, length, masked))),
        }),
        attributes: attributes(id, length, masked),
        ..LogRecord::default()
    }
}

fn span(id: i64, length: usize, masked: bool) -> Span {
    let bytes = id.to_be_bytes();
    Span {
        trace_id: [mixed(id).to_be_bytes(), bytes].concat(),
        span_id: bytes.to_vec(),
        name: "chaos.span".to_owned(),
        start_time_unix_nano: time(id),
        end_time_unix_nano: time(id) + 1000,
        attributes: attributes(id, length, masked),
        ..Span::default()
    }
}

fn point(id: i64, length: usize, masked: bool) -> NumberDataPoint {
    NumberDataPoint {
        time_unix_nano: time(id),
        attributes: attributes(id, length, masked),
        value: Some(number_data_point::Value::AsInt(id)),
        ..NumberDataPoint::default()
    }
}

fn attributes(id: i64, length: usize, masked: bool) -> Vec<KeyValue> {
    vec![
        number(ID, id),
        number("chaos.length", i64::try_from(length).unwrap_or(i64::MAX)),
        text("chaos.payload", payload(id, length, masked)),
        text("chaos.secret", secret(id, masked)),
    ]
}

/// Takes the attribute away that a policy may have added.
fn unmark(attributes: &mut Vec<KeyValue>) {
    attributes.retain(|own| own.key != MARK);
}

/// The length that the texts of a record were made for: part of what a record says of itself.
fn described(attributes: &[KeyValue]) -> usize {
    int(attributes, "chaos.length")
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(0)
}

fn payload(id: i64, length: usize, masked: bool) -> String {
    const WORDS: [&str; 8] = [
        "read", "the", "naïve", "plan", "漢字", "of", "every", "agent",
    ];
    let mut state = mixed(id);
    let mut text = String::with_capacity(length + 64);
    // Words are counted, not bytes: what the text holds must not depend on how long the mask is.
    let words = length / 5;
    let place = usize::try_from(state % 97).unwrap_or(0) * words / 97;
    for word in 0..=words {
        // In every fourth there is none.
        if word == place && id % 4 != 0 {
            text.push_str(&secret(id, masked));
            text.push(' ');
        }
        text.push_str(WORDS[usize::try_from(state >> 61).unwrap_or(0)]);
        text.push(' ');
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
    }
    text
}

fn secret(id: i64, masked: bool) -> String {
    if masked {
        return MASK.to_owned();
    }
    if id % 2 == 0 {
        format!("{CHAOS_KEY}{:0KEY_DIGITS$}", id.rem_euclid(100_000_000_000))
    } else {
        format!(
            "{CHAOS_TOKEN}{:0TOKEN_DIGITS$}",
            id.rem_euclid(1_000_000_000_000)
        )
    }
}

fn time(id: i64) -> u64 {
    1_700_000_000_000_000_000 + u64::try_from(id).unwrap_or(0)
}

/// Numbers that look like nothing, one for each id.
fn mixed(id: i64) -> u64 {
    let mut state = id.cast_unsigned().wrapping_add(0x9e37_79b9_7f4a_7c15);
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

fn int(attributes: &[KeyValue], key: &str) -> Option<i64> {
    let found = attributes.iter().find(|own| own.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::IntValue(value) => Some(*value),
        _ => None,
    }
}

fn number(key: &str, value: i64) -> KeyValue {
    with(key, Value::IntValue(value))
}

fn text(key: &str, value: String) -> KeyValue {
    with(key, Value::StringValue(value))
}

fn with(key: &str, value: Value) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}
