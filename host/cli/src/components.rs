//! `tollgate components`: what can be configured, and with which keys.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use tollgate_config::{ComponentReference, KnownPolicies as _, Role, Status, reference};
use tollgate_pipeline::StockPolicies as _;

use crate::configuration;
use crate::print;
use crate::stock::Embedded;

pub(crate) fn components() -> anyhow::Result<ExitCode> {
    let known = reference();
    let mut text = String::new();
    for (role, title) in [
        (Role::Receiver, "receivers"),
        (Role::Processor, "processors"),
        (Role::Connector, "connectors"),
        (Role::Exporter, "exporters"),
        (Role::Extension, "extensions"),
        (Role::Program, "the gate"),
    ] {
        writeln!(text, "{title}")?;
        match role {
            Role::Processor => stock(&Embedded.processors(), &mut text)?,
            Role::Connector => stock(&Embedded.connectors(), &mut text)?,
            _ => {}
        }
        for component in known.iter().filter(|component| component.role == role) {
            host_part(&mut text, component)?;
        }
        text.push('\n');
    }
    print(&text);
    Ok(ExitCode::SUCCESS)
}

/// The stock policies say themselves what they are; `inspect` shows their configuration's schema.
fn stock(names: &[&str], text: &mut String) -> anyhow::Result<()> {
    let sandbox = configuration::sandbox()?;
    for name in names {
        let artifact = Embedded.artifact(name).unwrap_or_default();
        let about = sandbox
            .load_stock(artifact)?
            .describe()
            .with_context(|| format!("{name} cannot say what it is"))?;
        writeln!(
            text,
            "  {name:<24} {} (keys: tollgate inspect {name})",
            about.summary
        )?;
    }
    Ok(())
}

fn host_part(text: &mut String, component: &ComponentReference) -> anyhow::Result<()> {
    let aliases = if component.aliases.is_empty() {
        String::new()
    } else {
        format!(" (also {})", component.aliases.join(", "))
    };
    writeln!(
        text,
        "  {:<24} {}{aliases}",
        component.component, component.summary
    )?;
    let keys: Vec<_> = component
        .keys
        .iter()
        .filter(|key| matches!(key.status, Status::Used))
        .map(|key| key.name)
        .collect();
    if !keys.is_empty() {
        writeln!(text, "  {:<24}   keys: {}", "", keys.join(", "))?;
    }
    Ok(())
}
