//! The sampling of `hash_seed`: 14 bits of an FNV-1a hash, spread over the 56 bits of a randomness.

use crate::probability::{Randomness, Threshold};

const BUCKETS_LOG2: u32 = 14;
const BUCKETS: u32 = 1 << BUCKETS_LOG2;

/// A seed, hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(u32);

impl Seed {
    /// Hashes a seed, in little endian.
    #[must_use]
    pub fn of(seed: u32) -> Self {
        const OFFSET: u32 = 0x811c_9dc5;
        Self(fnv1a(OFFSET, &seed.to_le_bytes()))
    }
}

/// FNV-1a of `bytes`, after what was hashed before.
#[inline]
fn fnv1a(before: u32, bytes: &[u8]) -> u32 {
    const PRIME: u32 = 0x0100_0193;
    bytes.iter().fold(before, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(PRIME)
    })
}

/// Randomness from a trace id or the bytes of an attribute.
///
/// The 14 bits that decide come first, turned round so that "hash below acceptance" becomes "randomness not below threshold";
/// what is left of the hash fills the rest.
#[must_use]
pub fn randomness(bytes: &[u8], seed: Seed) -> Randomness {
    let hash = fnv1a(seed.0, bytes);
    let bucket = hash & (BUCKETS - 1);
    let unused = u64::from(hash >> (32 - BUCKETS_LOG2));
    let mixed = unused ^ (unused << 10);
    Randomness::of_bits(u64::from(BUCKETS - 1 - bucket) << 42 | mixed << 14 | u64::from(bucket))
}

/// The threshold of a percentage from 0 to 100, in steps of 1/16384; `None` when it is below the first step.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "single precision, and cut off instead of rounded, so that decisions are those of every earlier version"
)]
pub fn threshold(percentage: f32) -> Option<Threshold> {
    let accepted = (percentage * (BUCKETS as f32 / 100.0)) as u32;
    (accepted > 0).then(|| Threshold::of_parts(u64::from(BUCKETS - accepted.min(BUCKETS)) << 42))
}
