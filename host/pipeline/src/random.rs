//! The randomness that policies are handed: fast and unpredictable from outside, not for keys.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// SplitMix64 from a seed of the operating system.
#[derive(Debug)]
pub(crate) struct Random(u64);

/// The same numbers for the same seed.
impl From<u64> for Random {
    fn from(seed: u64) -> Self {
        Self(seed)
    }
}

impl Random {
    pub(crate) fn new() -> Self {
        // The standard library's hasher is keyed by the operating system's randomness.
        Self(RandomState::new().build_hasher().finish())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
