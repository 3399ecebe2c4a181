//! Requests built by hand, for tests where OTLP/JSON would bury what matters.

use serde_json::{Map, Value, json};

use crate::Signal;

/// A request in OTLP/JSON.
#[derive(Debug, Clone)]
pub struct Request {
    signal: Signal,
    records: Vec<RecordBuilder>,
}

/// Starts a log record.
#[must_use]
pub fn log_record() -> RecordBuilder {
    RecordBuilder::new(Signal::Logs, json!({}))
}

/// Starts a span.
#[must_use]
pub fn span(name: &str) -> RecordBuilder {
    RecordBuilder::new(Signal::Traces, json!({ "name": name }))
}

/// Starts a data point of a gauge.
#[must_use]
pub fn data_point(metric: &str, value: f64) -> RecordBuilder {
    let mut builder = RecordBuilder::new(Signal::Metrics, json!({ "asDouble": value }));
    metric.clone_into(&mut builder.metric);
    builder
}

/// A record, with what stands above it. Values are texts, integers, doubles, booleans, lists and objects of JSON.
#[derive(Debug, Clone)]
pub struct RecordBuilder {
    signal: Signal,
    members: Map<String, Value>,
    attributes: Vec<Value>,
    resource: Vec<Value>,
    scope: Map<String, Value>,
    metric: String,
}

impl RecordBuilder {
    fn new(signal: Signal, members: Value) -> Self {
        let members = if let Value::Object(members) = members {
            members
        } else {
            Map::new()
        };
        Self {
            signal,
            members,
            attributes: Vec::new(),
            resource: Vec::new(),
            scope: Map::new(),
            metric: String::new(),
        }
    }

    /// An attribute.
    #[must_use]
    pub fn attribute(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.attributes.push(entry(key, &value.into()));
        self
    }

    /// An attribute of the resource.
    #[must_use]
    pub fn resource_attribute(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.resource.push(entry(key, &value.into()));
        self
    }

    /// The scope's name.
    #[must_use]
    pub fn scope(mut self, name: &str) -> Self {
        self.scope.insert("name".to_owned(), json!(name));
        self
    }

    /// The body of a log record.
    #[must_use]
    pub fn body(self, value: impl Into<Value>) -> Self {
        let body = any_value(&value.into());
        self.field("body", body)
    }

    /// Any other member, as OTLP/JSON spells it: `.field("severityText", "WARN")`.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// An event of a span, with attributes.
    #[must_use]
    pub fn event<'k>(
        mut self,
        name: &str,
        attributes: impl IntoIterator<Item = (&'k str, Value)>,
    ) -> Self {
        let event = json!({ "name": name, "attributes": entries(attributes) });
        self.push("events", event);
        self
    }

    /// A link of a span, with attributes.
    #[must_use]
    pub fn link<'k>(mut self, attributes: impl IntoIterator<Item = (&'k str, Value)>) -> Self {
        let link = json!({ "attributes": entries(attributes) });
        self.push("links", link);
        self
    }

    fn push(&mut self, list: &str, item: Value) {
        if let Value::Array(items) = self.members.entry(list).or_insert_with(|| json!([])) {
            items.push(item);
        }
    }

    /// A request with this record alone.
    #[must_use]
    pub fn build(self) -> Request {
        Request {
            signal: self.signal,
            records: vec![self],
        }
    }

    /// The record as OTLP/JSON, under its metric where it has one.
    fn record(&self) -> Value {
        let mut record = self.members.clone();
        if !self.attributes.is_empty() {
            record.insert(
                "attributes".to_owned(),
                Value::Array(self.attributes.clone()),
            );
        }
        match self.signal {
            Signal::Metrics => json!({ "name": self.metric, "gauge": { "dataPoints": [record] } }),
            Signal::Logs | Signal::Traces => Value::Object(record),
        }
    }
}

impl Request {
    /// A request with these records. Neighbours with equal resource and scope share them. `None` where there is no record, or
    /// where signals are mixed.
    #[must_use]
    pub fn of(records: impl IntoIterator<Item = RecordBuilder>) -> Option<Request> {
        let records: Vec<RecordBuilder> = records.into_iter().collect();
        let signal = records.first()?.signal;
        records
            .iter()
            .all(|record| record.signal == signal)
            .then_some(Request { signal, records })
    }

    /// The signal.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// The request in OTLP/JSON.
    #[must_use]
    pub fn json(&self) -> String {
        let (outer, inner, leaf) = match self.signal {
            Signal::Logs => ("resourceLogs", "scopeLogs", "logRecords"),
            Signal::Traces => ("resourceSpans", "scopeSpans", "spans"),
            Signal::Metrics => ("resourceMetrics", "scopeMetrics", "metrics"),
        };
        let groups = self
            .records
            .chunk_by(|one, next| one.resource == next.resource && one.scope == next.scope);
        let groups = groups.filter_map(|group| {
            let first = group.first()?;
            let records: Vec<Value> = group.iter().map(RecordBuilder::record).collect();
            Some(json!({
                "resource": { "attributes": first.resource },
                inner: [{ "scope": first.scope, leaf: records }],
            }))
        });
        json!({ outer: groups.collect::<Vec<Value>>() }).to_string()
    }
}

fn entries<'k>(attributes: impl IntoIterator<Item = (&'k str, Value)>) -> Vec<Value> {
    attributes
        .into_iter()
        .map(|(key, value)| entry(key, &value))
        .collect()
}

fn entry(key: &str, value: &Value) -> Value {
    json!({ "key": key, "value": any_value(value) })
}

/// Plain JSON as an OTLP value.
fn any_value(value: &Value) -> Value {
    match value {
        Value::Null => json!({}),
        Value::Bool(boolean) => json!({ "boolValue": boolean }),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => json!({ "intValue": integer.to_string() }),
            None => json!({ "doubleValue": number }),
        },
        Value::String(text) => json!({ "stringValue": text }),
        Value::Array(items) => {
            json!({ "arrayValue": { "values": items.iter().map(any_value).collect::<Vec<_>>() } })
        }
        Value::Object(members) => {
            let entries: Vec<Value> = members
                .iter()
                .map(|(key, value)| entry(key, value))
                .collect();
            json!({ "kvlistValue": { "values": entries } })
        }
    }
}
