use std::time::Duration;

use super::Exporter;

/// The program's own telemetry.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Telemetry {
    /// Its log lines.
    pub logs: Logs,
    /// Its metrics.
    pub metrics: Metrics,
    /// Attributes of the resource of both, in the order of the file. None removes one that is there by itself.
    pub resource: Vec<(String, Option<String>)>,
}

/// The program's log lines. They go to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Logs {
    /// Lines below this level are left out.
    pub level: LogLevel,
    /// How a line looks.
    pub encoding: LogEncoding,
}

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum LogLevel {
    /// For whoever looks for a mistake in the program.
    Debug,
    /// For the operator.
    #[default]
    Info,
    /// Something to look at.
    Warn,
    /// Something to mend.
    Error,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogEncoding {
    /// For people.
    #[default]
    Console,
    /// An object a line.
    Json,
}

/// The program's metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    /// How many there are. Where it is `None`, no reader runs.
    pub level: MetricsLevel,
    /// Where they go.
    pub readers: Vec<MetricsReader>,
    /// Whether the configuration says nothing about readers, and these are the ones that a Collector has by itself.
    pub by_default: bool,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            level: MetricsLevel::Normal,
            readers: vec![MetricsReader::Prometheus(PrometheusReader::default())],
            by_default: true,
        }
    }
}

/// How many metrics there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum MetricsLevel {
    /// None.
    None,
    /// What nobody can do without.
    Basic,
    /// What is usually looked at.
    #[default]
    Normal,
    /// Everything.
    Detailed,
}

/// Where metrics go.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there are one or two of them in a process"
)]
pub enum MetricsReader {
    /// They are there to be fetched.
    Prometheus(PrometheusReader),
    /// They are sent now and then.
    Periodic(PeriodicReader),
}

/// A server that shows metrics at `/metrics`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrometheusReader {
    /// Name or address to listen on, IPv6 without brackets.
    pub host: String,
    /// Port; 0 is any.
    pub port: u16,
    /// Whether labels name no instrumentation scope.
    pub without_scope_info: bool,
    /// Whether names end in no unit.
    pub without_units: bool,
    /// Whether names of counters do not end in `_total`.
    pub without_type_suffix: bool,
    /// Which attributes of the resource are labels of every series; none is no such labels.
    pub resource_labels: Option<IncludeExclude>,
}

impl Default for PrometheusReader {
    fn default() -> Self {
        Self {
            host: "localhost".to_owned(),
            port: 8888,
            without_scope_info: true,
            without_units: true,
            without_type_suffix: true,
            resource_labels: None,
        }
    }
}

/// A choice of names. Nothing under `included` is everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IncludeExclude {
    /// These alone.
    pub included: Vec<String>,
    /// But for these.
    pub excluded: Vec<String>,
}

impl IncludeExclude {
    /// Whether `name` is chosen.
    #[must_use]
    pub fn chooses(&self, name: &str) -> bool {
        let among = |names: &[String]| names.iter().any(|known| known == name);
        !among(&self.excluded) && (self.included.is_empty() || among(&self.included))
    }
}

/// Metrics that are sent now and then.
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodicReader {
    /// Time between two exports.
    pub interval: Duration,
    /// Time for one export.
    pub timeout: Duration,
    /// Where they go: `Exporter::Otlp` or `Exporter::OtlpHttp`.
    pub exporter: Exporter,
    /// What sums and histograms count from.
    pub temporality: Temporality,
}

/// What sums and histograms count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Temporality {
    /// The start of the program.
    #[default]
    Cumulative,
    /// The export before, but for what goes up and down.
    Delta,
    /// As `Delta`, but for what is only observed at the export.
    LowMemory,
}
