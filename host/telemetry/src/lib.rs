//! The gate's own telemetry: what became of every record, and where its own log lines go.
//!
//! Counters hold numbers and the names that an operator gave (pipelines, stages, rules), never content of a record. They balance:
//! what a pipeline received is delivered, dropped on purpose, rejected, refused or still in flight, and is counted as just one of
//! these. See [`PipelineCounts`].

mod conservation;
mod counts;
mod destinations;
mod failing;
mod flow;
mod gate;
mod instruments;
mod known;
mod ledger;
mod live;
mod logs;
pub mod metric;
pub mod otlp;
mod pipeline;
mod policies;
mod process;
pub mod prometheus;
mod stages;

pub use conservation::{Conservation, DestinationAccount, PipelineAccount, StageAccount};
pub use counts::{Counter, RuleReport, StageCounts, StageReport};
pub use failing::{Breaches, BreakerCounts, BreakerState};
pub use flow::{
    BatchCounts, BySignal, ExporterCounts, Flag, Level, LimiterCounts, ReceiverCounts, Transport,
    Trigger,
};
pub use gate::{Configuration, Detail, Gate, Start};
pub use instruments::{Instrument, InstrumentKind, Instruments};
pub use known::Known;
pub use ledger::{DestinationLedger, DestinationTotals, Ledger};
pub use live::Live;
pub use logs::{LogFormat, LogSettings, start_logging};
pub use metric::Histogram;
pub use pipeline::{PipelineCounts, PipelineReport, PipelineTotals};
pub use process::resident_bytes;
