//! Putting requests together, and telling those who wait.
//!
//! Requests of one signal are one request when their bytes stand one behind the other: that is what protobuf's repeated fields are.

use std::sync::Arc;

use bytes::Bytes;
use tollgate_record::{Batch, Fields, Limits, RequestContext, Signal};

use super::group::Part;
use crate::cargo::Load;
use crate::flow::{NotTaken, Outcome, Taken};

/// A batch, and whose records are in it.
pub(super) struct Merged {
    pub(super) wire: Bytes,
    pub(super) records: u64,
    parts: Vec<Part>,
}

const LOST: &str = "the batch could not be put together";

/// Puts parts together, to requests of `most` bytes each unless a single record is larger.
pub(super) fn merge(signal: Signal, parts: Vec<Part>, most: u64) -> Vec<Merged> {
    let mut done = Vec::new();
    let mut open = vec![parts];
    while let Some(parts) = open.pop() {
        if parts.is_empty() {
            continue;
        }
        let wire = put_together(signal, &parts);
        let records = parts.iter().map(|part| u64::from(part.length())).sum();
        let is_small = u64::try_from(wire.len()).unwrap_or(u64::MAX) <= most;
        if is_small || records < 2 {
            done.push(Merged {
                wire,
                records,
                parts,
            });
        } else {
            let (first, second) = halves(parts, records / 2);
            open.push(second);
            open.push(first);
        }
    }
    done
}

fn put_together(signal: Signal, parts: &[Part]) -> Bytes {
    match parts {
        [one] => bytes_of(signal, one),
        all => {
            let pieces: Vec<Bytes> = all.iter().map(|part| bytes_of(signal, part)).collect();
            pieces.concat().into()
        }
    }
}

/// The bytes of a part: of a divided request, those of its records and of what stands above them.
fn bytes_of(signal: Signal, part: &Part) -> Bytes {
    if part.length() == part.records {
        return part.wire.clone();
    }
    let batch = Batch::index(
        signal,
        part.wire.clone(),
        Arc::default(),
        &Fields::none(signal),
        &Limits::default(),
    );
    match batch {
        Ok(batch) => batch.part(|record| part.range.contains(&record)).encode(),
        Err(error) => {
            // It was encoded here, and is what it should be.
            tracing::error!(target: "tollgate", %error, "a defect of the host; records are refused");
            Bytes::new()
        }
    }
}

fn halves(parts: Vec<Part>, records: u64) -> (Vec<Part>, Vec<Part>) {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let mut room = records;
    for mut part in parts {
        let fits = u32::try_from(room).unwrap_or(u32::MAX).min(part.length());
        room = room.saturating_sub(u64::from(fits));
        first.extend(part.split(fits));
        if part.length() > 0 {
            second.push(part);
        }
    }
    (first, second)
}

impl Merged {
    /// The batch as bytes that enter the graph.
    pub(super) fn load(&self, context: &Arc<RequestContext>) -> Load {
        Load {
            wire: self.wire.clone(),
            context: Arc::clone(context),
            is_derived: false,
        }
    }

    /// Tells everybody who waits what became of their records. Of records that a destination rejected without saying which, each is
    /// told as if they were its own: nobody knows better, and none of them is to be sent again.
    pub(super) fn tell(self, outcome: &Outcome) {
        let mut before = 0_u32;
        for part in self.parts {
            let length = part.length();
            let after = before.saturating_add(length);
            let own = match outcome {
                Ok(taken) => Ok(Taken {
                    rejected: taken
                        .rejected
                        .iter()
                        .filter(|record| (before..after).contains(record))
                        .map(|record| {
                            record
                                .saturating_sub(before)
                                .saturating_add(part.range.start)
                        })
                        .collect(),
                    rejected_beyond: taken.rejected_beyond.min(u64::from(length)),
                }),
                // What the client sent was well; what was made of it here was not.
                Err(NotTaken::Malformed(_)) => Err(NotTaken::Refused(LOST)),
                Err(not_taken) => Err(not_taken.clone()),
            };
            part.waiter.tell(length, own);
            before = after;
        }
    }
}
