//! A request in parts: what a destination finds too large is cut in two, again and again, until it takes it or a record stands alone.

use bytes::{Bytes, BytesMut};
use tollgate_record::{Cut, Part, Signal, split};

use crate::exporter::outcome::{Cure, Delivered, Exported, Later, Refused, Setback};

/// Sends a request with `send`, in as many parts as it takes. What was delivered is not sent again; after a part that has to come
/// later nothing more is sent.
pub(crate) async fn deliver<F: Future<Output = Result<Delivered, Setback>>>(
    signal: Signal,
    whole: Part,
    mut send: impl FnMut(Bytes) -> F,
) -> Exported {
    let mut exported = Exported::default();
    // The next one last.
    let mut parts = vec![whole];
    while let Some(part) = parts.pop() {
        let Setback { cure, reason } = match send(part.wire.clone()).await {
            Ok(delivered) => {
                exported.taken(&part, delivered);
                continue;
            }
            Err(setback) => setback,
        };
        match cure {
            Cure::None => exported.refused.push(refused(part, reason)),
            Cure::Less => match split(signal, &part.wire, Cut::Half) {
                Ok(Some((first, second))) => parts.extend([second, first]),
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
    exported
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
