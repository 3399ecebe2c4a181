//! What becomes of the amounts of a series, and the point that it is written as.

use crate::derive::{Amount, Shape};
use crate::exponential::Exponential;
use crate::wire::Writer;
use crate::{Number, Temporality};

/// What became of the amounts of a series.
#[derive(Debug)]
pub(crate) enum Gathered {
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

impl Gathered {
    pub(crate) fn start(shape: &Shape, amount: Amount) -> Self {
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

    pub(crate) fn add(&mut self, shape: &Shape, amount: Amount) {
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

    pub(crate) fn write(
        &self,
        point: &mut Writer,
        shape: &Shape,
        labels: &[u8],
        (start, time): (u64, u64),
    ) {
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
    pub(crate) const fn number(&self) -> u8 {
        match self {
            Shape::Gauge => 5,
            Shape::Sum { .. } => 7,
            Shape::Histogram { .. } => 9,
            Shape::Exponential { .. } => 10,
        }
    }

    /// Writes what stands beside the points.
    pub(crate) fn write_beside(&self, data: &mut Writer) {
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
