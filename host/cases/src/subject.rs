//! From what a case is about to something that telemetry can be passed through, once for all cases about the same.

use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tollgate_config::{Location, Source, Surroundings};
use tollgate_lab::shorthand::Alone;
use tollgate_lab::{OpenError, Opening, Options, Scope, Stock, Trial};
use tollgate_sandbox::Sandbox;

use crate::model::{Configuration, Subject};

/// What cases are run with.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// Files and variables that configurations may refer to.
    pub around: &'a (dyn Surroundings + Sync),
    /// Policies that they may name.
    pub stock: &'a (dyn Stock + Sync),
    /// Where they run.
    pub sandbox: &'a Sandbox,
    /// Where they run and instructions are counted; needed for cases that limit what a record may cost.
    pub metered: Option<&'a Sandbox>,
}

/// What is made ready once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) configuration: Configuration,
    pub(crate) set: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) compat_collector: bool,
    /// The case file, of what stands in it.
    pub(crate) file: Option<String>,
    pub(crate) scope: ScopeKey,
    pub(crate) is_metered: bool,
}

/// A scope, as a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum ScopeKey {
    Whole,
    Pipeline(String),
    Stage(String),
}

impl From<&Scope> for ScopeKey {
    fn from(scope: &Scope) -> Self {
        match scope {
            Scope::Whole => Self::Whole,
            Scope::Pipeline(id) => Self::Pipeline(id.to_string()),
            Scope::Stage(id) => Self::Stage(id.to_string()),
        }
    }
}

impl Key {
    pub(crate) fn new(subject: &Subject, file: &str, scope: &Scope, is_metered: bool) -> Self {
        let is_file = matches!(subject.configuration, Configuration::File(_));
        Self {
            configuration: subject.configuration.clone(),
            set: subject.set.clone(),
            env: subject.env.clone(),
            compat_collector: subject.compat_collector,
            file: (!is_file).then(|| file.to_owned()),
            scope: scope.into(),
            is_metered,
        }
    }

    /// What it is called among people.
    pub(crate) fn called(&self) -> String {
        match (&self.configuration, &self.file) {
            (Configuration::File(path), _) => plain(path).display().to_string(),
            (Configuration::Alone { policy, .. }, _) => policy.clone(),
            (Configuration::Inline { .. }, file) => file.clone().unwrap_or_default(),
        }
    }
}

/// A path without the folders that it leaves again, as it is shown.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        let is_named = matches!(plain.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::ParentDir if is_named => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// Something that telemetry can be passed through. Its instances belong to whoever took them; it only makes more.
#[derive(Debug)]
pub(crate) struct Ready {
    trial: Mutex<Trial>,
    /// Each stage with its rules, in the order of the configuration.
    pub(crate) stages: Vec<(String, Vec<String>)>,
    /// Every pipeline.
    pub(crate) pipelines: Vec<String>,
}

impl Ready {
    /// Fresh instances: no case sees what another one left.
    pub(crate) fn trial(&self) -> Trial {
        let trial = self.trial.lock().unwrap_or_else(PoisonError::into_inner);
        trial.another()
    }
}

/// The environment with the variables of a case on top.
struct With<'a> {
    around: &'a dyn Surroundings,
    env: &'a [(String, String)],
}

impl Surroundings for With<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        let mut own = self.env.iter().rev();
        match own.find(|(own, _)| own == name) {
            Some((_, value)) => Some(value.clone()),
            None => self.around.variable(name),
        }
    }

    fn file(&self, path: &str) -> Result<String, String> {
        self.around.file(path)
    }
}

/// Makes it ready. The scope is that of the case, so that a configuration is planned once for each.
pub(crate) fn open(key: &Key, scope: &Scope, bench: &Bench<'_>) -> Result<Ready, OpenError> {
    let around = With {
        around: bench.around,
        env: &key.env,
    };
    let opening = Opening {
        around: &around,
        stock: bench.stock,
        sandbox: bench
            .metered
            .filter(|_| key.is_metered)
            .unwrap_or(bench.sandbox),
        compat_collector: key.compat_collector,
    };
    let options = Options::default();
    let file = key.file.clone().unwrap_or_default();
    let opened = match &key.configuration {
        Configuration::Alone {
            policy,
            settings,
            gate,
        } => {
            let alone = Alone {
                policy: policy.clone(),
                settings: String::new(),
                gate: String::new(),
            };
            let config = if alone.is_file() { "::config" } else { "" };
            // Where they stand in the case file, so that what is said of them points there.
            let on_top = |stage: &str| {
                let blocks = [(config, settings), ("::gate", gate)].into_iter();
                let blocks = blocks.filter_map(|(key, block)| Some((key, block.as_ref()?)));
                let blocks = blocks.map(|(key, block)| Source {
                    name: file.clone(),
                    text: format!(
                        "{}{stage}{key}:\n{}",
                        "\n".repeat(block.line.saturating_sub(1)),
                        block.text
                    ),
                });
                blocks.collect()
            };
            alone.open_beside(&file, &on_top, &opening, options)?
        }
        other => {
            let first = match other {
                Configuration::File(path) => Location::Uri(format!("file:{}", path.display())),
                Configuration::Inline { padded, .. } => Location::Text(Source {
                    name: file,
                    text: padded.clone(),
                }),
                Configuration::Alone { .. } => Location::Set(String::new()),
            };
            let set = key.set.iter().cloned().map(Location::Set);
            let locations: Vec<Location> = [first].into_iter().chain(set).collect();
            opening.open(&locations, scope, options)?
        }
    };
    let stages = opened
        .trial
        .stages()
        .map(|stage| (stage.id.to_string(), stage.manifest.rules.clone()));
    let pipelines = opened.config.pipelines.iter().map(|own| own.id.to_string());
    Ok(Ready {
        stages: stages.collect(),
        pipelines: pipelines.collect(),
        trial: Mutex::new(opened.trial),
    })
}
