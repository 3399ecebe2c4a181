//! What would stop what got through: rules that are put behind the configuration, and tried there on the cells that are open.
//!
//! From the mildest to the hardest: detectors of what a secret is; the same, with encodings undone; the preset for agents, which lets
//! nothing pass that does not look harmless; taking a field out; a statement for what redaction does not reach. Each is told with what it
//! stops, by itself, and none is told that stops nothing more than those before it.

mod rules;

use tollgate_lab::shorthand::Alone;
use tollgate_lab::{Opening, Options, Trial};

use crate::attempt::{Broken, Way, attempt};
use crate::cell::Cell;
use crate::outcome::{Closed, Outcome};
use crate::protocol::Protocol;
use crate::report::Report;

use rules::Rules;

/// A rule that stops secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// What it is.
    pub title: String,
    /// What it means for telemetry.
    pub cost: &'static str,
    /// The processor, as YAML.
    pub yaml: String,
    /// How many of the open cells it closes, by itself, behind the configuration.
    pub closes: usize,
}

/// What would stop what got through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advice {
    /// Rules, from the mildest to the hardest.
    pub remedies: Vec<Remedy>,
    /// By cell of the report, the first of the rules that closes it; none for cells that are closed, or that nothing closes.
    pub of_cell: Vec<Option<usize>>,
    /// Open cells that none of the rules closes.
    pub helpless: usize,
}

/// Finds rules for what got through, and tries each. `own` is the user's own secret.
pub fn advise(
    protocol: &Protocol,
    report: &Report,
    trial: &Trial,
    opening: &Opening<'_>,
    own: Option<&str>,
) -> Result<Advice, Broken> {
    let both = report.cells.iter().zip(&report.tried).enumerate();
    let open = both.filter(|(_, (_, tried))| tried.outcome.is_open());
    let (at, cells) = open.map(|(at, (cell, _))| (at, cell.clone())).unzip();
    let mut counsel = Counsel {
        protocol,
        report,
        trial,
        opening,
        at,
        cells,
        advice: Advice {
            of_cell: vec![None; report.cells.len()],
            ..Advice::default()
        },
    };
    for rules in rules::first(&counsel.cells, own) {
        counsel.weigh(&rules)?;
    }
    let left = counsel.left();
    let left = left.filter_map(|(_, cell)| report.places.get(cell.place));
    for rules in rules::last(left, |rules| open_behind(rules, opening).is_some()) {
        counsel.weigh(&rules)?;
    }
    let helpless = counsel.left().count();
    Ok(Advice {
        helpless,
        ..counsel.advice
    })
}

struct Counsel<'a> {
    protocol: &'a Protocol,
    report: &'a Report,
    trial: &'a Trial,
    opening: &'a Opening<'a>,
    /// Cells that are open, and which they are.
    at: Vec<usize>,
    cells: Vec<Cell>,
    advice: Advice,
}

impl Counsel<'_> {
    /// Open cells that no rule closes yet.
    fn left(&self) -> impl Iterator<Item = (usize, &Cell)> {
        let all = self.at.iter().copied().zip(&self.cells);
        all.filter(|(at, _)| self.advice.of_cell.get(*at) == Some(&None))
    }

    /// Tries rules on everything that is open, and keeps them if they stop what others do not.
    fn weigh(&mut self, rules: &Rules) -> Result<(), Broken> {
        if self.left().next().is_none() {
            return Ok(());
        }
        let Some(behind) = open_behind(rules, self.opening) else {
            return Ok(());
        };
        let way = Way {
            trial: self.trial,
            behind: Some(&behind),
        };
        let tried = attempt(self.protocol, &self.report.places, &self.cells, &way)?;
        let all = self.at.iter().zip(&tried);
        let closed = all.filter(|(_, tried)| is_stopped(&tried.outcome));
        let closed: Vec<usize> = closed.map(|(at, _)| *at).collect();
        let number = self.advice.remedies.len();
        let mut is_of_use = false;
        for at in &closed {
            if let Some(own @ None) = self.advice.of_cell.get_mut(*at) {
                *own = Some(number);
                is_of_use = true;
            }
        }
        if is_of_use {
            self.advice.remedies.push(Remedy {
                title: rules.title.clone(),
                cost: rules.cost,
                yaml: rules.yaml(),
                closes: closed.len(),
            });
        }
        Ok(())
    }
}

/// A rule that fails for a record stops the secret with it, and is no advice.
fn is_stopped(outcome: &Outcome) -> bool {
    !outcome.is_open() && !matches!(outcome, Outcome::Closed(Closed::Failed { .. }))
}

/// The rules, ready to be put behind a configuration; none if the policy does not take them.
fn open_behind(rules: &Rules, opening: &Opening<'_>) -> Option<Trial> {
    let alone = Alone {
        policy: rules.policy.to_owned(),
        settings: rules.settings.to_string(),
        gate: String::new(),
    };
    let opened = alone.open(opening, Options::default()).ok()?;
    Some(opened.trial)
}
