//! From a file to a plan: everything that is wrong with it, in one report.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use tollgate_config::{Config, Diagnostics, Examined, Location, Options, Surroundings, examine};
use tollgate_pipeline::{Plan, identify};
use tollgate_sandbox::Sandbox;
use tollgate_telemetry::Known;

use crate::args::{Configuration, Product};
use crate::complain;
use crate::here::Here;
use crate::stock::Embedded;
use crate::terminal;

/// `EX_CONFIG` of sysexits.h: something was found in a misconfigured state.
pub(crate) const MISCONFIGURED: u8 = 78;

/// Which run of the program this is: the same one after its configuration has changed.
static INSTANCE: OnceLock<String> = OnceLock::new();

/// A configuration whose components are loaded.
pub(crate) struct Planned {
    pub(crate) config: Config,
    pub(crate) plan: Plan,
}

/// Loads the configuration and everything it names. What is wrong has been printed when this returns an exit code.
pub(crate) fn plan(wanted: &Configuration) -> anyhow::Result<Result<Planned, ExitCode>> {
    plan_after(wanted, &Here, &Arc::default())
}

/// Likewise, to take the place of a configuration whose accounts go on.
pub(crate) fn plan_after(
    wanted: &Configuration,
    surroundings: &dyn Surroundings,
    known: &Arc<Known>,
) -> anyhow::Result<Result<Planned, ExitCode>> {
    let locations = locations(wanted)?;
    let options = Options {
        compat_collector: wanted.compat == Some(Product::Collector),
    };
    let Examined {
        mut config,
        mut found,
        map,
    } = match examine(&locations, surroundings, &Embedded, &options) {
        Ok(examined) => examined,
        Err(found) => return Ok(Err(misconfigured(&found))),
    };
    identify(
        &mut config,
        INSTANCE.get_or_init(tollgate_observe::instance_id),
    );
    // Paths of the configuration are relative to its files already. Where something is wrong, it holds the policies alone, which
    // have their own say in the same report.
    let plan = Plan::after(known, &config, Path::new(""), &sandbox()?, &Embedded);
    match &plan {
        Ok(plan) => {
            let stages = plan.stages();
            found.extend(stages.flat_map(|stage| stage.warnings(&map).collect::<Vec<_>>()));
        }
        Err(problems) => found.extend(problems.iter().map(|problem| problem.diagnostic(&map))),
    }
    found.sort();
    match plan {
        Ok(plan) if !found.has_errors() => {
            report(&found);
            Ok(Ok(Planned { config, plan }))
        }
        _ => Ok(Err(misconfigured(&found))),
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
    sandbox_with(&tollgate_sandbox::Options::default())
}

/// Likewise, where policies are tried: what fails is told with the guest's own words and functions, and instructions are counted if
/// asked for. Nothing that serves real telemetry takes this one.
pub(crate) fn laptop(metered: bool) -> anyhow::Result<Sandbox> {
    sandbox_with(&tollgate_sandbox::Options {
        metered,
        backtraces: true,
        ..tollgate_sandbox::Options::default()
    })
}

fn sandbox_with(options: &tollgate_sandbox::Options) -> anyhow::Result<Sandbox> {
    let options = tollgate_sandbox::Options {
        cache: cache(),
        ..options.clone()
    };
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

/// Says what there is to say of a configuration.
pub(crate) fn report(diagnostics: &Diagnostics) {
    if !diagnostics.is_empty() {
        complain(&diagnostics.render(terminal::remarks_in_color()));
    }
}
