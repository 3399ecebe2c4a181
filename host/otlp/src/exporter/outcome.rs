//! What is handed to an exporter, and what became of it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tollgate_record::{RequestContext, Signal};

/// One request to send.
#[derive(Clone)]
pub struct Export {
    /// What it holds.
    pub signal: Signal,
    /// `Export*ServiceRequest` in protobuf.
    pub wire: Bytes,
    /// The records that it holds.
    pub records: u32,
    /// What is known of the client that sent it, for exporters that pass some of that on.
    pub context: Option<Arc<RequestContext>>,
}

/// What became of a request: each of its records is counted in one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// Records that the destination has.
    pub delivered: u64,
    /// Records that it did not take for all that (`partial_success`): which ones it does not say, and they must not be sent again.
    pub rejected: u64,
    /// What it will never take.
    pub refused: Vec<Refused>,
    /// What it may take later.
    pub later: Option<Later>,
}

/// A request, or a part of one, that a destination will never take.
#[derive(Clone, PartialEq, Eq)]
pub struct Refused {
    /// `Export*ServiceRequest` in protobuf.
    pub wire: Bytes,
    /// The records that it holds.
    pub records: u32,
    /// Why: a code or a fault by name, never what the destination said.
    pub reason: String,
}

/// What is left of a request that a destination did not take, and may take another time.
#[derive(Clone, PartialEq, Eq)]
pub struct Later {
    /// `Export*ServiceRequest` in protobuf: without what was delivered or refused.
    pub wire: Bytes,
    /// The records that it holds.
    pub records: u32,
    /// When, if it said so.
    pub after: Option<Duration>,
    /// Why: a code or a fault by name, never what the destination said.
    pub reason: String,
}

// Requests hold records, and those are shown nowhere: their sizes are.

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export")
            .field("signal", &self.signal)
            .field("bytes", &self.wire.len())
            .field("records", &self.records)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused")
            .field("bytes", &self.wire.len())
            .field("records", &self.records)
            .field("reason", &self.reason)
            .finish()
    }
}

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Later")
            .field("bytes", &self.wire.len())
            .field("records", &self.records)
            .field("after", &self.after)
            .field("reason", &self.reason)
            .finish()
    }
}

/// The destination has the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivered {
    /// Records that it did not take for all that; they must not be sent again.
    pub rejected: u64,
}

/// The destination has not got the request. Reasons name codes, never what the destination said: that may quote what was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// It will not take it.
    #[error("{reason}")]
    Permanent {
        /// Why.
        reason: String,
    },
    /// It may take it later; all tries that the settings allow were made.
    #[error("{reason}")]
    Retryable {
        /// When, if it said so.
        after: Option<Duration>,
        /// Why.
        reason: String,
    },
}

/// Why a try failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setback {
    pub(crate) cure: Cure,
    pub(crate) reason: String,
}

/// What helps against a setback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cure {
    /// Nothing.
    None,
    /// The same again: after this time, if the destination said so.
    Later(Option<Duration>),
    /// Less at once.
    Less,
}

impl Setback {
    pub(crate) fn permanent(reason: impl Into<String>) -> Self {
        Self {
            cure: Cure::None,
            reason: reason.into(),
        }
    }

    pub(crate) fn retryable(reason: impl Into<String>) -> Self {
        Self {
            cure: Cure::Later(None),
            reason: reason.into(),
        }
    }
}

impl Exported {
    /// Everything, in as few words as those need who keep nothing of it: what is left cannot be told from what was never taken.
    pub(crate) fn summary(self) -> Result<Delivered, ExportError> {
        if let Some(Later { after, reason, .. }) = self.later {
            return Err(ExportError::Retryable { after, reason });
        }
        let taken = self.delivered.saturating_add(self.rejected);
        let lost = self
            .refused
            .iter()
            .map(|part| u64::from(part.records))
            .sum();
        match self.refused.into_iter().next() {
            Some(Refused { reason, .. }) if taken == 0 => Err(ExportError::Permanent { reason }),
            _ => Ok(Delivered {
                rejected: self.rejected.saturating_add(lost),
            }),
        }
    }
}
