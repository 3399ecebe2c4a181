//! Accounts whose sides are equal at any moment.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use tollgate_record::Signal;

/// Numbers that change together: whoever reads them sees each event whole, or not yet.
#[derive(Debug, Default)]
pub struct Ledger<T>(Mutex<T>);

impl<T: Clone> Ledger<T> {
    /// Writes one event down.
    pub fn change(&self, event: impl FnOnce(&mut T)) {
        event(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The numbers as they stand.
    #[must_use]
    pub fn read(&self) -> T {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// What became of the records that were cleared for one destination, of one signal. At any moment,
/// cleared + restored = delivered + refused + given back + damaged + queued + in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct DestinationTotals {
    /// Records that every stage on their way had finished.
    pub cleared: u64,
    /// Records that the queue had when it was opened.
    pub restored: u64,
    /// Records that the destination took.
    pub delivered: u64,
    /// Records that it will never take.
    pub refused: u64,
    /// Records that are their client's again: it was asked to send them once more.
    pub given_back: u64,
    /// Records that damage of the disk has cost.
    pub damaged: u64,
    /// Records that wait in the queue, or are being put into it.
    pub queued: u64,
    /// Records that are being sent.
    pub in_flight: u64,
}

impl DestinationTotals {
    /// What came, and where it is. The two are equal at any moment.
    #[must_use]
    pub fn balance(&self) -> (u64, u64) {
        let sum = |numbers: &[u64]| numbers.iter().copied().fold(0, u64::saturating_add);
        let there = sum(&[
            self.delivered,
            self.refused,
            self.given_back,
            self.damaged,
            self.queued,
            self.in_flight,
        ]);
        (sum(&[self.cleared, self.restored]), there)
    }
}

/// The account of one destination, by signal.
#[derive(Debug, Default)]
pub struct DestinationLedger([Ledger<DestinationTotals>; 3]);

impl DestinationLedger {
    /// The account of a signal.
    #[must_use]
    pub fn of(&self, signal: Signal) -> &Ledger<DestinationTotals> {
        let [logs, traces, metrics] = &self.0;
        match signal {
            Signal::Logs => logs,
            Signal::Traces => traces,
            Signal::Metrics => metrics,
        }
    }

    /// Records were cleared for the destination, and are on their way from now on.
    pub fn cleared(&self, signal: Signal, records: u64) {
        self.of(signal).change(|totals| {
            add(&mut totals.cleared, records);
            add(&mut totals.in_flight, records);
        });
    }

    /// Records were cleared for the destination, and wait in its queue.
    pub fn enqueued(&self, signal: Signal, records: u64) {
        self.of(signal).change(|totals| {
            add(&mut totals.cleared, records);
            add(&mut totals.queued, records);
        });
    }

    /// The queue did not take them after all: whoever tries something else counts them anew.
    pub fn not_enqueued(&self, signal: Signal, records: u64) {
        self.of(signal).change(|totals| {
            take(&mut totals.cleared, records);
            take(&mut totals.queued, records);
        });
    }

    /// The queue had records when it was opened.
    pub fn restored(&self, signal: Signal, records: u64) {
        self.of(signal).change(|totals| {
            add(&mut totals.restored, records);
            add(&mut totals.queued, records);
        });
    }

    /// Records on their way wait in the queue from now on.
    pub fn queued(&self, signal: Signal, records: u64) {
        self.of(signal).change(|totals| {
            take(&mut totals.in_flight, records);
            add(&mut totals.queued, records);
        });
    }

    /// Records leave the queue, and are on their way.
    pub fn taken(&self, signal: Signal, records: u64) {
        self.of(signal).change(|totals| {
            take(&mut totals.queued, records);
            add(&mut totals.in_flight, records);
        });
    }

    /// The disk has lost so many records of the queue until now.
    pub fn damaged(&self, signal: Signal, until_now: u64) {
        self.of(signal).change(|totals| {
            let more = until_now.saturating_sub(totals.damaged);
            take(&mut totals.queued, more);
            add(&mut totals.damaged, more);
        });
    }

    /// Records on their way are settled: `settled` writes down as what, and how many they were.
    pub fn settled(&self, signal: Signal, settle: impl FnOnce(&mut DestinationTotals) -> u64) {
        self.of(signal).change(|totals| {
            let records = settle(totals);
            take(&mut totals.in_flight, records);
        });
    }
}

fn add(number: &mut u64, records: u64) {
    *number = number.saturating_add(records);
}

fn take(number: &mut u64, records: u64) {
    *number = number.saturating_sub(records);
}
