//! The data path, from top to bottom: index, then project, call, check and apply for each stage, then encode.
//!
//! [`Cleared`] is made here and nowhere else, and exporters take nothing but that: a record that a stage did not finish cannot
//! leave.

use bytes::Bytes;
use tollgate_otlp::Request;
use tollgate_record::{Batch, Limits, Malformed, Signal};

use crate::plan::PipelinePlan;
use crate::stage::Stage;

/// What every stage of its pipeline has finished, ready for exporters.
#[derive(Debug, Clone)]
pub struct Cleared {
    signal: Signal,
    wire: Bytes,
    records: u32,
}

impl Cleared {
    /// The signal of the records.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// The OTLP export request, in protobuf.
    #[must_use]
    pub fn wire(&self) -> &Bytes {
        &self.wire
    }

    /// How many records are left.
    #[must_use]
    pub fn records(&self) -> u32 {
        self.records
    }
}

/// Records that did not get through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses {
    /// Dropped on purpose.
    pub dropped: u64,
    /// Could not be judged: their places in the request.
    pub rejected: Vec<u32>,
}

/// A request after its pipeline's stages.
#[derive(Debug)]
pub(crate) struct Passed {
    pub(crate) received: u32,
    pub(crate) cleared: Cleared,
    pub(crate) losses: Losses,
}

/// Passes one request through the stages of a pipeline.
pub(crate) fn pass(
    plan: &PipelinePlan,
    stages: &mut [Stage],
    request: Request,
) -> Result<Passed, Malformed> {
    let signal = plan.signal;
    // Nobody looks inside: the boundaries of the records are counted, and the bytes go on as they came.
    if stages.is_empty() {
        let records = tollgate_record::count(signal, &request.wire)?;
        let cleared = Cleared {
            signal,
            wire: request.wire,
            records,
        };
        return Ok(Passed {
            received: records,
            cleared,
            losses: Losses::default(),
        });
    }
    // One pass over the bytes, noting only what some stage asked for.
    let mut batch = Batch::index(
        signal,
        request.wire,
        request.context,
        &plan.wanted,
        &Limits::default(),
    )?;
    let received = batch.live_records();
    // Each stage sees what the one before left, as an overlay on the same bytes.
    let mut losses = Losses::default();
    for stage in stages {
        stage.pass(&mut batch, &mut losses);
    }
    // Untouched records are copied; touched ones are stitched, and the lengths of their parents mended.
    let cleared = Cleared {
        signal,
        records: batch.live_records(),
        wire: batch.encode(),
    };
    Ok(Passed {
        received,
        cleared,
        losses,
    })
}
