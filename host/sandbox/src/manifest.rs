//! What a policy asks for, checked: rights by signal, names of rules, and nothing that is not offered.

use tollgate_record::{Access, FieldError, Fields, Signal};

use crate::bindings::exports::tollgate::policy::policy as wit;
use crate::bindings::tollgate::policy::batch;
use crate::text::presentable;

/// Paths in one list of a manifest.
const MOST_PATHS: usize = 10_000;
/// Bytes of one path.
const LONGEST_PATH: usize = 4096;
/// Rules. Each is a label of metrics.
const MOST_RULES: usize = 10_000;
/// Bytes of a rule's name.
const LONGEST_RULE: usize = 200;

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
}

impl Manifest {
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
            let drops = entry.drops;
            access.push((
                signal,
                Access {
                    reads,
                    writes,
                    drops,
                },
            ));
        }
        check_rules(&manifest.rules)?;
        Ok(Self {
            access,
            rules: manifest.rules,
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
        ("adds", manifest.access.iter().any(|access| access.adds)),
        ("routes", !manifest.routes.is_empty()),
        ("instruments", !manifest.instruments.is_empty()),
        ("emits", !manifest.emits.is_empty()),
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
    Fields::parse(signal, paths).map_err(|mistakes| ManifestError::Fields {
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
    let is_label = |name: &String| {
        (1..=LONGEST_RULE).contains(&name.len()) && !name.chars().any(char::is_control)
    };
    match rules.iter().position(|name| !is_label(name)) {
        Some(index) => Err(ManifestError::RuleName { index }),
        None => Ok(()),
    }
}

fn signal_of(signal: batch::Signal) -> Signal {
    match signal {
        batch::Signal::Logs => Signal::Logs,
        batch::Signal::Traces => Signal::Traces,
        batch::Signal::Metrics => Signal::Metrics,
    }
}
