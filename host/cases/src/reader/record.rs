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
const KINDS: [&str; 5] = ["internal", "server", "client", "producer", "consumer"];

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

    fn span(&mut self, item: Item<'w>) -> Map<String, Json> {
        let mut record = Map::new();
        // A span without ids is none.
        record.insert(
            "traceId".to_owned(),
            "0af7651916cd43dd8448eb211c80319c".into(),
        );
        record.insert("spanId".to_owned(), "b7ad6b7169203331".into());
        self.copy(
            item,
            &[
                ("span", "name"),
                ("trace_id", "traceId"),
                ("span_id", "spanId"),
                ("parent_span_id", "parentSpanId"),
                ("trace_state", "traceState"),
                ("flags", "flags"),
            ],
            &mut record,
        );
        self.copy_attributes(item, &mut record);
        self.times(
            item,
            &[("start", "startTimeUnixNano"), ("end", "endTimeUnixNano")],
            &mut record,
        );
        if let Some(pair) = item.pair("kind") {
            let word = pair.item.text().unwrap_or_default().to_lowercase();
            match KINDS.iter().zip(1_u64..).find(|(own, _)| **own == word) {
                Some((_, number)) => {
                    record.insert("kind".to_owned(), number.into());
                }
                None => self.error(
                    pair.item.at(),
                    "this is no kind of span",
                    &format!("there are {}", KINDS.join(", ")),
                ),
            }
        }
        if let Some(pair) = item.pair("status") {
            let status = self.status(pair);
            record.insert("status".to_owned(), status);
        }
        for (key, own) in [
            ("events", &["name"][..]),
            ("links", &["trace_id", "span_id", "trace_state"]),
        ] {
            let Some(pair) = item.pair(key) else { continue };
            let Some(items) = pair.item.items() else {
                self.wrong(pair.item, &format!("`{key}` takes a list"));
                continue;
            };
            let mut all = Vec::new();
            for child in items {
                let child = Pair {
                    item: child,
                    ..pair
                };
                all.push(match child.item.text() {
                    Some(name) if key == "events" => json!({ "name": name }),
                    _ => self.named_things(child, own),
                });
            }
            record.insert(key.to_owned(), all.into());
        }
        record
    }

    fn status(&mut self, pair: Pair<'w>) -> Json {
        let code = pair.item.pair("code").map_or(pair.item, |code| code.item);
        let number = match code.text().map(str::to_lowercase).as_deref() {
            Some("unset") => 0,
            Some("ok") => 1,
            Some("error") => 2,
            _ => {
                self.error(code.at(), "this is no status", "write `ok` or `error`");
                0
            }
        };
        let mut status = json!({ "code": number });
        if let Some(message) = pair.item.pair("message").and_then(|own| self.text(own))
            && let Some(status) = status.as_object_mut()
        {
            status.insert("message".to_owned(), message.into());
        }
        status
    }

    fn point(&mut self, item: Item<'w>) -> Map<String, Json> {
        let mut metric = Map::new();
        self.copy(
            item,
            &[
                ("metric", "name"),
                ("unit", "unit"),
                ("description", "description"),
            ],
            &mut metric,
        );
        let mut point = Map::new();
        self.copy_attributes(item, &mut point);
        self.times(
            item,
            &[("start", "startTimeUnixNano"), ("time", "timeUnixNano")],
            &mut point,
        );
        let kinds = ["sum", "gauge", "histogram"];
        let mut said = kinds.iter().filter_map(|kind| item.pair(kind));
        let (Some(kind), None) = (said.next(), said.next()) else {
            self.error(
                item.pair("metric").map(|pair| pair.at).unwrap_or_default(),
                "a data point has one of `sum`, `gauge` and `histogram`",
                "write `sum: 1`; metrics of other kinds are written as OTLP/JSON",
            );
            return metric;
        };
        if kind.key == "histogram" {
            self.histogram(kind, &mut point);
        } else if let Some(number) = number(&kind.item.to_json()) {
            point.extend([number]);
        } else {
            self.wrong(kind.item, &format!("`{}` takes a number", kind.key));
        }
        let mut data = json!({ "dataPoints": [point] });
        if let Some(data) = data.as_object_mut().filter(|_| kind.key != "gauge") {
            let temporality = item
                .pair("temporality")
                .and_then(|pair| pair.item.text())
                .unwrap_or("cumulative");
            let code = if temporality == "delta" { 1 } else { 2 };
            data.insert("aggregationTemporality".to_owned(), code.into());
            if kind.key == "sum" {
                let monotonic = item
                    .pair("monotonic")
                    .and_then(|pair| pair.item.boolean())
                    .unwrap_or(true);
                data.insert("isMonotonic".to_owned(), monotonic.into());
            }
        }
        metric.insert(kind.key.to_owned(), data);
        metric
    }

    fn histogram(&mut self, pair: Pair<'w>, point: &mut Map<String, Json>) {
        const MEMBERS: [(&str, &str); 6] = [
            ("count", "count"),
            ("sum", "sum"),
            ("min", "min"),
            ("max", "max"),
            ("bounds", "explicitBounds"),
            ("buckets", "bucketCounts"),
        ];
        for own in pair.item.pairs().into_iter().flatten() {
            match MEMBERS.iter().find(|(name, _)| *name == own.key) {
                Some((_, json)) => {
                    point.insert((*json).to_owned(), own.item.to_json());
                }
                None => self.error(
                    own.at,
                    format!("a histogram has no `{}`", own.key),
                    "it has count, sum, min, max, bounds and buckets",
                ),
            }
        }
    }

    /// A mapping of texts, with attributes and a time.
    fn named_things(&mut self, pair: Pair<'w>, texts: &[&str]) -> Json {
        let mut out = Map::new();
        let Some(pairs) = pair.item.pairs() else {
            self.wrong(pair.item, &format!("`{}` takes a mapping", pair.key));
            return Json::Object(out);
        };
        for own in pairs {
            match own.key {
                "attributes" => {
                    let attributes = self.attributes(own);
                    out.insert("attributes".to_owned(), attributes);
                }
                "time" => self.times(pair.item, &[("time", "timeUnixNano")], &mut out),
                key if texts.contains(&key) => {
                    let names = [
                        ("trace_id", "traceId"),
                        ("span_id", "spanId"),
                        ("trace_state", "traceState"),
                    ];
                    let name = names.iter().find(|(short, _)| *short == key);
                    if let Some(text) = self.text(own) {
                        out.insert(name.map_or(key, |(_, json)| json).to_owned(), text.into());
                    }
                }
                key => self.error(
                    own.at,
                    format!("`{}` has no key `{key}`", pair.key),
                    &format!("known keys: {}, attributes", texts.join(", ")),
                ),
            }
        }
        Json::Object(out)
    }

    fn copy(&mut self, item: Item<'w>, names: &[(&str, &str)], out: &mut Map<String, Json>) {
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

    fn copy_attributes(&mut self, item: Item<'w>, out: &mut Map<String, Json>) {
        if let Some(pair) = item.pair("attributes") {
            let attributes = self.attributes(pair);
            out.insert("attributes".to_owned(), attributes);
        }
    }

    fn attributes(&mut self, pair: Pair<'w>) -> Json {
        if pair.item.pairs().is_none() {
            self.wrong(
                pair.item,
                &format!("`{}` takes a mapping of keys to values", pair.key),
            );
        }
        key_values(&pair.item.to_json())
    }

    fn times(&mut self, item: Item<'w>, names: &[(&str, &str)], out: &mut Map<String, Json>) {
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

fn number(value: &Json) -> Option<(String, Json)> {
    match value {
        Json::Number(number) if number.is_i64() || number.is_u64() => {
            Some(("asInt".to_owned(), number.to_string().into()))
        }
        Json::Number(number) => Some(("asDouble".to_owned(), number.clone().into())),
        _ => None,
    }
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
