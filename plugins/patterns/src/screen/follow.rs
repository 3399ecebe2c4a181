//! A closer look at what follows a joint: the states that the rest of the pattern may be in, as bits of a word.
//!
//! Sets of bytes by place cannot count: `0.169.0` has the places of an address, though it has too few full stops. This follows the
//! pattern itself, byte by byte, and gives up as soon as no match can come of it. It costs a few instructions a byte.

use regex_automata::nfa::thompson::{NFA, State, WhichCaptures};
use regex_automata::util::primitives::StateID;
use regex_syntax::hir::Hir;

/// Bytes that are followed before a match is taken for possible.
const STEPS: usize = 24;
/// What the automaton of a part may weigh, in bytes.
const LARGEST_PART: usize = 1 << 20;

/// The states of a part of a pattern that consume a byte; no more than 64 of them.
#[derive(Debug, Clone)]
pub(super) struct Follow {
    start: u64,
    /// The part may be over before the first byte.
    empty: bool,
    /// For each byte, the states that take it.
    takes: Box<[u64; 256]>,
    /// For each state, those that may come next.
    next: Vec<u64>,
    /// States after which the part may be over.
    last: u64,
}

impl Follow {
    /// None if the part has too many states.
    pub(super) fn new(items: &[Hir]) -> Option<Follow> {
        let config = NFA::config()
            .which_captures(WhichCaptures::None)
            .nfa_size_limit(Some(LARGEST_PART))
            .utf8(false);
        let nfa = NFA::compiler()
            .configure(config)
            .build_from_hir(&Hir::concat(items.to_vec()))
            .ok()?;
        let mut numbers: Vec<Option<usize>> = Vec::with_capacity(nfa.states().len());
        let mut count = 0_usize;
        for state in nfa.states() {
            let consumes = matches!(
                state,
                State::ByteRange { .. } | State::Sparse(_) | State::Dense(_)
            );
            numbers.push(consumes.then_some(count));
            count = count.saturating_add(usize::from(consumes));
        }
        if count > 64 {
            return None;
        }
        let (start, empty) = reached(&nfa, nfa.start_anchored(), &numbers);
        let mut follow = Follow {
            start,
            empty,
            takes: Box::new([0; 256]),
            next: vec![0; count],
            last: 0,
        };
        for (state, number) in nfa.states().iter().zip(&numbers) {
            let Some(number) = *number else { continue };
            // Bytes that stand side by side mostly lead to the same state.
            let mut known = None;
            for byte in 0..=u8::MAX {
                let Some(to) = after(state, byte) else {
                    continue;
                };
                let (states, over) = match known {
                    Some((last, found)) if last == to => found,
                    _ => reached(&nfa, to, &numbers),
                };
                known = Some((to, (states, over)));
                if let (Some(takes), Some(next)) = (
                    follow.takes.get_mut(usize::from(byte)),
                    follow.next.get_mut(number),
                ) {
                    *takes |= 1 << number;
                    // A state whose bytes lead to different ones is taken for all of them: what is possible stays possible.
                    *next |= states;
                }
                follow.last |= u64::from(over) << number;
            }
        }
        Some(follow)
    }

    /// Whether a match is possible that goes on with this text.
    pub(super) fn holds(&self, text: &[u8]) -> bool {
        if self.empty {
            return true;
        }
        let mut states = self.start;
        for &byte in text.iter().take(STEPS) {
            states &= self
                .takes
                .get(usize::from(byte))
                .copied()
                .unwrap_or_default();
            if states & self.last != 0 {
                return true;
            }
            let mut left = states;
            states = 0;
            while left != 0 {
                states |= self
                    .next
                    .get(left.trailing_zeros() as usize)
                    .copied()
                    .unwrap_or_default();
                left &= left.wrapping_sub(1);
            }
            if states == 0 {
                return false;
            }
        }
        text.len() >= STEPS
    }
}

fn after(state: &State, byte: u8) -> Option<StateID> {
    match state {
        State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
        State::Sparse(sparse) => sparse.matches_byte(byte),
        State::Dense(dense) => dense.matches_byte(byte),
        _ => None,
    }
}

/// The consuming states that are reached from one without a byte, and whether the end is.
fn reached(nfa: &NFA, from: StateID, numbers: &[Option<usize>]) -> (u64, bool) {
    let mut todo = vec![from];
    let mut seen = vec![false; numbers.len()];
    let (mut states, mut over) = (0_u64, false);
    while let Some(id) = todo.pop() {
        match seen.get_mut(id.as_usize()) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        match nfa.state(id) {
            State::Match { .. } => over = true,
            State::Fail => {}
            // What a look asks for is left to the pattern.
            State::Look { next, .. } | State::Capture { next, .. } => todo.push(*next),
            State::Union { alternates } => todo.extend(alternates.iter().copied()),
            State::BinaryUnion { alt1, alt2 } => todo.extend([*alt1, *alt2]),
            State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) => {
                if let Some(number) = numbers.get(id.as_usize()).copied().flatten() {
                    states |= 1 << number;
                }
            }
        }
    }
    (states, over)
}
