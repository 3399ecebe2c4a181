//! Between the SDK's types and those of the batch.

use tollgate_record as record;

use crate::bindings::tollgate::policy::batch as wit;
use crate::columns::Columns;
use crate::draft::Draft;
use crate::{InstrumentKind, Manifest, Problem, Signal};

pub(super) fn signal(signal: Signal) -> record::Signal {
    match signal {
        Signal::Logs => record::Signal::Logs,
        Signal::Traces => record::Signal::Traces,
        Signal::Metrics => record::Signal::Metrics,
    }
}

/// The signal of a view. One that was never projected counts as logs, of which there are none in it.
pub(super) fn signal_of(view: &record::View) -> Signal {
    match view.signal {
        None | Some(record::Signal::Logs) => Signal::Logs,
        Some(record::Signal::Traces) => Signal::Traces,
        Some(record::Signal::Metrics) => Signal::Metrics,
    }
}

/// The rights for one signal, as the host understands them.
pub(super) fn access(
    manifest: &Manifest,
    of: Signal,
) -> Result<record::Access, record::FieldError> {
    Ok(record::Access {
        reads: record::Fields::parse(signal(of), manifest.reads(of))?,
        writes: record::Fields::parse_writes(signal(of), manifest.writes(of))?,
        drops: manifest.drops(of),
        adds: manifest.adds(of),
    })
}

/// Paths that the host would refuse, as problems of the whole configuration.
pub(super) fn problems(manifest: &Manifest) -> Vec<Problem> {
    let refused = manifest
        .signals()
        .filter_map(|signal| access(manifest, signal).err());
    refused
        .map(|error| Problem::at("", format!("the manifest asks for what is {error}")))
        .collect()
}

pub(super) fn sdk_signal(signal: record::Signal) -> Signal {
    match signal {
        record::Signal::Logs => Signal::Logs,
        record::Signal::Traces => Signal::Traces,
        record::Signal::Metrics => Signal::Metrics,
    }
}

pub(super) fn columns(view: &record::View, of: Signal) -> Columns<'_> {
    Columns {
        signal: of,
        fields: &view.fields,
        node_kind: &view.node_kind,
        node_parent: &view.node_parent,
        cell_node: &view.cell_node,
        cell_field: &view.cell_field,
        cell_kind: &view.cell_kind,
        cell_value: &view.cell_value,
        text: &view.text,
        now: view.now,
        seed: view.seed,
    }
}

pub(super) fn outcome(draft: Draft) -> record::Outcome {
    let Draft {
        edits,
        judgements,
        measured,
        emissions,
        ..
    } = draft;
    record::Outcome {
        judgements: record::Judgements {
            node: judgements.node,
            verdict: judgements.verdict,
            rule: judgements.rule,
            argument: judgements.argument,
            route_sets: judgements.route_sets,
        },
        edits: record::Edits {
            op: edits.op,
            target: edits.target,
            field: edits.field,
            kind: edits.kind,
            value: edits.value,
            rule: edits.rule,
            fields: edits.fields,
            text: edits.text,
        },
        measurements: measured.all.into_iter().map(measurement).collect(),
        emissions: emissions.into_iter().map(emission).collect(),
    }
}

fn measurement(measurement: wit::Measurement) -> record::Measurement {
    record::Measurement {
        instrument: measurement.instrument,
        value: measurement.value,
        attributes: measurement.attributes,
    }
}

fn emission(emission: wit::Emission) -> record::Emission {
    record::Emission {
        signal: match emission.signal {
            wit::Signal::Logs => record::Signal::Logs,
            wit::Signal::Traces => record::Signal::Traces,
            wit::Signal::Metrics => record::Signal::Metrics,
        },
        request: emission.request,
    }
}

/// The policy's own metrics, as the host understands them.
pub(super) fn instruments(manifest: &Manifest) -> Vec<record::Instrument> {
    let instruments = manifest.instruments().iter();
    instruments
        .map(|instrument| record::Instrument {
            name: instrument.name.clone(),
            unit: instrument.unit.clone(),
            description: instrument.description.clone(),
            kind: match instrument.kind {
                InstrumentKind::DeltaSum => record::InstrumentKind::DeltaSum,
                InstrumentKind::Histogram => record::InstrumentKind::Histogram,
                InstrumentKind::Gauge => record::InstrumentKind::Gauge,
            },
        })
        .collect()
}
