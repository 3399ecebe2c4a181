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
    /// Whether a component's file is named: that has a folder, or a file's ending.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.policy.contains(['/', '.'])
    }

    /// Makes it ready, for each signal that it takes.
    pub fn open(&self, opening: &Opening<'_>, options: Options) -> Result<Opened, OpenError> {
        self.open_beside("policy", &|_| Vec::new(), opening, options)
    }

    /// Likewise, where the paths that it names stand beside the file `name`. `on_top` are more texts, given the key of the stage:
    /// `processors::redaction`.
    pub fn open_beside(
        &self,
        name: &str,
        on_top: &dyn Fn(&str) -> Vec<Source>,
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
        let on_top = on_top(&format!("{section}::{id}"));
        locations.extend(on_top.into_iter().map(Location::Text));
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

/// One statement or one condition of OTTL: a statement edits, what a condition holds for is dropped. Its paths name their context
/// (`log.body`), or are those of a log record, a span or a data point (`body`).
pub fn open_rule(rule: &str, opening: &Opening<'_>, options: Options) -> Result<Opened, OpenError> {
    let open = |spelling: Spelling, signals: &[Signal]| {
        opening.open(
            &[written("rule", of_rule(rule, spelling, signals))],
            &Scope::Whole,
            options,
        )
    };
    // Its paths say which signals it is for, and only the policy can read them.
    for spelling in [Spelling::Full, Spelling::Short] {
        let takes = |signal: &Signal| open(spelling, &[*signal]).is_ok();
        let signals: Vec<Signal> = Signal::ALL.into_iter().filter(takes).collect();
        if !signals.is_empty() {
            return open(spelling, &signals);
        }
    }
    // What is wrong with it is told of the signal and the spelling that it seems to be meant for.
    let named = CONTEXTS
        .iter()
        .find(|(context, _)| rule.contains(&format!("{context}.")));
    match named {
        Some((_, signal)) => open(Spelling::Full, &[*signal]),
        None => open(Spelling::Short, &[Signal::Logs]),
    }
}

/// Contexts of paths, and a signal that has them.
const CONTEXTS: [(&str, Signal); 5] = [
    ("log", Signal::Logs),
    ("spanevent", Signal::Traces),
    ("span", Signal::Traces),
    ("metric", Signal::Metrics),
    ("datapoint", Signal::Metrics),
];

/// How a rule spells its paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// With their contexts.
    Full,
    /// Without: those of the signal's records.
    Short,
}

fn of_rule(rule: &str, spelling: Spelling, signals: &[Signal]) -> String {
    let mut settings = json!({"error_mode": "propagate"});
    let policy = if is_statement(rule) {
        "transform"
    } else {
        "filter"
    };
    for signal in signals {
        let (statements, conditions, group, list, context) = match signal {
            Signal::Logs => (
                "log_statements",
                "log_conditions",
                "logs",
                "log_record",
                "log",
            ),
            Signal::Traces => (
                "trace_statements",
                "trace_conditions",
                "traces",
                "span",
                "span",
            ),
            Signal::Metrics => (
                "metric_statements",
                "metric_conditions",
                "metrics",
                "datapoint",
                "datapoint",
            ),
        };
        let (key, value) = match (policy, spelling) {
            ("transform", Spelling::Full) => (statements, json!([rule])),
            ("transform", Spelling::Short) => (
                statements,
                json!([{"context": context, "statements": [rule]}]),
            ),
            (_, Spelling::Full) => (conditions, json!([rule])),
            (_, Spelling::Short) => (group, json!({ list: [rule] })),
        };
        if let Some(settings) = settings.as_object_mut() {
            settings.insert(key.to_owned(), value);
        }
    }
    let processors = json!({ policy: settings });
    format!(
        "processors: {processors}\n{}",
        around(&[policy.to_owned()], signals, false)
    )
}

/// Whether a rule is a call of an editor; a condition is a comparison, or a call of a converter.
fn is_statement(rule: &str) -> bool {
    let rule = rule.trim_start();
    let name = rule.split('(').next().unwrap_or_default().trim();
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    rule.contains('(') && !name.is_empty() && is_name(name) && name != "not"
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
