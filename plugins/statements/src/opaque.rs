//! What statements can count and pass about alone.

use tollgate_ottl::{Error, Opaque, Value};
use tollgate_sdk::NodeKind;

use crate::layout::{Place, layer};
use crate::place::Children;
use crate::scene::Scene;
use crate::store::READ_ONLY;

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
        let (above, kind) = children.kinds();
        let Some(node) = self.of_kind(above) else {
            return Value::Nil;
        };
        let Some(name) = children.name(self.metric_kind()) else {
            return Value::Nil;
        };
        if self.cleared(children, above) {
            return self.named(name, above, Some(0));
        }
        let count = node.children().filter(|child| child.kind() == kind).count();
        self.named(name, above, Some(count))
    }

    fn cleared(&self, children: Children, above: NodeKind) -> bool {
        let changes = layer(above).and_then(|layer| self.layers.get(layer));
        changes.is_some_and(|(_, changes)| {
            changes.dirty
                && changes
                    .cleared
                    .iter()
                    .any(|(cleared, _)| *cleared == children)
        })
    }

    /// Takes the events or the links of a span away; nothing else can be done to them.
    pub(crate) fn set_children(
        &mut self,
        children: Children,
        value: &Value<'_>,
    ) -> Result<(), Error> {
        match value {
            Value::Opaque(_) => return Ok(()),
            Value::Nil => {}
            _ => return Err(READ_ONLY),
        }
        let (above, _) = children.kinds();
        let rule = self.rule.ok_or(READ_ONLY)?;
        let changes = layer(above).and_then(|layer| self.layers.get_mut(layer));
        let (_, changes) = changes.ok_or(READ_ONLY)?;
        changes.dirty = true;
        changes.cleared.push((children, rule));
        Ok(())
    }
}
