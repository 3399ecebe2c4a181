//! Cases.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use tollgate_sdk::Signal;
use tollgate_sdk::testing::RequestContext;

/// What the Collector answered to one input.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// Its name, unique among the cases of one component.
    pub name: String,
    /// The test of the Collector, or the run of it, that it comes from.
    pub source: String,
    /// The component's own configuration.
    pub config: Value,
    /// `logs`, `traces` or `metrics`.
    pub signal: String,
    /// A request in OTLP/JSON, or several.
    pub input: Value,
    /// What came of it, in the form that `expected_kind` names.
    pub expected: Value,
    /// `otlp`, `otlp_metrics`, `per_pipeline`, `dropped_all`, `kept_indexes` or `config_error`.
    pub expected_kind: String,
    /// What is known of the client.
    pub client_context: Option<ClientContext>,
    /// Likewise, as the cases of routing have it.
    pub request_context: Option<RoutedRequest>,
    /// What does not count: `timestamps`, and the `ordering` of metrics and their points.
    #[serde(default)]
    pub compare: String,
}

/// Metadata of a client, by the protocol it spoke.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct RoutedRequest {
    #[serde(default)]
    http_metadata: BTreeMap<String, OneOrMany>,
    #[serde(default)]
    grpc_metadata: BTreeMap<String, OneOrMany>,
}

/// A value, or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_values(self) -> Vec<String> {
        match self {
            Self::One(value) => vec![value],
            Self::Many(values) => values,
        }
    }
}

/// Metadata, identity and address of a client.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ClientContext {
    #[serde(default)]
    metadata: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    auth: BTreeMap<String, String>,
    #[serde(rename = "client.address")]
    address: Option<String>,
}

impl Case {
    /// The signal; cases of another than these three are taken for metrics, and fail.
    #[must_use]
    pub fn signal(&self) -> Signal {
        match self.signal.as_str() {
            "logs" => Signal::Logs,
            "traces" => Signal::Traces,
            _ => Signal::Metrics,
        }
    }

    /// The requests.
    #[must_use]
    pub fn inputs(&self) -> Vec<Value> {
        match &self.input {
            Value::Array(inputs) => inputs.clone(),
            input => vec![input.clone()],
        }
    }

    /// What the host knows of the client.
    #[must_use]
    pub fn context(&self) -> RequestContext {
        let client = self.client_context.clone().unwrap_or_default();
        let routed = self.request_context.clone().unwrap_or_default();
        let mut metadata = client.metadata;
        for (key, values) in routed.grpc_metadata.into_iter().chain(routed.http_metadata) {
            metadata
                .entry(key)
                .or_default()
                .extend(values.into_values());
        }
        RequestContext {
            // As a receiver has it: names of headers in lower case.
            metadata: metadata
                .into_iter()
                .map(|(key, values)| (key.to_lowercase(), values))
                .collect(),
            auth: client
                .auth
                .into_iter()
                .map(|(key, value)| (key, tollgate_record::Value::Text(value)))
                .collect(),
            client_address: client.address,
            ..RequestContext::default()
        }
    }
}
