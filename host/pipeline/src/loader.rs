//! Loading components and configuring them as the stages that name them say.

use std::path::Path;
use std::sync::Arc;

use tollgate_config::{
    Compat, Component as Written, ComponentId, Ensure, Role, Stage as StageConfig,
};
use tollgate_sandbox::{Component, ConfigureError, Limits, Sandbox, StageSettings};

use crate::ensure::{Ensured, has_rules};
use crate::plan::{PlanProblem, StockPolicies};
use crate::policy::ConfiguredPolicy;

/// Loads each component once, however many stages use it.
pub(crate) struct Loader<'a> {
    sandbox: &'a Sandbox,
    stock: &'a dyn StockPolicies,
    folder: &'a Path,
    compat: Compat,
    loaded: Vec<(Written, Component)>,
}

impl<'a> Loader<'a> {
    pub(crate) fn new(
        sandbox: &'a Sandbox,
        stock: &'a dyn StockPolicies,
        folder: &'a Path,
        compat: Compat,
    ) -> Self {
        Self {
            sandbox,
            stock,
            folder,
            compat,
            loaded: Vec::new(),
        }
    }

    /// Loads and configures the policy of a stage, which stands in the section of `role`.
    pub(crate) fn configure(
        &mut self,
        role: Role,
        id: &ComponentId,
        stage: &StageConfig,
    ) -> Result<ConfiguredPolicy, Vec<PlanProblem>> {
        let one = |at: Option<&str>, message: String, help: Option<&str>| {
            let [at, help] = [at, help].map(|text| text.map(str::to_owned));
            vec![PlanProblem {
                role,
                stage: id.clone(),
                at,
                range: None,
                message,
                help,
            }]
        };
        let component = self
            .load(&stage.component)
            .map_err(|(message, help)| one(None, message, help))?;
        let mut files = Vec::new();
        let mut missing = Vec::new();
        for (name, path) in &stage.gate.files {
            match std::fs::read(self.folder.join(path)) {
                Ok(content) => files.push((name.clone(), Arc::from(content))),
                Err(error) => missing.extend(one(
                    None,
                    format!(
                        "cannot read the file `{name}` at {}: {error}",
                        path.display()
                    ),
                    Some("name a file that exists, relative to the configuration file"),
                )),
            }
        }
        if !missing.is_empty() {
            return Err(missing);
        }
        let gate = &stage.gate;
        let settings = Arc::new(StageSettings {
            stage: id.to_string(),
            config: stage.config.to_string(),
            compat: match self.compat {
                Compat::None => tollgate_sandbox::Compat::Tollgate,
                Compat::Collector => tollgate_sandbox::Compat::Collector,
            },
            limits: Limits {
                time: gate.time,
                memory: gate.memory,
                outcome: gate.outcome,
                host_calls: gate.host_calls,
            },
            files,
            keys: gate
                .keys
                .iter()
                .map(|(name, key)| (name.clone(), key.reveal().as_bytes().to_vec()))
                .collect(),
            show_logs: gate.logs,
        });
        let configured =
            component
                .configure(Arc::clone(&settings))
                .map_err(|error| match error {
                    ConfigureError::Problems(problems) => problems
                        .into_iter()
                        .map(|problem| PlanProblem {
                            role,
                            stage: id.clone(),
                            at: Some(problem.at),
                            range: problem.span.map(|(start, end)| start..end),
                            message: problem.message,
                            help: problem.help,
                        })
                        .collect(),
                    other => one(Some(""), other.to_string(), None),
                })?;
        if gate.ensure == Ensure::Rules && !has_rules(id) {
            return Err(one(
                None,
                "`ensure` names the rules of a policy that the host does not know".to_owned(),
                Some(
                    "only a `redaction` has rules that the host can look for itself; write patterns",
                ),
            ));
        }
        let ensured = Ensured::new(id.to_string(), stage, self.compat).map_err(|error| {
            let help =
                "patterns are Go's regular expressions: https://github.com/google/re2/wiki/Syntax";
            one(None, error.to_string(), Some(help))
        })?;
        Ok(ConfiguredPolicy::new(
            id.clone(),
            component,
            settings,
            gate.on_error,
            ensured,
            configured,
        ))
    }

    fn load(&mut self, written: &Written) -> Result<Component, (String, Option<&'static str>)> {
        if let Some((_, component)) = self.loaded.iter().find(|(known, _)| known == written) {
            return Ok(component.clone());
        }
        let component = match written {
            Written::Stock(name) => self.load_stock(name)?,
            Written::File(path) => self.load_file(path)?,
        };
        self.loaded.push((written.clone(), component.clone()));
        Ok(component)
    }

    fn load_stock(&self, name: &str) -> Result<Component, (String, Option<&'static str>)> {
        let unknown = || {
            (
                format!("there is no stock policy `{name}`"),
                Some("`tollgate components` lists them"),
            )
        };
        let loaded = if self.sandbox.takes_artifacts() {
            let artifact = self.stock.artifact(name).ok_or_else(unknown)?;
            self.sandbox.load_stock(artifact)
        } else {
            let component = self.stock.source(name).ok_or_else(unknown)?;
            self.sandbox.load(name, &component)
        };
        loaded.map_err(|error| (error.to_string(), None))
    }

    fn load_file(&self, path: &Path) -> Result<Component, (String, Option<&'static str>)> {
        let wasm = std::fs::read(self.folder.join(path)).map_err(|error| {
            (
                format!("cannot read {}: {error}", path.display()),
                Some("name the component's file, relative to the configuration file; `tollgate build` makes one"),
            )
        })?;
        let name = path.display().to_string();
        self.sandbox
            .load(&name, &wasm)
            .map_err(|error| (error.to_string(), None))
    }
}
