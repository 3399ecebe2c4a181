//! Inputs that come of other inputs: what a fuzzer does, without its measure of what is new.

use fastrand::Rng;

/// Numbers around the edges of what lengths, tags and brackets are made of.
const EDGES: [u8; 12] = [
    0, 1, 0x7F, 0x80, 0xFF, b'{', b'}', b'[', b'"', b'\n', b'$', b'-',
];

/// An input that is like one of `seeds`, changed in one to eight places.
#[must_use]
pub fn mutated(seeds: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut input = rng.choice(seeds).cloned().unwrap_or_default();
    for _ in 0..rng.u8(1..=8) {
        let at = rng.usize(..=input.len());
        let end = rng.usize(at..=input.len().min(at + 32));
        match rng.u8(..7) {
            0 => input.insert(at, EDGES[rng.usize(..EDGES.len())]),
            1 => drop(input.drain(at..end)),
            2 => input.truncate(at),
            3 => {
                let again = input[at..end].repeat(rng.usize(1..5));
                input.splice(at..at, again);
            }
            4 => {
                let other = rng.choice(seeds).map_or(&[][..], Vec::as_slice);
                let from = rng.usize(..=other.len());
                let to = rng.usize(from..=other.len().min(from + 64));
                input.splice(at..end, other[from..to].iter().copied());
            }
            kind => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = match kind {
                        5 => *byte ^ (1 << rng.u8(..8)),
                        _ => rng.u8(..),
                    };
                }
            }
        }
    }
    input
}
