//! What statements see of a whole metric: the metric or one of its points, and above it the columns of the batch.

use tollgate_metrics::model::{Attributes, Data};
use tollgate_metrics::{Metric, Temporality};
use tollgate_ottl::nested;
use tollgate_ottl::{
    Entries, Error, Opaque, Slot, Telemetry, Text, Time, Value, convert as getters,
};
use tollgate_sdk::{NodeKind, Rule};
use tollgate_statements::{
    Children, MapOf, Row, Scene, Target, convert, entry, functions, show, store,
};

use crate::functions::action;
use crate::point::{Point, point};
use crate::whole;

/// A metric, or one of its points.
pub(crate) struct Whole<'s, 'e> {
    pub(crate) scene: &'s mut Scene<'e>,
    pub(crate) metric: &'s mut Metric,
    /// The point that statements run on; none where they run on the metric.
    pub(crate) point: Option<usize>,
    /// The metrics that functions made of it.
    pub(crate) added: &'s mut Vec<Metric>,
    /// The rule that changes are due to.
    pub(crate) rule: Option<Rule>,
}

const READ_ONLY: Error = Error::failed("this path cannot be set");
const NOWHERE: Error = Error::failed("there is no data point");

impl<'e> Whole<'_, 'e> {
    pub(crate) fn rule(&mut self, rule: Rule) {
        self.rule = Some(rule);
        self.scene.rule(rule);
    }

    fn point(&mut self) -> Option<Point<'_>> {
        point(self.metric, self.point?)
    }

    fn map(&mut self, of: MapOf) -> Option<&mut Attributes> {
        if of.kind == NodeKind::Metric {
            return Some(&mut self.metric.metadata);
        }
        match &mut self.metric.data {
            Data::Empty => None,
            Data::Gauge(points) | Data::Sum { points, .. } => points
                .get_mut(self.point?)
                .map(|point| &mut point.at.attributes),
            Data::Histogram { points, .. } => points
                .get_mut(self.point?)
                .map(|point| &mut point.at.attributes),
            Data::Exponential { points, .. } => points
                .get_mut(self.point?)
                .map(|point| &mut point.at.attributes),
            Data::Summary(points) => points
                .get_mut(self.point?)
                .map(|point| &mut point.at.attributes),
        }
    }

    fn entry(&mut self, of: MapOf, key: &str) -> Option<Value<'static>> {
        let found = self.map(of)?.get(key)?;
        Some(convert::read(found).into_static())
    }

    fn entries(&mut self, of: MapOf) -> Entries<'static> {
        let Some(map) = self.map(of) else {
            return Entries::new();
        };
        let entry = |(key, value): (&str, tollgate_sdk::Value<'_>)| {
            (
                Text::from(key.to_owned()),
                convert::read(value).into_static(),
            )
        };
        map.iter().map(entry).collect()
    }

    fn replace(&mut self, of: MapOf, entries: &Entries<'e>) -> Result<(), Error> {
        let map = self.map(of).ok_or(NOWHERE)?;
        let entries = entries.iter();
        *map = entries
            .map(|(key, value)| (key.as_str().to_owned(), convert::owned(value)))
            .collect();
        Ok(())
    }

    fn field(&mut self, row: &Row) -> Value<'static> {
        let metric = &mut *self.metric;
        match row.field {
            "metric.name" => Value::text(metric.name.as_str()),
            "metric.description" => Value::text(metric.description.as_str()),
            "metric.unit" => Value::text(metric.unit.as_str()),
            "metric.type" => Value::Int(kind(metric)),
            "metric.aggregation_temporality" => match &metric.data {
                Data::Sum { temporality, .. }
                | Data::Histogram { temporality, .. }
                | Data::Exponential { temporality, .. } => Value::Int(i64::from(temporality.0)),
                _ => Value::Nil,
            },
            "metric.is_monotonic" => match &metric.data {
                Data::Sum { monotonic, .. } => Value::Bool(*monotonic),
                _ => Value::Nil,
            },
            field => self
                .point()
                .map_or(Value::Nil, |mut point| point.get(field)),
        }
    }

    fn set_field(&mut self, row: &Row, value: Value<'e>) -> Result<(), Error> {
        let Some(stored) = store(row, value)? else {
            return Ok(());
        };
        let metric = &mut *self.metric;
        match (row.field, &stored) {
            ("metric.name", Value::Text(text)) => text.as_str().clone_into(&mut metric.name),
            ("metric.description", Value::Text(text)) => {
                text.as_str().clone_into(&mut metric.description);
            }
            ("metric.unit", Value::Text(text)) => text.as_str().clone_into(&mut metric.unit),
            ("metric.aggregation_temporality", Value::Int(number)) => {
                let wanted = Temporality(i32::try_from(*number).unwrap_or_default());
                if let Data::Sum { temporality, .. }
                | Data::Histogram { temporality, .. }
                | Data::Exponential { temporality, .. } = &mut metric.data
                {
                    *temporality = wanted;
                }
            }
            ("metric.is_monotonic", Value::Bool(wanted)) => {
                if let Data::Sum { monotonic, .. } = &mut metric.data {
                    *monotonic = *wanted;
                }
            }
            (field, stored) => return self.point().ok_or(NOWHERE)?.set(field, stored),
        }
        Ok(())
    }

    fn list(&mut self, children: Children, len: usize) -> Value<'static> {
        let kind = u32::try_from(kind(self.metric)).ok();
        match children.name(kind) {
            Some(name) => opaque(name, 0, Some(len)),
            None => Value::Nil,
        }
    }

    fn look(&mut self, target: &'e Target) -> Result<Value<'e>, Error> {
        match target {
            Target::Field(row, _) => {
                let held = self.field(row);
                if held.is_nil() {
                    Ok(Value::Nil)
                } else {
                    show(row, held)
                }
            }
            Target::Entry(of, key, steps) => match self.entry(*of, key) {
                Some(value) => nested::get(value, steps),
                None => Ok(Value::Nil),
            },
            Target::Map(of) => {
                let entries = self.entries(*of);
                Ok(Value::Map(tollgate_ottl::Map::new(
                    tollgate_ottl::MapKind::Map,
                    entries,
                )))
            }
            Target::Children(Children::Points) => {
                let len = self.metric.data.len();
                Ok(self.list(Children::Points, len))
            }
            Target::Children(Children::Exemplars) => {
                let len = self
                    .point()
                    .and_then(|mut point| point.exemplars().map(|held| held.len()));
                Ok(match len {
                    Some(len) => self.list(Children::Exemplars, len),
                    None => Value::Nil,
                })
            }
            Target::Buckets(positive) => {
                let there = self
                    .point()
                    .is_some_and(|mut point| point.buckets(*positive).is_some());
                let name = "pmetric.ExponentialHistogramDataPointBuckets";
                Ok(if there {
                    opaque(name, u64::from(*positive), None)
                } else {
                    Value::Nil
                })
            }
            Target::Quantiles => {
                let len = match self.point() {
                    Some(Point::Summary(point)) => Some(point.quantiles.len()),
                    _ => None,
                };
                let name = "pmetric.SummaryDataPointValueAtQuantileSlice";
                Ok(if len.is_some() {
                    opaque(name, 0, len)
                } else {
                    Value::Nil
                })
            }
            _ => Ok(Value::Nil),
        }
    }

    fn change(&mut self, target: &'e Target, value: Value<'e>) -> Result<(), Error> {
        match target {
            Target::Field(row, _) => self.set_field(row, value),
            Target::Entry(of, key, steps) => {
                let (changed, result) = entry::set(|| self.entry(*of, key), steps, value);
                let map = self.map(*of).ok_or(NOWHERE)?;
                if let Some(changed) = changed {
                    map.set(key, convert::write(&changed));
                }
                result
            }
            Target::Map(of) => {
                let entries = match value {
                    Value::Nil => Entries::new(),
                    other => getters::map(other)?.into_vec(),
                };
                self.replace(*of, &entries)
            }
            Target::Children(Children::Points) if value.is_nil() => {
                match &mut self.metric.data {
                    Data::Empty => {}
                    Data::Gauge(points) | Data::Sum { points, .. } => points.clear(),
                    Data::Histogram { points, .. } => points.clear(),
                    Data::Exponential { points, .. } => points.clear(),
                    Data::Summary(points) => points.clear(),
                }
                Ok(())
            }
            Target::Children(Children::Exemplars) => {
                let mut point = self.point().ok_or(NOWHERE)?;
                let exemplars = point.exemplars().ok_or(READ_ONLY)?;
                match value {
                    Value::Nil => exemplars.clear(),
                    Value::Opaque(_) => {}
                    _ => return Err(READ_ONLY),
                }
                Ok(())
            }
            Target::Quantiles => {
                let Some(Point::Summary(point)) = self.point() else {
                    return Err(READ_ONLY);
                };
                match value {
                    Value::Nil => point.quantiles.clear(),
                    Value::Opaque(_) => {}
                    _ => return Err(READ_ONLY),
                }
                Ok(())
            }
            Target::Buckets(positive) => {
                let Value::Opaque(other) = value else {
                    return Err(READ_ONLY);
                };
                let mut point = self.point().ok_or(NOWHERE)?;
                let source = point.buckets(other.id == 1).cloned();
                if let (Some(source), Some(held)) = (source, point.buckets(*positive)) {
                    *held = source;
                }
                Ok(())
            }
            // What stands there already is all that can be set.
            Target::Children(_) if matches!(value, Value::Opaque(_)) => Ok(()),
            _ => Err(READ_ONLY),
        }
    }
}

/// The number by which statements know the kind of a metric.
const fn kind(metric: &Metric) -> i64 {
    match metric.data {
        Data::Empty => 0,
        Data::Gauge(_) => 1,
        Data::Sum { .. } => 2,
        Data::Histogram { .. } => 3,
        Data::Exponential { .. } => 4,
        Data::Summary(_) => 5,
    }
}

impl<'e> Telemetry<'e> for Whole<'_, 'e> {
    fn get(&mut self, slot: Slot) -> Result<Value<'e>, Error> {
        match self.scene.layout().in_metric(slot) {
            Some(target) => self.look(target),
            None => self.scene.get(slot),
        }
    }

    fn set(&mut self, slot: Slot, value: Value<'e>) -> Result<(), Error> {
        match self.scene.layout().in_metric(slot) {
            Some(target) => self.change(target, value),
            None => self.scene.set(slot, value),
        }
    }

    fn delete(&mut self, slot: Slot) -> Result<(), Error> {
        match self.scene.layout().in_metric(slot) {
            Some(Target::Entry(of, key, steps)) if steps.is_empty() => {
                if let Some(map) = self.map(*of) {
                    map.retain(|known| known != key);
                }
                Ok(())
            }
            Some(_) => Err(READ_ONLY),
            None => self.scene.delete(slot),
        }
    }

    fn holds(&mut self, slot: Slot) -> Result<bool, Error> {
        match self.scene.layout().in_metric(slot) {
            Some(Target::Entry(of, key, steps)) if steps.is_empty() => {
                Ok(self.entry(*of, key).is_some())
            }
            Some(Target::Map(_)) => Ok(true),
            Some(target) => Ok(!self.look(target)?.is_nil()),
            None => self.scene.holds(slot),
        }
    }

    fn set_entry(&mut self, slot: Slot, key: Text<'e>, value: Value<'e>) -> Result<(), Error> {
        match self.scene.layout().in_metric(slot) {
            Some(Target::Map(of)) => {
                let stored = value.storable()?;
                let map = self.map(*of).ok_or(NOWHERE)?;
                map.set(&key, convert::write(&stored));
                Ok(())
            }
            Some(target) => {
                let mut entries = getters::map(self.look(target)?)?.into_vec();
                tollgate_ottl::put(&mut entries, key, value.storable()?);
                self.change(target, convert::map(entries))
            }
            None => self.scene.set_entry(slot, key, value),
        }
    }

    fn delete_entry(&mut self, slot: Slot, key: &str) -> Result<(), Error> {
        match self.scene.layout().in_metric(slot) {
            Some(Target::Map(of)) => {
                if let Some(map) = self.map(*of) {
                    map.retain(|known| known != key);
                }
                Ok(())
            }
            Some(target) => {
                let mut entries = getters::map(self.look(target)?)?.into_vec();
                entries.retain(|(known, _)| known.as_str() != key);
                self.change(target, convert::map(entries))
            }
            None => self.scene.delete_entry(slot, key),
        }
    }

    fn now(&self) -> Time {
        self.scene.now()
    }

    fn random(&mut self) -> u64 {
        self.scene.random()
    }

    fn act(&mut self, action: u32, arguments: &[Value<'e>]) -> Result<Value<'e>, Error> {
        if action == functions::ON_POINTS {
            return Ok(Value::Bool(whole::has_on_points(self.metric, arguments)));
        }
        if action == action::IS_HISTOGRAM {
            return Ok(Value::Bool(matches!(
                self.point(),
                Some(Point::Histogram(_))
            )));
        }
        if whole::act(self, action, arguments)? {
            return Ok(Value::Nil);
        }
        self.scene.act(action, arguments)
    }
}

fn opaque(name: &'static str, id: u64, len: Option<usize>) -> Value<'static> {
    let len = len.map(|len| u32::try_from(len).unwrap_or(u32::MAX));
    Value::Opaque(Opaque { name, id, len })
}
