//! Views and outcomes in the form that crosses the wall. Slices are lent and vectors moved: nothing is copied here.

use tollgate_record::{Edits, Emission, Judgements, Measurement, Outcome, Signal, Trail, View};

use crate::bindings::exports::tollgate::policy::explanation;
use crate::bindings::tollgate::policy::batch as wit;
use crate::failure::Failure;

/// The largest outcome is this many times the view ...
const OUTCOME_PER_VIEW: u64 = 4;
/// ... and as much again as this, so that small batches have room.
const OUTCOME_BASE: u64 = 1 << 20;

pub(crate) fn lend(view: &View) -> Result<wit::View<'_>, Failure> {
    let signal = match view.signal {
        Some(Signal::Logs) => wit::Signal::Logs,
        Some(Signal::Traces) => wit::Signal::Traces,
        Some(Signal::Metrics) => wit::Signal::Metrics,
        None => {
            return Err(Failure::Invalid(
                "it was asked about a view without a signal",
            ));
        }
    };
    Ok(wit::View {
        signal,
        fields: &view.fields,
        nodes: wit::Nodes {
            kind: &view.node_kind,
            parent: &view.node_parent,
        },
        cells: wit::Cells {
            node: &view.cell_node,
            field: &view.cell_field,
            kind: &view.cell_kind,
            value: &view.cell_value,
        },
        text: &view.text,
        now: view.now,
        seed: view.seed,
    })
}

/// Takes an answer. Decisions belong to a right that no manifest can have yet.
pub(crate) fn take(outcome: wit::Outcome) -> Result<Outcome, Failure> {
    let wit::Outcome {
        judgements,
        edits,
        decisions,
        measurements,
        emissions,
    } = outcome;
    let decides =
        !(decisions.key.is_empty() && decisions.keep.is_empty() && decisions.rule.is_empty());
    if decides {
        return Err(Failure::Invalid("it decides on keys, and nothing is held"));
    }
    Ok(Outcome {
        judgements: Judgements {
            node: judgements.node,
            verdict: judgements.verdict,
            rule: judgements.rule,
            argument: judgements.argument,
            route_sets: judgements.route_sets,
        },
        edits: Edits {
            op: edits.op,
            target: edits.target,
            field: edits.field,
            kind: edits.kind,
            value: edits.value,
            rule: edits.rule,
            fields: edits.fields,
            text: edits.text,
        },
        measurements: measurements.into_iter().map(measurement).collect(),
        emissions: emissions.into_iter().map(emission).collect(),
    })
}

pub(crate) fn take_trail(trail: explanation::Trail) -> Trail {
    let explanation::Trail {
        node,
        cell,
        path,
        rule,
        effect,
        at,
        by,
        note,
        text,
    } = trail;
    Trail {
        node,
        cell,
        path,
        rule,
        effect,
        at,
        by,
        note,
        text,
    }
}

fn measurement(measurement: wit::Measurement) -> Measurement {
    Measurement {
        instrument: measurement.instrument,
        value: measurement.value,
        attributes: measurement.attributes,
    }
}

fn emission(emission: wit::Emission) -> Emission {
    Emission {
        signal: match emission.signal {
            wit::Signal::Logs => Signal::Logs,
            wit::Signal::Traces => Signal::Traces,
            wit::Signal::Metrics => Signal::Metrics,
        },
        request: emission.request,
    }
}

/// Bytes that an answer about `view` may have where the operator set no limit.
pub(crate) fn largest_outcome(view: &View) -> u64 {
    let nodes = view.node_kind.len().saturating_mul(5);
    let cells = view.cell_node.len().saturating_mul(17);
    let fields = view.fields.len().saturating_mul(8);
    let bytes = [nodes, cells, fields, view.text.len()]
        .into_iter()
        .fold(0, usize::saturating_add);
    u64::try_from(bytes)
        .unwrap_or(u64::MAX)
        .saturating_mul(OUTCOME_PER_VIEW)
        .saturating_add(OUTCOME_BASE)
}
