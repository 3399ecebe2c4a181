//! A destination that fails on purpose: OTLP over gRPC and HTTP at one address.
//!
//! It keeps what it took also while it is away, and knows of each record whether it told the sender so: only a record of which the
//! sender could not know may come again.

mod answer;
mod kept;
mod serve;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::watch;

pub use answer::{Hint, Refusal};
pub use kept::{Kept, Repeat};

use crate::gate::free;

/// What a destination does with a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Mode {
    /// Takes it, after a while.
    Take(Duration),
    /// Refuses it.
    Refuse(Refusal),
    /// Answers each record's first request by a plan, and takes it the second time.
    Plan(Arc<Plan>),
    /// Does not listen.
    Down,
    /// Reads the request and never answers. With `true` it keeps what it read.
    BlackHole(bool),
    /// Reads nothing.
    Deaf,
    /// Takes it, and answers one byte a second.
    Drip,
    /// Closes the connection without an answer.
    Reset(bool),
    /// Takes it, and answers with 5 MiB.
    Huge,
}

/// What is answered to the request that holds a record.
pub type Plan = Vec<Refusal>;

/// A destination.
#[derive(Debug)]
pub struct Sink {
    /// Where it listens, if it does.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    mode: watch::Sender<Mode>,
    kept: Mutex<Kept>,
}

impl Sink {
    /// Starts one that takes everything. It serves as long as it is there.
    #[must_use]
    pub fn start() -> Self {
        let address = free();
        let shared = Arc::new(Shared {
            mode: watch::Sender::new(Mode::Take(Duration::ZERO)),
            kept: Mutex::default(),
        });
        tokio::spawn(serve::listen(address, Arc::downgrade(&shared)));
        Self { address, shared }
    }

    /// Changes what it does from now on.
    pub fn set(&self, mode: Mode) {
        self.kept(|kept| kept.faults.push(Instant::now()));
        self.shared.mode.send_replace(mode);
    }

    /// Looks at what it has.
    pub fn kept<T>(&self, look: impl FnOnce(&mut Kept) -> T) -> T {
        look(&mut self.shared.kept.lock().expect("no other holder panics"))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.shared.mode.send_replace(Mode::Down);
    }
}
