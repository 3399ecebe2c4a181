//! What statements can count and pass about alone.

use tollgate_ottl::{Opaque, Value};
use tollgate_sdk::NodeKind;

use crate::layout::Place;
use crate::place::Children;
use crate::scene::Scene;

impl<'e> Scene<'e> {
    /// The value of a place that holds what the language does not look into.
    pub(crate) fn opaque(&self, place: &Place) -> Value<'e> {
        match place {
            Place::Children(children) => self.children(*children),
            Place::Status => self.named("ptrace.Status", NodeKind::Span, None),
            Place::Buckets if self.metric_kind() == Some(4) => {
                let name = "pmetric.ExponentialHistogramDataPointBuckets";
                self.named(name, NodeKind::DataPoint, None)
            }
            Place::Quantiles(field) if self.metric_kind() == Some(5) => {
                let count = match self.cell(*field) {
                    Some(tollgate_sdk::Value::Array(array)) => array.items().count(),
                    _ => 0,
                };
                let name = "pmetric.SummaryDataPointValueAtQuantileSlice";
                self.named(name, NodeKind::DataPoint, Some(count))
            }
            Place::EventIndex => self.event_index(),
            _ => Value::Nil,
        }
    }

    fn named(&self, name: &'static str, kind: NodeKind, len: Option<usize>) -> Value<'e> {
        let Some(node) = self.of_kind(kind) else {
            return Value::Nil;
        };
        Value::Opaque(Opaque {
            name,
            id: u64::from(node.index()),
            len: len.map(|len| u32::try_from(len).unwrap_or(u32::MAX)),
        })
    }

    fn children(&self, children: Children) -> Value<'e> {
        let (above, kind, name) = match children {
            Children::Events => (NodeKind::Span, NodeKind::SpanEvent, "ptrace.SpanEventSlice"),
            Children::Links => (NodeKind::Span, NodeKind::SpanLink, "ptrace.SpanLinkSlice"),
            Children::Exemplars => (
                NodeKind::DataPoint,
                NodeKind::Exemplar,
                "pmetric.ExemplarSlice",
            ),
            Children::Points => (
                NodeKind::Metric,
                NodeKind::DataPoint,
                "pmetric.NumberDataPointSlice",
            ),
        };
        let Some(node) = self.of_kind(above) else {
            return Value::Nil;
        };
        let count = node.children().filter(|child| child.kind() == kind).count();
        self.named(name, above, Some(count))
    }

    fn event_index(&self) -> Value<'e> {
        let Some(node) = self.of_kind(NodeKind::SpanEvent) else {
            return Value::Nil;
        };
        let span = node.ancestor(NodeKind::Span);
        let events = span.into_iter().flat_map(|span| span.children());
        let events = events.filter(|child| child.kind() == NodeKind::SpanEvent);
        let before = events
            .take_while(|event| event.index() < node.index())
            .count();
        Value::Int(i64::try_from(before).unwrap_or(i64::MAX))
    }
}
