//! What is carried through the graph: the records of one request, looked into where a policy asks for it, or as they came.

use bytes::Bytes;
use std::sync::Arc;

use tollgate_record::{Batch, Limits, Malformed, RequestContext, Signal};

use crate::graph::Entry;

/// A request's bytes, and what is known of it beside them.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) wire: Bytes,
    pub(crate) context: Arc<RequestContext>,
    /// For each record, its place in a client's request; none where all of them are a client's, in this order.
    pub(crate) is_derived: bool,
}

/// The records of one request on their way.
#[derive(Debug, Clone)]
pub(crate) struct Cargo {
    pub(crate) signal: Signal,
    /// Whether a policy made the records.
    pub(crate) is_derived: bool,
    /// The digests of the policies that it has passed, in their order.
    pub(crate) trail: Vec<[u8; 32]>,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    /// Nobody looks inside: the boundaries of the records were counted.
    Plain {
        wire: Bytes,
        records: u32,
    },
    Indexed(Box<Batch>),
}

impl Cargo {
    /// Takes bytes in: one pass over them, noting only what some policy from `entry` on asked for.
    pub(crate) fn new(entry: &Entry, load: &Load) -> Result<Self, Malformed> {
        let (signal, wire) = (entry.signal, load.wire.clone());
        let form = match &entry.wanted {
            None => Form::Plain {
                records: tollgate_record::count(signal, &wire)?,
                wire,
            },
            Some(wanted) => {
                let context = Arc::clone(&load.context);
                let batch = Batch::index(signal, wire, context, wanted, &Limits::default())?;
                Form::Indexed(Box::new(batch))
            }
        };
        Ok(Self {
            signal,
            is_derived: load.is_derived,
            trail: Vec::new(),
            form,
        })
    }

    /// How many records there are.
    pub(crate) fn records(&self) -> u32 {
        match &self.form {
            Form::Plain { records, .. } => *records,
            Form::Indexed(batch) => batch.live_records(),
        }
    }

    /// What policies see; none where none on the way asks for anything.
    pub(crate) fn batch(&mut self) -> Option<&mut Batch> {
        match &mut self.form {
            Form::Plain { .. } => None,
            Form::Indexed(batch) => Some(batch),
        }
    }

    /// As a request again: untouched records are copied; touched ones are stitched, and the lengths of their parents mended.
    pub(crate) fn encode(&self) -> Bytes {
        match &self.form {
            Form::Plain { wire, .. } => wire.clone(),
            Form::Indexed(batch) => batch.encode(),
        }
    }

    /// Where the records come from.
    pub(crate) fn origins(&self) -> Origins {
        if self.is_derived {
            return Origins::Nowhere;
        }
        match &self.form {
            Form::Plain { .. } => Origins::InOrder,
            Form::Indexed(batch) => {
                let all = 0..batch.records();
                let listed = batch.live_ordinals(all).map(|record| batch.origin(record));
                Origins::Listed(listed.collect())
            }
        }
    }

    /// How many of the records `keep` chooses by their ordinals.
    pub(crate) fn count(&self, keep: impl Fn(u32) -> bool) -> usize {
        match &self.form {
            Form::Plain { records, .. } => (0..*records).filter(|record| keep(*record)).count(),
            Form::Indexed(batch) => batch
                .live_ordinals(0..batch.records())
                .filter(|record| keep(*record))
                .count(),
        }
    }

    /// Those of the records that `keep` chooses by their ordinals. Nobody divides what nobody looks into.
    pub(crate) fn part(&self, keep: impl Fn(u32) -> bool) -> Self {
        match &self.form {
            Form::Plain { .. } => self.clone(),
            Form::Indexed(batch) => Self {
                form: Form::Indexed(Box::new(batch.part(keep))),
                trail: self.trail.clone(),
                ..*self
            },
        }
    }

    /// Ends a stage. An error is a defect of the host, and no record is left then.
    pub(crate) fn settle(&mut self) -> Result<(), Malformed> {
        match &mut self.form {
            Form::Plain { .. } => Ok(()),
            Form::Indexed(batch) => batch.settle(),
        }
    }
}

/// Where the records of a request come from: their places in what a client sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origins {
    /// They are what the client sent.
    InOrder,
    /// One by one; none where a policy made the record.
    Listed(Vec<Option<u32>>),
    /// Policies made all of them.
    Nowhere,
}

impl Origins {
    /// The place of a record in what a client sent.
    pub(crate) fn of(&self, record: u32) -> Option<u32> {
        match self {
            Self::InOrder => Some(record),
            Self::Listed(listed) => listed.get(record as usize).copied().flatten(),
            Self::Nowhere => None,
        }
    }
}
