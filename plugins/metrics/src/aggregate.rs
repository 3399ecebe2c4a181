//! Points of one metric that come to agree on their attributes, merged.

use std::collections::HashMap;
use std::hash::Hash;

use crate::merge::{merge_exponentials, merge_histograms, merge_numbers};
use crate::model::{At, ExponentialPoint, HistogramPoint};
use crate::{Attributes, Data, Error, Metric, Temporality};

/// What becomes of the values of numbers that are merged. Histograms are always added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregation {
    /// Their sum.
    Sum,
    /// Their mean; of integers an integer.
    Mean,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The one in the middle.
    Median,
    /// How many there are. A value that stands alone stays, as in the Collector.
    Count,
}

impl Aggregation {
    /// The aggregation behind OTTL's word for it.
    pub fn of_word(word: &str) -> Result<Self, Error> {
        match word {
            "sum" => Ok(Self::Sum),
            "mean" => Ok(Self::Mean),
            "min" => Ok(Self::Min),
            "max" => Ok(Self::Max),
            "median" => Ok(Self::Median),
            "count" => Ok(Self::Count),
            _ => Err(Error::Word {
                what: "an aggregation",
                known: "`sum`, `mean`, `min`, `max`, `median` or `count`",
            }),
        }
    }
}

impl Metric {
    /// Keeps these attributes of the points alone (all of them under `None`), and merges the points that then agree.
    pub fn aggregate_on_attributes(
        &mut self,
        aggregation: Aggregation,
        kept: Option<&[String]>,
    ) -> Result<(), Error> {
        if let Data::Summary(_) = self.data {
            return Err(Error::Data {
                function: "aggregate_on_attributes",
                takes: "Gauge, Sum, Histogram or ExponentialHistogram",
                found: self.data.kind(),
            });
        }
        if let Some(kept) = kept {
            for attributes in self.data.attributes_mut() {
                attributes.retain(|key| kept.iter().any(|kept| kept == key));
            }
        }
        self.merge(aggregation);
        Ok(())
    }

    /// Gives points whose attribute has one of these texts another one, and merges the points that then agree. Points of a summary are
    /// lost, as in the Collector.
    pub fn aggregate_on_attribute_value(
        &mut self,
        aggregation: Aggregation,
        attribute: &str,
        values: &[String],
        new_value: &str,
    ) {
        for attributes in self.data.attributes_mut() {
            let text = attributes
                .get(attribute)
                .map(|value| value.as_text().unwrap_or_default());
            if text.is_some_and(|text| values.iter().any(|value| value == text)) {
                attributes.set(attribute, new_value);
            }
        }
        self.merge(aggregation);
    }

    fn merge(&mut self, aggregation: Aggregation) {
        match &mut self.data {
            Data::Empty => {}
            Data::Summary(points) => points.clear(),
            Data::Gauge(points) => {
                merge_groups(
                    points,
                    |point| place(&point.at, false),
                    |group| merge_numbers(group, aggregation),
                );
            }
            Data::Sum {
                points,
                temporality,
                ..
            } => {
                let delta = *temporality == Temporality::DELTA;
                merge_groups(
                    points,
                    |point| place(&point.at, delta),
                    |group| merge_numbers(group, aggregation),
                );
            }
            Data::Histogram {
                points,
                temporality,
            } => {
                let delta = *temporality == Temporality::DELTA;
                merge_groups(
                    points,
                    |point| histogram_key(point, delta),
                    merge_histograms,
                );
            }
            Data::Exponential {
                points,
                temporality,
            } => {
                let delta = *temporality == Temporality::DELTA;
                merge_groups(
                    points,
                    |point| exponential_key(point, delta),
                    merge_exponentials,
                );
            }
        }
        self.metadata = Attributes::default();
        self.unknown.clear();
    }
}

/// Attributes, time, and of delta sums the start.
type Place = (String, u64, Option<u64>);

fn place(at: &At, by_start: bool) -> Place {
    (
        at.attributes.identity(),
        at.time,
        by_start.then_some(at.start_time),
    )
}

fn histogram_key(point: &HistogramPoint, by_start: bool) -> (Place, Vec<u64>, [bool; 2], u32) {
    let bounds = point.explicit_bounds.iter().map(|bound| bound.to_bits());
    (
        place(&point.at, by_start),
        bounds.collect(),
        [point.min.is_some(), point.max.is_some()],
        point.at.flags,
    )
}

fn exponential_key(point: &ExponentialPoint, by_start: bool) -> (Place, i32, [bool; 2], u32) {
    (
        place(&point.at, by_start),
        point.scale,
        [point.min.is_some(), point.max.is_some()],
        point.at.flags,
    )
}

/// Merges points of equal keys. Groups stand in the order of their first points, where the Collector leaves the order to chance.
fn merge_groups<P, K: Hash + Eq>(
    points: &mut Vec<P>,
    key: impl Fn(&P) -> K,
    merge: impl Fn(Vec<P>) -> Option<P>,
) {
    let mut places: HashMap<K, usize> = HashMap::new();
    let mut groups: Vec<Vec<P>> = Vec::new();
    for point in points.drain(..) {
        let place = *places.entry(key(&point)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(point),
            None => groups.push(vec![point]),
        }
    }
    points.extend(groups.into_iter().filter_map(merge));
}
