//! What the runs of a fault came to.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::conservation;
use super::load::Sent;
use super::records::Ids;
use super::sink::{Repeat, Sink};
use super::stand::Stand;

/// How long everything may take to arrive, on a machine that is busy with everything else.
const PATIENCE: Duration = Duration::from_secs(90);

/// How long before or after a fault an answer may have been under way to the gate, or from there to its disk.
const IN_FLIGHT: Duration = Duration::from_secs(1);

/// What is told of a fault, and what went wrong.
#[derive(Debug, Default)]
pub struct Tally {
    /// Runs.
    pub runs: u64,
    /// Requests of clients.
    pub requests: u64,
    /// Records that were acknowledged, once for each destination that has to have them.
    pub acknowledged: u64,
    /// Records that destinations have.
    pub delivered: u64,
    /// Records that destinations have once more than they should.
    pub duplicates: u64,
    /// Records that were acknowledged, and are nowhere.
    pub lost: u64,
    /// Requests with a secret in them, and records that are not what the policy must have made of them.
    pub uncleared: u64,
    /// Accounts that were read, and that were exact.
    pub accounts: (u64, u64),
    /// What else is to be said.
    pub notes: Vec<String>,
    /// Everything that breaks a promise.
    pub violations: Vec<String>,
}

impl Tally {
    /// Notes a broken promise.
    pub fn violation(&mut self, word: impl Into<String>) {
        self.violations.push(word.into());
    }

    /// Notes a broken promise, unless it holds.
    pub fn expect(&mut self, holds: bool, word: impl FnOnce() -> String) {
        if !holds {
            self.violation(word());
        }
    }

    /// Notes something that is to be said.
    pub fn note(&mut self, word: impl Into<String>) {
        self.notes.push(word.into());
    }

    /// Waits until every destination has everything that was acknowledged; what is missing in the end is lost.
    pub async fn await_delivery(&mut self, sent: &Sent, sinks: &[&Sink]) {
        let end = Instant::now() + PATIENCE;
        for sink in sinks {
            let mut missing = sent.acknowledged.clone();
            loop {
                sink.kept(|kept| {
                    missing.retain(|ids| !ids.all().all(|id| kept.has(id)));
                });
                if missing.is_empty() || Instant::now() > end {
                    break;
                }
                sleep(Duration::from_millis(20)).await;
            }
            self.acknowledged += sent.records();
            let lost = sink.kept(|kept| {
                let ids = missing.iter().copied().flat_map(Ids::all);
                ids.filter(|id| !kept.has(*id)).count() as u64
            });
            self.lost += lost;
            self.expect(lost == 0, || {
                format!("{lost} acknowledged records are lost")
            });
        }
        self.requests += sent.requests;
        self.expect(sent.rejected == 0, || {
            format!("{} records were rejected", sent.rejected)
        });
        self.expect(sent.leaks == 0, || "an answer holds a secret".to_owned());
    }

    /// Looks at what destinations have, after faults at these moments.
    pub fn look(&mut self, sinks: &[&Sink], faults: &[Instant]) {
        for sink in sinks {
            let (repeats, words) = sink.kept(|kept| {
                self.delivered += kept.records();
                self.duplicates += kept.duplicates();
                self.uncleared += kept.uncleared + kept.wrong;
                let faults: Vec<_> = faults.iter().chain(&kept.faults).collect();
                // An answer may still have been on its way when something broke, or be one to somebody who has gone: what a
                // destination finds in its buffers when it is well again.
                let was_in_flight = |repeat: &&Repeat| {
                    let is_near = |fault: &&&Instant| {
                        let before = fault.saturating_duration_since(repeat.told);
                        let after = repeat.told.saturating_duration_since(***fault);
                        before.max(after) < IN_FLIGHT
                    };
                    faults.iter().any(|fault| is_near(&fault))
                };
                let repeats = &kept.repeats;
                let explained = repeats.iter().filter(was_in_flight).count();
                (repeats.len() - explained, kept.words.clone())
            });
            self.expect(repeats == 0, || {
                format!("{repeats} records came again that were in nobody's hands")
            });
            for word in words {
                self.violation(word);
            }
        }
    }

    /// Waits until nothing is queued or under way, asks for the account, stops the gate, and looks at what it left behind.
    pub async fn settle(&mut self, stand: &mut Stand) {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            let account = conservation::read(stand).await;
            // One that shows no account is complained about below.
            if account.map_or(true, |account| account.pending() == 0) {
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
        if let Some(account) = self.audit(stand).await {
            let pending = account.pending();
            self.expect(pending == 0, || {
                format!("{pending} records are queued or under way for ever")
            });
            for gap in account.gaps() {
                self.violation(gap.as_str());
            }
        }
        stand.stop().await;
        for word in stand.left_behind() {
            self.violation(word);
        }
    }

    /// Asks the gate for its account, which has to be exact at any moment.
    pub async fn audit(&mut self, stand: &Stand) -> Option<conservation::Account> {
        self.accounts.0 += 1;
        match conservation::read(stand).await {
            Ok(account) => {
                let wrong = account.wrong();
                if wrong.is_empty() {
                    self.accounts.1 += 1;
                }
                for word in wrong {
                    self.violation(format!("the account is not exact: {word}"));
                }
                Some(account)
            }
            Err(word) => {
                self.violation(word);
                None
            }
        }
    }

    /// Adds another run.
    pub fn join(&mut self, other: Self) {
        self.runs += other.runs;
        self.requests += other.requests;
        self.acknowledged += other.acknowledged;
        self.delivered += other.delivered;
        self.duplicates += other.duplicates;
        self.lost += other.lost;
        self.uncleared += other.uncleared;
        self.accounts.0 += other.accounts.0;
        self.accounts.1 += other.accounts.1;
        self.notes.extend(other.notes);
        self.violations.extend(other.violations);
    }
}
