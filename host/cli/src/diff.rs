//! `tollgate diff`: two configurations, or two versions of a component, over the same telemetry.

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;
use tollgate_config::ComponentId;
use tollgate_lab::Options;
use tollgate_lab::compare::{Author, Comparison, Example, Group, StageChange, What, rights};

use crate::args::{Configuration, Product};
use crate::configuration::sandbox;
use crate::here::Here;
use crate::print;
use crate::telemetry::Telemetries;
use crate::terminal::{self, Beside, Text, style};
use crate::trial::Subject;

/// What is compared.
#[derive(Debug, clap::Args)]
pub(crate) struct Diff {
    /// A configuration, or a component's file.
    before: String,
    /// What takes its place.
    after: String,
    #[command(flatten)]
    telemetry: Telemetries,
    /// The configuration of both components: YAML, or `@FILE`.
    #[arg(long, value_name = "YAML|@FILE")]
    settings: Option<String>,
    /// Enter the configurations at this pipeline.
    #[arg(long, value_name = "ID", conflicts_with = "stage", value_parser = ComponentId::parse)]
    pipeline: Option<ComponentId>,
    /// This processor or connector of the configurations alone.
    #[arg(long, value_name = "ID", value_parser = ComponentId::parse)]
    stage: Option<ComponentId>,
    /// Answer exactly as this product does, deliberate differences included.
    #[arg(long, value_name = "PRODUCT")]
    compat: Option<Product>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// End with exit status 1 if anything is different.
    #[arg(long)]
    exit_code: bool,
}

impl Diff {
    fn subject(&self, named: &str) -> Subject {
        let is_component = Path::new(named)
            .extension()
            .is_some_and(|ending| ending == "wasm");
        let configuration = Configuration {
            config: if is_component {
                Vec::new()
            } else {
                vec![named.to_owned()]
            },
            compat: self.compat,
            ..Configuration::default()
        };
        Subject {
            configuration,
            policy: is_component.then(|| named.to_owned()),
            settings: self.settings.clone().filter(|_| is_component),
            pipeline: self.pipeline.clone(),
            stage: self.stage.clone(),
            ..Subject::default()
        }
    }
}

pub(crate) fn diff(wanted: &Diff) -> anyhow::Result<ExitCode> {
    let sandbox = sandbox()?;
    let mut trials = Vec::new();
    for named in [&wanted.before, &wanted.after] {
        match wanted
            .subject(named)
            .open(&sandbox, &Here, Options::default())?
        {
            Ok(opened) => trials.push(opened.trial),
            Err(code) => return Ok(code),
        }
    }
    let telemetry = match wanted.telemetry.read()? {
        Ok(telemetry) => telemetry,
        Err(code) => return Ok(code),
    };
    let [before, after] = trials.as_mut_slice() else {
        anyhow::bail!("two configurations are compared");
    };
    let stages = rights(before, after);
    let mut comparison = Comparison::default();
    for request in &telemetry {
        let (old, new) = (before.pass(request)?, after.pass(request)?);
        comparison.add(request, &old, &new)?;
    }
    comparison.sort();
    if wanted.json {
        let all = json!({"stages": stages, "telemetry": comparison});
        print(&serde_json::to_string_pretty(&all)?);
    } else {
        terminal::show(&shown(&stages, &comparison));
    }
    let is_same = stages.is_empty() && comparison.is_empty();
    Ok(if wanted.exit_code && !is_same {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn shown(stages: &[StageChange], comparison: &Comparison) -> String {
    let mut out = String::new();
    for stage in stages {
        show_stage(stage, &mut out);
    }
    for group in &comparison.groups {
        show_group(group, &mut out);
    }
    let Comparison {
        records, changed, ..
    } = comparison;
    let verdict = if comparison.is_empty() {
        Text::styled("no difference", style::GOOD)
    } else {
        Text::styled(format!("{changed} different"), style::WARNING)
    };
    line(
        &mut out,
        &verdict.with(format!(" of {}", counted(*records)), style::PLAIN),
    );
    out
}

fn show_stage(stage: &StageChange, out: &mut String) {
    let what = match (stage.is_before, stage.is_after) {
        (true, true) => "may see and do something else",
        (true, false) => "is gone",
        _ => "is new",
    };
    let name = Text::styled(stage.stage.as_str(), style::PLACE);
    line(out, &name.with(format!(" {what}"), style::STRONG));
    if let Some((old, new)) = &stage.component {
        let short = |digest: &str| digest.chars().take(12).collect::<String>();
        let both = format!("  component sha-256 {}… is {}… now", short(old), short(new));
        line(out, &Text::from(both.as_str()));
    }
    for gone in &stage.gone {
        line(out, &Text::styled(format!("  - {gone}"), style::BEFORE));
    }
    for new in &stage.new {
        line(out, &Text::styled(format!("  + {new}"), style::AFTER));
    }
    out.push('\n');
}

fn show_group(group: &Group, out: &mut String) {
    let count = Text::styled(counted(group.records), style::STRONG);
    match &group.what {
        What::Ending { before, after } => {
            line(
                out,
                &count.with(
                    if group.records == 1 {
                        " ends elsewhere"
                    } else {
                        " end elsewhere"
                    },
                    style::PLAIN,
                ),
            );
            line(
                out,
                &Text::styled(format!("  - {}", ends(before)), style::BEFORE),
            );
            line(
                out,
                &Text::styled(format!("  + {}", ends(after)), style::AFTER),
            );
        }
        What::Field {
            pipeline,
            path,
            before,
            after,
        } => {
            let leave = if group.records == 1 {
                "leaves"
            } else {
                "leave"
            };
            let place = format!(" {leave} {pipeline} with another ");
            line(
                out,
                &count
                    .with(place, style::PLAIN)
                    .with(path.as_str(), style::STRONG),
            );
            let (old, new) = (set_by(before.as_ref()), set_by(after.as_ref()));
            line(out, &Text::styled(format!("  - {old}"), style::BEFORE));
            line(out, &Text::styled(format!("  + {new}"), style::AFTER));
        }
        What::Made {
            pipeline,
            before,
            after,
        } => {
            let made = format!(
                "other telemetry is made for {pipeline}: {before} records before, {after} now"
            );
            line(out, &Text::styled(made, style::STRONG));
        }
    }
    if let Some(example) = group.examples.first() {
        show_example(example, group, out);
    }
    out.push('\n');
}

fn show_example(example: &Example, group: &Group, out: &mut String) {
    const INDENT: usize = 4;
    let named = group
        .examples
        .iter()
        .filter_map(|example| Some(format!("{} record {}", example.source, example.record?)));
    let named: Vec<_> = named.collect();
    if !named.is_empty() {
        let more = usize::try_from(group.records).unwrap_or(usize::MAX) > named.len();
        let more = if more { ", …" } else { "" };
        line(
            out,
            &Text::styled(format!("  {}{more}", named.join(", ")), style::FAINT),
        );
    }
    if matches!(group.what, What::Field { .. }) {
        let side = |value: &Option<serde_json::Value>, style| {
            let text = match value {
                Some(serde_json::Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
                None => return None,
            };
            Some(Text::styled(shortened(&text), style))
        };
        let beside = Beside::of(terminal::width(), INDENT, terminal::is_watched());
        let (old, new) = (
            side(&example.before, style::BEFORE),
            side(&example.after, style::AFTER),
        );
        beside.render(old.as_ref(), new.as_ref(), INDENT, out);
    }
}

/// What an example shows of a long text.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 400;
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn ends(all: &[String]) -> String {
    if all.is_empty() {
        "nobody takes it".to_owned()
    } else {
        all.join("; ")
    }
}

fn set_by(author: Option<&Author>) -> String {
    match author {
        None => "as it came".to_owned(),
        Some(Author { stage, rule }) => match rule {
            Some(rule) => format!("set by {stage}, {rule}"),
            None => format!("set by {stage}"),
        },
    }
}

fn counted(records: u64) -> String {
    if records == 1 {
        "1 record".to_owned()
    } else {
        format!("{records} records")
    }
}

fn line(out: &mut String, text: &Text) {
    out.push_str(&text.to_string());
    out.push('\n');
}
