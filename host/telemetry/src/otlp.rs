//! Metrics as OTLP sends them.

use std::collections::HashMap;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1 as proto;
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;

use crate::metric::{Attributes, Data, Distribution, Metric, Number, Point, Text};

/// What the numbers of sums and histograms count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Temporality {
    /// The start of the gate.
    Cumulative,
    /// The request before.
    Delta,
}

/// Makes a request of what was read, time after time.
#[derive(Debug)]
pub struct Requests {
    resource: Vec<(String, String)>,
    scope: (String, String),
    temporality: Temporality,
    /// What the next numbers count from, in nanoseconds of Unix time.
    since: u64,
    before: HashMap<(Text, Attributes), Before>,
}

#[derive(Debug)]
enum Before {
    Number(Number),
    Distribution(Distribution),
}

impl Requests {
    /// Requests of the resource `resource`, for a gate that started at `started_at`.
    #[must_use]
    pub fn new(
        resource: Vec<(String, String)>,
        scope: (String, String),
        temporality: Temporality,
        started_at: u64,
    ) -> Self {
        Self {
            resource,
            scope,
            temporality,
            since: started_at,
            before: HashMap::new(),
        }
    }

    /// The next request, in protobuf, with the number of its data points.
    pub fn next(&mut self, metrics: Vec<Metric>, now: u64) -> (Vec<u8>, usize) {
        let metrics: Vec<_> = metrics
            .into_iter()
            .map(|metric| self.metric(metric, now))
            .collect();
        if self.temporality == Temporality::Delta {
            self.since = now;
        }
        let points = metrics.iter().map(points).sum();
        let attributes = self
            .resource
            .iter()
            .map(|(key, value)| attribute(key, value));
        let (name, version) = self.scope.clone();
        let request = ExportMetricsServiceRequest {
            resource_metrics: vec![proto::ResourceMetrics {
                resource: Some(Resource {
                    attributes: attributes.collect(),
                    ..Resource::default()
                }),
                scope_metrics: vec![proto::ScopeMetrics {
                    scope: Some(InstrumentationScope {
                        name,
                        version,
                        ..InstrumentationScope::default()
                    }),
                    metrics,
                    schema_url: String::new(),
                }],
                schema_url: String::new(),
            }],
        };
        (request.encode_to_vec(), points)
    }

    fn metric(&mut self, metric: Metric, now: u64) -> proto::Metric {
        let name = metric.name;
        let data = match metric.data {
            Data::Gauge(points) => {
                let point = |point| number(&point, now, 0);
                proto::metric::Data::Gauge(proto::Gauge {
                    data_points: points.into_iter().map(point).collect(),
                })
            }
            // What goes down as well is never told as a difference: a level is what is asked for.
            Data::Sum {
                monotonic: false,
                points,
            } => {
                let start = self.since;
                let point = |point| number(&point, now, start);
                proto::metric::Data::Sum(proto::Sum {
                    data_points: points.into_iter().map(point).collect(),
                    aggregation_temporality: proto::AggregationTemporality::Cumulative.into(),
                    is_monotonic: false,
                })
            }
            Data::Sum {
                monotonic: true,
                points,
            } => {
                let point = |point| {
                    let point = self.since_number(&name, point);
                    number(&point, now, self.since)
                };
                proto::metric::Data::Sum(proto::Sum {
                    data_points: points.into_iter().map(point).collect(),
                    aggregation_temporality: self.temporality(),
                    is_monotonic: true,
                })
            }
            Data::Histogram(points) => {
                let point = |point| {
                    let point = self.since_distribution(&name, point);
                    self.distribution(point, now)
                };
                proto::metric::Data::Histogram(proto::Histogram {
                    data_points: points.into_iter().map(point).collect(),
                    aggregation_temporality: self.temporality(),
                })
            }
        };
        proto::Metric {
            name: name.into_owned(),
            description: metric.description.into_owned(),
            unit: metric.unit.into_owned(),
            metadata: Vec::new(),
            data: Some(data),
        }
    }

    fn temporality(&self) -> i32 {
        match self.temporality {
            Temporality::Cumulative => proto::AggregationTemporality::Cumulative.into(),
            Temporality::Delta => proto::AggregationTemporality::Delta.into(),
        }
    }

    fn distribution(&self, point: Point<Distribution>, now: u64) -> proto::HistogramDataPoint {
        proto::HistogramDataPoint {
            attributes: attributes(&point.attributes),
            start_time_unix_nano: self.since,
            time_unix_nano: now,
            count: point.value.count(),
            sum: Some(point.value.sum),
            explicit_bounds: point.value.bounds.to_vec(),
            bucket_counts: point.value.counts,
            ..proto::HistogramDataPoint::default()
        }
    }

    fn since_number(&mut self, name: &Text, mut point: Point<Number>) -> Point<Number> {
        if self.temporality == Temporality::Delta {
            let key = (name.clone(), point.attributes.clone());
            let before = self.before.insert(key, Before::Number(point.value));
            if let Some(Before::Number(before)) = before {
                point.value = match (point.value, before) {
                    (Number::Int(now), Number::Int(before)) => {
                        Number::Int(now.saturating_sub(before))
                    }
                    (Number::Double(now), Number::Double(before)) => Number::Double(now - before),
                    (now, _) => now,
                };
            }
        }
        point
    }

    fn since_distribution(
        &mut self,
        name: &Text,
        mut point: Point<Distribution>,
    ) -> Point<Distribution> {
        if self.temporality == Temporality::Delta {
            let key = (name.clone(), point.attributes.clone());
            let before = self
                .before
                .insert(key, Before::Distribution(point.value.clone()));
            if let Some(Before::Distribution(before)) = before {
                for (now, before) in point.value.counts.iter_mut().zip(before.counts) {
                    *now = now.saturating_sub(before);
                }
                point.value.sum -= before.sum;
            }
        }
        point
    }
}

fn number(point: &Point<Number>, now: u64, start: u64) -> proto::NumberDataPoint {
    let value = match point.value {
        Number::Int(value) => {
            proto::number_data_point::Value::AsInt(i64::try_from(value).unwrap_or(i64::MAX))
        }
        Number::Double(value) => proto::number_data_point::Value::AsDouble(value),
    };
    proto::NumberDataPoint {
        attributes: attributes(&point.attributes),
        start_time_unix_nano: start,
        time_unix_nano: now,
        value: Some(value),
        ..proto::NumberDataPoint::default()
    }
}

fn attributes(attributes: &Attributes) -> Vec<KeyValue> {
    let one = |(key, value): &(Text, String)| attribute(key, value);
    attributes.iter().map(one).collect()
}

fn attribute(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            value: Some(any_value::Value::StringValue(value.to_owned())),
        }),
        ..KeyValue::default()
    }
}

fn points(metric: &proto::Metric) -> usize {
    match &metric.data {
        Some(proto::metric::Data::Gauge(gauge)) => gauge.data_points.len(),
        Some(proto::metric::Data::Sum(sum)) => sum.data_points.len(),
        Some(proto::metric::Data::Histogram(histogram)) => histogram.data_points.len(),
        _ => 0,
    }
}
