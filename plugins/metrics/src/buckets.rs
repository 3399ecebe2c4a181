//! Histograms with other buckets.

use crate::model::{At, ExponentialPoint, HistogramPoint};
use crate::percentile::factor;
use crate::{Attributes, Data, Error, Metric};

/// How the values of a bucket are spread over the new ones that it touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distribution {
    /// All to the one with the bucket's upper bound.
    Upper,
    /// All to the one with the bucket's middle.
    Midpoint,
    /// To all alike.
    Uniform,
    /// By chance, weighted by how much is touched.
    Random,
}

impl Distribution {
    /// The distribution behind OTTL's word for it; [`Distribution::Random`] without one.
    pub fn of_word(word: &str) -> Result<Self, Error> {
        match word {
            "upper" => Ok(Self::Upper),
            "midpoint" => Ok(Self::Midpoint),
            "uniform" => Ok(Self::Uniform),
            "random" | "" => Ok(Self::Random),
            _ => Err(Error::Word {
                what: "a distribution",
                known: "`upper`, `midpoint`, `uniform` or `random`",
            }),
        }
    }
}

impl Metric {
    /// Makes an exponential histogram one with these bounds; leaves every other metric as it is. Like the Collector's function it
    /// makes as many buckets as there are bounds, and the last one takes what is above.
    pub fn exponential_to_histogram(
        &mut self,
        distribution: Distribution,
        bounds: &[f64],
        mut random: impl FnMut() -> u64,
    ) -> Result<(), Error> {
        if bounds.is_empty() {
            return Err(Error::Range {
                what: "the bounds",
                allowed: "one number or more",
            });
        }
        let Data::Exponential {
            points,
            temporality,
        } = &mut self.data
        else {
            return Ok(());
        };
        let temporality = *temporality;
        let points = std::mem::take(points).into_iter().map(|point| {
            let counts = spread(&point, distribution, bounds, &mut random);
            explicit(point, bounds, counts)
        });
        self.data = Data::Histogram {
            points: points.collect(),
            temporality,
        };
        self.metadata = Attributes::default();
        self.unknown.clear();
        Ok(())
    }
}

fn explicit(point: ExponentialPoint, bounds: &[f64], counts: Vec<u64>) -> HistogramPoint {
    HistogramPoint {
        at: At {
            flags: 0,
            unknown: Vec::new(),
            ..point.at
        },
        count: point.count,
        sum: Some(point.sum.unwrap_or_default()),
        bucket_counts: counts,
        explicit_bounds: bounds.to_vec(),
        exemplars: point.exemplars,
        min: Some(point.min.unwrap_or_default()),
        max: Some(point.max.unwrap_or_default()),
    }
}

/// The counts of the new buckets; negative values are left out, as the Collector does.
fn spread(
    point: &ExponentialPoint,
    distribution: Distribution,
    bounds: &[f64],
    random: &mut impl FnMut() -> u64,
) -> Vec<u64> {
    let mut target = Target {
        bounds,
        counts: vec![0; bounds.len()],
    };
    if bounds.first() == Some(&0.0) {
        target.add(0, point.zero_count);
    }
    let factor = factor(point.scale);
    for (place, count) in (0_i32..).zip(&point.positive.counts) {
        let index = point.positive.offset.wrapping_add(place);
        let bucket = Bucket {
            lower: (f64::from(index) * factor).exp(),
            upper: (f64::from(index.wrapping_add(1)) * factor).exp(),
            count: *count,
        };
        if bounds.last().is_some_and(|last| bucket.lower > *last) {
            target.add(target.last(), bucket.count);
        } else if let Some(whole) = bounds.windows(2).position(
            |pair| matches!(pair, [low, high] if bucket.lower > *low && bucket.upper <= *high),
        ) {
            target.add(whole, bucket.count);
        } else {
            match distribution {
                Distribution::Upper => target.upper(&bucket),
                Distribution::Midpoint => target.midpoint(&bucket),
                Distribution::Uniform => target.uniform(&bucket),
                Distribution::Random => target.random(&bucket, random),
            }
        }
    }
    target.counts
}

struct Bucket {
    lower: f64,
    upper: f64,
    count: u64,
}

struct Target<'b> {
    bounds: &'b [f64],
    counts: Vec<u64>,
}

impl Target<'_> {
    fn last(&self) -> usize {
        self.bounds.len().saturating_sub(1)
    }

    fn add(&mut self, place: usize, count: u64) {
        if let Some(entry) = self.counts.get_mut(place) {
            *entry = entry.wrapping_add(count);
        }
    }

    /// The first bound that is not below a value.
    fn place_of(&self, value: f64) -> Option<usize> {
        self.bounds.iter().position(|bound| value <= *bound)
    }

    /// The buckets that a range touches: the first and the last.
    fn touched(&self, bucket: &Bucket) -> (usize, usize) {
        let first = self.place_of(bucket.lower).unwrap_or(self.bounds.len());
        let last = self.place_of(bucket.upper).unwrap_or(self.bounds.len());
        (first, last.max(first).min(self.last()))
    }

    fn upper(&mut self, bucket: &Bucket) {
        let place = self.place_of(bucket.upper).unwrap_or(self.last());
        self.add(place, bucket.count);
    }

    fn midpoint(&mut self, bucket: &Bucket) {
        let middle = f64::midpoint(bucket.upper, bucket.lower);
        let place = match self.place_of(middle) {
            Some(place) => place.saturating_sub(1),
            None => self.last(),
        };
        self.add(place, bucket.count);
    }

    fn uniform(&mut self, bucket: &Bucket) {
        let (first, last) = self.touched(bucket);
        let width = last.saturating_sub(first) as u64 + 1;
        let (each, rest) = (bucket.count / width, bucket.count % width);
        if width == 1 {
            return self.add(first, bucket.count);
        }
        for (nth, place) in (0_u64..).zip(first..=last) {
            self.add(place, each + u64::from(nth < rest));
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "shares of a count, which saturate"
    )]
    fn random(&mut self, bucket: &Bucket, random: &mut impl FnMut() -> u64) {
        let (first, last) = self.touched(bucket);
        if last <= first {
            return self.add(first, bucket.count);
        }
        let mut left = bucket.count;
        for place in first..=last {
            let below = place
                .checked_sub(1)
                .and_then(|place| self.bounds.get(place));
            let lower = below.copied().unwrap_or(bucket.lower).max(bucket.lower);
            let upper = self.bounds.get(place).copied().unwrap_or(bucket.upper);
            let overlap = upper.min(bucket.upper) - lower;
            let share = bucket.count as f64 * (overlap / (bucket.upper - bucket.lower));
            let chance = (random() >> 11) as f64 / (1_u64 << 53) as f64;
            let taken = ((chance * share.trunc()) as u64).min(left);
            self.add(place, taken);
            left -= taken;
        }
        // The rest one by one; of a rest that would take long, most in equal parts.
        let width = (last - first) as u64 + 1;
        let singly = left.min(1000);
        let each = (left - singly) / width;
        for place in first..=last {
            self.add(place, each);
        }
        for _ in 0..singly + (left - singly) % width {
            let place = first + (random() % width) as usize;
            self.add(place, 1);
        }
    }
}

/// Bounds this close are the same.
const SAME: f64 = 1e-12;

impl HistogramPoint {
    /// Takes a bound away, and adds the bucket below it to the one above. Nothing happens where there is no such bound.
    pub fn remove_bound(&mut self, bound: f64) {
        let same = |candidate: &f64| (candidate - bound).abs() < SAME;
        let Some(place) = self.explicit_bounds.iter().position(same) else {
            return;
        };
        if !self.is_consistent() {
            return;
        }
        self.explicit_bounds.remove(place);
        let below = self.bucket_counts.remove(place);
        if let Some(above) = self.bucket_counts.get_mut(place) {
            *above = above.wrapping_add(below);
        }
    }

    /// Joins neighbouring buckets, as many as it takes to have no more than these.
    pub fn limit_buckets(&mut self, most: u64) {
        let buckets = self.bucket_counts.len();
        let increasing = self.explicit_bounds.is_sorted_by(|one, next| one < next);
        let most = usize::try_from(most).unwrap_or(usize::MAX).max(1);
        if !self.is_consistent() || !increasing || buckets <= most || buckets <= 1 {
            return;
        }
        let joined = buckets.div_ceil(most);
        self.bucket_counts = self
            .bucket_counts
            .chunks(joined)
            .map(|counts| counts.iter().fold(0, |sum, count| count.wrapping_add(sum)))
            .collect();
        self.explicit_bounds = self
            .explicit_bounds
            .iter()
            .copied()
            .skip(joined - 1)
            .step_by(joined)
            .collect();
    }

    fn is_consistent(&self) -> bool {
        self.explicit_bounds.len() + 1 == self.bucket_counts.len()
    }
}

/// The number of buckets that a number stands for: a whole one, and 1 at least.
pub fn bucket_limit(number: f64) -> Result<u64, Error> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, and within the bounds"
    )]
    let limit = number as u64;
    if (1.0..=9_223_372_036_854_775_807.0).contains(&number) && number.fract() == 0.0 {
        return Ok(limit);
    }
    Err(Error::Range {
        what: "the number of buckets",
        allowed: "a positive integer",
    })
}
