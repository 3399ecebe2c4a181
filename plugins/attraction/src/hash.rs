//! SHA-256 of attribute values, in hexadecimal.

use sha2::{Digest, Sha256};
use tollgate_sdk::Value;

const MEMORIES: usize = 2048;
const REMEMBERED: usize = 40;
const DIGEST: usize = 32;
const HEX: usize = 2 * DIGEST;

/// Hexadecimal digits of a SHA-256.
pub(crate) type Hex = [u8; HEX];

/// Hashes texts, and remembers the last ones: the same few users and hosts stand in record after record, and a look-up costs a
/// tenth of a hash.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hasher {
    memories: Vec<Memory>,
}

#[derive(Debug, Clone, Copy)]
struct Memory {
    length: u8,
    text: [u8; REMEMBERED],
    digest: [u8; DIGEST],
}

impl Hasher {
    /// What the value becomes: its hash, or nothing at all for values that upstream cannot hash (bytes, arrays, maps, empty).
    pub(crate) fn hash(&mut self, value: Value<'_>) -> Option<Hex> {
        match value {
            Value::Text(text) => Some(self.hash_text(text.as_bytes())),
            Value::Int(number) => Some(hex(&sha256(&number.to_le_bytes()))),
            Value::Double(number) => Some(hex(&sha256(&number.to_bits().to_le_bytes()))),
            Value::Boolean(truth) => Some(hex(&sha256(&[u8::from(truth)]))),
            _ => None,
        }
    }

    fn hash_text(&mut self, text: &[u8]) -> Hex {
        if text.len() > REMEMBERED {
            return hex(&sha256(text));
        }
        if self.memories.is_empty() {
            // The length that no text has marks a free place.
            let free = Memory {
                length: u8::MAX,
                text: [0; REMEMBERED],
                digest: [0; DIGEST],
            };
            self.memories.resize(MEMORIES, free);
        }
        let Some(memory) = self.memories.get_mut(place(text)) else {
            return hex(&sha256(text));
        };
        let known = memory
            .text
            .get(..usize::from(memory.length))
            .is_some_and(|known| known == text);
        if !known {
            memory.length = u8::try_from(text.len()).unwrap_or(u8::MAX);
            if let Some(room) = memory.text.get_mut(..text.len()) {
                room.copy_from_slice(text);
            }
            memory.digest = sha256(text);
        }
        hex(&memory.digest)
    }
}

fn sha256(bytes: &[u8]) -> [u8; DIGEST] {
    Sha256::digest(bytes).into()
}

/// Where a text is remembered: its bytes, eight at a time, multiplied and folded.
fn place(text: &[u8]) -> usize {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = text.as_chunks::<8>();
    let tail = rest
        .iter()
        .fold(text.len() as u64, |tail, byte| tail << 8 | u64::from(*byte));
    let folded = words
        .iter()
        .map(|word| u64::from_le_bytes(*word))
        .chain([tail])
        .fold(0_u64, |hash, word| {
            (hash.rotate_left(5) ^ word).wrapping_mul(MIX)
        });
    (folded >> 48) as usize % MEMORIES
}

fn hex(digest: &[u8; DIGEST]) -> Hex {
    // Without a table or a branch, so that 16 digits are made at once.
    let digit = |nibble: u8| nibble + b'0' + u8::from(nibble > 9) * (b'a' - b'0' - 10);
    let mut hex = [0; HEX];
    for (pair, byte) in hex.as_chunks_mut::<2>().0.iter_mut().zip(digest) {
        *pair = [digit(byte >> 4), digit(byte & 0xf)];
    }
    hex
}
