//! The law of nodes that come whole: to add them to the bytes, and to replace metrics in them, is what the same does to the structs
//! that `prost` decodes.

use opentelemetry_proto::tonic::logs::v1::LogsData;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogramDataPoint, HistogramDataPoint, Metric, MetricsData,
    NumberDataPoint,
};
use opentelemetry_proto::tonic::trace::v1::TracesData;
use prost::Message;

use super::requests::request;
use super::{Dice, index};
use crate::outcome::Outcome;
use crate::{Access, Fields, NodeKind, Signal, View, count};

/// A stage adds nodes and replaces metrics: what goes out is what the structs say, and what the next stage sees is what goes out.
pub fn grown(signal: Signal, wire: &[u8], dice: &mut Dice<'_>) {
    let everything = super::everything(signal);
    let (mut reads, mut writes) = (everything.clone(), Fields::none(signal));
    if signal == Signal::Metrics {
        let whole = Fields::parse(signal, &["metric"]).unwrap();
        reads = reads.union(&whole);
        writes = whole;
    }
    let access = Access {
        reads,
        writes,
        drops: false,
        adds: true,
    };
    let mut batch = index(signal, wire, &access.reads).expect("the request is well-formed");
    let mut view = View::default();
    batch.project(&access, 0..batch.records(), &mut view);
    let before = batch.live_records();
    let mut outcome = Outcome::default();
    let expected = match signal {
        Signal::Logs => logs(wire, &view, &mut outcome, dice),
        Signal::Traces => traces(wire, &view, &mut outcome, dice),
        Signal::Metrics => metrics(wire, &view, &mut outcome, dice),
    };
    let edits = outcome.edits.op.len() as u64;
    let changes = batch
        .check(&view, &access, 1, outcome)
        .expect("an honest outcome");
    let applied = batch.apply(vec![changes]);
    assert_eq!(applied.edits_by_rule, [edits]);
    let live = u64::from(before) + applied.created - applied.merged;
    assert_eq!(u64::from(batch.live_records()), live);
    batch.settle().expect("what was added was checked");
    assert_eq!(
        u64::from(batch.live_records()),
        live,
        "records are conserved"
    );
    let encoded = batch.encode();
    if live == 0 && before > 0 {
        assert!(encoded.is_empty());
        return;
    }
    assert_eq!(decoded(signal, &encoded), expected, "what goes out");
    assert_eq!(count(signal, &encoded), Ok(batch.records()));
    let kept: Vec<u32> = (0..batch.records())
        .filter_map(|record| batch.origin(record))
        .collect();
    assert!(kept.is_sorted() && kept.last().is_none_or(|last| *last < before));
    let mut next = View::default();
    batch.project(&access, 0..batch.records(), &mut next);
    let anew = index(signal, &encoded, &access.reads).expect("what goes out is well-formed");
    anew.project(&access, 0..anew.records(), &mut view);
    assert_eq!(next, view, "what the next stage sees");
}

/// The request in `prost`'s own spelling: structs cannot be compared where they hold NaN.
fn decoded(signal: Signal, wire: &[u8]) -> Vec<u8> {
    match signal {
        Signal::Logs => LogsData::decode(wire).unwrap().encode_to_vec(),
        Signal::Traces => TracesData::decode(wire).unwrap().encode_to_vec(),
        Signal::Metrics => MetricsData::decode(wire).unwrap().encode_to_vec(),
    }
}

/// View indices of the nodes of a kind, in order.
fn nodes(view: &View, kind: NodeKind) -> Vec<u32> {
    (0_u32..)
        .zip(&view.node_kind)
        .filter(|(_, known)| **known == kind as u8)
        .map(|(index, _)| index)
        .collect()
}

fn add(outcome: &mut Outcome, node: u32, child: NodeKind, message: &impl Message) {
    push(outcome, (4, node, child as u32), &message.encode_to_vec());
}

fn push(outcome: &mut Outcome, (op, target, field): (u8, u32, u32), message: &[u8]) {
    let edits = &mut outcome.edits;
    let start = edits.text.len() as u64;
    edits.text.extend_from_slice(message);
    edits.op.push(op);
    edits.target.push(target);
    edits.field.push(field);
    edits.kind.push(5);
    edits.value.push(start << 32 | message.len() as u64);
    edits.rule.push(0);
}

/// The resources, scopes and records of one signal, which differ in the names of their structs alone.
macro_rules! add_above_records {
    ($data:expr, $new:expr, $view:expr, $outcome:expr, $dice:expr, $resources:ident, $scopes:ident, $records:ident, $kind:expr) => {
        let (resources, scopes) = (
            nodes($view, NodeKind::Resource),
            nodes($view, NodeKind::Scope),
        );
        let mut at = 0;
        let new_resource = $new.$resources.first().cloned().unwrap_or_default();
        let new_scope = new_resource.$scopes.first().cloned().unwrap_or_default();
        let new_record = new_scope.$records.first().cloned().unwrap_or_default();
        for (place, resource) in $data.$resources.iter_mut().enumerate() {
            for scope in &mut resource.$scopes {
                if $dice.once_in(3) {
                    add($outcome, scopes[at], $kind, &new_record);
                    scope.$records.push(new_record.clone());
                }
                at += 1;
            }
            if $dice.once_in(4) {
                add($outcome, resources[place], NodeKind::Scope, &new_scope);
                resource.$scopes.push(new_scope.clone());
            }
        }
        if $dice.once_in(4) {
            add($outcome, 0, NodeKind::Resource, &new_resource);
            $data.$resources.push(new_resource.clone());
        }
    };
}

fn logs(wire: &[u8], view: &View, outcome: &mut Outcome, dice: &mut Dice<'_>) -> Vec<u8> {
    let mut data = LogsData::decode(wire).unwrap();
    let new = LogsData::decode(&*request(Signal::Logs, dice)).unwrap();
    let kind = NodeKind::LogRecord;
    add_above_records!(
        data,
        new,
        view,
        outcome,
        dice,
        resource_logs,
        scope_logs,
        log_records,
        kind
    );
    data.encode_to_vec()
}

fn traces(wire: &[u8], view: &View, outcome: &mut Outcome, dice: &mut Dice<'_>) -> Vec<u8> {
    let mut data = TracesData::decode(wire).unwrap();
    let new = TracesData::decode(&*request(Signal::Traces, dice)).unwrap();
    let spans = nodes(view, NodeKind::Span);
    let new_span = new
        .resource_spans
        .iter()
        .flat_map(|resource| &resource.scope_spans)
        .flat_map(|scope| &scope.spans)
        .find(|span| !span.events.is_empty())
        .cloned()
        .unwrap_or_default();
    let event = new_span.events.first().cloned().unwrap_or_default();
    let link = new_span.links.first().cloned().unwrap_or_default();
    let all = data
        .resource_spans
        .iter_mut()
        .flat_map(|resource| &mut resource.scope_spans)
        .flat_map(|scope| &mut scope.spans);
    for (span, node) in all.zip(spans) {
        if dice.once_in(3) {
            add(outcome, node, NodeKind::SpanEvent, &event);
            span.events.push(event.clone());
        }
        if dice.once_in(3) {
            add(outcome, node, NodeKind::SpanLink, &link);
            span.links.push(link.clone());
        }
    }
    let kind = NodeKind::Span;
    add_above_records!(
        data,
        new,
        view,
        outcome,
        dice,
        resource_spans,
        scope_spans,
        spans,
        kind
    );
    data.encode_to_vec()
}

fn metrics(wire: &[u8], view: &View, outcome: &mut Outcome, dice: &mut Dice<'_>) -> Vec<u8> {
    let mut data = MetricsData::decode(wire).unwrap();
    let new = MetricsData::decode(&*request(Signal::Metrics, dice)).unwrap();
    let others: Vec<&Metric> = new
        .resource_metrics
        .iter()
        .flat_map(|resource| &resource.scope_metrics)
        .flat_map(|scope| &scope.metrics)
        .collect();
    let metrics = nodes(view, NodeKind::Metric);
    let mut points = nodes(view, NodeKind::DataPoint).into_iter();
    let all = data
        .resource_metrics
        .iter_mut()
        .flat_map(|resource| &mut resource.scope_metrics)
        .flat_map(|scope| &mut scope.metrics);
    for (metric, node) in all.zip(metrics) {
        let is_replaced = dice.once_in(3);
        grow_points(metric, (node, &mut points), is_replaced, outcome, dice);
        if is_replaced {
            let other = dice.choose(&others).copied().cloned().unwrap_or_default();
            let cell = whole(view, node);
            push(outcome, (0, cell, 0), &other.encode_to_vec());
            *metric = other;
        }
    }
    let kind = NodeKind::Metric;
    add_above_records!(
        data,
        new,
        view,
        outcome,
        dice,
        resource_metrics,
        scope_metrics,
        metrics,
        kind
    );
    data.encode_to_vec()
}

/// The cell of a whole metric.
fn whole(view: &View, node: u32) -> u32 {
    let is_whole = |cell: &usize| {
        view.cell_node[*cell] == node && super::views::path_of(view, *cell) == "metric"
    };
    let cell = (0..view.cell_node.len()).find(is_whole).unwrap();
    u32::try_from(cell).unwrap()
}

/// Adds a point to a metric, and exemplars to its points.
fn grow_points(
    metric: &mut Metric,
    (node, nodes): (u32, &mut impl Iterator<Item = u32>),
    is_replaced: bool,
    outcome: &mut Outcome,
    dice: &mut Dice<'_>,
) {
    macro_rules! points {
        ($data:expr, $grow:expr) => {{
            let first = $data.data_points.first().cloned().unwrap_or_default();
            for point in &mut $data.data_points {
                let node = nodes.next().unwrap();
                if !is_replaced && dice.once_in(4) {
                    $grow(point, node, &mut *outcome);
                }
            }
            if !is_replaced && dice.once_in(4) {
                add(outcome, node, NodeKind::DataPoint, &first);
                $data.data_points.push(first);
            }
        }};
    }
    match &mut metric.data {
        None => {}
        Some(Data::Gauge(data)) => points!(data, of_number),
        Some(Data::Sum(data)) => points!(data, of_number),
        Some(Data::Histogram(data)) => points!(data, of_histogram),
        Some(Data::ExponentialHistogram(data)) => points!(data, of_exponential),
        Some(Data::Summary(data)) => points!(data, |_: &mut _, _, _: &mut Outcome| {}),
    }
}

fn of_number(point: &mut NumberDataPoint, node: u32, outcome: &mut Outcome) {
    exemplar(&mut point.exemplars, node, outcome);
}

fn of_histogram(point: &mut HistogramDataPoint, node: u32, outcome: &mut Outcome) {
    exemplar(&mut point.exemplars, node, outcome);
}

fn of_exponential(point: &mut ExponentialHistogramDataPoint, node: u32, outcome: &mut Outcome) {
    exemplar(&mut point.exemplars, node, outcome);
}

fn exemplar(exemplars: &mut Vec<Exemplar>, node: u32, outcome: &mut Outcome) {
    let new = Exemplar {
        time_unix_nano: 7,
        ..exemplars.first().cloned().unwrap_or_default()
    };
    add(outcome, node, NodeKind::Exemplar, &new);
    exemplars.push(new);
}
