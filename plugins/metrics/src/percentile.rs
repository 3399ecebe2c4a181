//! A percentile of a histogram, as a gauge.

use crate::model::{Buckets, ExponentialPoint, HistogramPoint};
use crate::{Data, Error, Metric, Number};

const FALLS_SHORT: Error = Error::Inconsistent("its buckets hold less than its count");

impl Metric {
    /// A percentile of each point of a histogram or exponential histogram; points that hold nothing are left out. `None` of every
    /// other metric, and where no point is left. Without a suffix it is `_p` and the percentile.
    pub fn percentile(
        &self,
        percentile: f64,
        suffix: Option<&str>,
    ) -> Result<Option<Metric>, Error> {
        if !(percentile > 0.0 && percentile < 100.0) {
            return Err(Error::Range {
                what: "a percentile",
                allowed: "greater than 0 and less than 100",
            });
        }
        let mut gauge = Vec::new();
        match &self.data {
            Data::Histogram { points, .. } => {
                for point in points {
                    let value = of_histogram(point, percentile)?;
                    gauge.extend(value.map(|value| point.at.with(Number::Double(value))));
                }
            }
            Data::Exponential { points, .. } => {
                for point in points {
                    let value = of_exponential(point, percentile)?;
                    gauge.extend(value.map(|value| point.at.with(Number::Double(value))));
                }
            }
            _ => return Ok(None),
        }
        let name = format!("p{}", general(percentile));
        let suffix = match suffix {
            None | Some("") => format!("_{name}"),
            Some(suffix) => suffix.to_owned(),
        };
        let mut metric = self.derived(&suffix, Data::Gauge(gauge));
        metric.description = match self.description.as_str() {
            "" => name,
            description => format!("{description} ({name})"),
        };
        Ok(metric.filled())
    }
}

/// A number as Go's `%g` has it.
fn general(number: f64) -> String {
    if number >= 1e-4 {
        return number.to_string();
    }
    let scientific = format!("{number:e}");
    match scientific.split_once("e-") {
        Some((digits, exponent)) => format!("{digits}e-{exponent:0>2}"),
        None => scientific,
    }
}

/// How many of the values lie at a percentile or below.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count, and saturates"
)]
fn target(count: u64, percentile: f64) -> u64 {
    (count as f64 * (percentile / 100.0)).ceil() as u64
}

#[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

fn of_histogram(point: &HistogramPoint, percentile: f64) -> Result<Option<f64>, Error> {
    let (counts, bounds) = (&point.bucket_counts, &point.explicit_bounds);
    if point.count == 0 || counts.is_empty() {
        return Ok(None);
    }
    if counts.len() != bounds.len() + 1 {
        return Err(Error::Inconsistent(
            "it needs one bucket more than it has bounds",
        ));
    }
    let target = target(point.count, percentile);
    if let ([count], []) = (counts.as_slice(), bounds.as_slice()) {
        // The one bucket is without bounds, so there is nothing between which to look without the extremes.
        let (Some(min), Some(max)) = (point.min, point.max) else {
            return Ok(None);
        };
        return between(min, max, ratio(target, *count)).map(Some);
    }
    let mut before = 0_u64;
    let uppers = bounds.iter().copied().map(Some).chain([None]);
    let mut lower = None;
    for (count, upper) in counts.iter().zip(uppers) {
        let cumulated = before.saturating_add(*count);
        if cumulated < target {
            before = cumulated;
            lower = upper;
            continue;
        }
        let ratio = ratio(target - before, *count);
        return match (lower, upper) {
            (None, Some(upper)) => match point.min {
                Some(min) if min < upper => between(min, upper, ratio),
                _ if upper < 0.0 => Ok(upper),
                _ => between(0.0, upper, ratio),
            },
            (Some(lower), Some(upper)) => between(lower, upper, ratio),
            (Some(lower), None) => match point.max {
                Some(max) if max > lower => between(lower, max, ratio),
                _ => Ok(lower),
            },
            (None, None) => Err(FALLS_SHORT),
        }
        .map(Some);
    }
    Err(FALLS_SHORT)
}

fn of_exponential(point: &ExponentialPoint, percentile: f64) -> Result<Option<f64>, Error> {
    let (negative, positive) = (&point.negative, &point.positive);
    let empty = negative.counts.is_empty() && positive.counts.is_empty() && point.zero_count == 0;
    if point.count == 0 || empty {
        return Ok(None);
    }
    let target = target(point.count, percentile);
    let mut before = 0_u64;
    for (place, count) in negative.counts.iter().enumerate().rev() {
        let cumulated = before.saturating_add(*count);
        if cumulated >= target {
            // From the end of the bucket that is the furthest from zero.
            let ratio = 1.0 - ratio(target - before, *count);
            return within(negative, place, point.scale, ratio).map(|value| Some(-value));
        }
        before = cumulated;
    }
    let after_zero = before.saturating_add(point.zero_count);
    if after_zero >= target {
        let ratio = ratio(target - before, point.zero_count);
        let near = point.zero_threshold;
        return match (negative.counts.is_empty(), positive.counts.is_empty()) {
            (true, false) => between(0.0, near, ratio),
            (false, true) => between(-near, 0.0, ratio),
            _ => between(-near, near, ratio),
        }
        .map(Some);
    }
    before = after_zero;
    for (place, count) in positive.counts.iter().enumerate() {
        let cumulated = before.saturating_add(*count);
        if cumulated >= target {
            let ratio = ratio(target - before, *count);
            return within(positive, place, point.scale, ratio).map(Some);
        }
        before = cumulated;
    }
    Err(FALLS_SHORT)
}

/// A value between two bounds, if all values in between are as likely.
fn between(lower: f64, upper: f64, ratio: f64) -> Result<f64, Error> {
    if !(0.0..=1.0).contains(&ratio) {
        return Err(FALLS_SHORT);
    }
    Ok(lower + ratio * (upper - lower))
}

/// A value within a bucket of an exponential histogram, if all orders of size in it are as likely.
fn within(buckets: &Buckets, place: usize, scale: i32, ratio: f64) -> Result<f64, Error> {
    let index = i64::from(buckets.offset).saturating_add_unsigned(place as u64);
    let (lower, upper) = (bound(index, scale), bound(index.saturating_add(1), scale));
    if !(lower > 0.0 && lower < upper) {
        return Err(Error::Inconsistent("a bucket has no bounds"));
    }
    if !(0.0..=1.0).contains(&ratio) {
        return Err(FALLS_SHORT);
    }
    let (lower, upper) = (lower.log2(), upper.log2());
    Ok((lower + (upper - lower) * ratio).exp2())
}

/// The lower bound of a bucket of an exponential histogram.
pub(crate) fn bound(index: i64, scale: i32) -> f64 {
    if scale > 0 {
        #[expect(clippy::cast_precision_loss, reason = "an index has 32 bits and a few")]
        let index = index as f64;
        return (index * factor(scale)).exp();
    }
    let shift = scale.unsigned_abs();
    let exponent = if shift < 64 { index << shift } else { 0 };
    // Beyond these it is infinite, or nothing.
    let exponent = i32::try_from(exponent.clamp(-1100, 1100)).unwrap_or(0);
    2_f64.powi(exponent)
}

/// The logarithm of what each bucket's upper bound is of its lower one.
pub(crate) fn factor(scale: i32) -> f64 {
    std::f64::consts::LN_2 * 2_f64.powi(-scale)
}
