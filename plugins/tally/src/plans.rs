//! OTTL of several signals, until it is known what it reads.

use tollgate_ottl::{Context, Registry};
use tollgate_sdk::{Batch, Setup, Signal};
use tollgate_statements::{Layout, Plan, Scene, functions};

use crate::Section;

/// What the conditions and expressions of a policy read, while they are compiled.
#[derive(Debug)]
pub struct Plans {
    logs: Plan,
    traces: Plan,
    metrics: Plan,
    calls: Calls,
}

/// What may be called beside the converters.
#[derive(Debug, Clone, Copy)]
enum Calls {
    /// What the Collector's filters know of spans and metrics.
    OfFilters,
    /// `AdjustedCount()` of spans.
    OfValues,
}

/// What they read, signal by signal.
#[derive(Debug)]
pub struct Layouts {
    logs: Layout,
    traces: Layout,
    metrics: Layout,
}

impl Plans {
    /// For policies that choose records by conditions: what may be called is what the Collector's filters may call.
    #[must_use]
    pub fn of_conditions() -> Self {
        Self::new(Calls::OfFilters)
    }

    /// For policies that compute values: the converters, and `AdjustedCount()` for spans.
    #[must_use]
    pub fn of_values() -> Self {
        Self::new(Calls::OfValues)
    }

    fn new(calls: Calls) -> Self {
        Self {
            logs: Plan::new(Signal::Logs),
            traces: Plan::new(Signal::Traces),
            metrics: Plan::new(Signal::Metrics),
            calls,
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
        let functions = match (self.calls, context) {
            (Calls::OfValues, Context::Span) => {
                Registry::converters().with([&functions::ADJUSTED_COUNT])
            }
            (Calls::OfValues, _) => Registry::converters(),
            (Calls::OfFilters, Context::Metric) => functions::converters(context)
                .with([&functions::HAS_KEY_ON_POINT, &functions::HAS_VALUE_ON_POINT]),
            (Calls::OfFilters, _) => functions::converters(context),
        };
        (context, functions)
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
    /// Where conditions and expressions look at the nodes of a batch.
    #[must_use]
    pub fn scene<'e>(&'e self, batch: &Batch<'_>) -> Scene<'e> {
        let layout = match batch.signal() {
            Signal::Logs => &self.logs,
            Signal::Traces => &self.traces,
            Signal::Metrics => &self.metrics,
        };
        Scene::new(layout, batch.now(), batch.seed())
    }
}
