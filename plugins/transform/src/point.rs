//! A data point of a whole metric, by its paths.

use tollgate_metrics::model::{
    At, Buckets, Data, Exemplar, ExponentialPoint, HistogramPoint, NumberPoint, SummaryPoint,
};
use tollgate_metrics::{Metric, Number};
use tollgate_ottl::{Error, List, ListKind, Value};

/// A data point, to be changed.
pub(crate) enum Point<'m> {
    Number(&'m mut NumberPoint),
    Histogram(&'m mut HistogramPoint),
    Exponential(&'m mut ExponentialPoint),
    Summary(&'m mut SummaryPoint),
}

/// A point of a metric by its place.
pub(crate) fn point(metric: &mut Metric, place: usize) -> Option<Point<'_>> {
    match &mut metric.data {
        Data::Empty => None,
        Data::Gauge(points) | Data::Sum { points, .. } => points.get_mut(place).map(Point::Number),
        Data::Histogram { points, .. } => points.get_mut(place).map(Point::Histogram),
        Data::Exponential { points, .. } => points.get_mut(place).map(Point::Exponential),
        Data::Summary(points) => points.get_mut(place).map(Point::Summary),
    }
}

const UNFIT: Error = Error::failed("the value does not fit the field");

/// A count of 64 bits as the language has it.
fn int(number: u64) -> Value<'static> {
    Value::Int(number.cast_signed())
}

fn as_int(value: &Value<'_>) -> Result<i64, Error> {
    tollgate_ottl::convert::int(value)
}

fn as_double(value: &Value<'_>) -> Result<f64, Error> {
    tollgate_ottl::convert::double(value)
}

fn ints(numbers: &[u64]) -> Value<'static> {
    let items = numbers.iter().map(|number| int(*number)).collect();
    Value::List(List::new(ListKind::Uints, items))
}

fn as_ints(value: &Value<'_>) -> Result<Vec<u64>, Error> {
    let Value::List(list) = value else {
        return Err(UNFIT);
    };
    list.iter()
        .map(|item| as_int(&item).map(i64::cast_unsigned))
        .collect()
}

fn narrow(number: i64) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it was cut to 32 bits when it was stored"
    )]
    let narrowed = number as i32;
    narrowed
}

impl Point<'_> {
    pub(crate) fn at(&mut self) -> &mut At {
        match self {
            Self::Number(point) => &mut point.at,
            Self::Histogram(point) => &mut point.at,
            Self::Exponential(point) => &mut point.at,
            Self::Summary(point) => &mut point.at,
        }
    }

    pub(crate) fn exemplars(&mut self) -> Option<&mut Vec<Exemplar>> {
        match self {
            Self::Number(point) => Some(&mut point.exemplars),
            Self::Histogram(point) => Some(&mut point.exemplars),
            Self::Exponential(point) => Some(&mut point.exemplars),
            Self::Summary(_) => None,
        }
    }

    /// Buckets of an exponential histogram: those above zero, or those below.
    pub(crate) fn buckets(&mut self, positive: bool) -> Option<&mut Buckets> {
        match self {
            Self::Exponential(point) => Some(if positive {
                &mut point.positive
            } else {
                &mut point.negative
            }),
            _ => None,
        }
    }

    /// What a field holds; nothing where points of this kind have no such field.
    pub(crate) fn get(&mut self, field: &str) -> Value<'static> {
        match field {
            "start_time_unix_nano" => return int(self.at().start_time),
            "time_unix_nano" => return int(self.at().time),
            "flags" => return Value::Int(i64::from(self.at().flags)),
            _ => {}
        }
        match (self, field) {
            (Self::Number(point), "value_double") => match point.value {
                Some(Number::Double(number)) => Value::Double(number),
                _ => Value::Double(0.0),
            },
            (Self::Number(point), "value_int") => match point.value {
                Some(Number::Int(number)) => Value::Int(number),
                _ => Value::Int(0),
            },
            (Self::Histogram(point), "count") => int(point.count),
            (Self::Exponential(point), "count") => int(point.count),
            (Self::Summary(point), "count") => int(point.count),
            (Self::Histogram(point), "sum") => Value::Double(point.sum.unwrap_or_default()),
            (Self::Exponential(point), "sum") => Value::Double(point.sum.unwrap_or_default()),
            (Self::Summary(point), "sum") => Value::Double(point.sum),
            (Self::Histogram(point), "bucket_counts") => ints(&point.bucket_counts),
            (Self::Histogram(point), "explicit_bounds") => {
                let items = point
                    .explicit_bounds
                    .iter()
                    .map(|bound| Value::Double(*bound));
                Value::List(List::new(ListKind::Doubles, items.collect()))
            }
            (Self::Exponential(point), "scale") => Value::Int(i64::from(point.scale)),
            (Self::Exponential(point), "zero_count") => int(point.zero_count),
            (Self::Exponential(point), "positive.offset") => {
                Value::Int(i64::from(point.positive.offset))
            }
            (Self::Exponential(point), "negative.offset") => {
                Value::Int(i64::from(point.negative.offset))
            }
            (Self::Exponential(point), "positive.bucket_counts") => ints(&point.positive.counts),
            (Self::Exponential(point), "negative.bucket_counts") => ints(&point.negative.counts),
            _ => Value::Nil,
        }
    }

    /// Gives a field what it is to hold.
    pub(crate) fn set(&mut self, field: &str, value: &Value<'_>) -> Result<(), Error> {
        match field {
            "start_time_unix_nano" => {
                self.at().start_time = as_int(value)?.cast_unsigned();
                return Ok(());
            }
            "time_unix_nano" => {
                self.at().time = as_int(value)?.cast_unsigned();
                return Ok(());
            }
            "flags" => {
                self.at().flags = u32::try_from(as_int(value)?).unwrap_or_default();
                return Ok(());
            }
            _ => {}
        }
        match (self, field) {
            (Self::Number(point), "value_double") => {
                point.value = Some(Number::Double(as_double(value)?));
            }
            (Self::Number(point), "value_int") => point.value = Some(Number::Int(as_int(value)?)),
            (Self::Histogram(point), "count") => point.count = as_int(value)?.cast_unsigned(),
            (Self::Exponential(point), "count") => point.count = as_int(value)?.cast_unsigned(),
            (Self::Summary(point), "count") => point.count = as_int(value)?.cast_unsigned(),
            (Self::Histogram(point), "sum") => point.sum = Some(as_double(value)?),
            (Self::Exponential(point), "sum") => point.sum = Some(as_double(value)?),
            (Self::Summary(point), "sum") => point.sum = as_double(value)?,
            (Self::Histogram(point), "bucket_counts") => point.bucket_counts = as_ints(value)?,
            (Self::Histogram(point), "explicit_bounds") => {
                let Value::List(list) = value else {
                    return Err(UNFIT);
                };
                let bounds = list.iter().map(|item| as_double(&item));
                point.explicit_bounds = bounds.collect::<Result<_, _>>()?;
            }
            (Self::Exponential(point), "scale") => point.scale = narrow(as_int(value)?),
            (Self::Exponential(point), "zero_count") => {
                point.zero_count = as_int(value)?.cast_unsigned();
            }
            (Self::Exponential(point), "positive.offset") => {
                point.positive.offset = narrow(as_int(value)?);
            }
            (Self::Exponential(point), "negative.offset") => {
                point.negative.offset = narrow(as_int(value)?);
            }
            (Self::Exponential(point), "positive.bucket_counts") => {
                point.positive.counts = as_ints(value)?;
            }
            (Self::Exponential(point), "negative.bucket_counts") => {
                point.negative.counts = as_ints(value)?;
            }
            _ => return Err(Error::failed("data points of this kind have no such field")),
        }
        Ok(())
    }
}
