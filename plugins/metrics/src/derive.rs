//! New metrics, gathered from records and written as one request.
//!
//! A connector knows at its start which metrics it makes: these are its [`Definition`]s. For each batch it fills a [`Derived`]: it names
//! the resource, writes the attributes of a series into [`Labels`], which it uses again and again, and adds an amount. Nothing is
//! allocated for a series that is there already.

use std::collections::BTreeMap;

use tollgate_sdk::Value;

use crate::exponential::Exponential;
use crate::wire::Writer;
use crate::{Number, Temporality};

/// A metric that is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// What it measures.
    pub description: String,
    /// Its unit, in UCUM's spelling.
    pub unit: String,
    /// What becomes of the amounts.
    pub shape: Shape,
}

/// What becomes of the amounts that are added to a metric.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Their sum, of this batch alone.
    Sum {
        /// Whether it never falls.
        monotonic: bool,
        /// Whether doubles are added so that what rounding takes is given back at the end. It is always a double.
        compensated: bool,
    },
    /// The last.
    Gauge,
    /// Counts between these bounds, of this batch alone.
    Histogram {
        /// Upper bounds, in order; what is above the last has a bucket of its own.
        bounds: Vec<f64>,
    },
    /// Counts in buckets that grow by a factor, of this batch alone.
    Exponential {
        /// The most buckets for each sign.
        max_size: usize,
    },
}

/// What is added.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// A number: summed up, or the last that is kept.
    Number(Number),
    /// A value that was seen so many times: counted.
    Seen {
        /// The value.
        value: f64,
        /// How many times.
        times: u64,
    },
}

/// Attributes while they are written, as the messages that they become.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    /// `KeyValue` messages, each behind its length.
    written: Writer,
}

impl Labels {
    /// Forgets what was written.
    pub fn clear(&mut self) {
        self.written.bytes.clear();
    }

    /// Adds an attribute. Write them in the same order for each record: the order tells series apart, too.
    pub fn push(&mut self, key: &str, value: Value<'_>) {
        self.written.sized(|entry| {
            entry.bytes(1, key.as_bytes());
            entry.message(2, |any| any.any_value(value));
        });
    }
}

/// The metrics of one batch.
#[derive(Debug)]
pub struct Derived<'d> {
    scope: &'d str,
    definitions: &'d [Definition],
    resources: Vec<Resource>,
    by_attributes: BTreeMap<Box<[u8]>, usize>,
}

#[derive(Debug)]
struct Resource {
    attributes: Box<[u8]>,
    /// For each definition, what was added.
    metrics: Vec<Series>,
    /// When the amounts were seen, first and last.
    times: Vec<(u64, u64)>,
}

#[derive(Debug, Default)]
struct Series {
    places: BTreeMap<Box<[u8]>, usize>,
    points: Vec<(Box<[u8]>, Gathered)>,
}

/// What became of the amounts of a series.
#[derive(Debug)]
enum Gathered {
    Number(Number),
    /// A sum, and what rounding took from it.
    Compensated {
        sum: f64,
        lost: f64,
    },
    Histogram {
        counts: Vec<u64>,
        sum: f64,
    },
    Exponential(Box<Exponential>),
}

impl<'d> Derived<'d> {
    /// Nothing yet, under a scope of this name.
    #[must_use]
    pub fn new(scope: &'d str, definitions: &'d [Definition]) -> Self {
        Self {
            scope,
            definitions,
            resources: Vec::new(),
            by_attributes: BTreeMap::new(),
        }
    }

    /// A resource of its own, even if there is another with the same attributes. It is left out where nothing is added.
    pub fn resource(&mut self, attributes: &Labels) -> usize {
        self.resources.push(Resource {
            attributes: attributes.written.bytes.as_slice().into(),
            metrics: Vec::new(),
            times: Vec::new(),
        });
        self.resources.len() - 1
    }

    /// The resource with these attributes.
    pub fn resource_like(&mut self, attributes: &Labels) -> usize {
        let bytes = attributes.written.bytes.as_slice();
        if let Some(known) = self.by_attributes.get(bytes) {
            return *known;
        }
        let place = self.resource(attributes);
        self.by_attributes.insert(bytes.into(), place);
        place
    }

    /// Adds an amount to a series of a definition.
    pub fn add(&mut self, resource: usize, definition: usize, labels: &Labels, amount: Amount) {
        let (Some(Definition { shape, .. }), Some(resource)) = (
            self.definitions.get(definition),
            self.resources.get_mut(resource),
        ) else {
            return;
        };
        if resource.metrics.len() <= definition {
            resource
                .metrics
                .resize_with(definition + 1, Series::default);
        }
        if let Some(series) = resource.metrics.get_mut(definition) {
            series.add(labels, shape, amount);
        }
    }

    /// Says when the amounts of a resource and a definition were seen. The time that is said to [`Derived::encode`] otherwise.
    pub fn seen(&mut self, resource: usize, definition: usize, first: u64, last: u64) {
        if definition >= self.definitions.len() {
            return;
        }
        if let Some(resource) = self.resources.get_mut(resource) {
            if resource.times.len() <= definition {
                resource.times.resize(definition + 1, (0, 0));
            }
            if let Some(times) = resource.times.get_mut(definition) {
                *times = (first, last);
            }
        }
    }

    /// The request. `None` where nothing was added. Points that nothing was said of are of `now`, and without a start.
    #[must_use]
    pub fn encode(&self, now: u64) -> Option<Vec<u8>> {
        let mut request = Writer::default();
        for resource in self
            .resources
            .iter()
            .filter(|resource| resource.is_filled())
        {
            request.message(1, |message| {
                message.message(1, |attributes| attributes.entries(1, &resource.attributes));
                message.message(2, |scope| {
                    scope.message(1, |named| named.bytes(1, self.scope.as_bytes()));
                    self.write_metrics(scope, resource, now);
                });
            });
        }
        (!request.bytes.is_empty()).then_some(request.bytes)
    }

    fn write_metrics(&self, scope: &mut Writer, resource: &Resource, now: u64) {
        for (nth, (definition, series)) in
            self.definitions.iter().zip(&resource.metrics).enumerate()
        {
            if series.points.is_empty() {
                continue;
            }
            let times = resource.times.get(nth).copied();
            let times = times.filter(|(_, last)| *last > 0).unwrap_or((0, now));
            scope.message(2, |metric| {
                metric.bytes(1, definition.name.as_bytes());
                metric.bytes(2, definition.description.as_bytes());
                metric.bytes(3, definition.unit.as_bytes());
                metric.message(definition.shape.number(), |data| {
                    for (labels, gathered) in &series.points {
                        data.message(1, |point| {
                            gathered.write(point, &definition.shape, labels, times);
                        });
                    }
                    definition.shape.write_beside(data);
                });
            });
        }
    }
}

impl Resource {
    fn is_filled(&self) -> bool {
        self.metrics.iter().any(|series| !series.points.is_empty())
    }
}

impl Series {
    fn add(&mut self, labels: &Labels, shape: &Shape, amount: Amount) {
        let bytes = labels.written.bytes.as_slice();
        if let Some(place) = self.places.get(bytes) {
            if let Some((_, gathered)) = self.points.get_mut(*place) {
                gathered.add(shape, amount);
            }
            return;
        }
        let mut gathered = Gathered::start(shape, amount);
        if let Amount::Seen { .. } = amount {
            gathered.add(shape, amount);
        }
        self.places.insert(bytes.into(), self.points.len());
        self.points.push((bytes.into(), gathered));
    }
}

impl Gathered {
    fn start(shape: &Shape, amount: Amount) -> Self {
        match (shape, amount) {
            (Shape::Histogram { bounds }, _) => Gathered::Histogram {
                counts: vec![0; bounds.len() + 1],
                sum: 0.0,
            },
            (Shape::Exponential { max_size }, _) => {
                Gathered::Exponential(Box::new(Exponential::new(*max_size)))
            }
            (
                Shape::Sum {
                    compensated: true, ..
                },
                amount,
            ) => Gathered::Compensated {
                sum: match amount {
                    Amount::Number(number) => number.to_double(),
                    Amount::Seen { .. } => 0.0,
                },
                lost: 0.0,
            },
            (Shape::Sum { .. } | Shape::Gauge, Amount::Number(number)) => Gathered::Number(number),
            (Shape::Sum { .. } | Shape::Gauge, Amount::Seen { .. }) => {
                Gathered::Number(Number::Double(0.0))
            }
        }
    }

    fn add(&mut self, shape: &Shape, amount: Amount) {
        match (self, amount) {
            (Gathered::Number(last), Amount::Number(number)) => {
                *last = match shape {
                    Shape::Sum { .. } => last.plus(number),
                    _ => number,
                };
            }
            (Gathered::Compensated { sum, lost }, Amount::Number(number)) => {
                let (before, added) = (*sum, number.to_double());
                *sum += added;
                // What the smaller of the two lost when they were added.
                *lost += if before.abs() >= added.abs() {
                    (before - *sum) + added
                } else {
                    (added - *sum) + before
                };
            }
            (Gathered::Histogram { counts, sum }, Amount::Seen { value, times }) => {
                let Shape::Histogram { bounds } = shape else {
                    return;
                };
                #[expect(clippy::cast_precision_loss, reason = "the nearest double")]
                let times_double = times as f64;
                *sum += value * times_double;
                // What is no number is above every bound.
                let place = bounds.partition_point(|bound| value.is_nan() || *bound < value);
                if let Some(count) = counts.get_mut(place) {
                    *count = count.wrapping_add(times);
                }
            }
            (Gathered::Exponential(histogram), Amount::Seen { value, times }) => {
                histogram.record(value, times);
            }
            _ => {}
        }
    }

    fn write(&self, point: &mut Writer, shape: &Shape, labels: &[u8], (start, time): (u64, u64)) {
        let attributes = match shape {
            Shape::Sum { .. } | Shape::Gauge => 7,
            Shape::Histogram { .. } => 9,
            Shape::Exponential { .. } => 1,
        };
        point.entries(attributes, labels);
        point.fixed64(2, start);
        point.fixed64(3, time);
        match self {
            Gathered::Number(Number::Double(value)) => point.present_fixed64(4, value.to_bits()),
            Gathered::Compensated { sum, lost } => {
                // Of what is infinite nothing can be given back.
                let whole = if sum.is_finite() { sum + lost } else { *sum };
                point.present_fixed64(4, whole.to_bits());
            }
            Gathered::Number(Number::Int(value)) => {
                point.present_fixed64(6, value.cast_unsigned());
            }
            Gathered::Histogram { counts, sum } => {
                point.fixed64(4, counts.iter().copied().fold(0, u64::wrapping_add));
                point.optional_double(5, Some(*sum));
                point.packed_fixed64(6, counts.iter().copied());
                if let Shape::Histogram { bounds } = shape {
                    point.packed_fixed64(7, bounds.iter().map(|bound| bound.to_bits()));
                }
            }
            Gathered::Exponential(histogram) => {
                point.fixed64(4, histogram.count);
                point.optional_double(5, Some(histogram.sum));
                point.sint32(6, histogram.scale());
                point.fixed64(7, histogram.zero_count);
                point.buckets(8, &histogram.positive());
                point.buckets(9, &histogram.negative());
                if histogram.count > 0 {
                    point.optional_double(12, Some(histogram.min));
                    point.optional_double(13, Some(histogram.max));
                }
            }
        }
    }
}

impl Shape {
    /// The number of the data's field in a metric.
    const fn number(&self) -> u8 {
        match self {
            Shape::Gauge => 5,
            Shape::Sum { .. } => 7,
            Shape::Histogram { .. } => 9,
            Shape::Exponential { .. } => 10,
        }
    }

    /// Writes what stands beside the points.
    fn write_beside(&self, data: &mut Writer) {
        if let Shape::Gauge = self {
            return;
        }
        data.int32(2, Temporality::DELTA.0);
        if let Shape::Sum { monotonic, .. } = self {
            data.varint(3, u64::from(*monotonic));
        }
    }
}

impl Number {
    /// The sum of two numbers: an integer, which wraps, if both are.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Number::Int(one), Number::Int(other)) => Number::Int(one.wrapping_add(other)),
            (one, other) => Number::Double(one.to_double() + other.to_double()),
        }
    }
}
