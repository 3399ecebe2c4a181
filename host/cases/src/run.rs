//! Running cases: several at once, told in the order of their files.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tollgate_config::written::Place;
use tollgate_config::{Diagnostics, Severity};
use tollgate_lab::OpenError;
use tollgate_lab::report::Report;

use crate::check::{self, Compared, Spent};
use crate::coverage::{Touched, touched};
use crate::model::{Case, CaseFile};
use crate::output::Produced;
use crate::prepare::{Planned, Prepared, Slot};

/// What came of a case.
#[derive(Debug)]
pub struct Outcome {
    /// Its file.
    pub file: String,
    /// Its line there.
    pub line: usize,
    /// What it is called.
    pub name: String,
    /// Whether what it expects holds.
    pub verdict: Verdict,
    /// How long it took.
    pub took: Duration,
    /// Instructions a record, where they were counted.
    pub fuel_per_record: Option<u64>,
    /// The most bytes of memory that a policy held.
    pub memory: u64,
    /// Everything that happened, where the case failed.
    pub report: Option<Report>,
    pub(crate) compared: Option<Compared>,
    pub(crate) touched: Touched,
    /// Its place among the cases that are ready.
    pub(crate) number: usize,
}

/// Whether what a case expects holds.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// It does.
    Passed,
    /// This does not.
    Failed(Vec<Failure>),
    /// It was not run, and this is why.
    Ignored(String),
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where it is expected.
    pub place: Place,
    /// Its line in the case file.
    pub line: usize,
    /// Its column there.
    pub column: usize,
    /// What does not hold.
    pub message: String,
    /// What is there instead, a line each.
    pub detail: Vec<String>,
}

impl Failure {
    pub(crate) fn new(place: Place, message: impl Into<String>) -> Self {
        Self {
            place,
            line: 0,
            column: 0,
            message: message.into(),
            detail: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, detail: impl IntoIterator<Item = String>) -> Self {
        self.detail.extend(detail);
        self
    }

    fn placed(mut self, file: &CaseFile) -> Self {
        let at = file
            .written
            .diagnostic(Severity::Error, self.place, "", None);
        (self.line, self.column) = at.position();
        self
    }
}

impl Outcome {
    /// Whether something that the case expects does not hold.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        matches!(self.verdict, Verdict::Failed(_))
    }

    /// What does not hold.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        match &self.verdict {
            Verdict::Failed(failures) => failures,
            _ => &[],
        }
    }
}

/// Runs cases with so many threads. Each is told as soon as those before it are.
pub fn run(prepared: &Prepared, jobs: usize, mut told: impl FnMut(&Outcome)) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let count = prepared.cases.len();
    let mut outcomes: Vec<Option<Outcome>> = std::iter::repeat_with(|| None).take(count).collect();
    std::thread::scope(|threads| {
        for _ in 0..jobs.clamp(1, count.max(1)) {
            let sender = sender.clone();
            let next = &next;
            threads.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(planned) = prepared.cases.get(number) else {
                        break;
                    };
                    let outcome = one(prepared, planned, number);
                    if sender.send((number, outcome)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut shown = 0_usize;
        for (number, outcome) in receiver {
            if let Some(slot) = outcomes.get_mut(number) {
                *slot = outcome;
            }
            while let Some(Some(outcome)) = outcomes.get(shown) {
                told(outcome);
                shown = shown.saturating_add(1);
            }
        }
    });
    outcomes.into_iter().flatten().collect()
}

fn one(prepared: &Prepared, planned: &Planned, number: usize) -> Option<Outcome> {
    let (file, case) = prepared.case(planned)?;
    let started = Instant::now();
    let mut outcome = Outcome {
        file: file.name.clone(),
        line: file.written.line(case.name.place),
        name: case.name.value.clone(),
        verdict: Verdict::Passed,
        took: Duration::ZERO,
        fuel_per_record: None,
        memory: 0,
        report: None,
        compared: None,
        touched: BTreeSet::new(),
        number,
    };
    if let Some(why) = &case.ignored {
        outcome.verdict = Verdict::Ignored(why.clone());
        return Some(outcome);
    }
    let failures = tried(prepared, planned, case, &mut outcome);
    outcome.took = started.elapsed();
    if !failures.is_empty() {
        let failures = failures.into_iter().map(|failure| failure.placed(file));
        outcome.verdict = Verdict::Failed(failures.collect());
    }
    Some(outcome)
}

fn tried(
    prepared: &Prepared,
    planned: &Planned,
    case: &Case,
    outcome: &mut Outcome,
) -> Vec<Failure> {
    let Some(slot) = &planned.subject else {
        return vec![Failure::new(
            case.name.place,
            "it is not said what is tried",
        )];
    };
    let wrong = configuration(case, slot);
    if slot.opened.is_err() || !wrong.is_empty() {
        return wrong;
    }
    let produced = match pass(slot, planned, case) {
        Ok(produced) => produced,
        Err(failure) => return vec![*failure],
    };
    outcome.touched = touched(slot, &produced);
    let plain = Spent::of(&produced);
    outcome.memory = plain.memory;
    let mut failures = check::broken(case, &produced);
    failures.extend(check::not_taken(case, &produced));
    if !failures.is_empty() {
        // What is expected of a policy that broke is not worth being told as well.
        outcome.report = Some(report(&produced));
        return failures;
    }
    failures.extend(check::assertions(case, &produced, &prepared.conditions));
    if let Some((failure, compared)) = check::golden(case, &produced) {
        failures.push(failure);
        outcome.compared = Some(compared);
    }
    let metered = planned
        .metered
        .as_ref()
        .map(|slot| pass(slot, planned, case));
    let metered = match metered {
        Some(Ok(produced)) => Some(Spent::of(&produced)),
        Some(Err(failure)) => {
            failures.push(*failure);
            None
        }
        None => None,
    };
    outcome.fuel_per_record = metered.and_then(|spent| spent.fuel_per_record);
    failures.extend(check::cost(case, plain, metered));
    if !failures.is_empty() {
        outcome.report = Some(report(&produced));
    }
    failures
}

fn report(produced: &Produced) -> Report {
    let mut report = Report::default();
    for (telemetry, passage) in produced.passed() {
        report.add(telemetry, passage, false);
    }
    report
}

fn pass(slot: &Slot, planned: &Planned, case: &Case) -> Result<Produced, Box<Failure>> {
    let Ok(ready) = &slot.opened else {
        return Err(Box::new(Failure::new(
            case.name.place,
            "its configuration cannot be opened",
        )));
    };
    let mut trial = ready.trial();
    let mut passed = Vec::new();
    for telemetry in planned.telemetry.iter() {
        match trial.pass(telemetry) {
            Ok(passage) => passed.push((telemetry.clone(), passage)),
            Err(error) => {
                return Err(Box::new(Failure::new(
                    case.name.place,
                    format!("{} is no request: {error}", telemetry.source),
                )));
            }
        }
    }
    Ok(Produced::new(passed))
}

/// What is wrong with the configuration that is not expected, and what is expected and is not wrong.
fn configuration(case: &Case, slot: &Slot) -> Vec<Failure> {
    let expected = &case.expect.config_errors;
    let found = match &slot.opened {
        Ok(_) => Diagnostics::default(),
        Err(OpenError::Wrong(found)) => found.clone(),
        Err(error) => return vec![Failure::new(case.name.place, error.to_string())],
    };
    if expected.is_empty() {
        if found.is_empty() {
            return Vec::new();
        }
        let text = found.render(false);
        return vec![
            Failure::new(case.name.place, "the configuration is wrong")
                .with(text.trim_end().lines().map(str::to_owned)),
        ];
    }
    let errors: Vec<_> = found
        .iter()
        .filter(|own| own.severity == Severity::Error)
        .collect();
    let mut failures = Vec::new();
    for wanted in expected {
        let is_it = |own: &&tollgate_config::Diagnostic| {
            let (line, _) = own.position();
            let help = own.help.as_deref().unwrap_or_default();
            let text = format!("{}\n{help}", own.message);
            wanted.value.text.is_in(&text)
                && wanted
                    .value
                    .line
                    .is_none_or(|wanted| u64::try_from(line).ok() == Some(wanted))
        };
        if !errors.iter().copied().any(|own| is_it(&own)) {
            let lines = errors.iter().map(ToString::to_string);
            let message = if errors.is_empty() {
                "the configuration is not wrong"
            } else {
                "the configuration is wrong in another way"
            };
            failures.push(Failure::new(wanted.place, message).with(lines));
        }
    }
    failures
}
