//! Where a configuration is tried: within bounds, and the same whenever it is tried.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tollgate_config::{
    Component, Config, Connector, Diagnostics, Gate, Location, Processor, Role, Source, Stage,
};
use tollgate_lab::explain::{RecordExplanation, explain};
use tollgate_lab::passage::Passage;
use tollgate_lab::{OpenError, Opened, Opening, Options, Scope, Stock, Telemetry, Trial, input};
use tollgate_pipeline::PlanProblem;
use tollgate_sandbox::Sandbox;

use crate::{Nothing, case_file};

/// Time for one call of a policy in a gate, whatever the configuration says. A trial gives a call some times as long, and all calls
/// that fail of a batch no more than a bound that follows from it.
const TIME: Duration = Duration::from_millis(100);
/// Memory of one instance, whatever the configuration says.
const MEMORY: u64 = 256 << 20;
/// Time for everything that was typed.
const PATIENCE: Duration = Duration::from_secs(10);
/// Records that are passed at once. A policy that fails for each of them is called twice for each.
const RECORDS: usize = 2_000;

/// What errors call the text of the configuration.
const CONFIGURATION: &str = "configuration";
/// What errors call the text of the telemetry.
const TELEMETRY: &str = "telemetry";

/// Tries what is typed.
pub(crate) struct Workbench {
    sandbox: Sandbox,
    stock: Arc<dyn Policies>,
    /// The configuration that was tried last: telemetry is typed, too.
    last: Mutex<Option<(String, Arc<Opened>)>>,
}

/// The policies that ship with the program, for many threads.
pub trait Policies: Stock + Send + Sync + 'static {}

impl<T: Stock + Send + Sync + 'static> Policies for T {}

/// What came of it.
pub(crate) struct Tried {
    /// What is probably not meant so, or everything that is wrong with the configuration.
    pub(crate) remarks: Diagnostics,
    /// What was passed, and what became of it; why the telemetry cannot be passed; nothing where the configuration is wrong.
    pub(crate) passed: Option<Result<Vec<(Telemetry, Passage)>, Unpassable>>,
    /// What was made ready.
    pub(crate) opened: Option<Arc<Opened>>,
}

/// Why telemetry cannot be passed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unpassable {
    /// It is none.
    #[error(transparent)]
    Input(#[from] input::InputError),
    /// It is cut off or damaged.
    #[error("{what}: {source}")]
    Malformed {
        /// Which part of it.
        what: String,
        /// How.
        source: tollgate_record::Malformed,
    },
    /// It is too much for a page.
    #[error(
        "{0} records are more than a page shows ({RECORDS}): paste fewer, or use `tollgate try`"
    )]
    Records(usize),
    /// It takes too long.
    #[error(
        "it takes more than {} seconds: paste less, or use `tollgate try`",
        PATIENCE.as_secs()
    )]
    Time,
}

impl Workbench {
    pub(crate) fn new(sandbox: Sandbox, stock: Arc<dyn Policies>) -> Self {
        Self {
            sandbox,
            stock,
            last: Mutex::new(None),
        }
    }

    /// Passes telemetry through a configuration, from the beginning: nothing is left of what passed before.
    pub(crate) fn try_out(&self, configuration: &str, telemetry: &str) -> Tried {
        let opened = match self.open(configuration) {
            Ok(opened) => opened,
            Err(remarks) => {
                return Tried {
                    remarks,
                    passed: None,
                    opened: None,
                };
            }
        };
        let passed = read(telemetry).and_then(|requests| pass(&opened.trial, requests));
        Tried {
            remarks: opened.warnings.clone(),
            passed: Some(passed),
            opened: Some(opened),
        }
    }

    /// The case file of what was typed, or why there is none.
    pub(crate) fn case(&self, configuration: &str, telemetry: &str) -> Result<String, String> {
        let tried = self.try_out(configuration, telemetry);
        let (Some(opened), Some(Ok(passed))) = (tried.opened, tried.passed) else {
            return Err(
                "mend what is wrong first: a case holds what came of its telemetry".to_owned(),
            );
        };
        let mut signals = passed.iter().map(|(request, _)| request.signal);
        if let Some(signal) = signals.find(|signal| !opened.trial.takes(*signal)) {
            return Err(format!(
                "no pipeline takes {}: a case needs one, or telemetry without them",
                signal.as_str()
            ));
        }
        let passages: Vec<_> = passed.into_iter().map(|(_, passage)| passage).collect();
        Ok(case_file::written(configuration, telemetry, &passages))
    }

    /// What the stages' rules did with one record, by its place among all that came, from 1.
    pub(crate) fn explain(
        &self,
        configuration: &str,
        telemetry: &str,
        number: usize,
    ) -> Option<RecordExplanation> {
        let tried = self.try_out(configuration, telemetry);
        let (opened, passed) = (tried.opened?, tried.passed?.ok()?);
        let mut before = number.checked_sub(1)?;
        for (request, passage) in &passed {
            if before < passage.fates.len() {
                let record = u32::try_from(before).ok()?;
                return explain(&opened.trial, request, passage, record, None).ok()?;
            }
            before = before.saturating_sub(passage.fates.len());
        }
        None
    }

    fn open(&self, configuration: &str) -> Result<Arc<Opened>, Diagnostics> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, opened)) = last.as_ref().filter(|(text, _)| text == configuration) {
            return Ok(Arc::clone(opened));
        }
        let opening = Opening {
            around: &Nothing,
            stock: &*self.stock,
            sandbox: &self.sandbox,
            compat_collector: false,
        };
        let text = Location::Text(Source {
            name: CONFIGURATION.to_owned(),
            text: configuration.to_owned(),
        });
        let options = Options {
            explain: true,
            ..Options::default()
        };
        let opened = opening.open_confined(&[text], &Scope::Whole, options, &confine);
        let opened = opened.map(Arc::new).map_err(|error| match error {
            OpenError::Wrong(found) => found,
            // Only a scope that was asked for can be missing.
            OpenError::Trial(_) => Diagnostics::default(),
        })?;
        *last = Some((configuration.to_owned(), Arc::clone(&opened)));
        Ok(opened)
    }
}

/// Reads what was pasted.
pub(crate) fn read(telemetry: &str) -> Result<Vec<Telemetry>, Unpassable> {
    Ok(input::read(telemetry.as_bytes(), TELEMETRY, None)?)
}

fn pass(trial: &Trial, requests: Vec<Telemetry>) -> Result<Vec<(Telemetry, Passage)>, Unpassable> {
    let malformed = |request: &Telemetry, source| Unpassable::Malformed {
        what: request.source.clone(),
        source,
    };
    let mut records = 0_usize;
    for request in &requests {
        let own = tollgate_record::count(request.signal, &request.wire)
            .map_err(|source| malformed(request, source))?;
        records = records.saturating_add(own as usize);
    }
    if records > RECORDS {
        return Err(Unpassable::Records(records));
    }
    let start = Instant::now();
    let mut trial = trial.another();
    let mut passed = Vec::new();
    for request in requests {
        if start.elapsed() > PATIENCE {
            return Err(Unpassable::Time);
        }
        let passage = trial
            .pass(&request)
            .map_err(|source| malformed(&request, source))?;
        passed.push((request, passage));
    }
    Ok(passed)
}

/// Bounds what the stages of a configuration may take, and refuses files: a configuration may have come from somebody else.
fn confine(config: &mut Config) -> Vec<PlanProblem> {
    let mut refused = Vec::new();
    let processors = config.processors.iter_mut();
    let processors = processors.filter_map(|(id, processor)| match processor {
        Processor::Policy(stage) => Some((Role::Processor, &*id, stage)),
        _ => None,
    });
    let connectors = config.connectors.iter_mut();
    let connectors = connectors.filter_map(|(id, connector)| match connector {
        Connector::Policy(stage) => Some((Role::Connector, &*id, stage)),
        Connector::Forward => None,
    });
    for (role, id, stage) in processors.chain(connectors) {
        let Stage {
            component, gate, ..
        } = stage;
        let Gate { time, memory, .. } = gate;
        *time = TIME.min(*time);
        *memory = MEMORY.min(*memory);
        let what = match component {
            Component::File(_) => Some("component"),
            Component::Stock(_) => (!gate.files.is_empty()).then_some("file"),
        };
        refused.extend(what.map(|what| PlanProblem {
            role,
            stage: id.clone(),
            at: None,
            range: None,
            message: format!("the playground reads no files, and this stage names a {what}"),
            help: Some("try it in the terminal: `tollgate try --config FILE`".to_owned()),
        }));
    }
    refused
}
