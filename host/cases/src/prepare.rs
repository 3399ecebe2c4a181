//! Everything that cases need, made ready once: their telemetry, their configurations, their conditions. What turns out to be a mistake
//! of a case file is told with its place.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tollgate_config::written::{Place, nearest};
use tollgate_config::{Diagnostic, Diagnostics, Severity};
use tollgate_lab::input::{read, read_lines, read_path};
use tollgate_lab::{OpenError, Scope, Telemetry, TrialError, samples};

use crate::check::conditions::Conditions;
use crate::model::{Assertion, At, Case, CaseFile, Configuration, Input, Subject};
use crate::subject::{Bench, Key, Ready, open};

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
        if !found.is_empty() {
            return Err(found);
        }
        let slots = open_all(wanted, bench, jobs);
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
            Err(found)
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
            let of = planned.telemetry.first().map(|first| first.signal);
            for at in assertions(case) {
                let Assertion::Holds(condition) = &at.value else {
                    continue;
                };
                if let Err((message, help)) = conditions.add(condition, of, bench) {
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

/// Everything that a case asserts.
pub(crate) fn assertions(case: &Case) -> impl Iterator<Item = &At<Assertion>> {
    let of_records = case.expect.records.iter().flat_map(|(_, own)| own);
    case.expect.all.iter().chain(of_records)
}

/// Telemetry that several cases may name.
#[derive(Default)]
struct Inputs {
    files: HashMap<std::path::PathBuf, Vec<Telemetry>>,
}

impl Inputs {
    fn of(&mut self, file: &CaseFile, case: &Case, found: &mut Diagnostics) -> Vec<Telemetry> {
        let mut all = Vec::new();
        for input in &case.input {
            let name = format!("{}:{}", file.name, file.written.line(input.place));
            let read = match &input.value {
                Input::Json(json) => read(json.to_string().as_bytes(), &name, None),
                Input::Text(text) => read(text.as_bytes(), &name, None),
                Input::Lines(text) => read_lines(text.as_bytes(), &name),
                Input::Sample(sample) => Ok(samples::sample(sample).unwrap_or_default()),
                Input::File(path) => match self.files.get(path) {
                    Some(known) => Ok(known.clone()),
                    None => read_path(path, None).inspect(|read| {
                        self.files.insert(path.clone(), read.clone());
                    }),
                },
            };
            match read {
                Ok(read) => all.extend(read),
                Err(error) => {
                    let text = error.to_string();
                    let mut lines = text.lines();
                    let message = lines.next().unwrap_or_default();
                    // What stands in the case file has its place already.
                    let message = message
                        .strip_prefix(&format!("{name}: "))
                        .unwrap_or(message);
                    found.push(file.written.diagnostic(
                        Severity::Error,
                        first_line(file, input.place),
                        format!("this input cannot be read: {message}"),
                        error.help.clone(),
                    ));
                }
            }
        }
        all
    }
}

fn first_line(file: &CaseFile, place: Place) -> Place {
    let marked = file.written.text().get(place.range()).unwrap_or_default();
    let line = marked.split('\n').next().unwrap_or_default();
    Place {
        start: place.start,
        end: place.start.saturating_add(line.trim_end().len()),
    }
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
fn open_all(wanted: Vec<(Key, Scope)>, bench: &Bench<'_>, jobs: usize) -> Vec<Arc<Slot>> {
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

fn near<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(word, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is {}", known.collect::<Vec<_>>().join(", ")),
    }
}

fn names(file: &CaseFile, case: &Case, ready: &Ready, found: &mut Diagnostics) {
    let mut refuse = |place: Place, message: String, help: String| {
        found.push(
            file.written
                .diagnostic(Severity::Error, place, message, Some(help)),
        );
    };
    let stages = || ready.stages.iter().map(|(stage, _)| stage.as_str());
    let rules = |of: Option<&str>| {
        let own = ready.stages.iter();
        let own = own.filter(move |(stage, _)| of.is_none_or(|of| of == stage));
        own.flat_map(|(_, rules)| rules.iter().map(String::as_str))
            .collect::<Vec<_>>()
    };
    for At { value, place } in assertions(case) {
        match value {
            Assertion::DroppedBy { stage, rule } => {
                if let Some(stage) = stage
                    && stages().all(|own| own != stage)
                {
                    let message = format!("there is no stage `{stage}` in what is tried");
                    refuse(*place, message, near(stage, stages()));
                    continue;
                }
                let Some(rule) = rule else { continue };
                let known = rules(stage.as_deref());
                let is_stage = stage.is_none() && stages().any(|own| own == rule);
                if !is_stage && !known.contains(&rule.as_str()) {
                    let message = match stage {
                        Some(stage) => format!("`{stage}` has no rule `{rule}`"),
                        None => format!("there is no stage and no rule `{rule}` in what is tried"),
                    };
                    let words: Vec<&str> = if stage.is_none() {
                        stages().chain(known).collect()
                    } else {
                        known
                    };
                    refuse(*place, message, near(rule, words.into_iter()));
                }
            }
            Assertion::ExplainedBy { rule, .. } => {
                let known = rules(None);
                if !known.contains(&rule.as_str()) {
                    let message = format!("there is no rule `{rule}` in what is tried");
                    refuse(*place, message, near(rule, known.into_iter()));
                }
            }
            Assertion::RoutedTo(pipelines) => {
                let known = || ready.pipelines.iter().map(String::as_str);
                for id in pipelines {
                    let id = id.to_string();
                    if known().all(|own| own != id) {
                        let message = format!("there is no pipeline `{id}` in what is tried");
                        refuse(*place, message, near(&id, known()));
                    }
                }
            }
            _ => {}
        }
    }
}
