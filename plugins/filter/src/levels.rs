//! The conditions of one signal, by level of the tree.

use tollgate_sdk::{Batch, Signal};
use tollgate_selection as selection;
use tollgate_statements::Layout;

use crate::conditions::Ruled;

/// What is asked of the nodes of a signal.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    pub(crate) resource: Vec<Ruled>,
    pub(crate) scope: Vec<Ruled>,
    /// Of metrics alone.
    pub(crate) metric: Vec<Ruled>,
    /// Of log records, spans and data points.
    pub(crate) record: Vec<Ruled>,
    /// Of span events.
    pub(crate) event: Vec<Ruled>,
}

impl Conditions {
    pub(crate) fn is_empty(&self) -> bool {
        let all = [
            &self.resource,
            &self.scope,
            &self.metric,
            &self.record,
            &self.event,
        ];
        all.iter().all(|conditions| conditions.is_empty())
    }
}

/// Properties that records, or metrics, have to have in order to stay.
#[derive(Debug)]
pub(crate) struct Properties {
    pub(crate) filters: Vec<(selection::Filter, tollgate_sdk::Rule)>,
}

/// What decides on the nodes of a signal.
#[derive(Debug)]
pub(crate) enum Deciding {
    /// Conditions in OTTL.
    Conditions(Box<(Conditions, Layout)>),
    /// Properties.
    Properties(Properties),
}

/// What decides, by signal.
#[derive(Debug, Default)]
pub(crate) struct BySignal {
    pub(crate) logs: Option<Deciding>,
    pub(crate) traces: Option<Deciding>,
    pub(crate) metrics: Option<Deciding>,
}

impl BySignal {
    pub(crate) fn of(&self, batch: &Batch<'_>) -> Option<&Deciding> {
        match batch.signal() {
            Signal::Logs => self.logs.as_ref(),
            Signal::Traces => self.traces.as_ref(),
            Signal::Metrics => self.metrics.as_ref(),
        }
    }
}
