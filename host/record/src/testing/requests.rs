//! Arbitrary requests: every field, odd keys, duplicates, nested values.

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
    HistogramDataPoint, Metric, MetricsData, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
    Summary, SummaryDataPoint, exemplar, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, TracesData};
use prost::Message;

use super::Dice;
use crate::signal::Signal;

const TEXTS: [&str; 8] = [
    "",
    "a",
    "héllo",
    "a \"quoted\" \\ text",
    "sk-secret",
    "x\ny",
    "0123456789012345678901234567890123456789",
    "🦀",
];
const KEYS: [&str; 8] = ["model", "a", "b", "", "a\"b\\c", "ключ", "tokens", "d.e"];

/// An arbitrary request of a signal.
#[must_use]
pub fn request(signal: Signal, dice: &mut Dice<'_>) -> Vec<u8> {
    match signal {
        Signal::Logs => LogsData {
            resource_logs: many(dice, 3, resource_logs),
        }
        .encode_to_vec(),
        Signal::Traces => TracesData {
            resource_spans: many(dice, 3, resource_spans),
        }
        .encode_to_vec(),
        Signal::Metrics => MetricsData {
            resource_metrics: many(dice, 3, resource_metrics),
        }
        .encode_to_vec(),
    }
}

fn many<T>(dice: &mut Dice<'_>, most: usize, make: fn(&mut Dice<'_>) -> T) -> Vec<T> {
    let count = dice.below(most.saturating_add(1));
    (0..count).map(|_| make(dice)).collect()
}

fn maybe<T>(dice: &mut Dice<'_>, make: fn(&mut Dice<'_>) -> T) -> Option<T> {
    if dice.once_in(2) {
        Some(make(dice))
    } else {
        None
    }
}

pub(super) fn text(dice: &mut Dice<'_>) -> String {
    let text = dice.choose(&TEXTS).copied().unwrap_or_default();
    // Lengths around the widths of varints.
    if dice.once_in(40) {
        text.repeat(dice.below(9000))
    } else {
        text.to_owned()
    }
}

pub(super) fn key(dice: &mut Dice<'_>) -> String {
    dice.choose(&KEYS).copied().unwrap_or_default().to_owned()
}

fn id(dice: &mut Dice<'_>, length: usize) -> Vec<u8> {
    if dice.once_in(3) {
        Vec::new()
    } else {
        (0..length).map(|_| dice.byte()).collect()
    }
}

fn number(dice: &mut Dice<'_>) -> u64 {
    dice.number()
}

fn small(dice: &mut Dice<'_>) -> u32 {
    u32::from(dice.byte())
}

fn int32(dice: &mut Dice<'_>) -> i32 {
    i32::from(dice.byte().cast_signed())
}

pub(super) fn double(dice: &mut Dice<'_>) -> f64 {
    f64::from(dice.byte()) / 4.0
}

fn any(dice: &mut Dice<'_>) -> AnyValue {
    any_of_depth(dice, 3)
}

pub(super) fn any_of_depth(dice: &mut Dice<'_>, depth: usize) -> AnyValue {
    let sides = if depth == 0 { 6 } else { 8 };
    let value = match dice.below(sides) {
        0 => Some(Any::StringValue(text(dice))),
        1 => None,
        2 => Some(Any::BoolValue(dice.once_in(2))),
        3 => Some(Any::IntValue(dice.number().cast_signed())),
        4 => Some(Any::DoubleValue(double(dice))),
        5 => Some(Any::BytesValue(if dice.once_in(2) {
            text(dice).into_bytes()
        } else {
            vec![0xff, dice.byte()]
        })),
        6 => {
            let count = dice.below(4);
            let values = (0..count)
                .map(|_| any_of_depth(dice, depth.saturating_sub(1)))
                .collect();
            Some(Any::ArrayValue(ArrayValue { values }))
        }
        _ => {
            let mut values: Vec<KeyValue> = Vec::new();
            for _ in 0..dice.below(4) {
                let key = key(dice);
                // Inside a value keys are unique: two cells with one path could not be told apart by the model.
                if !values.iter().any(|entry| entry.key == key) {
                    let value = any_of_depth(dice, depth.saturating_sub(1));
                    values.push(KeyValue {
                        key,
                        value: Some(value),
                        ..KeyValue::default()
                    });
                }
            }
            Some(Any::KvlistValue(KeyValueList { values }))
        }
    };
    AnyValue { value }
}

fn key_value(dice: &mut Dice<'_>) -> KeyValue {
    KeyValue {
        key: key(dice),
        value: if dice.once_in(9) {
            None
        } else {
            Some(any(dice))
        },
        ..KeyValue::default()
    }
}

fn attributes(dice: &mut Dice<'_>) -> Vec<KeyValue> {
    many(dice, 5, key_value)
}

fn entity_ref(dice: &mut Dice<'_>) -> EntityRef {
    EntityRef {
        schema_url: text(dice),
        r#type: text(dice),
        id_keys: many(dice, 2, key),
        description_keys: many(dice, 2, key),
    }
}

fn resource(dice: &mut Dice<'_>) -> Resource {
    Resource {
        attributes: attributes(dice),
        dropped_attributes_count: small(dice),
        entity_refs: many(dice, 2, entity_ref),
    }
}

fn scope(dice: &mut Dice<'_>) -> InstrumentationScope {
    InstrumentationScope {
        name: text(dice),
        version: text(dice),
        attributes: attributes(dice),
        dropped_attributes_count: small(dice),
    }
}

fn resource_logs(dice: &mut Dice<'_>) -> ResourceLogs {
    ResourceLogs {
        resource: maybe(dice, resource),
        scope_logs: many(dice, 2, scope_logs),
        schema_url: text(dice),
    }
}

fn scope_logs(dice: &mut Dice<'_>) -> ScopeLogs {
    ScopeLogs {
        scope: maybe(dice, scope),
        log_records: many(dice, 4, log_record),
        schema_url: text(dice),
    }
}

fn log_record(dice: &mut Dice<'_>) -> LogRecord {
    LogRecord {
        time_unix_nano: dice.number(),
        observed_time_unix_nano: dice.number(),
        severity_number: int32(dice),
        severity_text: text(dice),
        body: maybe(dice, any),
        attributes: attributes(dice),
        dropped_attributes_count: small(dice),
        flags: small(dice),
        trace_id: id(dice, 16),
        span_id: id(dice, 8),
        event_name: text(dice),
    }
}

fn resource_spans(dice: &mut Dice<'_>) -> ResourceSpans {
    ResourceSpans {
        resource: maybe(dice, resource),
        scope_spans: many(dice, 2, scope_spans),
        schema_url: text(dice),
    }
}

fn scope_spans(dice: &mut Dice<'_>) -> ScopeSpans {
    ScopeSpans {
        scope: maybe(dice, scope),
        spans: many(dice, 3, span),
        schema_url: text(dice),
    }
}

fn span(dice: &mut Dice<'_>) -> Span {
    Span {
        trace_id: id(dice, 16),
        span_id: id(dice, 8),
        trace_state: text(dice),
        parent_span_id: id(dice, 8),
        flags: small(dice),
        name: text(dice),
        kind: int32(dice),
        start_time_unix_nano: dice.number(),
        end_time_unix_nano: dice.number(),
        attributes: attributes(dice),
        dropped_attributes_count: small(dice),
        events: many(dice, 2, event),
        dropped_events_count: small(dice),
        links: many(dice, 2, link),
        dropped_links_count: small(dice),
        status: maybe(dice, |dice| Status {
            message: text(dice),
            code: int32(dice),
        }),
    }
}

fn event(dice: &mut Dice<'_>) -> Event {
    Event {
        time_unix_nano: dice.number(),
        name: text(dice),
        attributes: attributes(dice),
        dropped_attributes_count: small(dice),
    }
}

fn link(dice: &mut Dice<'_>) -> Link {
    Link {
        trace_id: id(dice, 16),
        span_id: id(dice, 8),
        trace_state: text(dice),
        attributes: attributes(dice),
        dropped_attributes_count: small(dice),
        flags: small(dice),
    }
}

fn resource_metrics(dice: &mut Dice<'_>) -> ResourceMetrics {
    ResourceMetrics {
        resource: maybe(dice, resource),
        scope_metrics: many(dice, 2, scope_metrics),
        schema_url: text(dice),
    }
}

fn scope_metrics(dice: &mut Dice<'_>) -> ScopeMetrics {
    ScopeMetrics {
        scope: maybe(dice, scope),
        metrics: many(dice, 3, metric),
        schema_url: text(dice),
    }
}

fn metric(dice: &mut Dice<'_>) -> Metric {
    Metric {
        name: text(dice),
        description: text(dice),
        unit: text(dice),
        metadata: attributes(dice),
        data: maybe(dice, data),
    }
}

fn data(dice: &mut Dice<'_>) -> Data {
    let aggregation_temporality = int32(dice);
    match dice.below(5) {
        0 => Data::Gauge(Gauge {
            data_points: many(dice, 3, number_point),
        }),
        1 => {
            let is_monotonic = dice.once_in(2);
            Data::Sum(Sum {
                data_points: many(dice, 3, number_point),
                aggregation_temporality,
                is_monotonic,
            })
        }
        2 => Data::Histogram(Histogram {
            data_points: many(dice, 2, histogram_point),
            aggregation_temporality,
        }),
        3 => Data::ExponentialHistogram(ExponentialHistogram {
            data_points: many(dice, 2, exponential_point),
            aggregation_temporality,
        }),
        _ => Data::Summary(Summary {
            data_points: many(dice, 2, summary_point),
        }),
    }
}

fn number_point(dice: &mut Dice<'_>) -> NumberDataPoint {
    NumberDataPoint {
        attributes: attributes(dice),
        start_time_unix_nano: dice.number(),
        time_unix_nano: dice.number(),
        exemplars: many(dice, 2, exemplar),
        flags: small(dice),
        value: match dice.below(3) {
            0 => None,
            1 => Some(number_data_point::Value::AsInt(dice.number().cast_signed())),
            _ => Some(number_data_point::Value::AsDouble(double(dice))),
        },
    }
}

fn exemplar(dice: &mut Dice<'_>) -> Exemplar {
    Exemplar {
        filtered_attributes: attributes(dice),
        time_unix_nano: dice.number(),
        span_id: id(dice, 8),
        trace_id: id(dice, 16),
        value: match dice.below(3) {
            0 => None,
            1 => Some(exemplar::Value::AsInt(dice.number().cast_signed())),
            _ => Some(exemplar::Value::AsDouble(double(dice))),
        },
    }
}

fn histogram_point(dice: &mut Dice<'_>) -> HistogramDataPoint {
    HistogramDataPoint {
        attributes: attributes(dice),
        start_time_unix_nano: dice.number(),
        time_unix_nano: dice.number(),
        count: dice.number(),
        sum: maybe(dice, double),
        bucket_counts: many(dice, 4, number),
        explicit_bounds: many(dice, 4, double),
        exemplars: many(dice, 1, exemplar),
        flags: small(dice),
        min: maybe(dice, double),
        max: maybe(dice, double),
    }
}

fn buckets(dice: &mut Dice<'_>) -> Buckets {
    Buckets {
        offset: int32(dice),
        bucket_counts: many(dice, 4, number),
    }
}

fn exponential_point(dice: &mut Dice<'_>) -> ExponentialHistogramDataPoint {
    ExponentialHistogramDataPoint {
        attributes: attributes(dice),
        start_time_unix_nano: dice.number(),
        time_unix_nano: dice.number(),
        count: dice.number(),
        sum: maybe(dice, double),
        scale: int32(dice),
        zero_count: dice.number(),
        positive: maybe(dice, buckets),
        negative: maybe(dice, buckets),
        flags: small(dice),
        exemplars: many(dice, 1, exemplar),
        min: maybe(dice, double),
        max: maybe(dice, double),
        zero_threshold: double(dice),
    }
}

fn summary_point(dice: &mut Dice<'_>) -> SummaryDataPoint {
    let quantile = |dice: &mut Dice<'_>| ValueAtQuantile {
        quantile: double(dice),
        value: double(dice),
    };
    SummaryDataPoint {
        attributes: attributes(dice),
        start_time_unix_nano: dice.number(),
        time_unix_nano: dice.number(),
        count: dice.number(),
        sum: double(dice),
        quantile_values: many(dice, 3, quantile),
        flags: small(dice),
    }
}
