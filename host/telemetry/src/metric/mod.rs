//! Metrics at one moment, as OpenTelemetry names them: what readers show and send.

mod histogram;

use std::borrow::Cow;

pub use histogram::{Distribution, Histogram};

/// A name or a text that is mostly known when the program is compiled.
pub type Text = Cow<'static, str>;

/// Attributes of one series.
pub type Attributes = Vec<(Text, String)>;

/// A metric with its series.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Name, as the Collector or a policy gave it.
    pub name: Text,
    /// One sentence.
    pub description: Text,
    /// Unit, in UCUM's spelling.
    pub unit: Text,
    /// Its series.
    pub data: Data,
}

/// The series of a metric, by what they mean.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// What was added up since the start.
    Sum {
        /// Whether it only grows.
        monotonic: bool,
        /// The series.
        points: Vec<Point<Number>>,
    },
    /// What is at this moment.
    Gauge(Vec<Point<Number>>),
    /// What was counted by size since the start.
    Histogram(Vec<Point<Distribution>>),
}

/// One series.
#[derive(Debug, Clone, PartialEq)]
pub struct Point<T> {
    /// What tells it from the others of its metric.
    pub attributes: Attributes,
    /// Its value.
    pub value: T,
}

/// A number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A count.
    Int(u64),
    /// Anything else.
    Double(f64),
}

impl Metric {
    /// A sum that only grows.
    #[must_use]
    pub fn counter(
        name: impl Into<Text>,
        unit: &'static str,
        description: &'static str,
        points: Vec<Point<Number>>,
    ) -> Self {
        let data = Data::Sum {
            monotonic: true,
            points,
        };
        Self::new(name, unit, description, data)
    }

    /// What is at this moment.
    #[must_use]
    pub fn gauge(
        name: impl Into<Text>,
        unit: &'static str,
        description: &'static str,
        points: Vec<Point<Number>>,
    ) -> Self {
        Self::new(name, unit, description, Data::Gauge(points))
    }

    /// A metric of any kind.
    #[must_use]
    pub fn new(
        name: impl Into<Text>,
        unit: impl Into<Text>,
        description: impl Into<Text>,
        data: Data,
    ) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            unit: unit.into(),
            data,
        }
    }

    /// Whether it has no series.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.data {
            Data::Sum { points, .. } | Data::Gauge(points) => points.is_empty(),
            Data::Histogram(points) => points.is_empty(),
        }
    }
}

impl<T> Point<T> {
    /// A series by its attributes.
    #[must_use]
    pub fn new<const N: usize>(attributes: [(&'static str, &str); N], value: T) -> Self {
        Self {
            attributes: attributes
                .iter()
                .map(|(key, value)| (Text::Borrowed(key), (*value).to_owned()))
                .collect(),
            value,
        }
    }
}
