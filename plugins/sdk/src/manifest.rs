//! What a policy declared, as the host will read it.

use crate::{Problem, Signal};

/// What an instrument does with what is added to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstrumentKind {
    /// Sums additions up.
    DeltaSum,
    /// Counts them by size.
    Histogram,
    /// Keeps the last.
    Gauge,
}

/// A metric of the policy's own, as it was declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Name, as in OpenTelemetry.
    pub name: String,
    /// Unit, in UCUM's spelling.
    pub unit: String,
    /// One sentence.
    pub description: String,
    /// What it does with an addition.
    pub kind: InstrumentKind,
}

/// The rights a policy asks for, for one signal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Paths and wildcards that it reads.
    pub reads: Vec<String>,
    /// Paths and wildcards that it sets, puts, deletes or renames.
    pub writes: Vec<String>,
    /// Whether it may drop nodes.
    pub drops: bool,
    /// Whether it may add nodes.
    pub adds: bool,
    /// Whether the policy may stand in a pipeline of this signal, even if it asks for nothing there.
    pub takes: bool,
}

impl Access {
    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reads.is_empty() && self.writes.is_empty() && !self.drops && !self.adds
    }
}

/// Everything a policy may do under one configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    access: [Access; 3],
    pub(crate) rules: Vec<String>,
    pub(crate) routes: Vec<String>,
    instruments: Vec<Instrument>,
    pub(crate) emits: Vec<Signal>,
    pub(crate) warnings: Vec<Problem>,
}

impl Manifest {
    /// The rights for one signal.
    #[must_use]
    pub fn access(&self, signal: Signal) -> &Access {
        let [logs, traces, metrics] = &self.access;
        match signal {
            Signal::Logs => logs,
            Signal::Traces => traces,
            Signal::Metrics => metrics,
        }
    }

    pub(crate) fn access_mut(&mut self, signal: Signal) -> &mut Access {
        let [logs, traces, metrics] = &mut self.access;
        match signal {
            Signal::Logs => logs,
            Signal::Traces => traces,
            Signal::Metrics => metrics,
        }
    }

    /// What it reads of a signal.
    #[must_use]
    pub fn reads(&self, signal: Signal) -> &[String] {
        &self.access(signal).reads
    }

    /// What it writes of a signal.
    #[must_use]
    pub fn writes(&self, signal: Signal) -> &[String] {
        &self.access(signal).writes
    }

    /// Whether it may drop nodes of a signal.
    #[must_use]
    pub fn drops(&self, signal: Signal) -> bool {
        self.access(signal).drops
    }

    /// Whether it may add nodes of a signal.
    #[must_use]
    pub fn adds(&self, signal: Signal) -> bool {
        self.access(signal).adds
    }

    /// The signals whose pipelines it may stand in.
    pub fn signals(&self) -> impl Iterator<Item = Signal> + '_ {
        Signal::ALL
            .iter()
            .copied()
            .filter(|signal| self.access(*signal).takes || !self.access(*signal).is_empty())
    }

    /// Whether the host calls it for a signal: where it asks for nothing, and neither routes nor emits, it has no use for it.
    #[must_use]
    pub fn asks(&self, signal: Signal) -> bool {
        let access = self.access(signal);
        let speaks = !self.routes.is_empty() || !self.emits.is_empty();
        !access.is_empty() || access.takes && speaks
    }

    /// The names of its rules.
    #[must_use]
    pub fn rules(&self) -> &[String] {
        &self.rules
    }

    /// The destinations that it may route records to.
    #[must_use]
    pub fn routes(&self) -> &[String] {
        &self.routes
    }

    /// Its own metrics.
    #[must_use]
    pub fn instruments(&self) -> &[Instrument] {
        &self.instruments
    }

    /// The signals of the telemetry that it makes.
    #[must_use]
    pub fn emits(&self) -> &[Signal] {
        &self.emits
    }

    /// What the operator should know of the configuration.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// The index of an instrument, which is added if there is none of its name.
    pub(crate) fn instrument(&mut self, instrument: Instrument) -> u32 {
        let place = self
            .instruments
            .iter()
            .position(|known| known.name == instrument.name)
            .unwrap_or_else(|| {
                self.instruments.push(instrument);
                self.instruments.len().saturating_sub(1)
            });
        u32::try_from(place).unwrap_or(u32::MAX)
    }
}
