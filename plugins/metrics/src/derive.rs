//! New metrics, gathered from records and written as one request.
//!
//! A connector knows at its start which metrics it makes: these are its [`Definition`]s. For each batch it fills a [`Derived`]: it names
//! the resource, writes the attributes of a series into [`Labels`], which it uses again and again, and adds an amount. Nothing is
//! allocated for a series that is there already.

use std::collections::BTreeMap;

use tollgate_sdk::Value;

use crate::Number;
use crate::gathered::Gathered;
use crate::wire::Writer;

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
