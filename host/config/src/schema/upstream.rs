//! Components of the Collector that somebody may bring along and that do not exist here. An error for one of them says so.

use super::Role;

/// Processors.
const PROCESSORS: &[&str] = &[
    "batch",
    "coralogix",
    "cumulativetodelta",
    "deltatocumulative",
    "deltatorate",
    "dnslookup",
    "filter",
    "geoip",
    "groupbyattrs",
    "groupbytrace",
    "interval",
    "isolationforest",
    "k8sattributes",
    "logdedup",
    "logstransform",
    "lookup",
    "memory_limiter",
    "metricsgeneration",
    "metricstarttime",
    "metricstransform",
    "remotetap",
    "resourcedetection",
    "schema",
    "span",
    "sumologic",
    "tail_sampling",
    "transform",
    "unroll",
];

/// Receivers.
const RECEIVERS: &[&str] = &[
    "filelog",
    "hostmetrics",
    "jaeger",
    "journald",
    "k8s_cluster",
    "k8s_events",
    "kafka",
    "kubeletstats",
    "nop",
    "opencensus",
    "otelarrow",
    "otlpjsonfile",
    "prometheus",
    "syslog",
    "tcplog",
    "udplog",
    "zipkin",
];

/// Exporters.
const EXPORTERS: &[&str] = &[
    "awss3",
    "azuremonitor",
    "clickhouse",
    "datadog",
    "elasticsearch",
    "googlecloud",
    "kafka",
    "loadbalancing",
    "logging",
    "otelarrow",
    "prometheus",
    "prometheusremotewrite",
    "pulsar",
    "splunk_hec",
    "syslog",
    "zipkin",
];

/// Whether a Collector has a component of this type.
pub(crate) fn has(role: Role, kind: &str) -> bool {
    let kinds = match role {
        Role::Receiver => RECEIVERS,
        Role::Processor => PROCESSORS,
        Role::Exporter => EXPORTERS,
        Role::Connector | Role::Extension | Role::Program => &[],
    };
    kinds.contains(&kind)
}

/// What to do without a component, where there is something to say.
pub(crate) fn instead(kind: &str) -> &'static str {
    match kind {
        "batch" => "remove it: requests are passed on in the size they come in",
        "memory_limiter" => "remove it: what is in flight is limited by itself",
        "logging" => "use `debug`",
        _ => "remove it from the file and from the pipelines, or keep a Collector for it",
    }
}
