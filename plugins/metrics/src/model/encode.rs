//! Writing a metric.

use super::{
    At, Data, Exemplar, ExponentialPoint, HistogramPoint, Metric, Number, NumberPoint,
    SummaryPoint, Temporality,
};
use crate::wire::Writer;

impl Metric {
    /// The metric as an OTLP `Metric` message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut message = Writer::default();
        self.write(&mut message);
        message.bytes
    }

    pub(crate) fn write(&self, message: &mut Writer) {
        message.bytes(1, self.name.as_bytes());
        message.bytes(2, self.description.as_bytes());
        message.bytes(3, self.unit.as_bytes());
        self.data.write(message);
        self.metadata.write(message, 12);
        message.raw(&self.unknown);
    }
}

impl Data {
    fn write(&self, message: &mut Writer) {
        match self {
            Data::Empty => {}
            Data::Gauge(points) => message.message(5, |data| write_points(data, points, number)),
            Data::Sum {
                points,
                temporality,
                monotonic,
            } => message.message(7, |data| {
                write_points(data, points, number);
                write_temporality(data, *temporality);
                data.varint(3, u64::from(*monotonic));
            }),
            Data::Histogram {
                points,
                temporality,
            } => message.message(9, |data| {
                write_points(data, points, histogram);
                write_temporality(data, *temporality);
            }),
            Data::Exponential {
                points,
                temporality,
            } => message.message(10, |data| {
                write_points(data, points, exponential);
                write_temporality(data, *temporality);
            }),
            Data::Summary(points) => {
                message.message(11, |data| write_points(data, points, summary));
            }
        }
    }
}

fn write_points<P>(data: &mut Writer, points: &[P], write: fn(&mut Writer, &P)) {
    for point in points {
        data.message(1, |message| write(message, point));
    }
}

fn write_temporality(data: &mut Writer, temporality: Temporality) {
    data.int32(2, temporality.0);
}

impl At {
    /// Writes what all kinds of points have, but for the fields that nobody knows.
    fn write(&self, message: &mut Writer, attributes: u8, flags: u8) {
        self.attributes.write(message, attributes);
        message.fixed64(2, self.start_time);
        message.fixed64(3, self.time);
        message.varint(flags, u64::from(self.flags));
    }
}

fn write_number(message: &mut Writer, value: Option<Number>, double: u8, int: u8) {
    match value {
        None => {}
        Some(Number::Double(value)) => message.present_fixed64(double, value.to_bits()),
        Some(Number::Int(value)) => message.present_fixed64(int, value.cast_unsigned()),
    }
}

fn write_exemplars(message: &mut Writer, number: u8, exemplars: &[Exemplar]) {
    for exemplar in exemplars {
        message.message(number, |message| {
            message.fixed64(2, exemplar.time);
            write_number(message, exemplar.value, 3, 6);
            message.bytes(4, &exemplar.span_id);
            message.bytes(5, &exemplar.trace_id);
            exemplar.attributes.write(message, 7);
            message.raw(&exemplar.unknown);
        });
    }
}

fn number(message: &mut Writer, point: &NumberPoint) {
    point.at.write(message, 7, 8);
    write_number(message, point.value, 4, 6);
    write_exemplars(message, 5, &point.exemplars);
    message.raw(&point.at.unknown);
}

fn histogram(message: &mut Writer, point: &HistogramPoint) {
    point.at.write(message, 9, 10);
    message.fixed64(4, point.count);
    message.optional_double(5, point.sum);
    message.packed_fixed64(6, point.bucket_counts.iter().copied());
    message.packed_fixed64(7, point.explicit_bounds.iter().map(|bound| bound.to_bits()));
    write_exemplars(message, 8, &point.exemplars);
    message.optional_double(11, point.min);
    message.optional_double(12, point.max);
    message.raw(&point.at.unknown);
}

fn exponential(message: &mut Writer, point: &ExponentialPoint) {
    point.at.write(message, 1, 10);
    message.fixed64(4, point.count);
    message.optional_double(5, point.sum);
    message.sint32(6, point.scale);
    message.fixed64(7, point.zero_count);
    message.buckets(8, &point.positive);
    message.buckets(9, &point.negative);
    write_exemplars(message, 11, &point.exemplars);
    message.optional_double(12, point.min);
    message.optional_double(13, point.max);
    message.double(14, point.zero_threshold);
    message.raw(&point.at.unknown);
}

fn summary(message: &mut Writer, point: &SummaryPoint) {
    point.at.write(message, 7, 8);
    message.fixed64(4, point.count);
    message.double(5, point.sum);
    for quantile in &point.quantiles {
        message.message(6, |message| {
            message.double(1, quantile.quantile);
            message.double(2, quantile.value);
        });
    }
    message.raw(&point.at.unknown);
}
