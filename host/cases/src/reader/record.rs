//! Records in the short form, as OTLP/JSON.

use serde_json::{Map, Value as Json, json};
use tollgate_config::written::{Item, Pair};
use tollgate_record::Signal;

use super::Reader;
use crate::keys::{ANY_RECORD, LOG, POINT, SPAN};

/// A record with what it stands under.
pub(super) struct Short {
    pub(super) signal: Signal,
    pub(super) resource: Json,
    pub(super) scope: Json,
    pub(super) record: Json,
}

/// Records beside one another.
#[derive(Default)]
pub(super) struct Requests {
    /// By signal: what stands under each resource, in order.
    signals: Vec<(Signal, Vec<Group>)>,
}

struct Group {
    resource: Json,
    scope: Json,
    records: Vec<Json>,
}

impl Requests {
    pub(super) fn add(&mut self, signal: Signal, resource: Json, scope: Json, record: Json) {
        if self.signals.iter().all(|(own, _)| *own != signal) {
            self.signals.push((signal, Vec::new()));
        }
        let Some((_, groups)) = self.signals.iter_mut().find(|(own, _)| *own == signal) else {
            return;
        };
        match groups.last_mut() {
            Some(last) if last.resource == resource && last.scope == scope => {
                last.records.push(record);
            }
            _ => groups.push(Group {
                resource,
                scope,
                records: vec![record],
            }),
        }
    }

    /// A request for each signal.
    pub(super) fn finish(self) -> Vec<Json> {
        let request = |(signal, groups): (Signal, Vec<Group>)| {
            let [resources, scopes, records] = match signal {
                Signal::Logs => ["resourceLogs", "scopeLogs", "logRecords"],
                Signal::Traces => ["resourceSpans", "scopeSpans", "spans"],
                Signal::Metrics => ["resourceMetrics", "scopeMetrics", "metrics"],
            };
            let group = |group: Group| {
                json!({
                    "resource": group.resource,
                    (scopes): [{"scope": group.scope, (records): group.records}],
                })
            };
            json!({ (resources): groups.into_iter().map(group).collect::<Vec<_>>() })
        };
        self.signals.into_iter().map(request).collect()
    }
}

const SEVERITIES: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
impl<'w> Reader<'w> {
    pub(super) fn record(&mut self, item: Item<'w>) -> Option<Short> {
        let before = self.found.len();
        let is = |name: &str| item.pair(name).is_some();
        let (signal, own, record) = if is("span") {
            (Signal::Traces, SPAN, self.span(item))
        } else if is("metric") {
            (Signal::Metrics, POINT, self.point(item))
        } else {
            (Signal::Logs, LOG, self.log(item))
        };
        let what = match signal {
            Signal::Logs => "a log record (a span has `span`, a data point `metric`)",
            Signal::Traces => "a span",
            Signal::Metrics => "a data point",
        };
        self.keys(item, &[own, ANY_RECORD], what);
        let resource = match item.pair("resource") {
            Some(pair) => json!({"attributes": self.attributes(pair)}),
            None => json!({}),
        };
        let scope = match item.pair("scope") {
            Some(pair) => match pair.item.text() {
                Some(name) => json!({ "name": name }),
                None => self.named_things(pair, &["name", "version"]),
            },
            None => json!({}),
        };
        (self.found.len() == before).then_some(Short {
            signal,
            resource,
            scope,
            record: Json::Object(record),
        })
    }

    fn log(&mut self, item: Item<'w>) -> Map<String, Json> {
        let mut record = Map::new();
        if let Some(pair) = item.pair("body") {
            record.insert("body".to_owned(), any(&pair.item.to_json()));
        }
        self.copy_attributes(item, &mut record);
        self.copy(
            item,
            &[
                ("severity_text", "severityText"),
                ("event_name", "eventName"),
                ("trace_id", "traceId"),
                ("span_id", "spanId"),
                ("flags", "flags"),
            ],
            &mut record,
        );
        self.times(
            item,
            &[
                ("time", "timeUnixNano"),
                ("observed_time", "observedTimeUnixNano"),
            ],
            &mut record,
        );
        if let Some(pair) = item.pair("severity_number") {
            let number = pair.item.count().or_else(|| severity(pair.item.text()?));
            match number.filter(|number| (0..=24).contains(number)) {
                Some(number) => {
                    record.insert("severityNumber".to_owned(), number.into());
                }
                None => self.error(
                    pair.item.at(),
                    "this is no severity",
                    "write a number from 1 to 24, or a word as in WARN or ERROR2",
                ),
            }
        }
        record
    }

    pub(super) fn copy(
        &mut self,
        item: Item<'w>,
        names: &[(&str, &str)],
        out: &mut Map<String, Json>,
    ) {
        for (short, name) in names {
            let Some(pair) = item.pair(short) else {
                continue;
            };
            let mut value = pair.item.to_json();
            // Digits alone are a number to YAML; as an id they are what stands there.
            if short.ends_with("_id") && value.is_number() {
                let text = self.written.text().get(pair.item.at().range());
                value = text.unwrap_or_default().into();
            }
            let fits = if *short == "flags" {
                value.is_u64()
            } else {
                value.is_string()
            };
            if fits {
                out.insert((*name).to_owned(), value);
            } else {
                let wanted = if *short == "flags" {
                    "a number"
                } else {
                    "a text"
                };
                self.wrong(pair.item, &format!("`{short}` takes {wanted}"));
            }
        }
    }

    pub(super) fn copy_attributes(&mut self, item: Item<'w>, out: &mut Map<String, Json>) {
        if let Some(pair) = item.pair("attributes") {
            let attributes = self.attributes(pair);
            out.insert("attributes".to_owned(), attributes);
        }
    }

    pub(super) fn attributes(&mut self, pair: Pair<'w>) -> Json {
        if pair.item.pairs().is_none() {
            self.wrong(
                pair.item,
                &format!("`{}` takes a mapping of keys to values", pair.key),
            );
        }
        key_values(&pair.item.to_json())
    }

    pub(super) fn times(
        &mut self,
        item: Item<'w>,
        names: &[(&str, &str)],
        out: &mut Map<String, Json>,
    ) {
        for (short, name) in names {
            let Some(pair) = item.pair(short) else {
                continue;
            };
            let text = |text: &str| {
                let time: jiff::Timestamp = text.parse().ok()?;
                u64::try_from(time.as_nanosecond()).ok()
            };
            match pair.item.count().or_else(|| text(pair.item.text()?)) {
                Some(nanoseconds) => {
                    out.insert((*name).to_owned(), nanoseconds.to_string().into());
                }
                None => self.error(
                    pair.item.at(),
                    "this is no time",
                    "write 2026-01-01T12:00:00Z, or nanoseconds of Unix time",
                ),
            }
        }
    }
}

fn severity(word: &str) -> Option<u64> {
    let word = word.to_uppercase();
    let name = word.trim_end_matches(['2', '3', '4']);
    let step: u64 = word.get(name.len()..)?.parse().unwrap_or(1);
    let (_, base) = SEVERITIES
        .iter()
        .zip((0..).step_by(4))
        .find(|(own, _)| **own == name)?;
    Some(step.saturating_add(base))
}

fn key_values(map: &Json) -> Json {
    let entries = map.as_object().into_iter().flatten();
    entries
        .map(|(key, value)| json!({"key": key, "value": any(value)}))
        .collect()
}

/// A value as OTLP/JSON writes it. Bytes are written `{$bytes: base64}`.
fn any(value: &Json) -> Json {
    match value {
        Json::Null => json!({}),
        Json::Bool(value) => json!({ "boolValue": value }),
        Json::Number(number) if number.is_i64() => json!({"intValue": number.to_string()}),
        Json::Number(number) => json!({ "doubleValue": number }),
        Json::String(text) => json!({ "stringValue": text }),
        Json::Array(values) => {
            json!({"arrayValue": {"values": values.iter().map(any).collect::<Vec<_>>()}})
        }
        Json::Object(map) => match map.get("$bytes") {
            Some(bytes) if map.len() == 1 => json!({ "bytesValue": bytes }),
            _ => json!({"kvlistValue": {"values": key_values(value)}}),
        },
    }
}
