//! The `OTEL_*` variables, as the specification of OpenTelemetry's SDKs has them.
//!
//! They say where the gate's own metrics go if the configuration does not. A value that makes no sense is warned of and left out, as
//! the specification wants it.

use std::collections::HashMap;
use std::time::Duration;

use tollgate_config::{
    ClientTls, Compression, Encoding, Endpoint, Exporter, Metrics, MetricsReader, OtlpGrpcExporter,
    OtlpHttpExporter, PeriodicReader, Retry, Secret, Temporality,
};

/// The variables of a process.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: HashMap<String, String>,
}

impl Environment {
    /// Those of this process whose names begin with `OTEL_`.
    #[must_use]
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    fn get(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// A variable of the exporter for metrics, or the one for all signals.
    fn exporter(&self, name: &str) -> Option<&str> {
        self.get(&format!("OTEL_EXPORTER_OTLP_METRICS_{name}"))
            .or_else(|| self.get(&format!("OTEL_EXPORTER_OTLP_{name}")))
    }

    fn milliseconds(&self, name: &str) -> Option<Duration> {
        let read = self.get(name)?.parse().map(Duration::from_millis);
        read.map_err(|_| warn(name)).ok()
    }

    /// Attributes of the resource.
    pub(crate) fn resource(&self) -> Vec<(String, String)> {
        let mut attributes = Vec::new();
        if let Some(list) = self.get("OTEL_RESOURCE_ATTRIBUTES") {
            match pairs(list) {
                Some(pairs) => attributes = pairs,
                None => warn("OTEL_RESOURCE_ATTRIBUTES"),
            }
        }
        if let Some(name) = self.get("OTEL_SERVICE_NAME") {
            attributes.push(("service.name".to_owned(), name.to_owned()));
        }
        attributes
    }

    /// Readers that the variables ask for, where the configuration names none.
    pub(crate) fn readers(&self, metrics: &Metrics) -> Option<MetricsReader> {
        let disabled = self.get("OTEL_SDK_DISABLED");
        if !metrics.by_default || disabled.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return None;
        }
        let wanted = match self.get("OTEL_METRICS_EXPORTER") {
            Some(exporters) => exporters.split(',').any(|one| one.trim() == "otlp"),
            None => self.exporter("ENDPOINT").is_some(),
        };
        if !wanted {
            return None;
        }
        let interval = self.milliseconds("OTEL_METRIC_EXPORT_INTERVAL");
        let timeout = self.milliseconds("OTEL_METRIC_EXPORT_TIMEOUT");
        Some(MetricsReader::Periodic(PeriodicReader {
            interval: interval.unwrap_or(Duration::from_mins(1)),
            timeout: timeout.unwrap_or(Duration::from_secs(30)),
            exporter: self.destination()?,
            temporality: self.temporality(),
        }))
    }

    fn temporality(&self) -> Temporality {
        const NAME: &str = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
        match self.get(NAME).map(str::to_ascii_lowercase).as_deref() {
            None | Some("cumulative") => Temporality::Cumulative,
            Some("delta") => Temporality::Delta,
            Some("lowmemory") => Temporality::LowMemory,
            Some(_) => {
                warn(NAME);
                Temporality::Cumulative
            }
        }
    }

    fn destination(&self) -> Option<Exporter> {
        let headers = self.exporter("HEADERS").and_then(|list| {
            let read = pairs(list);
            if read.is_none() {
                warn("OTEL_EXPORTER_OTLP_HEADERS");
            }
            read
        });
        let headers = headers
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), Secret::new(value)))
            .collect();
        let compression = match self.exporter("COMPRESSION") {
            Some("gzip") => Compression::Gzip,
            Some("zstd") => Compression::Zstd,
            _ => Compression::None,
        };
        let tls = ClientTls {
            ca_file: self.exporter("CERTIFICATE").map(Into::into),
            cert_file: self.exporter("CLIENT_CERTIFICATE").map(Into::into),
            key_file: self.exporter("CLIENT_KEY").map(Into::into),
            ..ClientTls::default()
        };
        let timeout = self
            .milliseconds("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT")
            .or_else(|| self.milliseconds("OTEL_EXPORTER_OTLP_TIMEOUT"))
            .unwrap_or(Duration::from_secs(10));
        // The next reading sends everything again, so nothing is lost without a second try.
        let retry = Retry {
            enabled: false,
            ..Retry::default()
        };
        let encoding = match self.exporter("PROTOCOL").unwrap_or("http/protobuf") {
            "grpc" => {
                return Some(Exporter::Otlp(OtlpGrpcExporter {
                    tls,
                    headers,
                    compression,
                    timeout: Some(timeout),
                    retry,
                    ..OtlpGrpcExporter::new(self.grpc_endpoint()?)
                }));
            }
            "http/json" => Encoding::Json,
            "http/protobuf" => Encoding::Proto,
            _ => {
                warn("OTEL_EXPORTER_OTLP_PROTOCOL");
                return None;
            }
        };
        let base = self.get("OTEL_EXPORTER_OTLP_ENDPOINT");
        let mut exporter = OtlpHttpExporter::new(base.unwrap_or("http://localhost:4318"));
        // The variable for one signal is the whole URL.
        if let Some(url) = self.get("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") {
            exporter.metrics_url = Some(url.to_owned());
        }
        Some(Exporter::OtlpHttp(OtlpHttpExporter {
            tls,
            headers,
            compression,
            encoding,
            timeout: Some(timeout),
            retry,
            ..exporter
        }))
    }

    fn grpc_endpoint(&self) -> Option<Endpoint> {
        let written = self.exporter("ENDPOINT").unwrap_or("http://localhost:4317");
        let plain = self
            .exporter("INSECURE")
            .is_some_and(|value| value == "true");
        let url = match (written.contains("://"), plain) {
            (false, true) => format!("http://{written}"),
            _ => written.to_owned(),
        };
        // What is wrong with it may quote it, and it may hold a password.
        url.parse()
            .map_err(|_| warn("OTEL_EXPORTER_OTLP_ENDPOINT"))
            .ok()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        let own = variables
            .into_iter()
            .filter(|(name, _)| name.starts_with("OTEL_"));
        Self {
            variables: own.collect(),
        }
    }
}

/// `key=value,key=value`, with `%` before two hexadecimal digits.
fn pairs(list: &str) -> Option<Vec<(String, String)>> {
    list.split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=')?;
            Some((decoded(key.trim())?, decoded(value.trim())?))
        })
        .collect()
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high.checked_mul(16)?.checked_add(low)?).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Names the variable, never its value: it may be a key.
fn warn(variable: &str) {
    tracing::warn!(target: "tollgate", variable, "a variable makes no sense and is left out");
}
