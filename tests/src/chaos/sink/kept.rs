//! What a destination has, and what of it should not be there.

use std::collections::HashMap;
use std::time::Instant;

use tollgate_record::Signal;

use crate::canaries;
use crate::chaos::records::{self, Found};

/// The complaints that are kept word by word; all are counted.
const KEPT_WORDS: usize = 5;

/// What a destination was sent.
#[derive(Debug, Default)]
pub struct Kept {
    held: HashMap<i64, Held>,
    /// Requests that came, taken or not.
    pub requests: u64,
    /// Requests in which a secret stood.
    pub uncleared: u64,
    /// Records that are not what they should be.
    pub wrong: u64,
    /// Some of them, in words.
    pub words: Vec<String>,
    /// Whether records without an id may come, too.
    pub takes_strangers: bool,
    /// Records without an id.
    pub strangers: u64,
    /// Requests that came to where a redirect pointed.
    pub redirected: u64,
    /// Moments at which senders may have lost an answer.
    pub faults: Vec<Instant>,
    /// Records that came again although the sender had been told that they were taken.
    pub repeats: Vec<Repeat>,
    /// For each request that a plan refused: the first of its records, and when it came.
    pub tries: HashMap<i64, Vec<Instant>>,
}

/// A record that came again.
#[derive(Debug, Clone, Copy)]
pub struct Repeat {
    /// Its id.
    pub id: i64,
    /// When the sender was told that it was taken.
    pub told: Instant,
}

#[derive(Debug, Default)]
struct Held {
    times: u32,
    told: Option<Instant>,
}

impl Kept {
    /// Reads a request, whether it is taken or not: what should not have left has left. Returns the ids of its records.
    pub(super) fn look(&mut self, signal: Signal, wire: &[u8]) -> Vec<i64> {
        self.requests += 1;
        if let Some(secret) = canaries::first_in(wire) {
            self.uncleared += 1;
            self.say(format!("a request holds `{secret}...`"));
        }
        let Found {
            ids,
            wrong,
            strangers,
        } = records::read(signal, wire);
        self.strangers += strangers;
        if strangers > 0 && !self.takes_strangers {
            self.wrong += strangers;
            self.say(format!("{strangers} records have no id"));
        }
        self.wrong += wrong.len() as u64;
        for word in wrong {
            self.say(word);
        }
        ids
    }

    /// Keeps records.
    pub(super) fn keep(&mut self, ids: &[i64]) {
        for id in ids {
            let held = self.held.entry(*id).or_default();
            held.times += 1;
            if let Some(told) = held.told {
                self.repeats.push(Repeat { id: *id, told });
            }
        }
    }

    /// Notes that the sender is being told that records were taken.
    pub(super) fn told(&mut self, ids: &[i64]) {
        let now = Instant::now();
        for id in ids {
            if let Some(held) = self.held.get_mut(id) {
                held.told = Some(now);
            }
        }
    }

    fn say(&mut self, word: String) {
        if self.words.len() < KEPT_WORDS {
            self.words.push(word);
        }
    }

    /// Whether it has a record.
    #[must_use]
    pub fn has(&self, id: i64) -> bool {
        self.held.contains_key(&id)
    }

    /// Different records that it has.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.held.len() as u64
    }

    /// Records that came more than once, each time too many.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        let times = self.held.values().map(|held| u64::from(held.times) - 1);
        times.sum()
    }
}
