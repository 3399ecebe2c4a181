//! What a verb of the laptop tries: from the command line to a trial.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use tollgate_config::{ComponentId, Surroundings};
use tollgate_lab::shorthand::{Alone, open_rule};
use tollgate_lab::{OpenError, Opened, Opening, Options, Scope};
use tollgate_sandbox::Sandbox;

use crate::args::{Configuration, Product};
use crate::complain;
use crate::configuration::{locations, misconfigured, report};
use crate::stock::Embedded;

/// What is tried: a configuration, one policy, or one rule.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Subject {
    #[command(flatten)]
    pub(crate) configuration: Configuration,
    /// One policy instead of a configuration: the name of a stock policy, or a component's file.
    #[arg(long, value_name = "NAME|FILE", conflicts_with_all = ["config", "rule"])]
    pub(crate) policy: Option<String>,
    /// Its configuration: YAML, or `@FILE`.
    #[arg(long, value_name = "YAML|@FILE", requires = "policy")]
    pub(crate) settings: Option<String>,
    /// What the host allows it: YAML, or `@FILE`; the key `gate` of a stage.
    #[arg(long, value_name = "YAML|@FILE", requires = "policy")]
    pub(crate) gate: Option<String>,
    /// One rule of OTTL instead of a configuration: a statement edits, what a condition holds for is dropped.
    #[arg(long, value_name = "OTTL", conflicts_with = "config")]
    pub(crate) rule: Option<String>,
    /// Enter the configuration at this pipeline.
    #[arg(long, value_name = "ID", conflicts_with = "stage", value_parser = ComponentId::parse)]
    pub(crate) pipeline: Option<ComponentId>,
    /// This processor or connector of the configuration alone.
    #[arg(long, value_name = "ID", value_parser = ComponentId::parse)]
    pub(crate) stage: Option<ComponentId>,
}

impl Subject {
    /// Options of the configuration may stand before the verb, too.
    pub(crate) fn or(self, before: Configuration) -> Self {
        Self {
            configuration: self.configuration.or(before),
            ..self
        }
    }

    fn scope(&self) -> Scope {
        match (&self.stage, &self.pipeline) {
            (Some(stage), _) => Scope::Stage(stage.clone()),
            (None, Some(pipeline)) => Scope::Pipeline(pipeline.clone()),
            (None, None) => Scope::Whole,
        }
    }

    /// Makes it ready. What is wrong has been printed when this returns an exit code.
    pub(crate) fn open(
        &self,
        sandbox: &Sandbox,
        around: &dyn Surroundings,
        options: Options,
    ) -> anyhow::Result<Result<Opened, ExitCode>> {
        Ok(match self.open_quietly(sandbox, around, options)? {
            Ok(opened) => {
                report(&opened.warnings);
                Ok(opened)
            }
            Err(OpenError::Wrong(found)) => Err(misconfigured(&found)),
            Err(OpenError::Trial(error)) => {
                complain(&format!("error: {error}"));
                Err(ExitCode::from(BAD_INPUT))
            }
        })
    }

    /// Likewise; nothing is printed.
    pub(crate) fn open_quietly(
        &self,
        sandbox: &Sandbox,
        around: &dyn Surroundings,
        options: Options,
    ) -> anyhow::Result<Result<Opened, OpenError>> {
        let opening = Opening {
            around,
            stock: &Embedded,
            sandbox,
            compat_collector: self.configuration.compat == Some(Product::Collector),
        };
        Ok(match (&self.policy, &self.rule) {
            (Some(policy), _) => {
                let alone = Alone {
                    policy: policy.clone(),
                    settings: text(self.settings.as_deref(), around)?,
                    gate: text(self.gate.as_deref(), around)?,
                };
                alone.open(&opening, options)
            }
            (None, Some(rule)) => open_rule(rule, &opening, options),
            (None, None) => {
                anyhow::ensure!(
                    !self.configuration.config.is_empty(),
                    "say what to try: --config FILE, --policy NAME, or --rule OTTL"
                );
                opening.open(&locations(&self.configuration)?, &self.scope(), options)
            }
        })
    }
}

/// What was typed cannot be worked with: a case file, telemetry, an argument.
pub(crate) const BAD_INPUT: u8 = 2;

fn text(written: Option<&str>, around: &dyn Surroundings) -> anyhow::Result<String> {
    let Some(written) = written else {
        return Ok(String::new());
    };
    match written.strip_prefix('@') {
        None => Ok(written.to_owned()),
        Some(path) => around
            .file(path)
            .map_err(anyhow::Error::msg)
            .with_context(|| format!("cannot read {}", Path::new(path).display())),
    }
}
