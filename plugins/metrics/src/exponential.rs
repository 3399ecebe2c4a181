//! An exponential histogram while values are recorded in it: as fine as its size allows, and coarser when the values spread.

use std::collections::VecDeque;

use crate::model::Buckets;

/// The finest scale: an index has 32 bits.
const FINEST: i32 = 20;
/// How many bits of a double are its fraction.
const FRACTION_BITS: u32 = 52;
const FRACTION: u64 = (1 << FRACTION_BITS) - 1;
/// What is added to the exponent of a double.
const BIAS: i32 = 1023;

/// A base-2 exponential histogram as the specification's SDK builds it.
#[derive(Debug, Clone)]
pub(crate) struct Exponential {
    max_size: usize,
    scale: i32,
    pub(crate) count: u64,
    pub(crate) sum: f64,
    pub(crate) zero_count: u64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    positive: Range,
    negative: Range,
}

/// Counts of neighbouring indices.
#[derive(Debug, Clone, Default)]
struct Range {
    start: i32,
    counts: VecDeque<u64>,
}

impl Exponential {
    /// One with so many buckets for each sign, and two at least.
    pub(crate) fn new(max_size: usize) -> Self {
        Self {
            max_size: max_size.max(2),
            scale: FINEST,
            count: 0,
            sum: 0.0,
            zero_count: 0,
            min: 0.0,
            max: 0.0,
            positive: Range::default(),
            negative: Range::default(),
        }
    }

    /// Records a value so many times. What is infinite or no number has no bucket, and is left out.
    pub(crate) fn record(&mut self, value: f64, times: u64) {
        if times == 0 || !value.is_finite() {
            return;
        }
        if self.count == 0 {
            (self.min, self.max) = (value, value);
        }
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.count = self.count.wrapping_add(times);
        if value == 0.0 {
            self.zero_count = self.zero_count.wrapping_add(times);
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "the nearest double")]
        let times_double = times as f64;
        self.sum += value * times_double;
        let magnitude = value.abs();
        let side = if value > 0.0 {
            &self.positive
        } else {
            &self.negative
        };
        let coarser = side.coarser_by(index(magnitude, self.scale), self.max_size);
        if coarser > 0 {
            self.scale -= coarser;
            self.positive.coarsen(coarser);
            self.negative.coarsen(coarser);
        }
        let index = index(magnitude, self.scale);
        let side = if value > 0.0 {
            &mut self.positive
        } else {
            &mut self.negative
        };
        side.add(index, times);
    }

    /// The scale: of nothing but zeros, 0.
    pub(crate) fn scale(&self) -> i32 {
        if self.count == self.zero_count {
            0
        } else {
            self.scale
        }
    }

    pub(crate) fn positive(&self) -> Buckets {
        self.positive.buckets()
    }

    pub(crate) fn negative(&self) -> Buckets {
        self.negative.buckets()
    }
}

impl Range {
    /// How many times the scale must be halved for an index to have room.
    fn coarser_by(&self, index: i32, size: usize) -> i32 {
        let Some(last) = self.last() else { return 0 };
        let (mut low, mut high) = (i64::from(self.start.min(index)), i64::from(last.max(index)));
        let mut by = 0;
        while high.abs_diff(low) >= size as u64 {
            low >>= 1;
            high >>= 1;
            by += 1;
        }
        by
    }

    fn last(&self) -> Option<i32> {
        let length = i32::try_from(self.counts.len()).ok()?;
        (length > 0).then(|| self.start.saturating_add(length - 1))
    }

    /// Joins neighbours, each time two.
    fn coarsen(&mut self, by: i32) {
        let start = self.start >> by;
        let mut counts: VecDeque<u64> = VecDeque::with_capacity(self.counts.len());
        for (place, count) in (self.start..).zip(&self.counts) {
            let target = usize::try_from((place >> by).saturating_sub(start)).unwrap_or_default();
            match counts.get_mut(target) {
                Some(entry) => *entry = entry.wrapping_add(*count),
                None => counts.push_back(*count),
            }
        }
        self.start = start;
        self.counts = counts;
    }

    fn add(&mut self, index: i32, times: u64) {
        if self.counts.is_empty() {
            self.start = index;
        }
        while index < self.start {
            self.counts.push_front(0);
            self.start -= 1;
        }
        let place = usize::try_from(index.saturating_sub(self.start)).unwrap_or_default();
        if self.counts.len() <= place {
            self.counts.resize(place + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(place) {
            *count = count.wrapping_add(times);
        }
    }

    fn buckets(&self) -> Buckets {
        Buckets {
            offset: self.start,
            counts: self.counts.iter().copied().collect(),
        }
    }
}

/// The bucket of a positive value: its upper bound belongs to it.
fn index(value: f64, scale: i32) -> i32 {
    let bits = value.to_bits();
    let fraction = bits & FRACTION;
    let exponent = i32::try_from(bits >> FRACTION_BITS).unwrap_or_default() - BIAS;
    // The smallest bucket takes what is too small to be normal, too.
    let subnormal = exponent < 1 - BIAS || exponent == 1 - BIAS && fraction == 0;
    if scale <= 0 {
        let exponent = if subnormal { 1 - BIAS } else { exponent };
        let exact = subnormal || fraction == 0;
        return (exponent - i32::from(exact)) >> scale.unsigned_abs();
    }
    if subnormal {
        return ((1 - BIAS) << scale) - 1;
    }
    if fraction == 0 {
        return (exponent << scale) - 1;
    }
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    let index = (value.ln() * std::f64::consts::LOG2_E * f64::from(1 << scale)).floor() as i32;
    // The logarithm may be off by its last bit, and the bounds that are powers of two are not.
    index.clamp(exponent << scale, ((exponent + 1) << scale) - 1)
}
