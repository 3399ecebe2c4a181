//! Reading a metric.

use super::{
    At, Buckets, Data, Exemplar, ExponentialPoint, HistogramPoint, Metric, Number, NumberPoint,
    Quantile, SummaryPoint, Temporality,
};
use crate::Malformed;
use crate::wire::{Field, Fields, Wire, int32, push_fixed64, push_varints, text, zigzag};

impl Metric {
    /// Reads an OTLP `Metric` message.
    pub fn decode(message: &[u8]) -> Result<Self, Malformed> {
        let mut metric = Self::default();
        for field in Fields::of(message) {
            let field = field?;
            match (field.number, field.wire) {
                (1, Wire::Bytes(bytes)) => metric.name = text(bytes)?,
                (2, Wire::Bytes(bytes)) => metric.description = text(bytes)?,
                (3, Wire::Bytes(bytes)) => metric.unit = text(bytes)?,
                (5, Wire::Bytes(bytes)) => metric.data = gauge(bytes)?,
                (7, Wire::Bytes(bytes)) => metric.data = sum(bytes)?,
                (9, Wire::Bytes(bytes)) => metric.data = histogram(bytes)?,
                (10, Wire::Bytes(bytes)) => metric.data = exponential(bytes)?,
                (11, Wire::Bytes(bytes)) => metric.data = summary(bytes)?,
                (12, Wire::Bytes(bytes)) => metric.metadata.read(bytes)?,
                _ => metric.unknown.extend_from_slice(field.raw),
            }
        }
        Ok(metric)
    }
}

/// What stands beside the points of a metric's data.
#[derive(Default)]
struct Beside {
    temporality: Temporality,
    monotonic: bool,
}

/// The points of a metric's data, and what stands beside them.
fn points<P>(
    message: &[u8],
    point: fn(&[u8]) -> Result<P, Malformed>,
) -> Result<(Vec<P>, Beside), Malformed> {
    let mut points = Vec::new();
    let mut beside = Beside::default();
    for field in Fields::of(message) {
        let field = field?;
        match (field.number, field.wire) {
            (1, Wire::Bytes(bytes)) => points.push(point(bytes)?),
            (2, Wire::Varint(number)) => beside.temporality = Temporality(int32(number)),
            (3, Wire::Varint(number)) => beside.monotonic = number != 0,
            _ => {}
        }
    }
    Ok((points, beside))
}

fn gauge(message: &[u8]) -> Result<Data, Malformed> {
    Ok(Data::Gauge(points(message, number_point)?.0))
}

fn sum(message: &[u8]) -> Result<Data, Malformed> {
    let (points, beside) = points(message, number_point)?;
    Ok(Data::Sum {
        points,
        temporality: beside.temporality,
        monotonic: beside.monotonic,
    })
}

fn histogram(message: &[u8]) -> Result<Data, Malformed> {
    let (points, beside) = points(message, histogram_point)?;
    Ok(Data::Histogram {
        points,
        temporality: beside.temporality,
    })
}

fn exponential(message: &[u8]) -> Result<Data, Malformed> {
    let (points, beside) = points(message, exponential_point)?;
    Ok(Data::Exponential {
        points,
        temporality: beside.temporality,
    })
}

fn summary(message: &[u8]) -> Result<Data, Malformed> {
    Ok(Data::Summary(points(message, summary_point)?.0))
}

impl At {
    /// Takes a field that all kinds of points have, by the numbers that the kind has for attributes and flags; of a field that
    /// nobody knows, its bytes.
    fn read(&mut self, field: Field<'_>, attributes: u64, flags: u64) -> Result<(), Malformed> {
        match (field.number, field.wire) {
            (number, Wire::Bytes(bytes)) if number == attributes => self.attributes.read(bytes)?,
            (2, Wire::Fixed64(time)) => self.start_time = time,
            (3, Wire::Fixed64(time)) => self.time = time,
            (number, Wire::Varint(bits)) if number == flags => {
                self.flags = int32(bits).cast_unsigned();
            }
            _ => self.unknown.extend_from_slice(field.raw),
        }
        Ok(())
    }
}

fn number_point(message: &[u8]) -> Result<NumberPoint, Malformed> {
    let mut point = NumberPoint::default();
    for field in Fields::of(message) {
        let field = field?;
        match (field.number, field.wire) {
            (4, Wire::Fixed64(bits)) => point.value = Some(Number::Double(f64::from_bits(bits))),
            (6, Wire::Fixed64(bits)) => point.value = Some(Number::Int(bits.cast_signed())),
            (5, Wire::Bytes(bytes)) => point.exemplars.push(exemplar(bytes)?),
            _ => point.at.read(field, 7, 8)?,
        }
    }
    Ok(point)
}

fn histogram_point(message: &[u8]) -> Result<HistogramPoint, Malformed> {
    let mut point = HistogramPoint::default();
    for field in Fields::of(message) {
        let field = field?;
        match (field.number, field.wire) {
            (4, Wire::Fixed64(count)) => point.count = count,
            (5, Wire::Fixed64(bits)) => point.sum = Some(f64::from_bits(bits)),
            (6, wire) => push_fixed64(&mut point.bucket_counts, wire, |count| count)?,
            (7, wire) => push_fixed64(&mut point.explicit_bounds, wire, f64::from_bits)?,
            (8, Wire::Bytes(bytes)) => point.exemplars.push(exemplar(bytes)?),
            (11, Wire::Fixed64(bits)) => point.min = Some(f64::from_bits(bits)),
            (12, Wire::Fixed64(bits)) => point.max = Some(f64::from_bits(bits)),
            _ => point.at.read(field, 9, 10)?,
        }
    }
    Ok(point)
}

fn exponential_point(message: &[u8]) -> Result<ExponentialPoint, Malformed> {
    let mut point = ExponentialPoint::default();
    for field in Fields::of(message) {
        let field = field?;
        match (field.number, field.wire) {
            (4, Wire::Fixed64(count)) => point.count = count,
            (5, Wire::Fixed64(bits)) => point.sum = Some(f64::from_bits(bits)),
            (6, Wire::Varint(number)) => point.scale = zigzag(number),
            (7, Wire::Fixed64(count)) => point.zero_count = count,
            (8, Wire::Bytes(bytes)) => point.positive = buckets(bytes)?,
            (9, Wire::Bytes(bytes)) => point.negative = buckets(bytes)?,
            (11, Wire::Bytes(bytes)) => point.exemplars.push(exemplar(bytes)?),
            (12, Wire::Fixed64(bits)) => point.min = Some(f64::from_bits(bits)),
            (13, Wire::Fixed64(bits)) => point.max = Some(f64::from_bits(bits)),
            (14, Wire::Fixed64(bits)) => point.zero_threshold = f64::from_bits(bits),
            _ => point.at.read(field, 1, 10)?,
        }
    }
    Ok(point)
}

fn buckets(message: &[u8]) -> Result<Buckets, Malformed> {
    let mut buckets = Buckets::default();
    for field in Fields::of(message) {
        let field = field?;
        match (field.number, field.wire) {
            (1, Wire::Varint(number)) => buckets.offset = zigzag(number),
            (2, wire) => push_varints(&mut buckets.counts, wire)?,
            _ => {}
        }
    }
    Ok(buckets)
}

fn summary_point(message: &[u8]) -> Result<SummaryPoint, Malformed> {
    let mut point = SummaryPoint::default();
    for field in Fields::of(message) {
        let field = field?;
        match (field.number, field.wire) {
            (4, Wire::Fixed64(count)) => point.count = count,
            (5, Wire::Fixed64(bits)) => point.sum = f64::from_bits(bits),
            (6, Wire::Bytes(bytes)) => point.quantiles.push(quantile(bytes)?),
            _ => point.at.read(field, 7, 8)?,
        }
    }
    Ok(point)
}

fn quantile(message: &[u8]) -> Result<Quantile, Malformed> {
    let mut quantile = Quantile::default();
    for field in Fields::of(message) {
        let field = field?;
        match (field.number, field.wire) {
            (1, Wire::Fixed64(bits)) => quantile.quantile = f64::from_bits(bits),
            (2, Wire::Fixed64(bits)) => quantile.value = f64::from_bits(bits),
            _ => {}
        }
    }
    Ok(quantile)
}

fn exemplar(message: &[u8]) -> Result<Exemplar, Malformed> {
    let mut exemplar = Exemplar::default();
    for field in Fields::of(message) {
        let field = field?;
        match (field.number, field.wire) {
            (7, Wire::Bytes(bytes)) => exemplar.attributes.read(bytes)?,
            (2, Wire::Fixed64(time)) => exemplar.time = time,
            (3, Wire::Fixed64(bits)) => {
                exemplar.value = Some(Number::Double(f64::from_bits(bits)));
            }
            (6, Wire::Fixed64(bits)) => exemplar.value = Some(Number::Int(bits.cast_signed())),
            (4, Wire::Bytes(bytes)) => exemplar.span_id = bytes.to_vec(),
            (5, Wire::Bytes(bytes)) => exemplar.trace_id = bytes.to_vec(),
            _ => exemplar.unknown.extend_from_slice(field.raw),
        }
    }
    Ok(exemplar)
}
