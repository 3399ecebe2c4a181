//! Measures, taken in turns.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Times that every measure gets a slice.
const ROUNDS: usize = 61;
/// What a slice lasts, preparations included.
const SLICE: Duration = Duration::from_millis(40);

/// Something that is timed.
pub(crate) struct Measure<'m> {
    /// What it is called.
    pub(crate) name: &'static str,
    once: Box<dyn FnMut() -> Duration + 'm>,
    /// Nanoseconds, the median of each slice: what was interrupted does not count.
    slices: Vec<f64>,
}

impl<'m> Measure<'m> {
    /// `once` does it once, and tells how long that took.
    pub(crate) fn new(name: &'static str, once: impl FnMut() -> Duration + 'm) -> Self {
        Self {
            name,
            once: Box::new(once),
            slices: Vec::new(),
        }
    }

    /// The same under another name.
    pub(crate) fn called(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Nanoseconds.
    pub(crate) fn median(&self) -> f64 {
        median(self.slices.clone())
    }

    /// This over the other, in each round.
    pub(crate) fn over(&self, other: &Self) -> Vec<f64> {
        self.slices
            .iter()
            .zip(&other.slices)
            .map(|(this, other)| this / other)
            .collect()
    }

    fn slice(&mut self) -> f64 {
        let started = Instant::now();
        let mut times = Vec::new();
        while times.is_empty() || started.elapsed() < SLICE {
            times.push((self.once)().as_nanos() as f64);
        }
        median(times)
    }
}

/// Times one run, the freeing of what it makes included.
pub(crate) fn timed<R>(run: impl FnOnce() -> R) -> Duration {
    let started = Instant::now();
    drop(black_box(run()));
    started.elapsed()
}

/// Times one run, and neither the making nor the freeing of what it works on.
pub(crate) fn timed_after<T>(prepare: impl FnOnce() -> T, run: impl FnOnce(&mut T)) -> Duration {
    let mut prepared = prepare();
    let started = Instant::now();
    run(black_box(&mut prepared));
    started.elapsed()
}

/// Gives each measure its slices, round by round; the first round warms up.
pub(crate) fn run(measures: &mut [&mut Measure<'_>]) {
    for round in 0..=ROUNDS {
        for measure in &mut *measures {
            let median = measure.slice();
            if round > 0 {
                measure.slices.push(median);
            }
        }
    }
}

/// The middle of a list that is not empty.
pub(crate) fn median(values: Vec<f64>) -> f64 {
    quantile(values, 0.5)
}

/// The value below which this share of the list lies.
pub(crate) fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index of a short list"
    )]
    let place = (values.len().saturating_sub(1) as f64 * share).round() as usize;
    values.get(place).copied().unwrap_or(f64::NAN)
}
