//! Arbitrary requests, made from bytes that the property tests choose (and shrink).
#![allow(
    clippy::cast_possible_wrap,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
    HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary,
    SummaryDataPoint, exemplar, metric, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

/// Where choices come from. When the bytes are used up, everything is at its smallest.
pub struct Choices<'b>(pub &'b [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    fn flag(&mut self) -> bool {
        self.byte() % 2 == 1
    }

    fn long(&mut self) -> u64 {
        match self.byte() % 6 {
            0 => 0,
            1 => u64::from(self.byte()),
            2 => u64::MAX,
            3 => 1 << 63,
            _ => (0..8).fold(0, |value, _| value << 8 | u64::from(self.byte())),
        }
    }

    fn int(&mut self) -> u32 {
        (self.long() & 0xffff_ffff) as u32
    }

    fn double(&mut self) -> f64 {
        match self.byte() % 8 {
            0 => 0.0,
            1 => f64::INFINITY,
            2 => f64::NEG_INFINITY,
            3 => f64::from(self.byte()) * 0.25,
            4 => 1e-7 * f64::from(self.byte()),
            5 => f64::MIN_POSITIVE / 8.0,
            6 => 1e21 * f64::from(self.byte()),
            _ => {
                let value = f64::from_bits(self.long());
                if value.is_nan() { 1.5 } else { value }
            }
        }
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 12] = [
            "", "a", "model", "\"", "\\", "\n", "\u{1}", "\u{7f}", "é", "\u{2028}", "😀", "/",
        ];
        (0..self.byte() % 5)
            .map(|_| PIECES[usize::from(self.byte()) % PIECES.len()])
            .collect()
    }

    fn bytes(&mut self) -> Vec<u8> {
        (0..self.byte() % 7).map(|_| self.byte()).collect()
    }

    fn id(&mut self, length: usize) -> Vec<u8> {
        if self.flag() {
            return Vec::new();
        }
        let mut id: Vec<u8> = (0..length).map(|_| self.byte()).collect();
        id[0] |= 1;
        id
    }

    fn several<T>(&mut self, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.byte() % 4).map(|_| make(self)).collect()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| make(self))
    }

    fn value(&mut self, depth: usize) -> AnyValue {
        let value = match self.byte() % 8 {
            0 => None,
            1 => Some(Value::StringValue(self.text())),
            2 => Some(Value::BoolValue(self.flag())),
            3 => Some(Value::IntValue(self.long() as i64)),
            4 => Some(Value::DoubleValue(self.double())),
            5 => Some(Value::BytesValue(self.bytes())),
            6 if depth < 5 => Some(Value::ArrayValue(ArrayValue {
                values: self.several(|choices| choices.value(depth + 1)),
            })),
            7 if depth < 5 => Some(Value::KvlistValue(KeyValueList {
                values: self.several(|choices| choices.attribute(depth + 1)),
            })),
            _ => Some(Value::StringValueStrindex(self.int() as i32)),
        };
        AnyValue { value }
    }

    fn attribute(&mut self, depth: usize) -> KeyValue {
        KeyValue {
            key: self.text(),
            value: Some(self.value(depth)),
            key_strindex: self.int() as i32,
        }
    }

    fn attributes(&mut self) -> Vec<KeyValue> {
        self.several(|choices| choices.attribute(0))
    }

    fn resource(&mut self) -> Resource {
        Resource {
            attributes: self.attributes(),
            dropped_attributes_count: self.int(),
            entity_refs: self.several(|choices| EntityRef {
                schema_url: choices.text(),
                r#type: choices.text(),
                id_keys: choices.several(Self::text),
                description_keys: choices.several(Self::text),
            }),
        }
    }

    fn scope(&mut self) -> InstrumentationScope {
        InstrumentationScope {
            name: self.text(),
            version: self.text(),
            attributes: self.attributes(),
            dropped_attributes_count: self.int(),
        }
    }

    pub fn logs(&mut self) -> ExportLogsServiceRequest {
        ExportLogsServiceRequest {
            resource_logs: self.several(|choices| ResourceLogs {
                resource: Some(choices.resource()),
                scope_logs: choices.several(|choices| ScopeLogs {
                    scope: Some(choices.scope()),
                    log_records: choices.several(Self::log_record),
                    schema_url: choices.text(),
                }),
                schema_url: choices.text(),
            }),
        }
    }

    fn log_record(&mut self) -> LogRecord {
        LogRecord {
            time_unix_nano: self.long(),
            observed_time_unix_nano: self.long(),
            severity_number: self.int() as i32,
            severity_text: self.text(),
            body: Some(self.value(0)),
            attributes: self.attributes(),
            dropped_attributes_count: self.int(),
            flags: self.int(),
            trace_id: self.id(16),
            span_id: self.id(8),
            event_name: self.text(),
        }
    }

    pub fn traces(&mut self) -> ExportTraceServiceRequest {
        ExportTraceServiceRequest {
            resource_spans: self.several(|choices| ResourceSpans {
                resource: Some(choices.resource()),
                scope_spans: choices.several(|choices| ScopeSpans {
                    scope: Some(choices.scope()),
                    spans: choices.several(Self::span),
                    schema_url: choices.text(),
                }),
                schema_url: choices.text(),
            }),
        }
    }

    fn span(&mut self) -> Span {
        Span {
            trace_id: self.id(16),
            span_id: self.id(8),
            trace_state: self.text(),
            parent_span_id: self.id(8),
            flags: self.int(),
            name: self.text(),
            kind: self.int() as i32,
            start_time_unix_nano: self.long(),
            end_time_unix_nano: self.long(),
            attributes: self.attributes(),
            dropped_attributes_count: self.int(),
            events: self.several(|choices| Event {
                time_unix_nano: choices.long(),
                name: choices.text(),
                attributes: choices.attributes(),
                dropped_attributes_count: choices.int(),
            }),
            dropped_events_count: self.int(),
            links: self.several(|choices| Link {
                trace_id: choices.id(16),
                span_id: choices.id(8),
                trace_state: choices.text(),
                attributes: choices.attributes(),
                dropped_attributes_count: choices.int(),
                flags: choices.int(),
            }),
            dropped_links_count: self.int(),
            status: Some(Status {
                message: self.text(),
                code: self.int() as i32,
            }),
        }
    }

    pub fn metrics(&mut self) -> ExportMetricsServiceRequest {
        ExportMetricsServiceRequest {
            resource_metrics: self.several(|choices| ResourceMetrics {
                resource: Some(choices.resource()),
                scope_metrics: choices.several(|choices| ScopeMetrics {
                    scope: Some(choices.scope()),
                    metrics: choices.several(Self::metric),
                    schema_url: choices.text(),
                }),
                schema_url: choices.text(),
            }),
        }
    }

    fn metric(&mut self) -> Metric {
        let data = match self.byte() % 6 {
            0 => None,
            1 => Some(metric::Data::Gauge(Gauge {
                data_points: self.several(Self::number_point),
            })),
            2 => Some(metric::Data::Sum(Sum {
                data_points: self.several(Self::number_point),
                aggregation_temporality: self.int() as i32,
                is_monotonic: self.flag(),
            })),
            3 => Some(metric::Data::Histogram(Histogram {
                data_points: self.several(Self::histogram_point),
                aggregation_temporality: self.int() as i32,
            })),
            4 => Some(metric::Data::ExponentialHistogram(ExponentialHistogram {
                data_points: self.several(Self::exponential_point),
                aggregation_temporality: self.int() as i32,
            })),
            _ => Some(metric::Data::Summary(Summary {
                data_points: self.several(Self::summary_point),
            })),
        };
        Metric {
            name: self.text(),
            description: self.text(),
            unit: self.text(),
            data,
            metadata: self.attributes(),
        }
    }

    fn number_point(&mut self) -> NumberDataPoint {
        NumberDataPoint {
            attributes: self.attributes(),
            start_time_unix_nano: self.long(),
            time_unix_nano: self.long(),
            exemplars: self.several(Self::exemplar),
            flags: self.int(),
            value: self.maybe(|choices| {
                if choices.flag() {
                    number_data_point::Value::AsDouble(choices.double())
                } else {
                    number_data_point::Value::AsInt(choices.long() as i64)
                }
            }),
        }
    }

    fn histogram_point(&mut self) -> HistogramDataPoint {
        HistogramDataPoint {
            attributes: self.attributes(),
            start_time_unix_nano: self.long(),
            time_unix_nano: self.long(),
            count: self.long(),
            sum: self.maybe(Self::double),
            bucket_counts: self.several(Self::long),
            explicit_bounds: self.several(Self::double),
            exemplars: self.several(Self::exemplar),
            flags: self.int(),
            min: self.maybe(Self::double),
            max: self.maybe(Self::double),
        }
    }

    fn exponential_point(&mut self) -> ExponentialHistogramDataPoint {
        ExponentialHistogramDataPoint {
            attributes: self.attributes(),
            start_time_unix_nano: self.long(),
            time_unix_nano: self.long(),
            count: self.long(),
            sum: self.maybe(Self::double),
            scale: self.int() as i32,
            zero_count: self.long(),
            positive: Some(self.buckets()),
            negative: Some(self.buckets()),
            flags: self.int(),
            exemplars: self.several(Self::exemplar),
            min: self.maybe(Self::double),
            max: self.maybe(Self::double),
            zero_threshold: self.double(),
        }
    }

    fn buckets(&mut self) -> Buckets {
        Buckets {
            offset: self.int() as i32,
            bucket_counts: self.several(Self::long),
        }
    }

    fn summary_point(&mut self) -> SummaryDataPoint {
        SummaryDataPoint {
            attributes: self.attributes(),
            start_time_unix_nano: self.long(),
            time_unix_nano: self.long(),
            count: self.long(),
            sum: self.double(),
            quantile_values: self.several(|choices| ValueAtQuantile {
                quantile: choices.double(),
                value: choices.double(),
            }),
            flags: self.int(),
        }
    }

    fn exemplar(&mut self) -> Exemplar {
        Exemplar {
            filtered_attributes: self.attributes(),
            time_unix_nano: self.long(),
            span_id: self.id(8),
            trace_id: self.id(16),
            value: self.maybe(|choices| {
                if choices.flag() {
                    exemplar::Value::AsDouble(choices.double())
                } else {
                    exemplar::Value::AsInt(choices.long() as i64)
                }
            }),
        }
    }
}
