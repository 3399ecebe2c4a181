//! A component that is ready to be configured, as often as there are lanes.

use std::fmt;
use std::sync::Arc;

use crate::artifact::Identity;
use crate::bindings::exports::tollgate::policy::policy as wit;
use crate::cache::hex;
use crate::check::{EXPLAINER, Names, WORLD};
use crate::details::{Failed, Observed};
use crate::error::{ConfigureError, Problem};
use crate::failure::Failure;
use crate::gatekeeper::GatekeeperPre;
use crate::instance::{Instance, Live};
use crate::manifest::Manifest;
use crate::settings::{Compat, StageSettings};
use crate::text::presentable;
use crate::ticker::Ticker;

/// Mistakes that one answer may name.
const MOST_PROBLEMS: usize = 100;
/// Bytes that each text of a policy may have where it is shown.
const LONGEST_TEXT: usize = 2000;

/// Where the machine code of a component came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Compiled just now.
    Compiled,
    /// Compiled by an earlier run.
    Cache,
    /// Compiled ahead, part of the binary.
    Stock,
}

/// What a policy says it is. The texts are fit to be shown, but for the schema, which is as the policy gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Name, in the spelling of a Collector component type.
    pub name: String,
    /// Version, as in SemVer.
    pub version: String,
    /// One sentence.
    pub summary: String,
    /// JSON Schema of its configuration.
    pub config_schema: String,
}

/// A loaded component. Clones share it.
#[derive(Clone)]
pub struct Component {
    parts: Arc<Parts>,
}

/// What a component is made of.
pub(crate) struct Parts {
    pub(crate) name: String,
    pub(crate) identity: Identity,
    pub(crate) names: Names,
    pub(crate) origin: Origin,
    pub(crate) gatekeeper: GatekeeperPre,
    pub(crate) ticker: Arc<Ticker>,
    pub(crate) observed: Observed,
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Component")
            .field("name", &self.parts.name)
            .field("digest", &self.digest())
            .field("origin", &self.parts.origin)
            .finish_non_exhaustive()
    }
}

impl Component {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
        }
    }

    /// What the operator calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.parts.name
    }

    /// SHA-256 of the component's bytes, in hex.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&self.parts.identity.digest)
    }

    /// The same, as it is.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        self.parts.identity.digest
    }

    /// Size of the component in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.parts.identity.size
    }

    /// The interfaces that it imports.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.parts.names.imports
    }

    /// The interfaces that it exports.
    #[must_use]
    pub fn exports(&self) -> &[String] {
        &self.parts.names.exports
    }

    /// The world that it was checked against.
    #[must_use]
    pub fn world(&self) -> &'static str {
        if self.parts.names.explains {
            EXPLAINER
        } else {
            WORLD
        }
    }

    /// Where its machine code came from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.parts.origin
    }

    /// Asks the policy what it is, in an instance that is thrown away.
    pub fn describe(&self) -> Result<Description, Failure> {
        let mut live = self.instantiate(Arc::default())?;
        let description = live.set_up(|store, policy| policy.call_describe(store))?;
        let name = description.name;
        let is_lower = |c: char| c.is_ascii_lowercase();
        let is_type = name.starts_with(is_lower)
            && name
                .chars()
                .all(|c| is_lower(c) || c.is_ascii_digit() || c == '_');
        if !is_type {
            return Err(Failure::Invalid(
                "its name is not of the form [a-z][a-z0-9_]*",
            ));
        }
        Ok(Description {
            name: presentable(&name, LONGEST_TEXT),
            version: presentable(&description.version, LONGEST_TEXT),
            summary: presentable(&description.summary, LONGEST_TEXT),
            config_schema: description.config_schema,
        })
    }

    /// Makes an instance and gives it its configuration. The manifest depends on the settings alone, so that all instances of a
    /// stage have the same.
    pub fn configure(
        &self,
        settings: Arc<StageSettings>,
    ) -> Result<(Instance, Manifest), ConfigureError> {
        let asked = Arc::clone(&settings);
        let mut live = self.instantiate(settings)?;
        let compat = match asked.compat {
            Compat::Tollgate => wit::Compat::Tollgate,
            Compat::Collector => wit::Compat::Collector,
        };
        let answer =
            live.set_up(|store, policy| policy.call_configure(store, &asked.config, compat))?;
        let manifest = answer.map_err(|problems| ConfigureError::Problems(reported(problems)))?;
        Ok((Instance::new(live), Manifest::check(manifest)?))
    }

    fn instantiate(&self, settings: Arc<StageSettings>) -> Result<Live, Failed> {
        Live::instantiate(
            &self.parts.gatekeeper,
            Arc::clone(&self.parts.ticker),
            settings,
            self.parts.observed,
        )
    }
}

pub(crate) fn reported(problems: Vec<wit::Problem>) -> Vec<Problem> {
    problems
        .into_iter()
        .take(MOST_PROBLEMS)
        .map(|problem| Problem {
            at: presentable(&problem.at, LONGEST_TEXT),
            message: presentable(&problem.message, LONGEST_TEXT),
            help: problem.help.map(|help| presentable(&help, LONGEST_TEXT)),
            span: problem
                .span
                .map(|(start, end)| (start as usize, end as usize)),
        })
        .collect()
}
