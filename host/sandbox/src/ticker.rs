//! The clock of deadlines: a thread that moves the engine's epoch on.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use wasmtime::Engine;

/// Length of a tick: how exactly a deadline is kept.
const TICK: Duration = Duration::from_millis(1);
/// Ticks without a call after which the thread goes to sleep, so that an idle process does not wake a thousand times a second.
const IDLE_TICKS: u32 = 200;
/// No deadline is longer. The epoch is a counter of 64 bits, and the sum of the two must not overflow.
const MOST_TICKS: u64 = 1 << 40;

/// The thread, as long as somebody may run a guest. It is an ordinary thread: in an async runtime a busy worker could hold the
/// clock up.
#[derive(Debug)]
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    running: AtomicUsize,
    asleep: AtomicBool,
    stop: AtomicBool,
}

impl Ticker {
    pub(crate) fn start(engine: Engine) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let thread = thread::Builder::new().name("deadlines".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.tick(&engine)
        })?;
        Ok(Self { shared, thread })
    }

    /// Keeps the clock going while the answer lives. Take it before the deadline is set.
    pub(crate) fn run(&self) -> Running<'_> {
        // Sequentially consistent, as is the order in `Shared::sleep`: either the thread sees this call, or this sees it asleep.
        self.shared.running.fetch_add(1, Ordering::SeqCst);
        if self.shared.asleep.load(Ordering::SeqCst) {
            self.thread.thread().unpark();
        }
        Running(&self.shared)
    }

    /// `time` in ticks. The first tick may come at once, and a limit must not be cut short.
    pub(crate) fn ticks(time: Duration) -> u64 {
        let ticks = time.as_nanos().div_ceil(TICK.as_nanos()).saturating_add(1);
        u64::try_from(ticks).unwrap_or(MOST_TICKS).min(MOST_TICKS)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        self.thread.thread().unpark();
    }
}

impl Shared {
    fn tick(&self, engine: &Engine) {
        let mut idle: u32 = 0;
        while !self.stop.load(Ordering::SeqCst) {
            idle = if self.is_idle() {
                idle.saturating_add(1)
            } else {
                0
            };
            if idle > IDLE_TICKS {
                self.sleep();
                idle = 0;
            }
            // One tick each time, however late: a machine that stood still must not fail every call at once.
            thread::sleep(TICK);
            engine.increment_epoch();
        }
    }

    fn is_idle(&self) -> bool {
        self.running.load(Ordering::SeqCst) == 0
    }

    fn sleep(&self) {
        self.asleep.store(true, Ordering::SeqCst);
        while self.is_idle() && !self.stop.load(Ordering::SeqCst) {
            thread::park();
        }
        self.asleep.store(false, Ordering::SeqCst);
    }
}

/// One call that needs the clock.
#[derive(Debug)]
pub(crate) struct Running<'t>(&'t Shared);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_limit_is_never_cut_short() {
        assert_eq!(Ticker::ticks(Duration::ZERO), 1);
        assert_eq!(Ticker::ticks(Duration::from_micros(1)), 2);
        assert_eq!(Ticker::ticks(Duration::from_millis(50)), 51);
        assert_eq!(Ticker::ticks(Duration::MAX), MOST_TICKS);
    }

    #[test]
    fn the_thread_sleeps_without_calls_and_ends_with_the_ticker() {
        let ticker = Ticker::start(Engine::default()).unwrap();
        let shared = Arc::clone(&ticker.shared);
        let wait_for = |what: &dyn Fn() -> bool| {
            for _ in 0..5_000 {
                if what() {
                    return true;
                }
                thread::sleep(TICK);
            }
            false
        };
        assert!(wait_for(&|| shared.asleep.load(Ordering::SeqCst)));
        let running = ticker.run();
        assert!(wait_for(&|| !shared.asleep.load(Ordering::SeqCst)));
        drop(running);
        drop(ticker);
        assert!(
            wait_for(&|| Arc::strong_count(&shared) == 1),
            "the thread lets go of what it shares"
        );
    }
}
