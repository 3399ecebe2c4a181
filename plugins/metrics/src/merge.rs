//! Several points as one.

use crate::Number;
use crate::aggregate::Aggregation;
use crate::model::{Buckets, ExponentialPoint, HistogramPoint, NumberPoint};

/// Numbers as one: of the kind, with the exemplars and at the time of the first.
pub(crate) fn merge_numbers(
    group: Vec<NumberPoint>,
    aggregation: Aggregation,
) -> Option<NumberPoint> {
    let start = group.iter().map(|point| point.at.start_time).min()?;
    let values: Vec<Number> = group
        .iter()
        .map(|point| point.value.unwrap_or(Number::Int(0)))
        .collect();
    let mut merged = group.into_iter().next()?;
    merged.at.start_time = start;
    merged.value = match merged.value {
        None => None,
        Some(Number::Int(_)) => Some(Number::Int(merge_ints(&values, aggregation))),
        Some(Number::Double(_)) => {
            let values = values.into_iter().map(Number::to_double).collect();
            Some(Number::Double(merge_doubles(values, aggregation)))
        }
    };
    Some(merged)
}

/// Doubles count as 0 in a sum or a mean of integers, as in the Collector.
fn merge_ints(values: &[Number], aggregation: Aggregation) -> i64 {
    let count = i64::try_from(values.len()).unwrap_or(i64::MAX);
    let sum = || {
        let ints = values.iter().map(|value| match value {
            Number::Int(number) => *number,
            Number::Double(_) => 0,
        });
        ints.fold(0_i64, i64::wrapping_add)
    };
    let mut sorted: Vec<i64> = values.iter().copied().map(Number::to_int).collect();
    sorted.sort_unstable();
    match aggregation {
        Aggregation::Sum => sum(),
        Aggregation::Mean => sum().checked_div(count).unwrap_or_default(),
        Aggregation::Min => sorted.first().copied().unwrap_or_default(),
        Aggregation::Max => sorted.last().copied().unwrap_or_default(),
        Aggregation::Median => {
            let (low, high) = middle(&sorted);
            if low == high {
                low
            } else {
                low.wrapping_add(high) / 2
            }
        }
        Aggregation::Count if count == 1 => sorted.first().copied().unwrap_or_default(),
        Aggregation::Count => count,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of points")]
fn merge_doubles(mut values: Vec<f64>, aggregation: Aggregation) -> f64 {
    let count = values.len() as f64;
    let sum = || {
        values
            .iter()
            .copied()
            .reduce(|sum, value| sum + value)
            .unwrap_or_default()
    };
    match aggregation {
        Aggregation::Sum => sum(),
        Aggregation::Mean => sum() / count,
        Aggregation::Min => extreme(&values, f64::min),
        Aggregation::Max => extreme(&values, f64::max),
        Aggregation::Median => {
            // What is no number comes first, as Go sorts.
            values.sort_by(|one, next| {
                one.partial_cmp(next)
                    .unwrap_or_else(|| next.is_nan().cmp(&one.is_nan()))
            });
            let (low, high) = middle(&values);
            if values.len() % 2 == 1 {
                low
            } else {
                f64::midpoint(low, high)
            }
        }
        Aggregation::Count if values.len() == 1 => values.first().copied().unwrap_or_default(),
        Aggregation::Count => count,
    }
}

/// What is no number makes the result none.
fn extreme(values: &[f64], of: fn(f64, f64) -> f64) -> f64 {
    let either = |one: f64, next: f64| {
        if one.is_nan() || next.is_nan() {
            f64::NAN
        } else {
            of(one, next)
        }
    };
    values.iter().copied().reduce(either).unwrap_or_default()
}

/// The two values in the middle, which are one where their number is odd.
fn middle<T: Copy + Default>(sorted: &[T]) -> (T, T) {
    let at = |place: usize| sorted.get(place).copied().unwrap_or_default();
    let high = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        (at(high), at(high))
    } else {
        (at(high.saturating_sub(1)), at(high))
    }
}

/// Histograms of equal bounds as one.
pub(crate) fn merge_histograms(group: Vec<HistogramPoint>) -> Option<HistogramPoint> {
    let mut group = group.into_iter();
    let mut merged = group.next()?;
    for point in group.filter(|point| point.count > 0) {
        merged.count = merged.count.wrapping_add(point.count);
        merged.sum = Some(merged.sum.unwrap_or_default() + point.sum.unwrap_or_default());
        merge_extremes(&mut merged.min, &mut merged.max, point.min, point.max);
        add_counts(&mut merged.bucket_counts, &point.bucket_counts);
        merged.exemplars.extend(point.exemplars);
        merged.at.start_time = merged.at.start_time.min(point.at.start_time);
    }
    Some(merged)
}

/// Exponential histograms of equal scale as one.
pub(crate) fn merge_exponentials(group: Vec<ExponentialPoint>) -> Option<ExponentialPoint> {
    let mut group = group.into_iter();
    let mut merged = group.next()?;
    for point in group.filter(|point| point.count > 0) {
        merged.count = merged.count.wrapping_add(point.count);
        merged.sum = Some(merged.sum.unwrap_or_default() + point.sum.unwrap_or_default());
        merged.zero_count = merged.zero_count.wrapping_add(point.zero_count);
        merge_extremes(&mut merged.min, &mut merged.max, point.min, point.max);
        merge_buckets(&mut merged.negative, &point.negative);
        merge_buckets(&mut merged.positive, &point.positive);
        merged.exemplars.extend(point.exemplars);
        merged.at.start_time = merged.at.start_time.min(point.at.start_time);
    }
    Some(merged)
}

fn merge_extremes(
    min: &mut Option<f64>,
    max: &mut Option<f64>,
    other_min: Option<f64>,
    other_max: Option<f64>,
) {
    if let Some(min) = min {
        *min = min.min(other_min.unwrap_or_default());
    }
    if let Some(max) = max {
        *max = max.max(other_max.unwrap_or_default());
    }
}

fn add_counts(counts: &mut Vec<u64>, others: &[u64]) {
    if counts.len() < others.len() {
        counts.resize(others.len(), 0);
    }
    for (count, other) in counts.iter_mut().zip(others) {
        *count = count.wrapping_add(*other);
    }
}

/// The most buckets that merged points may have: offsets further apart are not to be believed.
const MOST_BUCKETS: usize = 1 << 16;

/// Adds buckets of the same scale. Where both hold the same index the counts are added, so the merged buckets hold as much as both.
fn merge_buckets(merged: &mut Buckets, other: &Buckets) {
    if other.counts.is_empty() {
        return;
    }
    if merged.counts.is_empty() {
        merged.clone_from(other);
        return;
    }
    let ahead = i64::from(merged.offset) - i64::from(other.offset);
    let distance = usize::try_from(ahead.unsigned_abs()).unwrap_or(usize::MAX);
    let longer = merged.counts.len().max(other.counts.len());
    if distance.saturating_add(longer) > MOST_BUCKETS {
        return;
    }
    let mut shifted = vec![0; distance];
    if ahead > 0 {
        shifted.append(&mut merged.counts);
        merged.counts = shifted;
        merged.offset = other.offset;
        add_counts(&mut merged.counts, &other.counts);
    } else {
        shifted.extend(&other.counts);
        add_counts(&mut merged.counts, &shifted);
    }
}
