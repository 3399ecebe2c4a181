//! A second opinion: the cells of a request, read from the structs that `prost` decodes.

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData};
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogramDataPoint, HistogramDataPoint, Metric, MetricsData,
    NumberDataPoint, SummaryDataPoint, exemplar, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{Span, TracesData};
use prost::Message;

use crate::Value;
use crate::fields::path::push_key;
use crate::signal::{NodeKind, Signal};

/// A node and its values; an attribute stands under its whole path.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    pub(super) parent: usize,
    pub(super) cells: Vec<(String, Value)>,
    pub(super) dropped: bool,
}

/// The nodes of a request, parents first.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
}

/// The cells of a request, if `prost` can decode it.
pub(super) fn tree(signal: Signal, wire: &[u8]) -> Option<Tree> {
    let mut tree = Tree::default();
    let request = tree.node(NodeKind::Request, 0);
    match signal {
        Signal::Logs => {
            for entry in LogsData::decode(wire).ok()?.resource_logs {
                let at = tree.resource(request, entry.resource.as_ref(), &entry.schema_url);
                for scope in entry.scope_logs {
                    let at = tree.scope(at, scope.scope.as_ref(), &scope.schema_url);
                    scope
                        .log_records
                        .iter()
                        .for_each(|record| tree.log_record(at, record));
                }
            }
        }
        Signal::Traces => {
            for entry in TracesData::decode(wire).ok()?.resource_spans {
                let at = tree.resource(request, entry.resource.as_ref(), &entry.schema_url);
                for scope in entry.scope_spans {
                    let at = tree.scope(at, scope.scope.as_ref(), &scope.schema_url);
                    scope.spans.iter().for_each(|span| tree.span(at, span));
                }
            }
        }
        Signal::Metrics => {
            for entry in MetricsData::decode(wire).ok()?.resource_metrics {
                let at = tree.resource(request, entry.resource.as_ref(), &entry.schema_url);
                for scope in entry.scope_metrics {
                    let at = tree.scope(at, scope.scope.as_ref(), &scope.schema_url);
                    scope
                        .metrics
                        .iter()
                        .for_each(|metric| tree.metric(at, metric));
                }
            }
        }
    }
    Some(tree)
}

/// An `AnyValue` as an owned value.
pub(super) fn value(any: &AnyValue) -> Value {
    match &any.value {
        None | Some(Any::StringValueStrindex(_)) => Value::Empty,
        Some(Any::StringValue(text)) => Value::Text(text.clone()),
        Some(Any::BoolValue(value)) => Value::Boolean(*value),
        Some(Any::IntValue(value)) => Value::Int(*value),
        Some(Any::DoubleValue(value)) => Value::Double(*value),
        Some(Any::BytesValue(bytes)) => Value::Bytes(bytes.clone()),
        Some(Any::ArrayValue(list)) => Value::Array(list.values.iter().map(value).collect()),
        Some(Any::KvlistValue(list)) => Value::Map(list.values.iter().map(entry).collect()),
    }
}

fn entry(entry: &KeyValue) -> (String, Value) {
    (
        entry.key.clone(),
        entry.value.as_ref().map_or(Value::Empty, value),
    )
}

impl Tree {
    fn node(&mut self, kind: NodeKind, parent: usize) -> usize {
        self.nodes.push(Node {
            kind,
            parent,
            cells: Vec::new(),
            dropped: false,
        });
        self.nodes.len().saturating_sub(1)
    }

    fn cell(&mut self, node: usize, path: &str, value: Value) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.cells.push((path.to_owned(), value));
        }
    }

    fn text(&mut self, node: usize, path: &str, text: &str) {
        self.cell(node, path, Value::Text(text.to_owned()));
    }

    fn int(&mut self, node: usize, path: &str, value: impl Into<i128>) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "unsigned numbers are delivered as their two's complement"
        )]
        self.cell(node, path, Value::Int(value.into() as i64));
    }

    fn attributes(&mut self, node: usize, path: &str, attributes: &[KeyValue]) {
        for attribute in attributes {
            let (key, value) = entry(attribute);
            let mut path = path.to_owned();
            push_key(&mut path, &key);
            self.cell(node, &path, value);
        }
    }

    fn resource(&mut self, parent: usize, resource: Option<&Resource>, schema_url: &str) -> usize {
        let at = self.node(NodeKind::Resource, parent);
        self.text(at, "resource.schema_url", schema_url);
        let Some(resource) = resource else { return at };
        self.attributes(at, "resource.attributes", &resource.attributes);
        self.int(
            at,
            "resource.dropped_attributes_count",
            resource.dropped_attributes_count,
        );
        for entity in &resource.entity_refs {
            // Several have the same path, so one that is not on the wire must not be counted.
            for (path, text) in [("schema_url", &entity.schema_url), ("type", &entity.r#type)] {
                if !text.is_empty() {
                    self.text(at, &format!("resource.entity_refs.{path}"), text);
                }
            }
            entity
                .id_keys
                .iter()
                .for_each(|key| self.text(at, "resource.entity_refs.id_keys", key));
            entity
                .description_keys
                .iter()
                .for_each(|key| self.text(at, "resource.entity_refs.description_keys", key));
        }
        at
    }

    fn scope(
        &mut self,
        parent: usize,
        scope: Option<&InstrumentationScope>,
        schema_url: &str,
    ) -> usize {
        let at = self.node(NodeKind::Scope, parent);
        self.text(at, "scope.schema_url", schema_url);
        let Some(scope) = scope else { return at };
        self.text(at, "scope.name", &scope.name);
        self.text(at, "scope.version", &scope.version);
        self.attributes(at, "scope.attributes", &scope.attributes);
        self.int(
            at,
            "scope.dropped_attributes_count",
            scope.dropped_attributes_count,
        );
        at
    }

    fn log_record(&mut self, parent: usize, record: &LogRecord) {
        let at = self.node(NodeKind::LogRecord, parent);
        self.int(at, "time_unix_nano", record.time_unix_nano);
        self.int(
            at,
            "observed_time_unix_nano",
            record.observed_time_unix_nano,
        );
        self.int(at, "severity_number", record.severity_number);
        self.text(at, "severity_text", &record.severity_text);
        if let Some(body) = &record.body {
            self.cell(at, "body", value(body));
        }
        self.attributes(at, "attributes", &record.attributes);
        self.int(
            at,
            "dropped_attributes_count",
            record.dropped_attributes_count,
        );
        self.int(at, "flags", record.flags);
        self.cell(at, "trace_id", Value::Bytes(record.trace_id.clone()));
        self.cell(at, "span_id", Value::Bytes(record.span_id.clone()));
        self.text(at, "event_name", &record.event_name);
    }

    fn span(&mut self, parent: usize, span: &Span) {
        let at = self.node(NodeKind::Span, parent);
        self.cell(at, "trace_id", Value::Bytes(span.trace_id.clone()));
        self.cell(at, "span_id", Value::Bytes(span.span_id.clone()));
        self.cell(
            at,
            "parent_span_id",
            Value::Bytes(span.parent_span_id.clone()),
        );
        self.text(at, "trace_state", &span.trace_state);
        self.int(at, "flags", span.flags);
        self.text(at, "name", &span.name);
        self.int(at, "kind", span.kind);
        self.int(at, "start_time_unix_nano", span.start_time_unix_nano);
        self.int(at, "end_time_unix_nano", span.end_time_unix_nano);
        self.attributes(at, "attributes", &span.attributes);
        self.int(
            at,
            "dropped_attributes_count",
            span.dropped_attributes_count,
        );
        self.int(at, "dropped_events_count", span.dropped_events_count);
        self.int(at, "dropped_links_count", span.dropped_links_count);
        if let Some(status) = &span.status {
            self.text(at, "status.message", &status.message);
            self.int(at, "status.code", status.code);
        }
        for event in &span.events {
            let at = self.node(NodeKind::SpanEvent, at);
            self.int(at, "spanevent.time_unix_nano", event.time_unix_nano);
            self.text(at, "spanevent.name", &event.name);
            self.attributes(at, "spanevent.attributes", &event.attributes);
            self.int(
                at,
                "spanevent.dropped_attributes_count",
                event.dropped_attributes_count,
            );
        }
        for link in &span.links {
            let at = self.node(NodeKind::SpanLink, at);
            self.cell(at, "spanlink.trace_id", Value::Bytes(link.trace_id.clone()));
            self.cell(at, "spanlink.span_id", Value::Bytes(link.span_id.clone()));
            self.text(at, "spanlink.trace_state", &link.trace_state);
            self.attributes(at, "spanlink.attributes", &link.attributes);
            self.int(
                at,
                "spanlink.dropped_attributes_count",
                link.dropped_attributes_count,
            );
            self.int(at, "spanlink.flags", link.flags);
        }
    }

    fn metric(&mut self, parent: usize, metric: &Metric) {
        let at = self.node(NodeKind::Metric, parent);
        self.text(at, "metric.name", &metric.name);
        self.text(at, "metric.description", &metric.description);
        self.text(at, "metric.unit", &metric.unit);
        self.attributes(at, "metric.metadata", &metric.metadata);
        let (number, temporality) = match &metric.data {
            None => return,
            Some(Data::Gauge(_)) => (1, 0),
            Some(Data::Sum(sum)) => (2, sum.aggregation_temporality),
            Some(Data::Histogram(histogram)) => (3, histogram.aggregation_temporality),
            Some(Data::ExponentialHistogram(histogram)) => (4, histogram.aggregation_temporality),
            Some(Data::Summary(_)) => (5, 0),
        };
        self.int(at, "metric.type", number);
        self.int(at, "metric.aggregation_temporality", temporality);
        match metric.data.as_ref() {
            Some(Data::Gauge(gauge)) => gauge
                .data_points
                .iter()
                .for_each(|point| self.number_point(at, point)),
            Some(Data::Sum(sum)) => {
                self.cell(at, "metric.is_monotonic", Value::Boolean(sum.is_monotonic));
                sum.data_points
                    .iter()
                    .for_each(|point| self.number_point(at, point));
            }
            Some(Data::Histogram(data)) => data
                .data_points
                .iter()
                .for_each(|point| self.histogram_point(at, point)),
            Some(Data::ExponentialHistogram(data)) => {
                data.data_points
                    .iter()
                    .for_each(|point| self.exponential_point(at, point));
            }
            Some(Data::Summary(data)) => data
                .data_points
                .iter()
                .for_each(|point| self.summary_point(at, point)),
            None => {}
        }
    }

    fn point(
        &mut self,
        parent: usize,
        attributes: &[KeyValue],
        start: u64,
        time: u64,
        flags: u32,
    ) -> usize {
        let at = self.node(NodeKind::DataPoint, parent);
        self.attributes(at, "attributes", attributes);
        self.int(at, "start_time_unix_nano", start);
        self.int(at, "time_unix_nano", time);
        self.int(at, "flags", flags);
        at
    }

    fn number_point(&mut self, parent: usize, point: &NumberDataPoint) {
        let at = self.point(
            parent,
            &point.attributes,
            point.start_time_unix_nano,
            point.time_unix_nano,
            point.flags,
        );
        match point.value {
            Some(number_data_point::Value::AsInt(value)) => {
                self.cell(at, "value_int", Value::Int(value));
            }
            Some(number_data_point::Value::AsDouble(value)) => {
                self.cell(at, "value_double", Value::Double(value));
            }
            None => {}
        }
        point
            .exemplars
            .iter()
            .for_each(|exemplar| self.exemplar(at, exemplar));
    }

    fn histogram_point(&mut self, parent: usize, point: &HistogramDataPoint) {
        let at = self.point(
            parent,
            &point.attributes,
            point.start_time_unix_nano,
            point.time_unix_nano,
            point.flags,
        );
        self.int(at, "count", point.count);
        self.doubles(
            at,
            &[("sum", point.sum), ("min", point.min), ("max", point.max)],
        );
        self.counts(at, "bucket_counts", &point.bucket_counts);
        let bounds: Vec<Value> = point
            .explicit_bounds
            .iter()
            .map(|bound| Value::Double(*bound))
            .collect();
        if !bounds.is_empty() {
            self.cell(at, "explicit_bounds", Value::Array(bounds));
        }
        point
            .exemplars
            .iter()
            .for_each(|exemplar| self.exemplar(at, exemplar));
    }

    fn exponential_point(&mut self, parent: usize, point: &ExponentialHistogramDataPoint) {
        let at = self.point(
            parent,
            &point.attributes,
            point.start_time_unix_nano,
            point.time_unix_nano,
            point.flags,
        );
        self.int(at, "count", point.count);
        self.doubles(
            at,
            &[("sum", point.sum), ("min", point.min), ("max", point.max)],
        );
        self.int(at, "scale", point.scale);
        self.int(at, "zero_count", point.zero_count);
        self.cell(at, "zero_threshold", Value::Double(point.zero_threshold));
        self.buckets(at, "positive", point.positive.as_ref());
        self.buckets(at, "negative", point.negative.as_ref());
        point
            .exemplars
            .iter()
            .for_each(|exemplar| self.exemplar(at, exemplar));
    }

    fn buckets(&mut self, at: usize, path: &str, buckets: Option<&Buckets>) {
        if let Some(buckets) = buckets {
            self.int(at, &format!("{path}.offset"), buckets.offset);
            self.counts(at, &format!("{path}.bucket_counts"), &buckets.bucket_counts);
        }
    }

    fn summary_point(&mut self, parent: usize, point: &SummaryDataPoint) {
        let at = self.point(
            parent,
            &point.attributes,
            point.start_time_unix_nano,
            point.time_unix_nano,
            point.flags,
        );
        self.int(at, "count", point.count);
        self.cell(at, "sum", Value::Double(point.sum));
        let quantiles: Vec<Value> = point
            .quantile_values
            .iter()
            .map(|quantile| {
                Value::Map(vec![
                    ("quantile".to_owned(), Value::Double(quantile.quantile)),
                    ("value".to_owned(), Value::Double(quantile.value)),
                ])
            })
            .collect();
        if !quantiles.is_empty() {
            self.cell(at, "quantile_values", Value::Array(quantiles));
        }
    }

    fn doubles(&mut self, at: usize, values: &[(&str, Option<f64>)]) {
        for (path, value) in values {
            if let Some(value) = value {
                self.cell(at, path, Value::Double(*value));
            }
        }
    }

    fn counts(&mut self, at: usize, path: &str, counts: &[u64]) {
        if !counts.is_empty() {
            let counts = counts
                .iter()
                .map(|count| Value::Int(count.cast_signed()))
                .collect();
            self.cell(at, path, Value::Array(counts));
        }
    }

    fn exemplar(&mut self, parent: usize, exemplar: &Exemplar) {
        let at = self.node(NodeKind::Exemplar, parent);
        self.attributes(
            at,
            "exemplar.filtered_attributes",
            &exemplar.filtered_attributes,
        );
        self.int(at, "exemplar.time_unix_nano", exemplar.time_unix_nano);
        self.cell(
            at,
            "exemplar.span_id",
            Value::Bytes(exemplar.span_id.clone()),
        );
        self.cell(
            at,
            "exemplar.trace_id",
            Value::Bytes(exemplar.trace_id.clone()),
        );
        match exemplar.value {
            Some(exemplar::Value::AsInt(value)) => {
                self.cell(at, "exemplar.value_int", Value::Int(value));
            }
            Some(exemplar::Value::AsDouble(value)) => {
                self.cell(at, "exemplar.value_double", Value::Double(value));
            }
            None => {}
        }
    }
}
