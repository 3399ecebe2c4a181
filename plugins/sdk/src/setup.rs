//! What a policy declares while it is configured: rules, access by field, and what it sends beside its records.

use crate::manifest;
use crate::path::{self, Owner};
use crate::{InstrumentKind, Manifest, NodeKind, Problem, Signal, host};

/// A rule of the policy, by name: every edit and every verdict says which one asked for it, and explanations, tests and metrics
/// show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rule(pub(crate) u32);

/// A destination of records, by name: of a connector, a pipeline that it feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Route(pub(crate) u32);

/// A metric of the policy's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Instrument {
    pub(crate) index: u32,
    pub(crate) kind: InstrumentKind,
}

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
    ///
    /// `attributes`, without a key, is the whole map: to set it puts another in its place. `metric` is the whole metric, an OTLP
    /// message.
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

    /// Declares that the policy adds nodes of these signals.
    pub fn adds(&mut self, signals: &[Signal]) {
        for signal in signals {
            self.declared.manifest.access_mut(*signal).adds = true;
        }
    }

    /// Names a destination of records. The same name is the same destination. In a connector it is the id of a pipeline, such as
    /// `logs/audit`.
    pub fn route(&mut self, name: impl Into<String>) -> Route {
        Route(place_of(&mut self.declared.manifest.routes, name.into()))
    }

    /// Declares that the policy makes telemetry of these signals.
    pub fn emits(&mut self, signals: &[Signal]) {
        let emits = &mut self.declared.manifest.emits;
        for signal in signals {
            if !emits.contains(signal) {
                emits.push(*signal);
            }
        }
    }

    /// Names a metric of the policy's own, which the host exports with its own. The same name is the same metric.
    pub fn instrument(
        &mut self,
        kind: InstrumentKind,
        name: impl Into<String>,
        unit: impl Into<String>,
        description: impl Into<String>,
    ) -> Instrument {
        let index = self.declared.manifest.instrument(manifest::Instrument {
            name: name.into(),
            unit: unit.into(),
            description: description.into(),
            kind,
        });
        Instrument { index, kind }
    }

    /// Says what the operator should know of the configuration, although it works; `validate` shows it.
    pub fn warn(&mut self, warning: Problem) {
        self.declared.manifest.warnings.push(warning);
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
pub(crate) fn place_of(names: &mut Vec<String>, name: String) -> u32 {
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
