//! `include` and `exclude`: which records a policy acts upon, as several processors of the Collector share them.

mod check;
mod choose;
mod texts;
mod written;

pub use choose::{Choice, Filter};
pub use written::{
    Texts, WrittenAttribute, WrittenCache, WrittenLibrary, WrittenProperties, WrittenSeverity,
};

use tollgate_sdk::{Compat, Problem, Setup, Signal};

use check::Properties;

/// The filter of each signal. A signal for which the configuration makes no sense has none, and no access is asked for it: the host
/// refuses to put the policy into its pipelines.
#[derive(Debug)]
pub struct Filters {
    chosen: Vec<(Signal, Option<Filter>)>,
}

impl Filters {
    /// Checks what is written, and declares what the conditions read.
    pub fn configure(
        include: Option<WrittenProperties>,
        exclude: Option<WrittenProperties>,
        setup: &mut Setup,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let include = include.map(|written| written.check("/include", &mut problems));
        let exclude = exclude.map(|written| written.check("/exclude", &mut problems));
        if !problems.is_empty() {
            return Err(problems);
        }
        let fits = |properties: &Option<Properties>, signal| {
            properties
                .as_ref()
                .is_none_or(|properties| properties.fits(signal))
        };
        let signals: Vec<Signal> = Signal::ALL
            .iter()
            .copied()
            .filter(|signal| fits(&include, *signal) && fits(&exclude, *signal))
            .collect();
        if signals.is_empty() {
            let help = "use one instance of the policy for each signal";
            return Err(vec![
                Problem::at("", "no signal fits both `include` and `exclude`").help(help),
            ]);
        }
        let compat = setup.compat();
        let part = |properties: &Option<Properties>, signal| {
            properties
                .as_ref()
                .and_then(|found| found.of(signal, compat))
        };
        let chosen = signals.into_iter().map(|signal| {
            let (include, exclude) = (part(&include, signal), part(&exclude, signal));
            (signal, Filter::configure(include, exclude, signal, setup))
        });
        Ok(Self {
            chosen: chosen.collect(),
        })
    }

    /// The signals that the configuration fits.
    #[must_use]
    pub fn signals(&self) -> Vec<Signal> {
        self.chosen.iter().map(|(signal, _)| *signal).collect()
    }

    /// The filter of a signal, if there is one.
    #[must_use]
    pub fn of(&self, signal: Signal) -> Option<&Filter> {
        self.chosen
            .iter()
            .find(|(chosen, _)| *chosen == signal)?
            .1
            .as_ref()
    }
}

/// Checks what is written for one signal, at these JSON pointers, and declares what the conditions read. None where nothing is asked;
/// mistakes are added to `problems`.
pub fn filter(
    include: Option<(WrittenProperties, &str)>,
    exclude: Option<(WrittenProperties, &str)>,
    signal: Signal,
    setup: &mut Setup,
    problems: &mut Vec<Problem>,
) -> Option<Filter> {
    let mut found = Vec::new();
    let mut check = |written: Option<(WrittenProperties, &str)>| {
        let (written, at) = written?;
        let properties = written.check(at, &mut found);
        if found.is_empty() && !properties.fits(signal) {
            let message = format!("not all of these are there in {}", signal.as_str());
            found.push(Problem::at(at, message));
        }
        Some(properties)
    };
    let (include, exclude) = (check(include), check(exclude));
    if !found.is_empty() {
        problems.append(&mut found);
        return None;
    }
    Filter::configure(include, exclude, signal, setup)
}

/// Whether any of several items is enough. The Collector wants all libraries to match, which two never do; its documentation
/// says any.
fn any_library(compat: Compat) -> bool {
    compat == Compat::Tollgate
}
