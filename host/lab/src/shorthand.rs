//! Configurations of one rule or one policy, as people type them.

use serde_json::{Value as Json, json};
use tollgate_config::{ComponentId, Location, Source};
use tollgate_record::Signal;

use crate::open::{OpenError, Opened, Opening};
use crate::{Options, Scope};

/// A policy alone.
#[derive(Debug, Clone)]
pub struct Alone {
    /// The name of a stock policy, or the path of a component.
    pub policy: String,
    /// Its configuration, as JSON or YAML; empty if it has none.
    pub settings: String,
    /// What the host allows it: the reserved key `gate`, likewise.
    pub gate: String,
}

impl Alone {
    /// A component's file has a folder, or a file's ending.
    fn is_file(&self) -> bool {
        self.policy.contains(['/', '.'])
    }

    /// Makes it ready, for each signal that it takes.
    pub fn open(&self, opening: &Opening<'_>, options: Options) -> Result<Opened, OpenError> {
        self.open_beside("policy", opening, options)
    }

    /// Likewise, where the paths that it names stand beside the file `name`.
    pub fn open_beside(
        &self,
        name: &str,
        opening: &Opening<'_>,
        options: Options,
    ) -> Result<Opened, OpenError> {
        let id = ComponentId {
            kind: if self.is_file() { "wasm" } else { &self.policy }.to_owned(),
            name: self.is_file().then(|| "policy".to_owned()),
        };
        let section = if opening.stock.connectors().contains(&&*id.kind) {
            "connectors"
        } else {
            "processors"
        };
        let mut locations = vec![written(name, self.text(&id, section))];
        // On top of the settings: these may be one mapping in braces, behind which no other key can stand.
        if !self.gate.trim().is_empty() {
            let gate = indented(&self.gate, 6);
            let gate = format!("{section}:\n  {id}:\n    gate:\n{gate}");
            locations.push(written("gate", gate));
        }
        opening.open(&locations, &Scope::Stage(id), options)
    }

    /// The text of its settings stands as it was typed, so that what is wrong with it is pointed at.
    fn text(&self, id: &ComponentId, section: &str) -> String {
        let mut settings = String::new();
        if self.is_file() {
            settings.extend([
                "    component: ",
                &Json::from(&*self.policy).to_string(),
                "\n",
            ]);
            if !self.settings.trim().is_empty() {
                settings.push_str("    config:\n");
                settings.push_str(&indented(&self.settings, 6));
            }
        } else {
            settings.push_str(&indented(&self.settings, 4));
        }
        format!(
            "{section}:\n  {id}:\n{settings}{}",
            around(&[id.to_string()], &Signal::ALL, section == "connectors")
        )
    }
}

/// One statement or one condition of OTTL: a statement edits, what a condition holds for is dropped.
pub fn open_rule(rule: &str, opening: &Opening<'_>, options: Options) -> Result<Opened, OpenError> {
    let open = |signals: &[Signal]| {
        opening.open(
            &[written("rule", of_rule(rule, signals))],
            &Scope::Whole,
            options,
        )
    };
    // Its paths say which signals it is for, and only the policy can read them.
    let takes = |signal: &Signal| open(&[*signal]).is_ok();
    let signals: Vec<Signal> = Signal::ALL.into_iter().filter(takes).collect();
    open(if signals.is_empty() {
        &[Signal::Logs]
    } else {
        &signals
    })
}

fn of_rule(rule: &str, signals: &[Signal]) -> String {
    let is_statement = rule
        .trim_start()
        .starts_with(|first: char| first.is_ascii_lowercase())
        && rule.find('(').is_some_and(|at| {
            let name = rule.get(..at).unwrap_or_default().trim();
            name.chars().all(|c| c.is_ascii_lowercase() || c == '_') && name != "not"
        });
    let (policy, lists) = if is_statement {
        (
            "transform",
            ["log_statements", "trace_statements", "metric_statements"],
        )
    } else {
        (
            "filter",
            ["log_conditions", "trace_conditions", "metric_conditions"],
        )
    };
    let mut settings = json!({"error_mode": "propagate"});
    for (signal, list) in Signal::ALL.iter().zip(lists) {
        if let Some(settings) = settings
            .as_object_mut()
            .filter(|_| signals.contains(signal))
        {
            settings.insert(list.to_owned(), json!([rule]));
        }
    }
    let processors = json!({ policy: settings });
    format!(
        "processors: {processors}\n{}",
        around(&[policy.to_owned()], signals, false)
    )
}

/// Receivers, exporters and pipelines, none of which is ever started.
fn around(stages: &[String], signals: &[Signal], is_connector: bool) -> String {
    let pipelines: serde_json::Map<String, Json> = signals
        .iter()
        .map(|signal| {
            let (processors, exporters) = if is_connector {
                (json!([]), json!(stages))
            } else {
                (json!(stages), json!(["debug"]))
            };
            let pipeline =
                json!({"receivers": ["otlp"], "processors": processors, "exporters": exporters});
            (signal.as_str().to_owned(), pipeline)
        })
        .collect();
    let receivers = json!({"otlp": {"protocols": {"grpc": {"endpoint": "127.0.0.1:4317"}}}});
    let service = json!({ "pipelines": pipelines });
    format!("receivers: {receivers}\nexporters: {{debug: {{}}}}\nservice: {service}\n")
}

fn written(name: &str, text: String) -> Location {
    Location::Text(Source {
        name: name.to_owned(),
        text,
    })
}

/// A block of YAML below a key. JSON and YAML in braces may stand there as they are.
fn indented(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    let lines = text.lines().flat_map(|line| [&*indent, line, "\n"]);
    lines.collect()
}
