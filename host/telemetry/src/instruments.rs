//! Metrics of a policy's own: what it adds to the instruments of its manifest.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::metric::{Attributes, Data, Distribution, Metric, Number, Point, Text};

/// Series an instrument may have: the specification's default. What comes beyond goes into one series with
/// `otel.metric.overflow`.
const SERIES: usize = 2000;
const OVERFLOW: &str = "otel.metric.overflow";

/// What an instrument does with what is added to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstrumentKind {
    /// Sums it up; nothing can be taken away.
    Sum,
    /// Counts it by size.
    Histogram,
    /// Keeps the last.
    Gauge,
}

/// An instrument of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Name, as in OpenTelemetry.
    pub name: String,
    /// Unit, in UCUM's spelling.
    pub unit: String,
    /// One sentence.
    pub description: String,
    /// What it does with what is added to it.
    pub kind: InstrumentKind,
}

/// The instruments of one stage, with their series.
#[derive(Debug)]
pub struct Instruments {
    stage: String,
    instruments: Vec<(Instrument, Mutex<Series>)>,
}

type Series = HashMap<Vec<(String, String)>, Value>;

#[derive(Debug)]
enum Value {
    Number(f64),
    Distribution(Distribution),
}

impl Instruments {
    /// Those of the stage `stage`, in the order of its manifest.
    #[must_use]
    pub fn new(stage: String, instruments: Vec<Instrument>) -> Self {
        let instruments = instruments
            .into_iter()
            .map(|instrument| (instrument, Mutex::default()))
            .collect();
        Self { stage, instruments }
    }

    /// Takes an addition to the instrument at `index`. One that is not there was refused before.
    pub fn record(&self, index: usize, value: f64, attributes: &[(String, String)]) {
        let Some((instrument, series)) = self.instruments.get(index) else {
            return;
        };
        let mut attributes = attributes.to_vec();
        attributes.sort_unstable();
        attributes.dedup_by(|later, earlier| later.0 == earlier.0);
        let mut series = series.lock().unwrap_or_else(PoisonError::into_inner);
        if series.len() >= SERIES.saturating_sub(1) && !series.contains_key(&attributes) {
            attributes = vec![(OVERFLOW.to_owned(), "true".to_owned())];
        }
        let value_of = series
            .entry(attributes)
            .or_insert_with(|| instrument.kind.empty());
        value_of.take(instrument.kind, value);
    }

    /// What stands there now. Names of attributes that the host gives itself are the host's.
    #[must_use]
    pub fn read(&self) -> Vec<Metric> {
        self.instruments
            .iter()
            .map(|(instrument, series)| {
                let series = series.lock().unwrap_or_else(PoisonError::into_inner);
                Metric::new(
                    instrument.name.clone(),
                    instrument.unit.clone(),
                    instrument.description.clone(),
                    self.data(instrument.kind, &series),
                )
            })
            .collect()
    }

    fn data(&self, kind: InstrumentKind, series: &Series) -> Data {
        let numbers = || {
            let points = series.iter().filter_map(|(attributes, value)| match value {
                Value::Number(number) => Some(self.point(attributes, Number::Double(*number))),
                Value::Distribution(_) => None,
            });
            points.collect()
        };
        match kind {
            InstrumentKind::Sum => Data::Sum {
                monotonic: true,
                points: numbers(),
            },
            InstrumentKind::Gauge => Data::Gauge(numbers()),
            InstrumentKind::Histogram => {
                let points = series.iter().filter_map(|(attributes, value)| match value {
                    Value::Distribution(value) => Some(self.point(attributes, value.clone())),
                    Value::Number(_) => None,
                });
                Data::Histogram(points.collect())
            }
        }
    }

    fn point<T>(&self, attributes: &[(String, String)], value: T) -> Point<T> {
        let own = attributes
            .iter()
            .filter(|(key, _)| key != "processor")
            .map(|(key, value)| (Text::Owned(key.clone()), value.clone()));
        let attributes: Attributes =
            std::iter::once((Text::Borrowed("processor"), self.stage.clone()))
                .chain(own)
                .collect();
        Point { attributes, value }
    }
}

impl InstrumentKind {
    fn empty(self) -> Value {
        match self {
            Self::Sum | Self::Gauge => Value::Number(0.0),
            Self::Histogram => {
                Value::Distribution(crate::Histogram::new(crate::Histogram::ANY).read())
            }
        }
    }
}

impl Value {
    fn take(&mut self, kind: InstrumentKind, value: f64) {
        match self {
            Self::Number(number) if kind == InstrumentKind::Gauge => *number = value,
            Self::Number(number) => *number += value.max(0.0),
            Self::Distribution(distribution) => {
                let bucket = distribution.bounds.partition_point(|bound| *bound < value);
                if let Some(count) = distribution.counts.get_mut(bucket) {
                    *count = count.saturating_add(1);
                }
                distribution.sum += value;
            }
        }
    }
}
