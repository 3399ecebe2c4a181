//! What happens to the texts of one cell, written down while somebody asks for reasons.

use std::cell::{Cell, RefCell};

use tollgate_sdk::Rule;

/// Notes what is done. While nobody asks, that costs the question whether somebody does.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    on: Cell<bool>,
    acts: RefCell<Vec<Act>>,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// A blocked value, by its place in the list, matched a text, or what masks had left of it.
    Masked { text: String, pattern: usize },
    /// A sanitizer was given a text.
    Sanitized { rule: Rule, changed: bool },
    /// Detectors were given a text, and a rule of theirs did something.
    Detected {
        text: String,
        by: Option<Rule>,
        /// It puts an end to the value, or to its record.
        ends: bool,
    },
}

impl Watch {
    /// From now on, until [`Self::take`].
    pub(crate) fn start(&self) {
        self.on.set(true);
        self.acts.borrow_mut().clear();
    }

    /// What was noted.
    pub(crate) fn take(&self) -> Vec<Act> {
        self.on.set(false);
        self.acts.take()
    }

    #[inline]
    pub(crate) fn note(&self, act: impl FnOnce() -> Act) {
        if self.on.get() {
            self.acts.borrow_mut().push(act());
        }
    }
}
