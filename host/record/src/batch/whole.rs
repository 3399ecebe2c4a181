//! Metrics as a whole.

use super::Batch;
use super::encode::Encoder;
use crate::wire::Span;

impl Batch {
    /// Writes the message of a node as it is now.
    pub(super) fn message_of(&self, node: u32, out: &mut Vec<u8>) {
        let entry = self.store.nodes[node];
        if entry.touched {
            let mut encoder = Encoder::new(self, node);
            encoder.node(node);
            encoder.finish_frame(entry.frame, out);
        } else {
            let frame = self.store.frames[entry.frame];
            out.extend_from_slice(self.memory.get(Span::between(frame.content, frame.end)));
        }
    }
}
