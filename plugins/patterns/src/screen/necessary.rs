//! What every match of a pattern must contain.
//!
//! A pattern is taken apart into the items that each match has one after the other. At each joint between two items the bytes right
//! before and right after are known as sets, place by place, as far as the shortest match reaches: `[0-9]{1,3}\.[0-9]` has a digit
//! before the joint, a full stop and a digit after it. The joint whose window is rarest is kept. The items of an alternation have a
//! window each.

use regex_automata::nfa::thompson::{NFA, State, WhichCaptures};
use regex_syntax::hir::{Hir, HirKind, Repetition};

use super::follow::Follow;
use super::rarity::SHARES;
use crate::scan::{ALL_PLACES, PLACES};

/// Places of a window before its joint, and after it.
const REACH: usize = 16;
/// Bytes after the joint for which the pattern itself is followed, at least.
const FOLLOWED: usize = 20;
/// Joints that are tried, and windows that a pattern may have: a pattern that needs more is left unscreened.
const JOINTS: usize = 48;
const MOST: usize = 16;
/// A probe that answers at more places than this (in parts of a million) costs more than it saves.
const TOO_OFTEN: u64 = 120_000;
/// What the automaton of a part may weigh, in bytes.
const LARGEST_PART: usize = 1 << 20;

/// A set of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Bytes([u64; 4]);

impl Bytes {
    const ALL: Bytes = Bytes([u64::MAX; 4]);

    fn add(&mut self, from: u8, to: u8) {
        for byte in from..=to {
            if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
                *word |= 1_u64 << (byte & 63);
            }
        }
    }

    fn holds(&self, byte: u8) -> bool {
        self.0
            .get(usize::from(byte >> 6))
            .is_some_and(|word| (word >> (byte & 63)) & 1 == 1)
    }

    pub(super) fn bytes(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=u8::MAX).filter(|&byte| self.holds(byte))
    }

    /// How often the nibble tables take a byte for one of this set, in parts of a million.
    fn seen(&self) -> u64 {
        let (mut low, mut high) = (0_u16, 0_u16);
        for byte in self.bytes() {
            low |= 1 << (byte & 15);
            high |= 1 << (byte >> 4);
        }
        let mut sum = 0_u64;
        for (half, row) in SHARES.as_chunks::<16>().0.iter().enumerate() {
            if (high >> half) & 1 == 1 {
                let taken = row.iter().enumerate().filter(|(b, _)| (low >> b) & 1 == 1);
                sum = taken.fold(sum, |sum, (_, share)| sum.saturating_add(u64::from(*share)));
            }
        }
        sum.saturating_mul(10).min(1_000_000)
    }
}

/// Sets of bytes that stand side by side in a match, and where among them the probe is.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub(super) places: Vec<Bytes>,
    pub(super) probe_at: usize,
    /// The place right after the joint, and what follows there.
    pub(super) joint_at: usize,
    pub(super) follow: Option<Follow>,
    /// How often the probe answers, in parts of a million bytes.
    seen: u64,
}

impl Window {
    pub(super) fn probe(&self) -> impl Iterator<Item = Bytes> + '_ {
        (0..ALL_PLACES).map(|i| {
            self.places
                .get(self.probe_at.saturating_add(i))
                .copied()
                .unwrap_or(Bytes::ALL)
        })
    }

    /// The window with its rarest probe; none if nothing is known.
    fn new((mut places, joint_at): (Vec<Bytes>, usize)) -> Option<Window> {
        while places.last() == Some(&Bytes::ALL) {
            places.pop();
        }
        // Neighbours are often the same set: what is known of one holds for the next.
        let mut last = (Bytes::ALL, 1_000_000);
        let each: Vec<u64> = places
            .iter()
            .map(|place| {
                if last.0 != *place {
                    last = (*place, place.seen());
                }
                last.1
            })
            .collect();
        let rarity = |at: usize| {
            let probed = each.iter().skip(at).take(PLACES);
            probed.fold(1_000_000_u64, |seen, place| {
                seen.saturating_mul(*place) / 1_000_000
            })
        };
        let (seen, probe_at) = (0..places.len()).map(|at| (rarity(at), at)).min()?;
        Some(Window {
            places,
            probe_at,
            joint_at,
            follow: None,
            seen,
        })
    }
}

/// Windows of which every match contains one; none if no useful ones are known.
pub(super) fn windows(hir: &Hir) -> Option<Vec<Window>> {
    let found = best(hir, 0)?;
    (found.len() <= MOST && cost(&found) <= TOO_OFTEN).then_some(found)
}

fn cost(windows: &[Window]) -> u64 {
    windows.iter().map(|window| window.seen).sum()
}

fn best(hir: &Hir, depth: usize) -> Option<Vec<Window>> {
    if depth > 32 {
        return None;
    }
    let items = items(hir);
    let mut candidates = Vec::new();
    if let [only] = items.as_slice()
        && let HirKind::Alternation(branches) = only.kind()
        && branches.len() <= MOST
        && let Some(found) = branches
            .iter()
            .map(|branch| best(branch, depth.saturating_add(1)))
            .collect::<Option<Vec<_>>>()
    {
        candidates.push(found.concat());
    }
    if items.len() > 1 {
        let parts = items
            .iter()
            .filter(|item| matches!(item.kind(), HirKind::Alternation(_)));
        candidates.extend(parts.filter_map(|part| best(part, depth.saturating_add(1))));
    }
    let joints = 0..items.len().min(JOINTS);
    let rarest = joints
        .filter_map(|joint| Some((joint, Window::new(around(&items, joint))?)))
        .min_by_key(|(_, window)| window.seen);
    candidates.extend(rarest.map(|(joint, window)| {
        let follow = Follow::new(&reaching(items.iter().skip(joint), FOLLOWED));
        vec![Window { follow, ..window }]
    }));
    candidates.into_iter().min_by_key(|windows| cost(windows))
}

/// What every match has, one after the other: concatenations and groups dissolved, repetitions unrolled as far as a window reaches.
fn items(hir: &Hir) -> Vec<Hir> {
    let mut items = Vec::new();
    let mut todo = vec![hir.clone()];
    while let Some(hir) = todo.pop() {
        if items.len() >= JOINTS.saturating_mul(2) {
            // The rest does not matter to the joints that are tried, except that nothing may be said about the end of the match.
            items.push(anything());
            break;
        }
        match hir.kind() {
            HirKind::Concat(subs) => todo.extend(subs.iter().rev().cloned()),
            HirKind::Capture(capture) => todo.push((*capture.sub).clone()),
            HirKind::Repetition(repetition) if repetition.min > 0 && repetition.max != Some(1) => {
                let copies = repetition.min.min(u32::try_from(REACH).unwrap_or(1));
                let rest = Repetition {
                    min: repetition.min.saturating_sub(copies),
                    max: repetition.max.map(|max| max.saturating_sub(copies)),
                    ..repetition.clone()
                };
                todo.push(Hir::repetition(rest));
                todo.extend((0..copies).map(|_| (*repetition.sub).clone()));
            }
            HirKind::Empty => {}
            _ => items.push(hir),
        }
    }
    items
}

fn anything() -> Hir {
    Hir::repetition(Repetition {
        min: 0,
        max: None,
        greedy: true,
        sub: Box::new(Hir::dot(regex_syntax::hir::Dot::AnyByte)),
    })
}

/// The places around the joint before item `joint`.
fn around(items: &[Hir], joint: usize) -> (Vec<Bytes>, usize) {
    let (left, right) = items.split_at_checked(joint).unwrap_or_default();
    let mut before = places(
        &reaching(left.iter().rev(), REACH)
            .into_iter()
            .rev()
            .collect::<Vec<_>>(),
        true,
    );
    before.reverse();
    while before.first() == Some(&Bytes::ALL) {
        before.remove(0);
    }
    let joint_at = before.len();
    before.extend(places(&reaching(right.iter(), REACH), false));
    (before, joint_at)
}

/// As many items as are needed for so many bytes.
fn reaching<'h>(items: impl Iterator<Item = &'h Hir>, bytes: usize) -> Vec<Hir> {
    let mut reached = 0_usize;
    let mut needed = Vec::new();
    for item in items {
        if reached >= bytes {
            break;
        }
        reached = reached.saturating_add(item.properties().minimum_len().unwrap_or(0));
        needed.push(item.clone());
    }
    needed
}

/// Which bytes may stand at the first places of what the items match (at the last, when `reverse`), as far as the shortest match goes.
fn places(items: &[Hir], reverse: bool) -> Vec<Bytes> {
    let config = NFA::config()
        .reverse(reverse)
        .which_captures(WhichCaptures::None)
        .nfa_size_limit(Some(LARGEST_PART))
        .utf8(false);
    let Ok(nfa) = NFA::compiler()
        .configure(config)
        .build_from_hir(&Hir::concat(items.to_vec()))
    else {
        return Vec::new();
    };
    let mut places = Vec::new();
    let mut states = vec![nfa.start_anchored()];
    while places.len() < REACH {
        let mut next = Vec::new();
        let mut set = Bytes::default();
        let mut seen = vec![false; nfa.states().len()];
        while let Some(id) = states.pop() {
            match seen.get_mut(id.as_usize()) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            match nfa.state(id) {
                State::Match { .. } => return places,
                State::Fail => {}
                State::Look { next, .. } | State::Capture { next, .. } => states.push(*next),
                State::Union { alternates } => states.extend(alternates.iter().copied()),
                State::BinaryUnion { alt1, alt2 } => states.extend([*alt1, *alt2]),
                State::ByteRange { trans } => {
                    set.add(trans.start, trans.end);
                    next.push(trans.next);
                }
                State::Sparse(sparse) => {
                    for trans in &sparse.transitions {
                        set.add(trans.start, trans.end);
                        next.push(trans.next);
                    }
                }
                State::Dense(dense) => {
                    for byte in 0..=u8::MAX {
                        if let Some(to) = dense.matches_byte(byte) {
                            set.add(byte, byte);
                            next.push(to);
                        }
                    }
                }
            }
        }
        places.push(set);
        states = next;
    }
    places
}
