//! What a policy asks for, checked: rights by signal, names of rules, and nothing that is not offered.

use std::collections::HashSet;

use tollgate_record::{Access, FieldError, Fields, Grant, Instrument, Signal};

use crate::bindings::exports::tollgate::policy::policy as wit;
use crate::bindings::tollgate::policy::batch;
use crate::component::reported;
use crate::error::Problem;
use crate::instruments;
use crate::text::presentable;

/// Paths in one list of a manifest.
const MOST_PATHS: usize = 10_000;
/// Bytes of one path.
const LONGEST_PATH: usize = 4096;
/// Rules. Each is a label of metrics.
const MOST_RULES: usize = 10_000;
/// Bytes of the name of a rule or a route.
const LONGEST_RULE: usize = 200;
/// Destinations.
const MOST_ROUTES: usize = 1_000;

/// Wrong paths that an error names ...
const SHOWN_MISTAKES: usize = 20;
/// ... and bytes of each that it shows.
const SHOWN_BYTES: usize = 300;

/// Everything a policy may do under one configuration.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// Rights by signal, each signal once. The policy is not called for the others.
    pub access: Vec<(Signal, Access)>,
    /// Names of the rules; outcomes name them by their place here.
    pub rules: Vec<String>,
    /// Names of destinations; outcomes name them by their place here.
    pub routes: Vec<String>,
    /// The policy's own metrics; outcomes name them by their place here.
    pub instruments: Vec<Instrument>,
    /// Signals of its emissions.
    pub emits: Vec<Signal>,
    /// What the operator should know of the configuration.
    pub warnings: Vec<Problem>,
}

impl Manifest {
    /// Whether the policy is to be called for `signal`. One that asks for nothing of it, and neither routes nor emits, has no
    /// use for it.
    #[must_use]
    pub fn asks(&self, signal: Signal) -> bool {
        let speaks = !self.routes.is_empty() || !self.emits.is_empty();
        self.of(signal)
            .is_some_and(|access| speaks || !access.is_empty())
    }

    /// What an outcome may point at, for [`tollgate_record::Batch::check`].
    #[must_use]
    pub fn grant(&self) -> Grant<'_> {
        Grant {
            rules: self.rules.len(),
            routes: self.routes.len(),
            instruments: &self.instruments,
            emits: &self.emits,
        }
    }

    /// The rights for `signal`, if the policy takes it.
    #[must_use]
    pub fn of(&self, signal: Signal) -> Option<&Access> {
        self.access
            .iter()
            .find_map(|(of, access)| (*of == signal).then_some(access))
    }

    pub(crate) fn check(manifest: wit::Manifest) -> Result<Self, ManifestError> {
        refuse_what_is_not_offered(&manifest)?;
        let mut access: Vec<(Signal, Access)> = Vec::new();
        for entry in manifest.access {
            let signal = signal_of(entry.signal);
            if access.iter().any(|(known, _)| *known == signal) {
                return Err(ManifestError::SignalTwice {
                    signal: signal.as_str(),
                });
            }
            let reads = fields(signal, "reads", &entry.reads)?;
            let writes = fields(signal, "writes", &entry.writes)?;
            access.push((
                signal,
                Access {
                    reads,
                    writes,
                    drops: entry.drops,
                    adds: entry.adds,
                },
            ));
        }
        check_rules(&manifest.rules)?;
        check_routes(&manifest.routes)?;
        let mut emits: Vec<Signal> = manifest.emits.into_iter().map(signal_of).collect();
        emits.sort_unstable();
        emits.dedup();
        Ok(Self {
            access,
            rules: manifest.rules,
            routes: manifest.routes,
            instruments: instruments::check(manifest.instruments)?,
            emits,
            warnings: reported(manifest.warnings),
        })
    }
}

/// Why a manifest was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// Parts of the interface that are for later.
    #[error("the policy asks for what is not offered yet: {}", .what.join(", "))]
    NotOffered {
        /// All of them, in the interface's words.
        what: Vec<&'static str>,
    },
    /// Two entries for one signal.
    #[error("the policy's manifest has two entries for {signal}: put them together")]
    SignalTwice {
        /// The signal.
        signal: &'static str,
    },
    /// Paths that are no fields.
    #[error("the policy's `{list}` names {mistakes}")]
    Fields {
        /// `reads` or `writes`.
        list: &'static str,
        /// The paths, and what is wrong with each.
        mistakes: FieldError,
    },
    /// A list that is too long.
    #[error("the policy's manifest has more than {limit} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A destination that cannot be one.
    #[error(
        "route {index} has a name that is empty, longer than {LONGEST_RULE} bytes, has control characters, or stands there twice"
    )]
    RouteName {
        /// Its place in `routes`.
        index: usize,
    },
    /// An instrument that OpenTelemetry would not have.
    #[error("instrument {index} has {reason}")]
    Instrument {
        /// Its place in `instruments`.
        index: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A rule that cannot be a label.
    #[error(
        "rule {index} has a name that is empty, longer than {LONGEST_RULE} bytes, or has control characters"
    )]
    RuleName {
        /// Its place in `rules`.
        index: usize,
    },
}

fn refuse_what_is_not_offered(manifest: &wit::Manifest) -> Result<(), ManifestError> {
    let asked = [
        ("partition-by", manifest.partition_by.is_some()),
        ("tick-every", manifest.tick_every.is_some()),
    ];
    let what: Vec<_> = asked
        .into_iter()
        .filter_map(|(what, asked)| asked.then_some(what))
        .collect();
    if what.is_empty() {
        Ok(())
    } else {
        Err(ManifestError::NotOffered { what })
    }
}

fn fields(signal: Signal, list: &'static str, paths: &[String]) -> Result<Fields, ManifestError> {
    if paths.len() > MOST_PATHS {
        return Err(ManifestError::TooMany {
            what: "paths in one list",
            limit: MOST_PATHS,
        });
    }
    if paths.iter().any(|path| path.len() > LONGEST_PATH) {
        return Err(ManifestError::TooMany {
            what: "bytes in one path",
            limit: LONGEST_PATH,
        });
    }
    let parsed = if list == "writes" {
        Fields::parse_writes(signal, paths)
    } else {
        Fields::parse(signal, paths)
    };
    parsed.map_err(|mistakes| ManifestError::Fields {
        list,
        mistakes: presentable_mistakes(mistakes),
    })
}

/// The paths are a guest's texts, and so are the reasons where they quote them.
fn presentable_mistakes(mut error: FieldError) -> FieldError {
    error.mistakes.truncate(SHOWN_MISTAKES);
    for mistake in &mut error.mistakes {
        mistake.path = presentable(&mistake.path, SHOWN_BYTES);
        mistake.reason = presentable(&mistake.reason, SHOWN_BYTES);
    }
    error
}

fn check_rules(rules: &[String]) -> Result<(), ManifestError> {
    if rules.len() > MOST_RULES {
        return Err(ManifestError::TooMany {
            what: "rules",
            limit: MOST_RULES,
        });
    }
    match rules.iter().position(|name| !is_label(name)) {
        Some(index) => Err(ManifestError::RuleName { index }),
        None => Ok(()),
    }
}

fn check_routes(routes: &[String]) -> Result<(), ManifestError> {
    if routes.len() > MOST_ROUTES {
        return Err(ManifestError::TooMany {
            what: "routes",
            limit: MOST_ROUTES,
        });
    }
    let mut known = HashSet::new();
    match routes
        .iter()
        .position(|name| !is_label(name) || !known.insert(name))
    {
        Some(index) => Err(ManifestError::RouteName { index }),
        None => Ok(()),
    }
}

fn is_label(name: &str) -> bool {
    (1..=LONGEST_RULE).contains(&name.len()) && !name.chars().any(char::is_control)
}

fn signal_of(signal: batch::Signal) -> Signal {
    match signal {
        batch::Signal::Logs => Signal::Logs,
        batch::Signal::Traces => Signal::Traces,
        batch::Signal::Metrics => Signal::Metrics,
    }
}
