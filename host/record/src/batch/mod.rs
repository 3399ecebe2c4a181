//! The batch.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::access::{Access, Limits, RequestContext};
use crate::error::{Malformed, Refusal};
use crate::fields::Fields;
use crate::outcome::Outcome;
use crate::signal::Signal;
use crate::view::View;

/// The records of one request.
#[derive(Debug)]
pub struct Batch {
    signal: Signal,
    wire: Bytes,
    records: u32,
}

/// Changes that were checked, ready to be applied.
#[derive(Debug)]
pub struct Changes {}

/// What became of a batch when changes were applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Edits made, by rule.
    pub edits_by_rule: Vec<u64>,
    /// Records dropped, by rule.
    pub dropped_by_rule: Vec<u64>,
    /// Records dropped.
    pub dropped: u64,
    /// Ordinals of the records that were judged `fail`.
    pub failed: Vec<u32>,
}

impl Batch {
    /// Indexes a request.
    pub fn index(
        signal: Signal,
        wire: Bytes,
        _request: Arc<RequestContext>,
        _wanted: &Fields,
        _limits: &Limits,
    ) -> Result<Self, Malformed> {
        let records = crate::count(signal, &wire)?;
        Ok(Self { signal, wire, records })
    }

    /// The signal of the request.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// How many records came; their ordinals are `0..records`.
    #[must_use]
    pub fn records(&self) -> u32 {
        self.records
    }

    /// How many of them are left.
    #[must_use]
    pub fn live_records(&self) -> u32 {
        self.records
    }

    /// Fills `view` with what a stage may see.
    pub fn project(&self, _access: &Access, _part: Range<u32>, _view: &mut View) {}

    /// Checks an outcome.
    pub fn check(&self, _view: &View, _access: &Access, _rules: usize, _outcome: Outcome) -> Result<Changes, Refusal> {
        Ok(Changes {})
    }

    /// Applies changes.
    pub fn apply(&mut self, _parts: Vec<Changes>) -> Applied {
        Applied::default()
    }

    /// Drops one record.
    pub fn discard(&mut self, _record: u32) {}

    /// The request as it is now.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        self.wire.clone()
    }
}
