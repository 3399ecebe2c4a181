//! The scan with SSSE3, for hosts.

use std::arch::x86_64::{
    __m128i, _mm_alignr_epi8, _mm_and_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8,
    _mm_setzero_si128, _mm_shuffle_epi8, _mm_srli_epi16, _mm_unpackhi_epi64,
};

use super::{ALL_PLACES, Probes, report, sixteen, tail};

/// To be called where SSSE3 was found.
pub(super) fn scan(probes: &Probes, text: &[u8], found: &mut impl FnMut(usize, u8)) {
    #[expect(
        unsafe_code,
        reason = "the caller has asked the processor for SSSE3; without the instruction the scan is five times slower"
    )]
    // SAFETY: the instructions of the function are there, as the caller has found out; it does nothing else that is unsafe.
    unsafe {
        with_ssse3(probes, text, found);
    }
}

#[target_feature(enable = "ssse3")]
fn with_ssse3(probes: &Probes, text: &[u8], found: &mut impl FnMut(usize, u8)) {
    let low: [__m128i; ALL_PLACES] = std::array::from_fn(|place| {
        probes
            .low
            .get(place)
            .map_or(_mm_setzero_si128(), |table| load(table))
    });
    let high: [__m128i; ALL_PLACES] = std::array::from_fn(|place| {
        probes
            .high
            .get(place)
            .map_or(_mm_setzero_si128(), |table| load(table))
    });
    let ([low0, low1, low2, low3, more_low @ ..], [high0, high1, high2, high3, more_high @ ..]) =
        (low, high);
    let nibble = _mm_set1_epi8(15);
    let (mut last0, mut last1, mut last2) = (
        _mm_setzero_si128(),
        _mm_setzero_si128(),
        _mm_setzero_si128(),
    );
    let (blocks, end) = tail(text);
    let mut at = 0_usize;
    for block in blocks.iter().chain(&end) {
        let bytes = load(block);
        let (l, h) = (
            _mm_and_si128(bytes, nibble),
            _mm_and_si128(_mm_srli_epi16::<4>(bytes), nibble),
        );
        let this0 = _mm_and_si128(_mm_shuffle_epi8(low0, l), _mm_shuffle_epi8(high0, h));
        let this1 = _mm_and_si128(_mm_shuffle_epi8(low1, l), _mm_shuffle_epi8(high1, h));
        let this2 = _mm_and_si128(_mm_shuffle_epi8(low2, l), _mm_shuffle_epi8(high2, h));
        let this3 = _mm_and_si128(_mm_shuffle_epi8(low3, l), _mm_shuffle_epi8(high3, h));
        // The answers of the first places, moved to where the last one's stand.
        let first = _mm_alignr_epi8::<13>(this0, last0);
        let second = _mm_alignr_epi8::<14>(this1, last1);
        let third = _mm_alignr_epi8::<15>(this2, last2);
        let mut answers = _mm_and_si128(_mm_and_si128(first, second), _mm_and_si128(third, this3));
        if words(answers) != [0, 0] {
            for (after, (low, high)) in more_low.iter().zip(&more_high).enumerate() {
                if let Some(bytes) = sixteen(text, at.saturating_add(after).saturating_add(1)) {
                    let bytes = load(bytes);
                    let (l, h) = (
                        _mm_and_si128(bytes, nibble),
                        _mm_and_si128(_mm_srli_epi16::<4>(bytes), nibble),
                    );
                    answers = _mm_and_si128(
                        answers,
                        _mm_and_si128(_mm_shuffle_epi8(*low, l), _mm_shuffle_epi8(*high, h)),
                    );
                }
            }
            report(words(answers), at, text.len(), found);
        }
        (last0, last1, last2) = (this0, this1, this2);
        at = at.saturating_add(16);
    }
}

/// A vector as two words, low end first.
#[inline]
#[target_feature(enable = "ssse3")]
fn words(vector: __m128i) -> [u64; 2] {
    [
        _mm_cvtsi128_si64(vector).cast_unsigned(),
        _mm_cvtsi128_si64(_mm_unpackhi_epi64(vector, vector)).cast_unsigned(),
    ]
}

/// A vector of sixteen bytes.
#[inline]
#[target_feature(enable = "ssse3")]
fn load(block: &[u8; 16]) -> __m128i {
    let [low, high] = super::halves(block);
    _mm_set_epi64x(high.cast_signed(), low.cast_signed())
}
