//! From a file to a plan: everything that is wrong with it, in one report.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use tollgate_config::{Config, Diagnostics, Loaded, Location, Options, Remark, Severity, load};
use tollgate_pipeline::Plan;
use tollgate_sandbox::Sandbox;

use crate::args::{Configuration, Product};
use crate::complain;
use crate::here::Here;
use crate::stock::Embedded;

/// `EX_CONFIG` of sysexits.h: something was found in a misconfigured state.
pub(crate) const MISCONFIGURED: u8 = 78;

/// A configuration whose components are loaded.
pub(crate) struct Planned {
    pub(crate) config: Config,
    pub(crate) plan: Plan,
}

/// Loads the configuration and everything it names. What is wrong has been printed when this returns an exit code.
pub(crate) fn plan(wanted: &Configuration) -> anyhow::Result<Result<Planned, ExitCode>> {
    let locations = locations(wanted)?;
    let options = Options {
        compat_collector: wanted.compat == Some(Product::Collector),
    };
    let Loaded {
        config,
        warnings,
        map,
    } = match load(&locations, &Here, &Embedded, &options) {
        Ok(loaded) => loaded,
        Err(diagnostics) => return Ok(Err(misconfigured(&diagnostics))),
    };
    report(&warnings);
    match Plan::new(&config, Path::new(""), &sandbox()?, &Embedded) {
        Ok(plan) => Ok(Ok(Planned { config, plan })),
        Err(problems) => {
            let diagnostics: Diagnostics = problems
                .iter()
                .map(|problem| match &problem.at {
                    Some(at) => map.remark(
                        Severity::Error,
                        problem.role,
                        &problem.stage,
                        &Remark {
                            at,
                            range: None,
                            message: &problem.message,
                            help: problem.help.as_deref(),
                        },
                    ),
                    None => map.component_problem(
                        problem.role,
                        &problem.stage,
                        &problem.message,
                        problem.help.as_deref(),
                    ),
                })
                .collect();
            Ok(Err(misconfigured(&diagnostics)))
        }
    }
}

/// Where the configuration is found.
pub(crate) fn locations(wanted: &Configuration) -> anyhow::Result<Vec<Location>> {
    anyhow::ensure!(
        !wanted.config.is_empty(),
        "say which configuration: --config FILE, or --help for what else there is"
    );
    let files = wanted.config.iter().cloned().map(Location::Uri);
    let values = wanted.set.iter().cloned().map(Location::Set);
    Ok(files.chain(values).collect())
}

/// The sandbox, with the user's cache of compiled components.
pub(crate) fn sandbox() -> anyhow::Result<Sandbox> {
    let options = tollgate_sandbox::Options { cache: cache() };
    let sandbox = Sandbox::new(options).context("cannot start the sandbox")?;
    if let Some(trouble) = sandbox.cache_trouble() {
        complain(&format!("warning: {trouble}"));
    }
    Ok(sandbox)
}

/// The user's cache folder, as the XDG specification says; none if the user has no home.
fn cache() -> Option<PathBuf> {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_CACHE_HOME")
        .or_else(|| Some(absolute("HOME")?.join(".cache")))
        .map(|cache| cache.join("tollgate"))
}

/// Says what is wrong, for a verb that ends with it.
pub(crate) fn misconfigured(diagnostics: &Diagnostics) -> ExitCode {
    report(diagnostics);
    ExitCode::from(MISCONFIGURED)
}

fn report(diagnostics: &Diagnostics) {
    if !diagnostics.is_empty() {
        complain(&diagnostics.render(std::io::stderr().is_terminal()));
    }
}
