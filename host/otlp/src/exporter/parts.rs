//! A request in parts: what a destination finds too large is cut in two, again and again, until it takes it or a record stands alone.

use std::sync::{Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use tollgate_record::{Cut, Part, Signal, split};

use crate::exporter::outcome::{Cure, Delivered, Exported, Later, Refused, Setback};

/// Sends a request with `send`, in as many parts as it takes. What was delivered is not sent again; after a part that has to come
/// later nothing more is sent.
pub(crate) async fn deliver<F: Future<Output = Result<Delivered, Setback>>>(
    signal: Signal,
    whole: Part,
    known: &KnownSizes,
    mut send: impl FnMut(Bytes) -> F,
) -> Exported {
    let mut exported = Exported::default();
    let (mut refused_sizes, mut taken_size) = (Vec::new(), 0);
    // The next one last.
    let mut parts = vec![whole];
    while let Some(part) = parts.pop() {
        if let Some(size) = known.instead_of(part.wire.len())
            && let Ok(Some((first, rest))) = split(signal, &part.wire, Cut::Bytes(size))
        {
            parts.extend([rest, first]);
            continue;
        }
        let size = part.wire.len();
        let Setback { cure, reason } = match send(part.wire.clone()).await {
            Ok(delivered) => {
                taken_size = size.max(taken_size);
                exported.taken(&part, delivered);
                continue;
            }
            Err(setback) => setback,
        };
        match cure {
            Cure::None => exported.refused.push(refused(part, reason)),
            Cure::Less => match split(signal, &part.wire, Cut::Half) {
                Ok(Some((first, second))) => {
                    refused_sizes.push(size);
                    parts.extend([second, first]);
                }
                // Bytes that are no request cannot be cut either.
                Ok(None) | Err(_) => exported.refused.push(refused(part, reason)),
            },
            Cure::Later(after) => {
                parts.push(part);
                let Part { wire, records } = joined(parts);
                exported.later = Some(Later {
                    wire,
                    records,
                    after,
                    reason,
                });
                break;
            }
        }
    }
    known.learn(&refused_sizes, taken_size);
    exported
}

/// What a destination has found too large, and what it has taken instead: what is known to be refused is not sent.
#[derive(Default)]
pub(crate) struct KnownSizes(Mutex<Option<Sizes>>);

#[derive(Clone, Copy)]
struct Sizes {
    refused: usize,
    taken: usize,
}

impl KnownSizes {
    /// The size that is taken where this one is refused.
    fn instead_of(&self, size: usize) -> Option<usize> {
        let known = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .filter(|known| size >= known.refused)
            .map(|known| known.taken)
    }

    /// Notes what became of one request: the largest part that was taken, and the smallest beyond it that was not. Where a record made
    /// the difference, and not the size, requests of that size go in two parts from then on, and no more than that.
    fn learn(&self, refused: &[usize], taken: usize) {
        let beyond = refused.iter().copied().filter(|size| *size > taken).min();
        let Some(refused) = beyond.filter(|_| taken > 0) else {
            return;
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none_or(|known| refused < known.refused) {
            *known = Some(Sizes { refused, taken });
        }
    }
}

impl Exported {
    fn taken(&mut self, part: &Part, delivered: Delivered) {
        let records = u64::from(part.records);
        // Some destinations reject more than they were sent.
        let rejected = delivered.rejected.min(records);
        self.rejected = self.rejected.saturating_add(rejected);
        self.delivered = self
            .delivered
            .saturating_add(records.saturating_sub(rejected));
    }
}

fn refused(part: Part, reason: String) -> Refused {
    Refused {
        wire: part.wire,
        records: part.records,
        reason,
    }
}

/// Parts as one request again, the last one first: requests one after the other are one request in protobuf.
fn joined(mut parts: Vec<Part>) -> Part {
    if let [_] = *parts
        && let Some(part) = parts.pop()
    {
        return part;
    }
    let mut wire = BytesMut::new();
    let mut records = 0_u32;
    for part in parts.into_iter().rev() {
        wire.extend_from_slice(&part.wire);
        records = records.saturating_add(part.records);
    }
    Part {
        wire: wire.freeze(),
        records,
    }
}
