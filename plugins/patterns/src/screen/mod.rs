//! Which text may match which pattern: one pass over a batch instead of one search for each text and pattern.
//!
//! For each pattern [`necessary`] finds windows: short runs of sets of bytes, one of which every match must contain. Four neighbouring
//! positions of each window become its probe, and up to eight probes are looked for at once, sixteen bytes at a time, with the nibble
//! tables that Hyperscan's Teddy made known (`scan`). Where a probe answers, the whole window is compared, and only the text around it
//! is then a matter for the pattern itself. A pattern without a useful window (`x*`, `.+`, `\w+`) is left to the caller for every text.

mod follow;
mod necessary;
mod rarity;

use follow::Follow;
use necessary::Window;

use crate::Pattern;
use crate::scan::{Probes, scan};

/// A text that may match a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Index of the text.
    pub text: u32,
    /// Index of the pattern, in the order they were given to [`Screen::new`].
    pub pattern: u32,
}

/// Necessary conditions of a list of patterns.
#[derive(Debug, Clone)]
pub struct Screen {
    passes: Vec<Pass>,
    unscreened: Vec<u32>,
}

/// Up to eight windows, which one scan of the text looks for.
#[derive(Debug, Clone)]
struct Pass {
    probes: Probes,
    /// By bit of the probes.
    guards: Vec<Guard>,
}

/// A window as it is compared.
#[derive(Debug, Clone)]
struct Guard {
    pattern: u32,
    /// Bytes of the window that stand before its probe.
    before: usize,
    /// Bit `i` of a window of `length` bytes, for each byte that may stand at place `i`.
    places: Box<[u32; 256]>,
    length: usize,
    /// Where in the window what follows begins.
    joint: usize,
    follow: Option<Follow>,
}

impl Guard {
    /// Whether what follows the joint of a window that begins at `start` may go on to a match.
    fn goes_on(&self, text: &[u8], start: usize) -> bool {
        self.follow.as_ref().is_none_or(|follow| {
            follow.holds(
                text.get(start.saturating_add(self.joint)..)
                    .unwrap_or_default(),
            )
        })
    }

    /// Whether the bytes of a window that begins at `start` are those of a match.
    fn has_places(&self, text: &[u8], start: usize) -> bool {
        let Some(window) = text.get(start..start.saturating_add(self.length)) else {
            return false;
        };
        let mut place = 1_u32;
        window.iter().all(|&byte| {
            let allowed = self
                .places
                .get(usize::from(byte))
                .is_some_and(|places| places & place != 0);
            place = place.wrapping_shl(1);
            allowed
        })
    }
}

impl Screen {
    /// Makes the screen of a list of patterns.
    pub fn new<'p>(patterns: impl IntoIterator<Item = &'p Pattern>) -> Screen {
        let mut windows = Vec::new();
        let mut unscreened = Vec::new();
        for (index, pattern) in (0_u32..).zip(patterns) {
            match necessary::windows(pattern.hir()) {
                Some(found) => windows.extend(found.into_iter().map(|window| (index, window))),
                None => unscreened.push(index),
            }
        }
        let passes = windows.chunks(8).map(Pass::new).collect();
        Screen { passes, unscreened }
    }

    /// Patterns that every text has to be searched for, because nothing can be said about their matches beforehand.
    #[must_use]
    pub fn unscreened(&self) -> &[u32] {
        &self.unscreened
    }

    /// Finds the texts that may match, without those of [`Screen::unscreened`].
    ///
    /// `all` holds `count` texts. They stand in it in their order, and `place` says where: offset and length of text `i`, or none if
    /// `i` is no text. The hits come sorted, each once.
    pub fn scan(
        &self,
        all: &[u8],
        count: usize,
        place: impl Fn(usize) -> Option<(usize, usize)>,
        hits: &mut Vec<Hit>,
    ) {
        let first = hits.len();
        for pass in &self.passes {
            pass.scan(all, count, &place, hits);
        }
        if let Some(new) = hits.get_mut(first..)
            && self.passes.len() > 1
        {
            new.sort_unstable();
        }
        hits.dedup();
    }
}

impl Pass {
    fn new(windows: &[(u32, Window)]) -> Pass {
        let mut probes = Probes::default();
        let mut guards = Vec::with_capacity(windows.len());
        for (bucket, (pattern, window)) in windows.iter().enumerate() {
            for (place, set) in window.probe().enumerate() {
                for byte in set.bytes() {
                    probes.add(place, byte, bucket);
                }
            }
            let mut places = Box::new([0_u32; 256]);
            for (place, set) in window.places.iter().enumerate() {
                for byte in set.bytes() {
                    if let Some(allowed) = places.get_mut(usize::from(byte)) {
                        *allowed |= 1_u32
                            .checked_shl(u32::try_from(place).unwrap_or(u32::MAX))
                            .unwrap_or_default();
                    }
                }
            }
            guards.push(Guard {
                pattern: *pattern,
                before: window.probe_at,
                places,
                length: window.places.len(),
                joint: window.joint_at,
                follow: window.follow.clone(),
            });
        }
        Pass { probes, guards }
    }

    fn scan(
        &self,
        all: &[u8],
        count: usize,
        place: &impl Fn(usize) -> Option<(usize, usize)>,
        hits: &mut Vec<Hit>,
    ) {
        let mut index = 0_usize;
        let (mut start, mut end) = (0_usize, 0_usize);
        // Patterns that the current text has already met: the first 64 of them are not looked at again.
        let mut met = 0_u64;
        let first = hits.len();
        scan(&self.probes, all, &mut |at, bits| {
            let mut bits = bits;
            while bits != 0 {
                let Some(guard) = self.guards.get(bits.trailing_zeros() as usize) else {
                    return;
                };
                bits &= bits.wrapping_sub(1);
                // A long number meets a pattern of digits at nearly every place: once is enough. Positions rise, so a text that has met
                // a pattern goes on until its end.
                let mark = 1_u64.checked_shl(guard.pattern).unwrap_or_default();
                if at < end && met & mark != 0 {
                    continue;
                }
                // Most answers of a probe are refuted by the bytes around it, so these come before the question whose bytes they are.
                let Some(from) = at
                    .checked_sub(guard.before)
                    .filter(|from| guard.has_places(all, *from))
                else {
                    continue;
                };
                while end <= at && index < count {
                    if let Some((offset, length)) = place(index) {
                        (start, end) = (offset, offset.saturating_add(length));
                        met = 0;
                    }
                    index = index.saturating_add(1);
                }
                let inside = from >= start
                    && at < end
                    && from.saturating_add(guard.length) <= end
                    && all.get(..end).is_some_and(|text| guard.goes_on(text, from));
                if let (Ok(text), true) = (u32::try_from(index.saturating_sub(1)), inside) {
                    met |= mark;
                    hits.push(Hit {
                        text,
                        pattern: guard.pattern,
                    });
                }
            }
        });
        if let Some(new) = hits.get_mut(first..) {
            new.sort_unstable();
        }
    }
}
