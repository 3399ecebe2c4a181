//! Up to eight probes of four bytes, looked for in one pass.
//!
//! A byte is taken for one of a set when both of its halves are: two tables of sixteen entries for each of the four places, with a bit
//! for each probe. Where a probe answers, the four bytes after it are asked in the same way, which spares the closer look that comes
//! next most of its work: digits stand beside digits. So a probe may answer where none of its sets holds the bytes, and never stays silent where all do.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

/// Bytes of a probe.
pub(crate) const PLACES: usize = 4;
/// Bytes of a probe and of those after it that are looked at where the probe answers.
pub(crate) const ALL_PLACES: usize = 8;

/// The nibble tables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Probes {
    low: [[u8; 16]; ALL_PLACES],
    high: [[u8; 16]; ALL_PLACES],
}

impl Probes {
    /// Lets `byte` stand at `place` of probe `probe`.
    pub(crate) fn add(&mut self, place: usize, byte: u8, probe: usize) {
        let bit = 1_u8 << (probe & 7);
        if let (Some(low), Some(high)) = (self.low.get_mut(place), self.high.get_mut(place)) {
            for (table, half) in [(low, byte & 15), (high, byte >> 4)] {
                if let Some(entry) = table.get_mut(usize::from(half)) {
                    *entry |= bit;
                }
            }
        }
    }
}

/// Calls `found` with each position where probes answer, and their bits, in rising order. What would stand after the end counts as
/// zeros for the probe itself, and is not asked for after it.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) fn scan(probes: &Probes, text: &[u8], found: &mut impl FnMut(usize, u8)) {
    wasm::scan(probes, text, found);
}

/// Calls `found` with each position where probes answer, and their bits, in rising order. What would stand after the end counts as
/// zeros for the probe itself, and is not asked for after it.
#[cfg(target_arch = "x86_64")]
pub(crate) fn scan(probes: &Probes, text: &[u8], found: &mut impl FnMut(usize, u8)) {
    if std::arch::is_x86_feature_detected!("ssse3") {
        x86::scan(probes, text, found);
    } else {
        portable(probes, text, found);
    }
}

/// Calls `found` with each position where probes answer, and their bits, in rising order. What would stand after the end counts as
/// zeros for the probe itself, and is not asked for after it.
#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "wasm32", target_feature = "simd128")
)))]
pub(crate) fn scan(probes: &Probes, text: &[u8], found: &mut impl FnMut(usize, u8)) {
    portable(probes, text, found);
}

/// Byte by byte, for machines that have no better way; it also says what the others have to find.
#[cfg_attr(
    all(target_arch = "wasm32", target_feature = "simd128"),
    expect(dead_code, reason = "the vector form stands in for it")
)]
fn portable(probes: &Probes, text: &[u8], found: &mut impl FnMut(usize, u8)) {
    let mut tables = [[0_u8; 256]; ALL_PLACES];
    for ((table, low), high) in tables.iter_mut().zip(&probes.low).zip(&probes.high) {
        for (byte, entry) in table.iter_mut().enumerate() {
            *entry = low.get(byte & 15).copied().unwrap_or_default()
                & high.get(byte >> 4).copied().unwrap_or_default();
        }
    }
    for at in 0..text.len() {
        let window = text.get(at..).unwrap_or_default();
        let inside = window
            .iter()
            .copied()
            .chain(std::iter::repeat(0))
            .take(PLACES);
        let after = window.iter().copied().skip(PLACES);
        let bits = tables
            .iter()
            .zip(inside.chain(after))
            .fold(u8::MAX, |bits, (table, byte)| {
                bits & table.get(usize::from(byte)).copied().unwrap_or_default()
            });
        if bits != 0 {
            found(at, bits);
        }
    }
}

/// Reports the answers of a block: `answers` holds the bits of sixteen positions, low end first, as two words.
#[cfg(any(
    target_arch = "x86_64",
    all(target_arch = "wasm32", target_feature = "simd128")
))]
#[inline]
fn report(answers: [u64; 2], block: usize, length: usize, found: &mut impl FnMut(usize, u8)) {
    for (half, mut word) in answers.into_iter().enumerate() {
        while word != 0 {
            let lane = word.trailing_zeros() / 8;
            let bits = u8::try_from((word >> (lane * 8)) & 0xff).unwrap_or_default();
            word &= !(0xff_u64 << (lane * 8));
            // An answer stands at the last byte of its probe, and the first block's may point before the text.
            let end = block.saturating_add(half * 8).saturating_add(lane as usize);
            if let Some(at) = end.checked_sub(PLACES - 1)
                && at < length
            {
                found(at, bits);
            }
        }
    }
}

/// A block as two words, low end first: loads of vectors are unsafe, and this is as fast.
#[cfg(any(
    target_arch = "x86_64",
    all(target_arch = "wasm32", target_feature = "simd128")
))]
#[inline]
fn halves(block: &[u8; 16]) -> [u64; 2] {
    let (words, _) = block.as_chunks::<8>();
    match words {
        [low, high] => [u64::from_le_bytes(*low), u64::from_le_bytes(*high)],
        _ => [0, 0],
    }
}

/// The sixteen bytes at a position, if there are so many.
#[cfg(any(
    target_arch = "x86_64",
    all(target_arch = "wasm32", target_feature = "simd128")
))]
#[inline]
fn sixteen(text: &[u8], at: usize) -> Option<&[u8; 16]> {
    text.get(at..)?.first_chunk()
}

/// Blocks of sixteen bytes: the whole ones of a text, and its end with zeros after it, so far that every position is the first of a probe.
#[cfg(any(
    target_arch = "x86_64",
    all(target_arch = "wasm32", target_feature = "simd128")
))]
fn tail(text: &[u8]) -> (&[[u8; 16]], [[u8; 16]; 2]) {
    let (blocks, rest) = text.as_chunks::<16>();
    let mut end = [[0_u8; 16]; 2];
    if let [last, _] = &mut end
        && let Some(start) = last.get_mut(..rest.len())
    {
        start.copy_from_slice(rest);
    }
    (blocks, end)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn every_form_finds_what_the_portable_one_finds() {
        let mut probes = Probes::default();
        let any: String = (0..=127_u8).map(char::from).collect();
        for (probe, sets) in [
            ["A", "K", "I", "A", "K", &any, &any, &any],
            [
                "0123", ".", "456", "0123.", "0123456.", "0123456.", &any, &any,
            ],
            ["@", "\0xyz", "\0", "\0@", &any, &any, &any, &any],
        ]
        .iter()
        .enumerate()
        {
            for (place, set) in sets.iter().enumerate() {
                set.bytes().for_each(|byte| probes.add(place, byte, probe));
            }
        }
        let mut seed = 7_u64;
        let alphabet = b"AKI0123.456@xyz \0\xff";
        for length in 0..120 {
            let text: Vec<u8> = (0..length)
                .map(|_| {
                    seed = seed
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    *alphabet
                        .get((seed >> 33) as usize % alphabet.len())
                        .unwrap()
                })
                .collect();
            let (mut one, mut other) = (Vec::new(), Vec::new());
            portable(&probes, &text, &mut |at, bits| one.push((at, bits)));
            scan(&probes, &text, &mut |at, bits| other.push((at, bits)));
            // Near the end the vector forms do not look beyond the probe.
            let settled = |list: &[(usize, u8)]| -> Vec<_> {
                list.iter()
                    .copied()
                    .filter(|(at, _)| at + 40 < length)
                    .collect()
            };
            assert_eq!(
                settled(&one),
                settled(&other),
                "in a text of {length} bytes"
            );
            for (at, bits) in one {
                assert!(
                    other
                        .iter()
                        .any(|(other, found)| *other == at && found & bits == bits),
                    "at {at} of {length} bytes"
                );
            }
        }
    }
}
