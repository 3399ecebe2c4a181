//! Rules that may help, as configurations of stock policies.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tollgate_record::Signal;

use crate::cell::Cell;
use crate::kind::SecretKind;
use crate::place::Place;

/// The configuration of a policy that may help.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rules {
    pub(super) title: String,
    pub(super) cost: &'static str,
    pub(super) policy: &'static str,
    pub(super) settings: Json,
    /// What is shown where the settings hold the user's own secret.
    shown: Json,
}

/// The variable that is shown in the place of the user's own secret.
const OWN: &str = "${env:SECRET}";

/// Rules that look for secrets, whatever their place.
pub(super) fn first(cells: &[Cell], own: Option<&str>) -> Vec<Rules> {
    let kinds: BTreeSet<SecretKind> = cells.iter().map(|cell| cell.kind).collect();
    let entries = |secret: &str| -> Vec<Json> {
        let kinds = kinds.iter();
        kinds.filter_map(|kind| entry(*kind, secret)).collect()
    };
    let secret = own.map(pattern_of).unwrap_or_default();
    let redaction = |title: &str, cost, add: &dyn Fn(&mut Json, Vec<Json>)| {
        let settings = |secret: &str| {
            let mut settings = json!({"allow_all_keys": true});
            add(&mut settings, entries(secret));
            settings
        };
        Rules {
            title: title.to_owned(),
            cost,
            policy: "redaction",
            settings: settings(&secret),
            shown: settings(OWN),
        }
    };
    let mut all = Vec::new();
    if !entries("").is_empty() {
        all.push(redaction(
            "look for what they are",
            "Texts keep everything but the secret.",
            &|settings, entries| put(settings, "detect", Json::Array(entries)),
        ));
        all.push(redaction(
            "look for what they are, with encodings undone",
            "Texts keep everything but the secret, and the piece that it is encoded in.",
            &|settings, entries| {
                put(settings, "detect", Json::Array(entries));
                put(settings, "decode", json!(["json", "url", "base64"]));
            },
        ));
    }
    all.push(redaction(
        "let nothing pass that does not look harmless",
        "Sentences, and whatever else has no plain shape, give way to their length.",
        &|settings, entries| {
            put(settings, "preset", json!("agents"));
            let own = entries.into_iter().filter(Json::is_object);
            let own: Vec<Json> = own.collect();
            if !own.is_empty() {
                put(settings, "detect", Json::Array(own));
            }
        },
    ));
    all
}

/// Rules that take fields out, for the places that are left. `is_taken` says whether a policy takes rules.
pub(super) fn last<'p>(
    left: impl Iterator<Item = &'p Place>,
    is_taken: impl Fn(&Rules) -> bool,
) -> Vec<Rules> {
    let mut paths: Vec<(Signal, String, String)> = Vec::new();
    for place in left {
        let (path, statement) = (path_of(&place.label), statement_of(&place.label));
        let own = (place.signal, path, statement);
        if !paths.contains(&own) {
            paths.push(own);
        }
    }
    let mut fields: Vec<Json> = Vec::new();
    let mut refused = Vec::new();
    for (signal, path, statement) in paths {
        let field = json!({"path": path, "action": "remove"});
        if fields.contains(&field) {
            continue;
        }
        if is_taken(&taking_out(std::slice::from_ref(&field))) {
            fields.push(field);
        } else {
            refused.push((signal, statement));
        }
    }
    let mut all = Vec::new();
    if !fields.is_empty() {
        all.push(taking_out(&fields));
    }
    refused.retain(|own| is_taken(&stating(std::slice::from_ref(own))));
    if !refused.is_empty() {
        all.push(stating(&refused));
    }
    all
}

fn taking_out(fields: &[Json]) -> Rules {
    let settings = json!({"allow_all_keys": true, "fields": fields});
    Rules {
        title: "take the fields out".to_owned(),
        cost: "The fields are gone, whatever they hold. Name the keys of attributes that you can do without.",
        policy: "redaction",
        shown: settings.clone(),
        settings,
    }
}

fn stating(statements: &[(Signal, String)]) -> Rules {
    let mut settings = json!({"error_mode": "propagate"});
    for (signal, list) in [
        (Signal::Logs, "log_statements"),
        (Signal::Traces, "trace_statements"),
        (Signal::Metrics, "metric_statements"),
    ] {
        let own = statements.iter().filter(|(own, _)| *own == signal);
        let own: Vec<&str> = own.map(|(_, statement)| &**statement).collect();
        if !own.is_empty() {
            put(&mut settings, list, json!(own));
        }
    }
    Rules {
        title: "clear what redaction does not reach".to_owned(),
        cost: "The fields are empty, whatever they held.",
        policy: "transform",
        shown: settings.clone(),
        settings,
    }
}

fn put(settings: &mut Json, key: &str, value: Json) {
    if let Some(settings) = settings.as_object_mut() {
        settings.insert(key.to_owned(), value);
    }
}

/// What redaction looks for, for a kind of secret; none if nothing definite can be looked for.
fn entry(kind: SecretKind, own: &str) -> Option<Json> {
    Some(json!(match kind {
        SecretKind::Mail => "email",
        SecretKind::Key => "aws_access_key_id",
        SecretKind::Token => "github_token",
        SecretKind::Card => "credit_card",
        SecretKind::National => "us_ssn",
        SecretKind::Address | SecretKind::Prompt => return None,
        SecretKind::Own => {
            let pattern = format!("(?i){own}");
            return Some(json!({"name": "own", "pattern": pattern, "action": "replace"}));
        }
    }))
}

/// A pattern of a text itself. Whatever may mean something to a pattern, or to who expands variables, is written as its number.
fn pattern_of(text: &str) -> String {
    let escape = |sign: char| {
        if sign.is_ascii_alphanumeric() {
            sign.to_string()
        } else {
            format!("\\x{{{:x}}}", u32::from(sign))
        }
    };
    text.chars().map(escape).collect()
}

/// The field of a label: `attributes["*"]` of `log.attributes["k"][0]`.
fn path_of(label: &str) -> String {
    let field = label.split(['[', ' ']).next().unwrap_or(label);
    let records = ["log.", "span.", "datapoint."];
    let path = records.iter().find_map(|node| field.strip_prefix(node));
    let path = path.unwrap_or(field);
    if is_map(path) {
        format!("{path}[\"*\"]")
    } else {
        path.to_owned()
    }
}

fn is_map(path: &str) -> bool {
    path.ends_with("attributes") || path.ends_with("metadata")
}

fn statement_of(label: &str) -> String {
    let field = label.split(['[', ' ']).next().unwrap_or(label);
    if is_map(field) {
        format!("keep_keys({field}, [])")
    } else {
        format!("set({field}, \"\")")
    }
}

impl Rules {
    /// The processor, as YAML.
    pub(super) fn yaml(&self) -> String {
        let mut out = format!("processors:\n  {}/leaks:\n", self.policy);
        for (key, value) in self.shown.as_object().into_iter().flatten() {
            lines(key, value, &mut out);
        }
        out
    }
}

/// A key with what it has: lists of more than words get a line for each.
fn lines(key: &str, value: &Json, out: &mut String) {
    let is_short = |list: &[Json]| list.iter().all(|own| own.as_str().is_some_and(is_word));
    match value {
        Json::Array(list) if !is_short(list) => {
            out.extend(["    ", key, ":\n"]);
            for value in list {
                out.extend(["      - ", &flow(value), "\n"]);
            }
        }
        _ => out.extend(["    ", key, ": ", &flow(value), "\n"]),
    }
}

fn flow(value: &Json) -> String {
    match value {
        Json::String(text) if is_word(text) => text.clone(),
        Json::String(text) => format!("'{}'", text.replace('\'', "''")),
        Json::Array(list) => {
            let list: Vec<String> = list.iter().map(flow).collect();
            format!("[{}]", list.join(", "))
        }
        Json::Object(entries) => {
            let entries = entries.iter();
            let entries: Vec<String> = entries
                .map(|(key, value)| format!("{key}: {}", flow(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

fn is_word(text: &str) -> bool {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '.');
    text.starts_with(|sign: char| sign.is_ascii_alphabetic()) && text.chars().all(is_plain)
}
