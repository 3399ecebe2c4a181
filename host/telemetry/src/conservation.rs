//! The account of a gate: where every record is, or what became of it.

use serde::Serialize;
use tollgate_record::Signal;

use crate::{DestinationTotals, Gate, PipelineReport, PipelineTotals, StageReport};

/// Every account of a gate at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conservation {
    /// Whether both sides of every account are equal.
    pub balanced: bool,
    /// The pipelines.
    pub pipelines: Vec<PipelineAccount>,
    /// The destinations, by signal.
    pub destinations: Vec<DestinationAccount>,
}

/// The account of one pipeline: received + created + copied = everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PipelineAccount {
    /// Its id.
    pub pipeline: String,
    /// The terms.
    #[serde(flatten)]
    pub totals: PipelineTotals,
    /// Whether both sides are equal.
    pub balanced: bool,
    /// Its stages.
    pub stages: Vec<StageAccount>,
    /// The policies in connectors that it ends in.
    pub connectors: Vec<StageAccount>,
}

/// The account of one stage: in + added = everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageAccount {
    /// Its id.
    pub stage: String,
    /// Records that came.
    pub r#in: u64,
    /// Records that the policy made beside them.
    pub added: u64,
    /// Records that went on.
    pub out: u64,
    /// Records that were dropped on purpose.
    pub dropped: u64,
    /// Records that could not be judged.
    pub rejected: u64,
    /// Records that others were made of, fewer than they were.
    pub merged: u64,
    /// Records that ended there.
    pub consumed: u64,
    /// Records that the policy keeps until it decides. No policy can yet.
    pub held: u64,
}

/// The account of one destination, of one signal: cleared + restored = everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DestinationAccount {
    /// The exporter's id.
    pub exporter: String,
    /// The signal.
    pub signal: &'static str,
    /// The terms.
    #[serde(flatten)]
    pub totals: DestinationTotals,
    /// Whether both sides are equal.
    pub balanced: bool,
}

impl Gate {
    /// Every account as it stands.
    #[must_use]
    pub fn conservation(&self) -> Conservation {
        let pipelines = self
            .pipelines
            .iter()
            .map(|counts| pipeline(counts.report()));
        let pipelines: Vec<_> = pipelines.collect();
        let destinations = self.exporters.iter().flat_map(|counts| {
            Signal::ALL.into_iter().filter_map(|signal| {
                let totals = counts.ledger.of(signal).read();
                (totals != DestinationTotals::default()).then(|| DestinationAccount {
                    exporter: counts.exporter.clone(),
                    signal: signal.as_str(),
                    balanced: is_equal(totals.balance()),
                    totals,
                })
            })
        });
        let destinations: Vec<_> = destinations.collect();
        Conservation {
            balanced: pipelines.iter().all(|own| own.balanced)
                && destinations.iter().all(|own| own.balanced),
            pipelines,
            destinations,
        }
    }
}

fn pipeline(report: PipelineReport) -> PipelineAccount {
    PipelineAccount {
        balanced: is_equal(report.totals.balance()),
        totals: report.totals,
        stages: report.stages.into_iter().map(stage).collect(),
        connectors: report.connectors.into_iter().map(stage).collect(),
        pipeline: report.pipeline,
    }
}

fn stage(report: StageReport) -> StageAccount {
    let came = report.received.saturating_add(report.created);
    let ends = [
        report.dropped,
        report.rejected,
        report.merged,
        report.consumed,
    ];
    let ended = ends.into_iter().fold(0, u64::saturating_add);
    StageAccount {
        r#in: report.received,
        added: report.created,
        out: came.saturating_sub(ended),
        dropped: report.dropped,
        rejected: report.rejected,
        merged: report.merged,
        consumed: report.consumed,
        held: 0,
        stage: report.stage,
    }
}

fn is_equal((one, other): (u64, u64)) -> bool {
    one == other
}
