//! One metric made into another kind, or into another unit.

use crate::model::{Exemplar, HistogramPoint, NumberPoint, SummaryPoint};
use crate::{Data, Error, Metric, Number, Temporality};

impl Temporality {
    /// The temporality behind OTTL's word for it.
    pub fn of_word(word: &str) -> Result<Self, Error> {
        match word {
            "delta" => Ok(Self::DELTA),
            "cumulative" => Ok(Self::CUMULATIVE),
            _ => Err(Error::Word {
                what: "an aggregation temporality",
                known: "`delta` or `cumulative`",
            }),
        }
    }
}

impl Metric {
    /// Makes a gauge a sum; leaves every other metric as it is.
    pub fn gauge_to_sum(&mut self, temporality: Temporality, monotonic: bool) {
        if let Data::Gauge(points) = &mut self.data {
            self.data = Data::Sum {
                points: std::mem::take(points),
                temporality,
                monotonic,
            };
        }
    }

    /// Makes a sum a gauge; leaves every other metric as it is.
    pub fn sum_to_gauge(&mut self) {
        if let Data::Sum { points, .. } = &mut self.data {
            self.data = Data::Gauge(std::mem::take(points));
        }
    }

    /// Multiplies all values, and the bounds of buckets. Integers stay integers: what is behind the point is cut off.
    pub fn scale(&mut self, multiplier: f64) -> Result<(), Error> {
        match &mut self.data {
            Data::Gauge(points) | Data::Sum { points, .. } => {
                for point in points {
                    scale_number(point, multiplier);
                }
            }
            Data::Histogram { points, .. } => {
                for point in points {
                    scale_histogram(point, multiplier);
                }
            }
            Data::Summary(points) => {
                for point in points {
                    scale_summary(point, multiplier);
                }
            }
            other @ (Data::Exponential { .. } | Data::Empty) => {
                return Err(Error::Data {
                    function: "scale_metric",
                    takes: "Gauge, Sum, Histogram or Summary",
                    found: other.kind(),
                });
            }
        }
        Ok(())
    }
}

impl Number {
    /// Its product with a double, of its own kind.
    fn scaled(self, multiplier: f64) -> Self {
        match self {
            Number::Int(_) => Number::Int(truncate(self.to_double() * multiplier)),
            Number::Double(number) => Number::Double(number * multiplier),
        }
    }

    /// The nearest double.
    #[must_use]
    pub const fn to_double(self) -> f64 {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "beyond 2^53 the nearest double is what is asked for"
            )]
            Number::Int(number) => number as f64,
            Number::Double(number) => number,
        }
    }

    /// The integer, without what is behind a double's point.
    #[must_use]
    pub fn to_int(self) -> i64 {
        match self {
            Number::Int(number) => number,
            Number::Double(number) => truncate(number),
        }
    }
}

/// A double without what is behind its point; the nearest integer that there is, where it is too large.
#[expect(clippy::cast_possible_truncation, reason = "saturates")]
fn truncate(number: f64) -> i64 {
    number as i64
}

/// The exemplars stay: the Collector leaves those of numbers alone.
fn scale_number(point: &mut NumberPoint, multiplier: f64) {
    point.value = point.value.map(|value| value.scaled(multiplier));
}

fn scale_histogram(point: &mut HistogramPoint, multiplier: f64) {
    for value in [&mut point.sum, &mut point.min, &mut point.max]
        .into_iter()
        .flatten()
    {
        *value *= multiplier;
    }
    for bound in &mut point.explicit_bounds {
        *bound *= multiplier;
    }
    for Exemplar { value, .. } in &mut point.exemplars {
        *value = value.map(|value| value.scaled(multiplier));
    }
}

fn scale_summary(point: &mut SummaryPoint, multiplier: f64) {
    point.sum *= multiplier;
    for quantile in &mut point.quantiles {
        quantile.value *= multiplier;
    }
}
