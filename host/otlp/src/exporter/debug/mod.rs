//! The debug exporter: what comes by, for people, in the Collector's words.

mod detailed;
mod metrics;
mod normal;
mod values;

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tollgate_config::{DebugExporter as Settings, Verbosity};
use tollgate_record::Signal;

use crate::exporter::{Console, Delivered, Setback};

/// Writes to the console.
pub(crate) struct DebugExporter {
    name: String,
    verbosity: Verbosity,
    sampling: Mutex<Sampling>,
    console: Console,
}

impl DebugExporter {
    pub(crate) fn new(name: &str, settings: &Settings, console: Console) -> Self {
        Self {
            name: name.to_owned(),
            verbosity: settings.verbosity,
            sampling: Mutex::new(Sampling {
                initial: settings.sampling_initial,
                thereafter: settings.sampling_thereafter,
                since: Instant::now(),
                seen: [0; 3],
            }),
            console,
        }
    }

    pub(crate) fn export(&self, signal: Signal, wire: &[u8]) -> Result<Delivered, Setback> {
        let text = self
            .text(signal, wire)
            .map_err(|error| Setback::permanent(error.to_string()))?;
        let mut sampling = self.sampling.lock().unwrap_or_else(PoisonError::into_inner);
        if sampling.shows(signal, Instant::now()) {
            self.console
                .write(text.as_bytes())
                .map_err(|_| Setback::retryable("the console cannot be written"))?;
        }
        Ok(Delivered::default())
    }

    fn text(&self, signal: Signal, wire: &[u8]) -> Result<String, tollgate_json::WireError> {
        let mut text = self.summary(signal, tollgate_json::count(signal, wire)?);
        if self.verbosity == Verbosity::Basic {
            return Ok(text);
        }
        let mut json = Vec::new();
        tollgate_json::encode(signal, wire, &mut json)?;
        // What encode writes can be read.
        let request: Value = serde_json::from_slice(&json).unwrap_or_default();
        // Writing to a String does not fail.
        let _ = if self.verbosity == Verbosity::Normal {
            normal::write(signal, &request, &mut text)
        } else {
            detailed::write(signal, &request, &mut text)
        };
        Ok(text)
    }

    fn summary(&self, signal: Signal, counts: tollgate_json::Counts) -> String {
        let (resources, records) = (counts.resources, counts.records);
        let (title, counted) = match signal {
            Signal::Logs => (
                "Logs",
                format!(r#""resource logs": {resources}, "log records": {records}"#),
            ),
            Signal::Traces => (
                "Traces",
                format!(r#""resource spans": {resources}, "spans": {records}"#),
            ),
            Signal::Metrics => (
                "Metrics",
                format!(
                    r#""resource metrics": {resources}, "metrics": {}, "data points": {records}"#,
                    counts.metrics
                ),
            ),
        };
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "info\t{title}\t{{\"otelcol.component.id\": \"{}\", {counted}}}",
            self.name
        );
        text
    }
}

/// Which of many requests are shown: each second the first few of a signal, then one in so many.
struct Sampling {
    initial: u32,
    thereafter: u32,
    since: Instant,
    seen: [u32; 3],
}

impl Sampling {
    fn shows(&mut self, signal: Signal, now: Instant) -> bool {
        if now.duration_since(self.since) >= Duration::from_secs(1) {
            self.since = now;
            self.seen = [0; 3];
        }
        let [logs, traces, metrics] = &mut self.seen;
        let seen = match signal {
            Signal::Logs => logs,
            Signal::Traces => traces,
            Signal::Metrics => metrics,
        };
        *seen = seen.saturating_add(1);
        match seen.checked_sub(self.initial) {
            None | Some(0) => true,
            Some(beyond) => beyond.checked_rem(self.thereafter) == Some(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampling_shows_the_first_and_then_one_in_so_many() {
        let start = Instant::now();
        let mut sampling = Sampling {
            initial: 2,
            thereafter: 3,
            since: start,
            seen: [0; 3],
        };
        let shown: Vec<bool> = (0..8)
            .map(|_| sampling.shows(Signal::Logs, start))
            .collect();
        assert_eq!(shown, [true, true, false, false, true, false, false, true]);
        assert!(sampling.shows(Signal::Traces, start));
        sampling.thereafter = 0;
        assert!(!sampling.shows(Signal::Logs, start));
        let next_second = start.checked_add(Duration::from_secs(1)).unwrap_or(start);
        assert!(sampling.shows(Signal::Logs, next_second));
    }
}
