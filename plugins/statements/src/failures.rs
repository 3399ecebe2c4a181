//! Failing statements, by rule.

use tollgate_ottl::Error;
use tollgate_sdk::{Batch, Instrument, InstrumentKind, Rule, Setup, log};

use crate::mode::ErrorMode;

/// Counts what fails, by rule. Nothing of it holds what a record held.
#[derive(Debug)]
pub struct Failures {
    instrument: Option<Instrument>,
    rules: Vec<Counted>,
    any: bool,
}

#[derive(Debug)]
struct Counted {
    name: String,
    mode: ErrorMode,
    count: u32,
    last: Option<Error>,
}

/// A rule that may fail.
#[derive(Debug, Clone, Copy)]
pub struct Fallible {
    /// The rule, for edits and judgements.
    pub rule: Rule,
    /// What becomes of a record for which it fails.
    pub mode: ErrorMode,
    place: usize,
}

impl Failures {
    /// Without rules.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            instrument: None,
            rules: Vec::new(),
            any: false,
        }
    }

    /// Adds a rule.
    pub fn rule(
        &mut self,
        name: impl Into<String>,
        mode: ErrorMode,
        setup: &mut Setup,
    ) -> Fallible {
        if self.instrument.is_none() {
            let description = "Statements and conditions that failed on a record, by rule.";
            let kind = InstrumentKind::DeltaSum;
            self.instrument = Some(setup.instrument(kind, "ottl.errors", "{error}", description));
        }
        let name = name.into();
        let rule = setup.rule(name.clone());
        self.rules.push(Counted {
            name,
            mode,
            count: 0,
            last: None,
        });
        Fallible {
            rule,
            mode,
            place: self.rules.len().saturating_sub(1),
        }
    }

    /// Notes a failure.
    #[cold]
    pub fn note(&mut self, rule: Fallible, error: Error) {
        self.any = true;
        if let Some(counted) = self.rules.get_mut(rule.place) {
            counted.count = counted.count.saturating_add(1);
            counted.last = Some(error);
        }
    }

    /// Tells what failed since it was last told, and counts it.
    pub fn report(&mut self, batch: &mut Batch<'_>) {
        if !std::mem::take(&mut self.any) {
            return;
        }
        for counted in &mut self.rules {
            let Some(error) = counted.last.take() else {
                continue;
            };
            let count = std::mem::take(&mut counted.count);
            if let Some(instrument) = self.instrument {
                batch.measure(instrument, f64::from(count), &[("rule", &counted.name)]);
            }
            if counted.mode != ErrorMode::Silent {
                log::warn(format!("{} failed {count} times: {error}", counted.name));
            }
        }
    }
}

impl Default for Failures {
    fn default() -> Self {
        Self::new()
    }
}
