//! What changed in a request, as an RFC 6902 patch of its OTLP/JSON: other programs can apply it, and people can review it.
//!
//! Whatever the two sides are, applying the patch to the one gives the other. How it gets there is meant to be what happened: a record
//! that was dropped is one `remove`, an attribute that was edited one `replace`. So lists are not compared by place: what is the same on
//! both sides stays, and what lies between is put into pairs by its key, or by how much of it is alike.

use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::hash::{Hash as _, Hasher as _};

use serde::Serialize;
use serde_json::Value as Json;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use tollgate_json::{WireError, encode};
use tollgate_record::Signal;

/// Lists between two anchors are put into pairs by likeness up to so many comparisons, and by place beyond.
const COMPARISONS: usize = 40_000;
/// Two elements are one that was changed if they have so many thousandths in common.
const ALIKE: u32 = 350;

/// One step of a patch.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Operation {
    /// A value is put in: into an object, or before an element of an array.
    Add {
        /// JSON pointer.
        path: String,
        /// The value.
        value: Json,
    },
    /// A value is taken out.
    Remove {
        /// JSON pointer.
        path: String,
    },
    /// A value takes the place of another.
    Replace {
        /// JSON pointer.
        path: String,
        /// The value.
        value: Json,
    },
}

/// The patch that makes a request of what left in its place; of nothing, if nothing left.
pub fn of_requests(
    signal: Signal,
    before: &[u8],
    after: Option<&[u8]>,
) -> Result<Vec<Operation>, WireError> {
    let json = |wire: &[u8]| -> Result<Json, WireError> {
        let mut out = Vec::new();
        encode(signal, wire, &mut out)?;
        // What was just written can be read.
        Ok(serde_json::from_slice(&out).unwrap_or_default())
    };
    Ok(diff(&json(before)?, &json(after.unwrap_or_default())?))
}

/// The patch that makes `after` of `before`.
#[must_use]
pub fn diff(before: &Json, after: &Json) -> Vec<Operation> {
    let mut patch = Patch::default();
    patch.value(before, after);
    patch.operations
}

#[derive(Default)]
struct Patch {
    path: String,
    operations: Vec<Operation>,
}

impl Patch {
    fn value(&mut self, before: &Json, after: &Json) {
        match (before, after) {
            (Json::Object(old), Json::Object(new)) => {
                for (key, value) in old {
                    match new.get(key) {
                        Some(other) => self.below(key, |patch| patch.value(value, other)),
                        None => self.below(key, Self::remove),
                    }
                }
                for (key, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
                    self.below(key, |patch| patch.add(value));
                }
            }
            (Json::Array(old), Json::Array(new)) => self.list(old, new),
            (old, new) if old == new => {}
            (_, new) => {
                let path = self.path.clone();
                let value = new.clone();
                self.operations.push(Operation::Replace { path, value });
            }
        }
    }

    fn list(&mut self, old: &[Json], new: &[Json]) {
        // Where the next element stands, once all that was said before is done.
        let mut at = 0usize;
        for step in steps(old, new) {
            let (one, other) = match step {
                Step::Pair(one, other) => (old.get(one), new.get(other)),
                Step::Gone(one) => (old.get(one), None),
                Step::New(other) => (None, new.get(other)),
            };
            match (one, other) {
                (Some(one), Some(other)) => {
                    self.below_place(at, |patch| patch.value(one, other));
                    at = at.saturating_add(1);
                }
                (Some(_), None) => self.below_place(at, Self::remove),
                (None, Some(other)) => {
                    self.below_place(at, |patch| patch.add(other));
                    at = at.saturating_add(1);
                }
                (None, None) => {}
            }
        }
    }

    fn add(&mut self, value: &Json) {
        self.operations.push(Operation::Add {
            path: self.path.clone(),
            value: value.clone(),
        });
    }

    fn remove(&mut self) {
        let path = self.path.clone();
        self.operations.push(Operation::Remove { path });
    }

    fn below(&mut self, key: &str, then: impl FnOnce(&mut Self)) {
        let before = self.path.len();
        self.path.push('/');
        self.path
            .push_str(&key.replace('~', "~0").replace('/', "~1"));
        then(self);
        self.path.truncate(before);
    }

    fn below_place(&mut self, place: usize, then: impl FnOnce(&mut Self)) {
        let before = self.path.len();
        // Writing to a string does not fail.
        let _ = write!(self.path, "/{place}");
        then(self);
        self.path.truncate(before);
    }
}

/// What becomes of an element of a list, by its places on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Pair(usize, usize),
    Gone(usize),
    New(usize),
}

/// How one list becomes another, in order.
fn steps(old: &[Json], new: &[Json]) -> Vec<Step> {
    let hashes = |values: &[Json]| -> Vec<u64> { values.iter().map(hash).collect() };
    let (old_hashes, new_hashes) = (hashes(old), hashes(new));
    let mut steps = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old_hashes, &new_hashes) {
        match op {
            // Pairs are compared all the same: two values may have one hash.
            DiffOp::Equal {
                old_index,
                new_index,
                len,
            } => {
                let pairs = (old_index..).zip(new_index..).take(len);
                steps.extend(pairs.map(|(one, other)| Step::Pair(one, other)));
            }
            DiffOp::Delete {
                old_index, old_len, ..
            } => steps.extend((old_index..).take(old_len).map(Step::Gone)),
            DiffOp::Insert {
                new_index, new_len, ..
            } => steps.extend((new_index..).take(new_len).map(Step::New)),
            DiffOp::Replace {
                old_index,
                old_len,
                new_index,
                new_len,
            } => {
                let part = |values: &'_ [Json], from: usize, len: usize| -> Vec<Leaves> {
                    values.iter().skip(from).take(len).map(Leaves::of).collect()
                };
                let old = part(old, old_index, old_len);
                let new = part(new, new_index, new_len);
                let pairs = pairs(&old, &new).into_iter();
                steps.extend(pairs.map(|step| match step {
                    Step::Pair(one, other) => Step::Pair(
                        one.saturating_add(old_index),
                        other.saturating_add(new_index),
                    ),
                    Step::Gone(one) => Step::Gone(one.saturating_add(old_index)),
                    Step::New(other) => Step::New(other.saturating_add(new_index)),
                }));
            }
        }
    }
    steps
}

/// What an element is made of, to see how much two of them have in common.
struct Leaves {
    /// The key of an attribute: two of them are the same one or not, whatever their values are.
    key: Option<String>,
    hashes: Vec<u64>,
}

impl Leaves {
    fn of(value: &Json) -> Self {
        let mut hashes = Vec::new();
        leaves(value, &mut DefaultHasher::new(), &mut hashes);
        hashes.sort_unstable();
        let key = value.get("key").and_then(Json::as_str);
        Self {
            key: key.map(str::to_owned),
            hashes,
        }
    }

    /// Thousandths of what they hold that they have in common.
    fn likeness(&self, other: &Self) -> u32 {
        if let (Some(one), Some(other)) = (&self.key, &other.key) {
            return if one == other { 1000 } else { 0 };
        }
        let mut rest = other.hashes.iter().peekable();
        let mut common = 0usize;
        for hash in &self.hashes {
            while rest.next_if(|other| *other < hash).is_some() {}
            if rest.next_if(|other| *other == hash).is_some() {
                common = common.saturating_add(1);
            }
        }
        let all = self.hashes.len().saturating_add(other.hashes.len()).max(1);
        let thousandths = common.saturating_mul(2000).checked_div(all);
        thousandths
            .and_then(|thousandths| u32::try_from(thousandths).ok())
            .unwrap_or_default()
    }
}

fn leaves(value: &Json, above: &mut DefaultHasher, out: &mut Vec<u64>) {
    match value {
        Json::Object(members) => {
            for (key, value) in members {
                let mut own = above.clone();
                key.hash(&mut own);
                leaves(value, &mut own, out);
            }
        }
        // Elements move.
        Json::Array(values) => values
            .iter()
            .for_each(|value| leaves(value, &mut above.clone(), out)),
        other => {
            let mut own = above.clone();
            hash(other).hash(&mut own);
            out.push(own.finish());
        }
    }
}

fn hash(value: &Json) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.to_string().hash(&mut hasher);
    hasher.finish()
}

/// The pairs, in the order of both sides, that have most in common altogether.
fn pairs(old: &[Leaves], new: &[Leaves]) -> Vec<Step> {
    if old.len().saturating_mul(new.len()) > COMPARISONS {
        let both = old.len().min(new.len());
        let pairs = (0..both).map(|at| Step::Pair(at, at));
        let gone = (both..old.len()).map(Step::Gone);
        let fresh = (both..new.len()).map(Step::New);
        return pairs.chain(gone).chain(fresh).collect();
    }
    // best[i][j]: the most that old[i..] and new[j..] have in common.
    let width = new.len().saturating_add(1);
    let cells = old.len().saturating_add(1).saturating_mul(width);
    let mut best = vec![0u32; cells];
    let cell = |i: usize, j: usize| i.saturating_mul(width).saturating_add(j);
    let mut alike = vec![0u32; cells];
    for (i, one) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            let likeness = one.likeness(other);
            let at = |best: &[u32], i: usize, j: usize| {
                best.get(cell(i, j)).copied().unwrap_or_default()
            };
            let (next_i, next_j) = (i.saturating_add(1), j.saturating_add(1));
            let paired = if likeness >= ALIKE {
                at(&best, next_i, next_j).saturating_add(likeness)
            } else {
                0
            };
            let most = paired.max(at(&best, next_i, j)).max(at(&best, i, next_j));
            if let Some(place) = best.get_mut(cell(i, j)) {
                *place = most;
            }
            if let Some(place) = alike.get_mut(cell(i, j)) {
                *place = paired;
            }
        }
    }
    let at = |table: &[u32], i: usize, j: usize| table.get(cell(i, j)).copied().unwrap_or_default();
    let (mut i, mut j) = (0usize, 0usize);
    let mut steps = Vec::new();
    while i < old.len() || j < new.len() {
        let (next_i, next_j) = (i.saturating_add(1), j.saturating_add(1));
        if i < old.len() && j < new.len() {
            let most = at(&best, i, j);
            if at(&alike, i, j) == most && most > 0 {
                steps.push(Step::Pair(i, j));
                (i, j) = (next_i, next_j);
                continue;
            }
            if at(&best, next_i, j) < most {
                steps.push(Step::New(j));
                j = next_j;
                continue;
            }
        }
        if i < old.len() {
            steps.push(Step::Gone(i));
            i = next_i;
        } else {
            steps.push(Step::New(j));
            j = next_j;
        }
    }
    steps
}
