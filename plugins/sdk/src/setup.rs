//! What a policy declares while it is configured: rules, and access by field.

use crate::path::{self, Owner};
use crate::{NodeKind, Signal, host};

/// A rule of the policy, by name: every edit and every verdict says which one asked for it, and explanations, tests and metrics
/// show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rule(pub(crate) u32);

/// A declared field. It is good for every signal it was declared for, and reading it costs no comparison of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Index into [`Declared::paths`].
    pub(crate) path: u32,
    /// Whose field it is.
    pub(crate) owner: Owner,
    /// For each signal, the index among the fields of the view; [`Field::UNREAD`] where it is not read.
    pub(crate) slots: [u32; 3],
}

impl Field {
    pub(crate) const UNREAD: u32 = u32::MAX;
}

/// Whose behaviour the operator asked for, where a policy bears the name of a Collector component and deliberately differs from
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compat {
    /// The policy's own.
    #[default]
    Tollgate,
    /// The Collector component's, exactly.
    Collector,
}

/// The rights a policy asks for, for one signal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Paths and wildcards that it reads.
    pub reads: Vec<String>,
    /// Paths and wildcards that it sets, puts, deletes or renames.
    pub writes: Vec<String>,
    /// Whether it may drop nodes.
    pub drops: bool,
    /// Whether the policy may stand in a pipeline of this signal, even if it asks for nothing there.
    pub takes: bool,
}

impl Access {
    /// Whether nothing is asked for; the host then never calls the policy for this signal.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reads.is_empty() && self.writes.is_empty() && !self.drops
    }
}

/// Everything a policy may do under one configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    access: [Access; 3],
    rules: Vec<String>,
}

impl Manifest {
    /// The rights for one signal.
    #[must_use]
    pub fn access(&self, signal: Signal) -> &Access {
        let [logs, traces, metrics] = &self.access;
        match signal {
            Signal::Logs => logs,
            Signal::Traces => traces,
            Signal::Metrics => metrics,
        }
    }

    fn access_mut(&mut self, signal: Signal) -> &mut Access {
        let [logs, traces, metrics] = &mut self.access;
        match signal {
            Signal::Logs => logs,
            Signal::Traces => traces,
            Signal::Metrics => metrics,
        }
    }

    /// What it reads of a signal.
    #[must_use]
    pub fn reads(&self, signal: Signal) -> &[String] {
        &self.access(signal).reads
    }

    /// What it writes of a signal.
    #[must_use]
    pub fn writes(&self, signal: Signal) -> &[String] {
        &self.access(signal).writes
    }

    /// Whether it may drop nodes of a signal.
    #[must_use]
    pub fn drops(&self, signal: Signal) -> bool {
        self.access(signal).drops
    }

    /// The signals whose pipelines it may stand in.
    pub fn signals(&self) -> impl Iterator<Item = Signal> + '_ {
        Signal::ALL
            .iter()
            .copied()
            .filter(|signal| self.access(*signal).takes || !self.access(*signal).is_empty())
    }

    /// The names of its rules.
    #[must_use]
    pub fn rules(&self) -> &[String] {
        &self.rules
    }
}

/// The manifest, and the paths behind the handles that were given out.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    pub(crate) manifest: Manifest,
    pub(crate) paths: Vec<String>,
}

/// Where a policy declares what it needs while it is configured.
#[derive(Debug, Default)]
pub struct Setup {
    compat: Compat,
    declared: Declared,
}

impl Setup {
    pub(crate) fn new(compat: Compat) -> Self {
        Self {
            compat,
            declared: Declared::default(),
        }
    }

    pub(crate) fn into_declared(self) -> Declared {
        self.declared
    }

    /// Whose behaviour the operator asked for.
    #[must_use]
    pub fn compat(&self) -> Compat {
        self.compat
    }

    /// Names a rule. The same name is the same rule.
    pub fn rule(&mut self, name: impl Into<String>) -> Rule {
        Rule(place_of(&mut self.declared.manifest.rules, name.into()))
    }

    /// Declares that the policy reads a path, or a wildcard such as `attributes[*]`, of these signals.
    pub fn reads(&mut self, signals: &[Signal], path: &str) -> Field {
        let mut slots = [Field::UNREAD; 3];
        for signal in signals {
            let path = path::canonical(path, signal.record_kind()).into_owned();
            let place = place_of(&mut self.declared.manifest.access_mut(*signal).reads, path);
            if let Some(slot) = slots.get_mut(signal.index()) {
                *slot = place;
            }
        }
        self.field(signals, path, slots)
    }

    /// Declares that the policy sets, puts, deletes or renames a path, or what a wildcard covers. What it also wants to get,
    /// delete or rename it must read as well: [`Setup::edits`] declares both.
    pub fn writes(&mut self, signals: &[Signal], path: &str) -> Field {
        for signal in signals {
            let path = path::canonical(path, signal.record_kind()).into_owned();
            place_of(&mut self.declared.manifest.access_mut(*signal).writes, path);
        }
        self.field(signals, path, [Field::UNREAD; 3])
    }

    /// Declares that the policy reads and writes a path: what get, set, delete and rename need together.
    pub fn edits(&mut self, signals: &[Signal], path: &str) -> Field {
        self.writes(signals, path);
        self.reads(signals, path)
    }

    /// Declares that the policy may stand in a pipeline of these signals. Whatever else is declared for a signal says so, too; this is
    /// for configurations under which there is nothing to do. The host refuses a pipeline of a signal that its policy does not take.
    pub fn takes(&mut self, signals: &[Signal]) {
        for signal in signals {
            self.declared.manifest.access_mut(*signal).takes = true;
        }
    }

    /// Declares that the policy drops nodes of these signals.
    pub fn drops(&mut self, signals: &[Signal]) {
        for signal in signals {
            self.declared.manifest.access_mut(*signal).drops = true;
        }
    }

    /// The content of a file that the operator listed in the stage's `gate`, by the name it has there.
    pub fn file(&self, name: &str) -> Result<Vec<u8>, String> {
        host::file(name)
    }

    fn field(&mut self, signals: &[Signal], path: &str, slots: [u32; 3]) -> Field {
        // One spelling serves all signals of a handle: a record's name can only stand before the path of its own signal.
        let record = signals
            .first()
            .map_or(NodeKind::LogRecord, |signal| signal.record_kind());
        let path = path::canonical(path, record).into_owned();
        Field {
            owner: path::owner(&path),
            path: place_of(&mut self.declared.paths, path),
            slots,
        }
    }
}

/// The index of `name` in `names`, which gets it if it has it not yet.
fn place_of(names: &mut Vec<String>, name: String) -> u32 {
    let place = names
        .iter()
        .position(|known| *known == name)
        .unwrap_or_else(|| {
            names.push(name);
            names.len().saturating_sub(1)
        });
    // A policy does not declare four billion names.
    u32::try_from(place).unwrap_or(u32::MAX)
}
