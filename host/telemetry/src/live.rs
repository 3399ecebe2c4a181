//! The counters of a gate whose configuration may change.

use std::sync::{Arc, Mutex, PoisonError};

use crate::Gate;

/// Whoever reads counters finds those of the configuration that holds.
#[derive(Debug)]
pub struct Live(Mutex<Arc<Gate>>);

impl Live {
    /// Those of the first configuration.
    #[must_use]
    pub fn new(gate: Arc<Gate>) -> Self {
        Self(Mutex::new(gate))
    }

    /// Those that count now.
    #[must_use]
    pub fn now(&self) -> Arc<Gate> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Others count from now on.
    pub fn replace(&self, gate: Arc<Gate>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = gate;
    }
}
