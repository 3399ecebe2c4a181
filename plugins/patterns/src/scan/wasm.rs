//! The scan with the vector instructions of WebAssembly, none of which is unsafe.

use std::arch::wasm32::{
    i8x16_shuffle, i8x16_swizzle, u8x16_shr, u8x16_splat, u64x2, u64x2_extract_lane, v128,
    v128_and, v128_any_true,
};

use super::{ALL_PLACES, Probes, report, sixteen, tail};

pub(super) fn scan(probes: &Probes, text: &[u8], found: &mut impl FnMut(usize, u8)) {
    let low: [v128; ALL_PLACES] =
        std::array::from_fn(|place| probes.low.get(place).map_or(u64x2(0, 0), load));
    let high: [v128; ALL_PLACES] =
        std::array::from_fn(|place| probes.high.get(place).map_or(u64x2(0, 0), load));
    let ([low0, low1, low2, low3, more_low @ ..], [high0, high1, high2, high3, more_high @ ..]) =
        (low, high);
    let nibble = u8x16_splat(15);
    let (mut last0, mut last1, mut last2) = (u64x2(0, 0), u64x2(0, 0), u64x2(0, 0));
    let (blocks, end) = tail(text);
    let mut at = 0_usize;
    for block in blocks.iter().chain(&end) {
        let bytes = load(block);
        let (l, h) = (v128_and(bytes, nibble), u8x16_shr(bytes, 4));
        let this0 = v128_and(i8x16_swizzle(low0, l), i8x16_swizzle(high0, h));
        let this1 = v128_and(i8x16_swizzle(low1, l), i8x16_swizzle(high1, h));
        let this2 = v128_and(i8x16_swizzle(low2, l), i8x16_swizzle(high2, h));
        let this3 = v128_and(i8x16_swizzle(low3, l), i8x16_swizzle(high3, h));
        // The answers of the first places, moved to where the last one's stand.
        let first = i8x16_shuffle::<13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28>(
            last0, this0,
        );
        let second = i8x16_shuffle::<14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29>(
            last1, this1,
        );
        let third = i8x16_shuffle::<15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30>(
            last2, this2,
        );
        let mut answers = v128_and(v128_and(first, second), v128_and(third, this3));
        if v128_any_true(answers) {
            for (after, (low, high)) in more_low.iter().zip(&more_high).enumerate() {
                if let Some(bytes) =
                    sixteen(text, at.saturating_add(after).saturating_add(1)).map(load)
                {
                    let this = v128_and(
                        i8x16_swizzle(*low, v128_and(bytes, nibble)),
                        i8x16_swizzle(*high, u8x16_shr(bytes, 4)),
                    );
                    answers = v128_and(answers, this);
                }
            }
            report(
                [
                    u64x2_extract_lane::<0>(answers),
                    u64x2_extract_lane::<1>(answers),
                ],
                at,
                text.len(),
                found,
            );
        }
        (last0, last1, last2) = (this0, this1, this2);
        at = at.saturating_add(16);
    }
}

/// A vector of sixteen bytes.
#[inline]
fn load(block: &[u8; 16]) -> v128 {
    let [low, high] = super::halves(block);
    u64x2(low, high)
}
