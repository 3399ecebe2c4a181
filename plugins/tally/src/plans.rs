//! OTTL of several signals, until it is known what it reads.

use tollgate_ottl::{Context, Function, Registry};
use tollgate_sdk::{Batch, Setup, Signal};
use tollgate_statements::{Layout, Plan, functions};

use crate::Section;

/// What the conditions and expressions of a policy read, while they are compiled.
#[derive(Debug)]
pub struct Plans {
    logs: Plan,
    traces: Plan,
    metrics: Plan,
    /// A function that spans have beside the usual ones.
    of_spans: Option<&'static Function>,
}

/// What they read, signal by signal.
#[derive(Debug)]
pub struct Layouts {
    logs: Layout,
    traces: Layout,
    metrics: Layout,
}

impl Default for Plans {
    fn default() -> Self {
        Self::new()
    }
}

impl Plans {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            logs: Plan::new(Signal::Logs),
            traces: Plan::new(Signal::Traces),
            metrics: Plan::new(Signal::Metrics),
            of_spans: None,
        }
    }

    /// The same, with `AdjustedCount()` for spans.
    #[must_use]
    pub fn with_adjusted_count(self) -> Self {
        Self {
            of_spans: Some(&functions::ADJUSTED_COUNT),
            ..self
        }
    }

    /// The context of what a section is about, and the functions there.
    pub(crate) fn context(&self, section: Section) -> (Context, Registry) {
        let context = match section {
            Section::Spans => Context::Span,
            Section::SpanEvents => Context::SpanEvent,
            Section::Metrics => Context::Metric,
            Section::DataPoints => Context::DataPoint,
            Section::Logs => Context::Log,
        };
        let functions = functions::converters(context);
        match context {
            Context::Span => (context, functions.with(self.of_spans)),
            _ => (context, functions),
        }
    }

    pub(crate) fn of(&mut self, section: Section) -> &mut Plan {
        match section.signal() {
            Signal::Logs => &mut self.logs,
            Signal::Traces => &mut self.traces,
            Signal::Metrics => &mut self.metrics,
        }
    }

    /// Declares what is read.
    pub fn finish(self, setup: &mut Setup) -> Layouts {
        Layouts {
            logs: self.logs.finish(setup),
            traces: self.traces.finish(setup),
            metrics: self.metrics.finish(setup),
        }
    }
}

impl Layouts {
    /// That of a batch, with what else its conditions may ask for.
    #[must_use]
    pub fn moment(&self, batch: &Batch<'_>) -> Moment<'_> {
        Moment {
            layout: match batch.signal() {
                Signal::Logs => &self.logs,
                Signal::Traces => &self.traces,
                Signal::Metrics => &self.metrics,
            },
            now: batch.now(),
            seed: batch.seed(),
        }
    }
}

/// What conditions and expressions need beside a node.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'l> {
    pub(crate) layout: &'l Layout,
    /// Unix time in nanoseconds.
    pub(crate) now: u64,
    /// The seed of the batch.
    pub(crate) seed: u64,
}
