//! How long calls took.

use std::time::Duration;

/// Calls whose times are kept: more say nothing more about the hundredth slowest.
const KEPT: usize = 1 << 20;

/// Times of calls.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    times: Vec<Duration>,
    total: Duration,
    calls: u64,
}

impl Samples {
    pub(crate) fn add(&mut self, time: Duration) {
        self.total = self.total.saturating_add(time);
        self.calls = self.calls.saturating_add(1);
        if self.times.len() < KEPT {
            self.times.push(time);
        }
    }

    pub(crate) fn total(&self) -> Duration {
        self.total
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls
    }

    /// The times that so many of a hundred calls did not exceed, for each of `shares`, which rise.
    pub(crate) fn percentiles<const N: usize>(&mut self, shares: [usize; N]) -> [Duration; N] {
        self.times.sort_unstable();
        let last = self.times.len().saturating_sub(1);
        shares.map(|share| {
            // The nearest rank: the smallest time that at least that share of the calls did not exceed.
            let rank = self.times.len().saturating_mul(share).div_ceil(100);
            let place = rank.saturating_sub(1).min(last);
            self.times.get(place).copied().unwrap_or_default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let mut samples = Samples::default();
        assert_eq!(samples.percentiles([50, 99]), [Duration::ZERO; 2]);
        for micros in (1..=200).rev() {
            samples.add(Duration::from_micros(micros));
        }
        let expected = [100, 198, 200].map(Duration::from_micros);
        assert_eq!(samples.percentiles([50, 99, 100]), expected);
        assert_eq!(samples.calls(), 200);
        assert_eq!(samples.total(), Duration::from_micros(20_100));
    }
}
