//! Everything that cases need, made ready once: their telemetry, their configurations, their conditions. What turns out to be a mistake
//! of a case file is told with its place.

mod inputs;
mod names;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tollgate_config::{Diagnostic, Diagnostics, Severity};
use tollgate_lab::{OpenError, Scope, Telemetry, TrialError};

use crate::check::conditions::Conditions;
use crate::model::{Assertion, At, Case, CaseFile, Configuration, Subject};
use crate::subject::{Bench, Key, Ready, open};
use inputs::Inputs;
use names::{names, near};

/// Which cases are meant.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Parts of their names, or of `file: name`; all cases if there is none.
    pub names: Vec<String>,
    /// Whether these are whole names.
    pub exact: bool,
}

impl Selection {
    /// Whether a case is meant.
    #[must_use]
    pub fn takes(&self, file: &str, name: &str) -> bool {
        let whole = format!("{file}: {name}");
        self.names.is_empty()
            || self.names.iter().any(|wanted| {
                if self.exact {
                    wanted == name || *wanted == whole
                } else {
                    whole.contains(wanted.as_str())
                }
            })
    }
}

/// A case that can be run.
#[derive(Debug)]
pub(crate) struct Planned {
    /// Its file, and its place there.
    pub(crate) file: usize,
    pub(crate) case: usize,
    pub(crate) telemetry: Arc<[Telemetry]>,
    pub(crate) subject: Option<Arc<Slot>>,
    /// Where instructions are counted, if that is wanted.
    pub(crate) metered: Option<Arc<Slot>>,
}

/// What several cases are about, made ready or not.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) key: Key,
    pub(crate) opened: Result<Ready, OpenError>,
}

/// Cases that can be run.
#[derive(Debug)]
pub struct Prepared {
    pub(crate) files: Vec<CaseFile>,
    pub(crate) cases: Vec<Planned>,
    pub(crate) conditions: Conditions,
    pub(crate) filtered: usize,
    /// Configurations, in the order of the cases.
    pub(crate) slots: Vec<Arc<Slot>>,
}

impl Prepared {
    /// Makes cases ready with so many threads. What is wrong is a mistake of a case file; what is wrong with a configuration is not, and
    /// fails the cases that do not expect it.
    pub fn new(
        files: Vec<CaseFile>,
        selection: &Selection,
        bench: &Bench<'_>,
        jobs: usize,
    ) -> Result<Self, Diagnostics> {
        let mut found = Diagnostics::default();
        let mut wanted: Vec<(Key, Scope)> = Vec::new();
        let mut inputs = Inputs::default();
        let mut planned = Vec::new();
        let mut filtered = 0_usize;
        for (number, file) in files.iter().enumerate() {
            for (place, case) in file.cases.iter().enumerate() {
                if !selection.takes(&file.name, &case.name.value) {
                    filtered = filtered.saturating_add(1);
                    continue;
                }
                let telemetry = inputs.of(file, case, &mut found);
                let subject = case.subject.as_ref().or(file.subject.as_ref());
                if let Some(missing) = subject.and_then(|own| missing(file, own)) {
                    // A file that all cases name is missed once.
                    let is_new = |known: &Diagnostic| known.to_string() != missing.to_string();
                    if found.iter().all(is_new) {
                        found.push(missing);
                    }
                    continue;
                }
                let mut slot = |is_metered: bool| {
                    let scope = &case.scope.value;
                    let key = Key::new(subject?, &file.name, scope, is_metered);
                    let known = wanted.iter().position(|(own, _)| *own == key);
                    Some(known.unwrap_or_else(|| {
                        wanted.push((key, scope.clone()));
                        wanted.len().saturating_sub(1)
                    }))
                };
                let plain = slot(false);
                let metered = case.expect.fuel_per_record.is_some().then(|| slot(true));
                planned.push((number, place, telemetry, plain, metered.flatten()));
            }
        }
        let slots = open_all(&wanted, bench, jobs);
        let cases: Vec<Planned> = planned
            .into_iter()
            .map(|(file, case, telemetry, subject, metered)| Planned {
                file,
                case,
                telemetry: telemetry.into(),
                subject: subject.and_then(|slot| slots.get(slot).cloned()),
                metered: metered.and_then(|slot| slots.get(slot).cloned()),
            })
            .collect();
        let mut prepared = Self {
            files,
            cases,
            conditions: Conditions::default(),
            filtered,
            slots,
        };
        prepared.names(&mut found);
        let conditions = prepared.conditions(bench, &mut found);
        prepared.conditions = conditions;
        if found.is_empty() {
            Ok(prepared)
        } else {
            Err(in_order(&prepared.files, &found))
        }
    }

    /// Whether a selected case limits what a record may cost.
    #[must_use]
    pub fn counts_instructions(files: &[CaseFile], selection: &Selection) -> bool {
        files.iter().any(|file| {
            file.cases.iter().any(|case| {
                case.expect.fuel_per_record.is_some()
                    && selection.takes(&file.name, &case.name.value)
            })
        })
    }

    /// How many cases are meant.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// How many cases are not meant.
    #[must_use]
    pub fn filtered_out(&self) -> usize {
        self.filtered
    }

    /// The file of a case, and the case.
    pub(crate) fn case(&self, planned: &Planned) -> Option<(&CaseFile, &Case)> {
        let file = self.files.get(planned.file)?;
        Some((file, file.cases.get(planned.case)?))
    }

    /// Names that a case uses and its configuration does not know.
    fn names(&self, found: &mut Diagnostics) {
        for planned in &self.cases {
            let (Some((file, case)), Some(slot)) = (self.case(planned), &planned.subject) else {
                continue;
            };
            match &slot.opened {
                Ok(ready) => names(file, case, ready, found),
                Err(OpenError::Trial(TrialError::Unknown { what, id, known })) => {
                    let help = near(&id.to_string(), known.iter().map(String::as_str));
                    found.push(file.written.diagnostic(
                        Severity::Error,
                        case.scope.place,
                        format!("there is no {what} `{id}` in the configuration"),
                        Some(help),
                    ));
                }
                Err(_) => {}
            }
        }
    }

    fn conditions(&self, bench: &Bench<'_>, found: &mut Diagnostics) -> Conditions {
        let mut conditions = Conditions::default();
        for planned in &self.cases {
            let Some((file, case)) = self.case(planned) else {
                continue;
            };
            let ready = planned.subject.as_ref().map(|slot| slot.opened.as_ref());
            let pipelines = match ready {
                Some(Ok(ready)) => &*ready.pipelines,
                _ => &[],
            };
            let of = planned.telemetry.first().map(|first| first.signal);
            for at in assertions(case) {
                let Assertion::Holds(condition) = &at.value else {
                    continue;
                };
                if let Err((message, help)) = conditions.add(condition, of, pipelines, bench) {
                    found.push(
                        file.written
                            .diagnostic(Severity::Error, at.place, message, help),
                    );
                }
            }
        }
        conditions
    }
}

/// What is wrong, file by file and in the order of each.
fn in_order(files: &[CaseFile], found: &Diagnostics) -> Diagnostics {
    let place = |own: &Diagnostic| {
        let file = files.iter().position(|file| file.name == own.file());
        (file, own.position())
    };
    let mut all: Vec<Diagnostic> = found.iter().cloned().collect();
    all.sort_by_key(place);
    all.into_iter().collect()
}

/// Everything that a case asserts.
pub(crate) fn assertions(case: &Case) -> impl Iterator<Item = &At<Assertion>> {
    let of_records = case.expect.records.iter().flat_map(|(_, own)| own);
    case.expect.all.iter().chain(of_records)
}

/// A configuration's file that is not there.
fn missing(file: &CaseFile, subject: &Subject) -> Option<Diagnostic> {
    let Configuration::File(path) = &subject.configuration else {
        return None;
    };
    if path.is_file() {
        return None;
    }
    let why = if path.exists() {
        "is no file"
    } else {
        "does not exist"
    };
    Some(file.written.diagnostic(
        Severity::Error,
        subject.place,
        format!("the configuration {} {why}", path.display()),
        Some("its path is relative to the case file".to_owned()),
    ))
}

/// Opens configurations, several at once: what is compiled for the first time takes a while.
fn open_all(wanted: &[(Key, Scope)], bench: &Bench<'_>, jobs: usize) -> Vec<Arc<Slot>> {
    let next = AtomicUsize::new(0);
    let opened: Vec<Mutex<Option<Arc<Slot>>>> = wanted.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|threads| {
        for _ in 0..jobs.clamp(1, wanted.len().max(1)) {
            threads.spawn(|| {
                loop {
                    let own = next.fetch_add(1, Ordering::Relaxed);
                    let (Some((key, scope)), Some(slot)) = (wanted.get(own), opened.get(own))
                    else {
                        break;
                    };
                    let made = Arc::new(Slot {
                        key: key.clone(),
                        opened: open(key, scope, bench),
                    });
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
                }
            });
        }
    });
    let made = opened.into_iter();
    made.filter_map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect()
}
