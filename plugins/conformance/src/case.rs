//! Cases.

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
    /// `otlp`, `dropped_all`, `kept_indexes` or `config_error`.
    pub expected_kind: String,
    /// What is known of the client.
    pub client_context: Option<ClientContext>,
}

/// Metadata, identity and address of a client.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ClientContext {
    #[serde(default)]
    metadata: std::collections::BTreeMap<String, Vec<String>>,
    #[serde(default)]
    auth: std::collections::BTreeMap<String, String>,
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
        RequestContext {
            // As a receiver has it: names of headers in lower case.
            metadata: client
                .metadata
                .into_iter()
                .map(|(key, values)| (key.to_lowercase(), values))
                .collect(),
            auth: client
                .auth
                .into_iter()
                .map(|(key, value)| (key, tollgate_record::Value::Text(value)))
                .collect(),
            client_address: client.address,
        }
    }
}
