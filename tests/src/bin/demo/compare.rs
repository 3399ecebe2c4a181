//! Records before and after, side by side where they differ.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use tollgate_record::Signal;
use tollgate_tests::gate::Ended;
use tollgate_tests::telemetry::Export;

use crate::file;
use crate::screen::Screen;

/// Records shown of each client; the rest is counted.
const SHOWN: usize = 3;
/// Fields shown of each record.
const FIELDS: usize = 8;

/// One record, flattened: path and text of every value, its resource's included.
type Record = BTreeMap<String, String>;

pub(crate) fn show(sent: &[Export], ended: &Ended, screen: &Screen) {
    screen.title(&format!(
        "before and after ({} columns each; - is absent)",
        screen.half
    ));
    for signal in [Signal::Logs, Signal::Traces, Signal::Metrics] {
        let lines = ended.lines(file(signal));
        let after: Vec<Record> = lines
            .iter()
            .flat_map(|line| records(signal, &serde_json::from_str(line).expect("a line is JSON")))
            .collect();
        let mut left = Left::new(signal, after);
        let mut clients: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
        let mut kinds = BTreeSet::new();
        for export in sent.iter().filter(|export| export.signal == signal) {
            for before in records(signal, &export.json()) {
                let (all, changed, shown) = clients.entry(&export.client).or_default();
                *all += 1;
                let Some(after) = left.take(&before) else {
                    continue;
                };
                let differing = changes(&before, &after);
                if differing.is_empty() {
                    continue;
                }
                *changed += 1;
                let kind = (
                    export.client.clone(),
                    differing
                        .iter()
                        .map(|change| change.0.clone())
                        .collect::<Vec<_>>(),
                );
                if *shown < SHOWN && interesting(&differing) && kinds.insert(kind) {
                    *shown += 1;
                    screen.say(&format!("{} {}", export.client, name(&before)));
                    for (field, before, after) in differing.iter().take(FIELDS) {
                        let (before, after) = around(before, after);
                        screen.change(field, &before, &after);
                    }
                }
            }
        }
        for (client, (all, changed, _)) in clients {
            screen.whisper(&format!(
                "{}: {client}: {changed} of {all} records changed on the way",
                signal.as_str()
            ));
        }
    }
}

/// What came out and was not paired yet. Spans are known by their ids; nothing else is dropped here, so order tells.
struct Left {
    by_id: HashMap<String, Vec<Record>>,
}

impl Left {
    fn new(signal: Signal, records: Vec<Record>) -> Self {
        let mut by_id: HashMap<String, Vec<Record>> = HashMap::new();
        for record in records.into_iter().rev() {
            by_id.entry(id(signal, &record)).or_default().push(record);
        }
        Self { by_id }
    }

    fn take(&mut self, before: &Record) -> Option<Record> {
        let signal = if before.contains_key("spanId") && before.contains_key("kind") {
            Signal::Traces
        } else {
            Signal::Logs
        };
        self.by_id.get_mut(&id(signal, before))?.pop()
    }
}

fn id(signal: Signal, record: &Record) -> String {
    if signal == Signal::Traces {
        record.get("spanId").cloned().unwrap_or_default()
    } else {
        String::new()
    }
}

/// What differs: field, before, after.
fn changes(before: &Record, after: &Record) -> Vec<(String, String, String)> {
    let fields: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let text =
        |record: &Record, field: &str| record.get(field).cloned().unwrap_or_else(|| "-".to_owned());
    fields
        .into_iter()
        .map(|field| (field.clone(), text(before, field), text(after, field)))
        .filter(|(_, before, after)| before != after)
        .collect()
}

/// More than the environment that every resource gets.
fn interesting(changes: &[(String, String, String)]) -> bool {
    changes
        .iter()
        .any(|(field, ..)| !field.starts_with("resource.attributes[deployment"))
}

/// Long texts from shortly before the first character that differs.
fn around(before: &str, after: &str) -> (String, String) {
    let same = before
        .chars()
        .zip(after.chars())
        .take_while(|(b, a)| b == a)
        .count();
    let skip = same.saturating_sub(16);
    let from = |text: &str| {
        let rest: String = text.chars().skip(skip).collect();
        if skip > 0 { format!("…{rest}") } else { rest }
    };
    (from(before), from(after))
}

fn name(record: &Record) -> String {
    let known = ["attributes[event.name]", "name", "metric"];
    known
        .iter()
        .find_map(|field| record.get(*field))
        .cloned()
        .unwrap_or_default()
}

fn records(signal: Signal, request: &Value) -> Vec<Record> {
    let (resources, scopes, items) = match signal {
        Signal::Logs => ("resourceLogs", "scopeLogs", "logRecords"),
        Signal::Traces => ("resourceSpans", "scopeSpans", "spans"),
        Signal::Metrics => ("resourceMetrics", "scopeMetrics", "metrics"),
    };
    let mut found = Vec::new();
    for resource in list(&request[resources]) {
        let mut above = Record::new();
        flatten("resource", &resource["resource"], &mut above);
        for item in list(&resource[scopes]).flat_map(|scope| list(&scope[items])) {
            if signal != Signal::Metrics {
                let mut record = above.clone();
                flatten("", item, &mut record);
                found.push(record);
                continue;
            }
            for kind in [
                "gauge",
                "sum",
                "histogram",
                "exponentialHistogram",
                "summary",
            ] {
                for point in list(&item[kind]["dataPoints"]) {
                    let mut record = above.clone();
                    record.insert(
                        "metric".to_owned(),
                        item["name"].as_str().unwrap_or_default().to_owned(),
                    );
                    flatten("", point, &mut record);
                    found.push(record);
                }
            }
        }
    }
    found
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Every leaf by its path. Lists of keys and values are read as the maps they are.
fn flatten(path: &str, value: &Value, into: &mut Record) {
    match value {
        Value::Object(fields) => {
            if let (1, Some((kind, inner))) = (fields.len(), fields.iter().next())
                && kind.ends_with("Value")
            {
                return flatten(path, inner, into);
            }
            for (field, inner) in fields {
                let below = if path.is_empty() {
                    field.clone()
                } else {
                    format!("{path}.{field}")
                };
                flatten(&below, inner, into);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                match item["key"].as_str() {
                    Some(key) => flatten(&format!("{path}[{key}]"), &item["value"], into),
                    None => flatten(&format!("{path}[{index}]"), item, into),
                }
            }
        }
        Value::Null => {}
        Value::String(text) => drop(into.insert(path.to_owned(), text.clone())),
        other => drop(into.insert(path.to_owned(), other.to_string())),
    }
}
