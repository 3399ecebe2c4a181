//! What a laptop is told of a call, and a gate is not: instructions, where in the guest it failed, and what the guest said of it.
//!
//! A gate's texts are fixed, because what a guest says may hold content of records. Somebody who tries a policy has those records
//! before their eyes, and wants to know what is wrong.

use std::collections::VecDeque;

use wasmtime::WasmBacktrace;

use crate::failure::Failure;
use crate::text::presentable;

/// Lines of a call that are kept: the last ones, which are nearest to where it failed.
const KEPT_LINES: usize = 10;
/// Bytes of a line that are kept.
const KEPT_BYTES: usize = 4096;

/// What is observed of calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Observed {
    /// Instructions are counted.
    pub(crate) metered: bool,
    /// What a guest says and where it fails are kept.
    pub(crate) backtraces: bool,
}

/// How a call failed. It may hold content of records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailureDetails {
    /// What happened, as a gate would say.
    pub message: String,
    /// What the guest said: the text of its error, or what it logged in this call, which is where a panic leaves its message.
    pub said: Option<String>,
    /// Functions of the guest, innermost first, by the names that its name section has.
    pub backtrace: Vec<String>,
}

/// As it follows a message: what was said, and the functions below each other.
impl std::fmt::Display for FailureDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        if let Some(said) = &self.said {
            write!(f, "; it said: {said}")?;
        }
        for (number, function) in self.backtrace.iter().enumerate() {
            write!(f, "\n  {number}: {function}")?;
        }
        Ok(())
    }
}

/// A failure, and what there is to say of it.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) failure: Failure,
    pub(crate) details: Option<Box<FailureDetails>>,
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        failed.failure
    }
}

/// What is known of the call that runs, or ran last.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) observed: Observed,
    /// Instructions of the last call.
    pub(crate) fuel: Option<u64>,
    lines: VecDeque<String>,
    error: Option<String>,
    backtrace: Vec<String>,
}

impl Known {
    pub(crate) fn new(observed: Observed) -> Self {
        Self {
            observed,
            ..Self::default()
        }
    }

    pub(crate) fn begin(&mut self) {
        self.fuel = None;
        self.lines.clear();
        self.error = None;
        self.backtrace.clear();
    }

    /// The guest logged a line.
    pub(crate) fn logged(&mut self, line: &str) {
        if !self.observed.backtraces {
            return;
        }
        if self.lines.len() == KEPT_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(presentable(line, KEPT_BYTES));
    }

    /// The guest answered with an error.
    pub(crate) fn refused(&mut self, text: &str) {
        if self.observed.backtraces {
            self.error = Some(presentable(text, KEPT_BYTES));
        }
    }

    /// The guest was stopped.
    pub(crate) fn stopped(&mut self, error: &wasmtime::Error) {
        if !self.observed.backtraces {
            return;
        }
        let frames = error
            .downcast_ref::<WasmBacktrace>()
            .map(WasmBacktrace::frames);
        self.backtrace = frames.unwrap_or_default().iter().map(function).collect();
    }

    pub(crate) fn failed(&self, failure: Failure) -> Failed {
        let details = self.observed.backtraces.then(|| {
            let lines: Vec<_> = self.lines.iter().map(String::as_str).collect();
            let logged = (!lines.is_empty()).then(|| lines.join("\n"));
            Box::new(FailureDetails {
                message: failure.to_string(),
                said: self.error.clone().or(logged),
                backtrace: self.backtrace.clone(),
            })
        });
        Failed { failure, details }
    }
}

/// A function by its name, or by its number where the component was stripped of names.
fn function(frame: &wasmtime::FrameInfo) -> String {
    if let Some(name) = frame.func_name() {
        return presentable(&format!("{:#}", rustc_demangle::demangle(name)), KEPT_BYTES);
    }
    let module = frame.module().name().unwrap_or("module");
    let module = presentable(module, KEPT_BYTES);
    format!("{module} function {}", frame.func_index())
}
