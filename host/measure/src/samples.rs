//! How long calls took.

use std::time::Duration;

/// Calls whose times are kept: more say nothing more about the hundredth slowest.
const KEPT: u64 = 1 << 21;

/// Times of calls, by what they were called with.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    by_view: Vec<Vec<Duration>>,
    total: Duration,
    calls: u64,
}

impl Samples {
    /// For so many different calls.
    pub(crate) fn new(views: usize) -> Self {
        Self {
            by_view: vec![Vec::new(); views],
            ..Self::default()
        }
    }

    pub(crate) fn add(&mut self, view: usize, time: Duration) {
        self.total = self.total.saturating_add(time);
        if let Some(times) = self.by_view.get_mut(view)
            && self.calls < KEPT
        {
            times.push(time);
        }
        self.calls = self.calls.saturating_add(1);
    }

    pub(crate) fn total(&self) -> Duration {
        self.total
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls
    }

    /// What one call of each kind takes together, if nothing comes in between: the sum of their medians.
    pub(crate) fn typical(&mut self) -> Duration {
        let medians = self.by_view.iter_mut().map(|times| {
            times.sort_unstable();
            let [median] = at(times, [50]);
            median
        });
        medians.fold(Duration::ZERO, Duration::saturating_add)
    }

    /// The times that so many of a hundred calls did not exceed, for each of `shares`.
    pub(crate) fn percentiles<const N: usize>(&self, shares: [usize; N]) -> [Duration; N] {
        let mut times: Vec<Duration> = self.by_view.concat();
        times.sort_unstable();
        at(&times, shares)
    }
}

/// The nearest rank: the smallest time that at least that share of the calls did not exceed.
fn at<const N: usize>(times: &[Duration], shares: [usize; N]) -> [Duration; N] {
    shares.map(|share| {
        let rank = times.len().saturating_mul(share).div_ceil(100);
        times
            .get(rank.saturating_sub(1))
            .copied()
            .unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let mut samples = Samples::new(1);
        assert_eq!(samples.percentiles([50, 99]), [Duration::ZERO; 2]);
        for micros in (1..=200).rev() {
            samples.add(0, Duration::from_micros(micros));
        }
        let expected = [100, 198, 200].map(Duration::from_micros);
        assert_eq!(samples.percentiles([50, 99, 100]), expected);
        assert_eq!(samples.calls(), 200);
        assert_eq!(samples.total(), Duration::from_micros(20_100));
    }

    #[test]
    fn one_call_that_was_kept_waiting_is_not_typical() {
        let mut samples = Samples::new(2);
        for _ in 0..3 {
            samples.add(0, Duration::from_micros(2));
            samples.add(1, Duration::from_micros(100));
        }
        samples.add(0, Duration::from_secs(1));
        assert_eq!(samples.typical(), Duration::from_micros(102));
    }
}
