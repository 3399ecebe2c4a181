//! Trying again: the Collector's `retry_on_failure`.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use tollgate_config::Retry;

use crate::exporter::{Cure, Setback};

/// Even where no pause is wanted, a destination that refuses at once does not keep a processor busy.
const LEAST_PAUSE: Duration = Duration::from_millis(1);

/// Calls `attempt` until it succeeds, fails for good, or there is no more time. `hurry` ends the waiting.
pub(crate) async fn run<T, F: Future<Output = Result<T, Setback>>>(
    exporter: &str,
    settings: &Retry,
    mut hurry: watch::Receiver<bool>,
    mut attempt: impl FnMut() -> F,
) -> Result<T, Setback> {
    let start = Instant::now();
    let mut backoff = Backoff::new(settings);
    let mut failures = 0_u32;
    loop {
        let setback = match attempt().await {
            Err(setback) => setback,
            Ok(done) => return Ok(done),
        };
        let Cure::Later(asked) = setback.cure else {
            return Err(setback);
        };
        // Up to a tenth more keeps those apart who were told the same.
        let asked = asked.map(|asked| asked.saturating_add(asked.mul_f64(fastrand::f64() / 10.0)));
        let pause = backoff
            .next()
            .max(asked.unwrap_or_default())
            .max(LEAST_PAUSE);
        let elapsed = start.elapsed().saturating_add(pause);
        let no_time = settings.max_elapsed_time.is_some_and(|most| elapsed > most);
        if !settings.enabled || no_time || *hurry.borrow() {
            return Err(setback);
        }
        failures = failures.saturating_add(1);
        // A destination that is gone for days is not worth a line a try.
        if failures.is_power_of_two() {
            tracing::warn!(
                target: "tollgate",
                exporter,
                reason = setback.reason,
                ?pause,
                failures,
                "an export failed and is tried again"
            );
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = hurry.wait_for(|hurry| *hurry) => return Err(setback),
        }
    }
}

/// Ever longer pauses.
struct Backoff<'s> {
    settings: &'s Retry,
    /// Seconds.
    interval: f64,
}

impl<'s> Backoff<'s> {
    fn new(settings: &'s Retry) -> Self {
        Self {
            settings,
            interval: settings.initial_interval.as_secs_f64(),
        }
    }

    /// The next pause: the interval, somewhat more or less of it, and the interval grows.
    fn next(&mut self) -> Duration {
        let spread = self.interval * self.settings.randomization_factor;
        let pause = self.interval + spread * (2.0 * fastrand::f64() - 1.0);
        let longest = self.settings.max_interval.as_secs_f64();
        self.interval = (self.interval * self.settings.multiplier).min(longest);
        Duration::try_from_secs_f64(pause).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_the_longest_and_stay_within_their_spread() {
        let settings = Retry::default();
        let mut backoff = Backoff::new(&settings);
        for interval in [5.0, 7.5, 11.25, 16.875, 25.3125, 30.0, 30.0] {
            let pause = backoff.next().as_secs_f64();
            assert!(
                (interval * 0.5..=interval * 1.5).contains(&pause),
                "{interval}: {pause}"
            );
        }
    }
}
