//! `tollgate inspect`: what a component is, and what it may see and do.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use tollgate_config::Role;
use tollgate_forge::{About, Language};
use tollgate_pipeline::StockPolicies as _;
use tollgate_record::{Fields, Instrument, InstrumentKind};
use tollgate_sandbox::{Component, ConfigureError, Manifest, Sandbox, StageSettings};

use crate::args::{Configuration, Inspect};
use crate::configuration::{self, Planned};
use crate::print;
use crate::stock::Embedded;

pub(crate) fn inspect(wanted: &Inspect, before: &Configuration) -> anyhow::Result<ExitCode> {
    let configuration = wanted.configuration.clone().or(before.clone());
    match &wanted.component {
        Some(name) => one(name),
        None if !configuration.config.is_empty() => every_stage(&configuration),
        None => anyhow::bail!(
            "say what to inspect: a component's file, a stock policy, or --config FILE for every stage of a configuration"
        ),
    }
}

/// A component on its own. What it reads and writes depends on its configuration, so it is asked with an empty one.
fn one(name: &str) -> anyhow::Result<ExitCode> {
    let (component, about) = load(&configuration::sandbox()?, name)?;
    let mut text = identity(&component)?;
    text.push_str(&making(&about));
    match component.configure(Arc::new(StageSettings {
        stage: name.to_owned(),
        config: "{}".to_owned(),
        ..StageSettings::default()
    })) {
        Ok((_, manifest)) => {
            text.push_str("with an empty configuration\n");
            text.push_str(&rights(&manifest));
        }
        Err(ConfigureError::Problems(_)) => {
            text.push_str("what it reads and writes depends on its configuration: tollgate inspect --config FILE\n");
        }
        Err(error) => return Err(error).context("the component takes no configuration"),
    }
    text.push_str(&schema(&component)?);
    print(&text);
    Ok(ExitCode::SUCCESS)
}

/// Every stage of a configuration, with the rights that it has there.
fn every_stage(configuration: &Configuration) -> anyhow::Result<ExitCode> {
    let Planned { plan, .. } = match configuration::plan(configuration)? {
        Ok(planned) => planned,
        Err(code) => return Ok(code),
    };
    let mut text = String::new();
    for stage in plan.stages() {
        let section = if stage.role == Role::Connector {
            " (connector)"
        } else {
            ""
        };
        writeln!(text, "{}{section}", stage.id)?;
        let about = identity(stage.component)? + &rights(stage.manifest);
        for line in about.lines() {
            writeln!(text, "  {line}")?;
        }
    }
    print(&text);
    Ok(ExitCode::SUCCESS)
}

/// What made it, as far as its parts say.
fn making(about: &About) -> String {
    let mut text = String::new();
    let mut line = |label: &str, said: String| {
        if !said.is_empty() {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{label:<8} {said}");
        }
    };
    let language = about.language().map(Language::name).unwrap_or_default();
    line("language", language.to_owned());
    line("made by", about.tools.join(", "));
    let explains = if about.explains() {
        "yes: tollgate explain"
    } else {
        "no"
    };
    line("explains", explains.to_owned());
    text
}

fn load(sandbox: &Sandbox, name: &str) -> anyhow::Result<(Component, About)> {
    if let Some(artifact) = Embedded.artifact(name) {
        let source = Embedded.source(name).unwrap_or_default();
        return Ok((
            sandbox.load_stock(artifact)?,
            About::read(&source).unwrap_or_default(),
        ));
    }
    let stock = Embedded::names().collect::<Vec<_>>().join(", ");
    let wasm = std::fs::read(name)
        .with_context(|| format!("cannot read {name}; it is no stock policy either ({stock})"))?;
    let about = About::read(&wasm).unwrap_or_default();
    match sandbox.load(name, &wasm) {
        Ok(component) => Ok((component, about)),
        // What made it decides how it is to be built instead.
        Err(refused) => match about.check() {
            Err(misfit) if about != About::default() => anyhow::bail!("{name}: {misfit}"),
            _ => Err(refused).context(name.to_owned()),
        },
    }
}

fn identity(component: &Component) -> anyhow::Result<String> {
    let about = component
        .describe()
        .context("the component cannot say what it is")?;
    let list = |names: &[String]| {
        if names.is_empty() {
            "nothing".to_owned()
        } else {
            names.join(", ")
        }
    };
    let mut text = String::new();
    writeln!(text, "{} {}: {}", about.name, about.version, about.summary)?;
    writeln!(text, "digest   sha-256 {}", component.digest())?;
    writeln!(text, "size     {} bytes", component.size())?;
    writeln!(text, "world    {}", component.world())?;
    writeln!(text, "imports  {}", list(component.imports()))?;
    Ok(text)
}

/// What the manifest says, a line for each right.
pub(crate) fn rights(manifest: &Manifest) -> String {
    let list = |fields: &Fields| {
        let paths: Vec<_> = fields.iter().collect();
        if paths.is_empty() {
            "nothing".to_owned()
        } else {
            paths.join(", ")
        }
    };
    let mut text = String::new();
    for (signal, access) in &manifest.access {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:<8} reads {}", signal.as_str(), list(&access.reads));
        let _ = writeln!(text, "{:<8} writes {}", "", list(&access.writes));
        let drops = if access.drops {
            "may drop"
        } else {
            "drops nothing"
        };
        let adds = if access.adds { ", may add" } else { "" };
        let _ = writeln!(text, "{:<8} {drops}{adds}", "");
    }
    let mut line = |label: &str, items: &[String]| {
        if !items.is_empty() {
            let _ = writeln!(text, "{label:<8} {}", items.join(", "));
        }
    };
    line("rules", &manifest.rules);
    line("routes", &manifest.routes);
    let emits: Vec<String> = manifest
        .emits
        .iter()
        .map(|signal| signal.as_str().to_owned())
        .collect();
    line("emits", &emits);
    for instrument in &manifest.instruments {
        line("measures", &[measure(instrument)]);
    }
    for warning in &manifest.warnings {
        let place = if warning.at.is_empty() {
            String::new()
        } else {
            format!("{}: ", warning.at)
        };
        line("warning", &[format!("{place}{}", warning.message)]);
    }
    text
}

/// One of a policy's own metrics: its name, its unit and what it does.
fn measure(instrument: &Instrument) -> String {
    let kind = match instrument.kind {
        InstrumentKind::DeltaSum => "sum",
        InstrumentKind::Histogram => "histogram",
        InstrumentKind::Gauge => "gauge",
    };
    let Instrument {
        name,
        unit,
        description,
        ..
    } = instrument;
    let unit = if unit.is_empty() { "1" } else { unit };
    format!("{name} ({kind}, {unit}): {description}")
}

fn schema(component: &Component) -> anyhow::Result<String> {
    let about = component
        .describe()
        .context("the component cannot say what it is")?;
    // A schema that is no JSON is shown as it came: it is the author's, and this is where the author looks.
    let parsed: Result<serde_json::Value, _> = serde_json::from_str(&about.config_schema);
    let pretty = parsed.and_then(|schema| serde_json::to_string_pretty(&schema));
    Ok(format!(
        "configuration\n{}\n",
        pretty.unwrap_or(about.config_schema)
    ))
}
