//! Components of the Collector, contrib included, that somebody may bring along. An error for one of them says so, and what comes
//! close here.

use super::Role;

/// Processors.
const PROCESSORS: &[&str] = &[
    "attributes",
    "batch",
    "coralogix",
    "cumulativetodelta",
    "deltatocumulative",
    "deltatorate",
    "dnslookup",
    "drain",
    "filter",
    "geoip",
    "groupbyattrs",
    "groupbytrace",
    "interval",
    "isolationforest",
    "k8sattributes",
    "log_dedup",
    "logdedup",
    "logstransform",
    "lookup",
    "memory_limiter",
    "metricsgeneration",
    "metricstarttime",
    "metricstransform",
    "probabilistic_sampler",
    "redaction",
    "remotetap",
    "resource",
    "resourcedetection",
    "schema",
    "span",
    "sumologic",
    "tail_sampling",
    "transform",
    "unroll",
    "xray",
];

/// Receivers.
const RECEIVERS: &[&str] = &[
    "activedirectoryds",
    "aerospike",
    "apache",
    "apachespark",
    "awscloudwatch",
    "awscontainerinsight",
    "awscontainerinsightreceiver",
    "awsecscontainermetrics",
    "awsfirehose",
    "awslambda",
    "awss3",
    "awsxray",
    "azureblob",
    "azureeventhub",
    "azurefunctions",
    "azuremonitor",
    "bigip",
    "carbon",
    "chrony",
    "ciscoos",
    "cloudflare",
    "cloudfoundry",
    "collectd",
    "couchdb",
    "datadog",
    "docker_stats",
    "elasticsearch",
    "envoyals",
    "expvar",
    "faro",
    "filelog",
    "filestats",
    "flinkmetrics",
    "fluentforward",
    "github",
    "gitlab",
    "googlecloudmonitoring",
    "googlecloudpubsub",
    "googlecloudpubsubpush",
    "googlecloudspanner",
    "haproxy",
    "hostmetrics",
    "httpcheck",
    "huaweicloudces",
    "icmpcheck",
    "iis",
    "influxdb",
    "jaeger",
    "jmx",
    "journald",
    "k8s_cluster",
    "k8s_events",
    "k8slog",
    "k8sobjects",
    "kafka",
    "kafkametrics",
    "kubeletstats",
    "libhoney",
    "loki",
    "macosunifiedlogging",
    "memcached",
    "mongodb",
    "mongodbatlas",
    "mysql",
    "namedpipe",
    "netflow",
    "nginx",
    "nop",
    "nsxt",
    "ntp",
    "opencensus",
    "oracledb",
    "osquery",
    "otelarrow",
    "otlp",
    "otlpjsonfile",
    "podman_stats",
    "postgresql",
    "pprof",
    "prometheus",
    "prometheusremotewrite",
    "pulsar",
    "purefa",
    "purefb",
    "rabbitmq",
    "receiver_creator",
    "redfish",
    "redis",
    "riak",
    "saphana",
    "sapm",
    "signalfx",
    "simpleprometheus",
    "skywalking",
    "snmp",
    "snowflake",
    "solace",
    "splunk_hec",
    "splunkenterprise",
    "sqlquery",
    "sqlserver",
    "sshcheck",
    "statsd",
    "stef",
    "syslog",
    "systemd",
    "tcpcheck",
    "tcplog",
    "tlscheck",
    "udplog",
    "vcenter",
    "vcr",
    "wavefront",
    "webhookevent",
    "windowseventlog",
    "windowsperfcounters",
    "windowsservice",
    "yanggrpc",
    "zipkin",
    "zookeeper",
];

/// Exporters.
const EXPORTERS: &[&str] = &[
    "alertmanager",
    "alibabacloud_logservice",
    "awscloudwatchlogs",
    "awsemf",
    "awskinesis",
    "awss3",
    "awsxray",
    "azureblob",
    "azuredataexplorer",
    "azuremonitor",
    "bmchelix",
    "carbon",
    "cassandra",
    "clickhouse",
    "coralogix",
    "datadog",
    "dataset",
    "debug",
    "doris",
    "elasticsearch",
    "faro",
    "file",
    "googlecloud",
    "googlecloudpubsub",
    "googlecloudstorage",
    "googlemanagedprometheus",
    "honeycombmarker",
    "influxdb",
    "jaeger",
    "jaeger_thrift",
    "kafka",
    "kineticaexporter",
    "loadbalancing",
    "logging",
    "logicmonitor",
    "logzio",
    "loki",
    "mezmo",
    "nop",
    "opencensus",
    "opensearch",
    "otelarrow",
    "otlp",
    "otlp_grpc",
    "otlphttp",
    "prometheus",
    "prometheusremotewrite",
    "pulsar",
    "rabbitmq",
    "sapm",
    "sematext",
    "sentry",
    "signalfx",
    "splunk_hec",
    "stef",
    "sumologic",
    "syslog",
    "tencentcloud_logservice",
    "tinybird",
    "zipkin",
];

/// Connectors.
const CONNECTORS: &[&str] = &[
    "count",
    "datadog",
    "exceptions",
    "failover",
    "forward",
    "grafanacloud",
    "metricsaslogs",
    "otlpjson",
    "roundrobin",
    "routing",
    "servicegraph",
    "signal_to_metrics",
    "signaltometrics",
    "slowsql",
    "spanmetrics",
    "sum",
];

/// Extensions.
const EXTENSIONS: &[&str] = &[
    "ack",
    "asapclient",
    "avrologencoding",
    "awscloudwatchmetricstreams_encoding",
    "awslogs_encoding",
    "awsproxy",
    "azure_encoding",
    "azureauth",
    "basicauth",
    "bearertokenauth",
    "cgroupruntime",
    "datadog",
    "db_storage",
    "docker_observer",
    "ecs_observer",
    "ecs_task_observer",
    "file_storage",
    "googleclientauth",
    "googlecloudlogentry_encoding",
    "googlesecretmanager",
    "headers_setter",
    "health_check",
    "healthcheckv2",
    "host_observer",
    "http_forwarder",
    "jaeger_encoding",
    "jaegerremotesampling",
    "json_log_encoding",
    "k8s_leader_elector",
    "k8s_observer",
    "kafkatopics_observer",
    "memory_ballast",
    "memory_limiter",
    "oauth2client",
    "oidc",
    "opamp",
    "otlp_encoding",
    "pprof",
    "redis_storage",
    "remotetap",
    "sigv4auth",
    "skywalking_encoding",
    "solarwindsapmsettings",
    "sumologic",
    "text_encoding",
    "tls_source",
    "zipkin_encoding",
    "zpages",
];

/// Whether a Collector has a component of this type. Many were renamed from `likethis` to `like_this`, so underscores do not count.
pub(crate) fn has(role: Role, kind: &str) -> bool {
    let kinds = match role {
        Role::Receiver => RECEIVERS,
        Role::Processor => PROCESSORS,
        Role::Exporter => EXPORTERS,
        Role::Connector => CONNECTORS,
        Role::Extension => EXTENSIONS,
        Role::Program => &[],
    };
    kinds.iter().any(|known| same(known, kind))
}

fn same(one: &str, other: &str) -> bool {
    let letter = |byte: &u8| *byte != b'_';
    one.bytes().filter(letter).eq(other.bytes().filter(letter))
}

fn plain(kind: &str) -> String {
    kind.replace('_', "")
}

/// Another section that components of this type stand in.
pub(crate) fn elsewhere(role: Role, kind: &str) -> Option<Role> {
    [
        Role::Processor,
        Role::Connector,
        Role::Exporter,
        Role::Receiver,
        Role::Extension,
    ]
    .into_iter()
    .find(|other| *other != role && has(*other, kind))
}

/// What comes close to a component, or what to do without it.
pub(crate) fn instead(role: Role, kind: &str) -> &'static str {
    match (role, plain(kind).as_str()) {
        (Role::Processor, "metricstransform" | "metricsgeneration") => {
            "closest is `transform` with `metric_statements`"
        }
        (Role::Processor, "span") => {
            "closest is `transform`: `set(span.name, ...)`, `ExtractPatterns(span.name, ...)`"
        }
        (Role::Processor, "schema" | "logstransform") => "closest is `transform`",
        (Role::Processor, "tailsampling") => {
            "closest is `probabilistic_sampler`, which decides by trace id, with `filter` before it"
        }
        (Role::Processor, "k8sattributes" | "resourcedetection") => {
            "closest is `lookup`, or `resource` with values such as `${env:HOSTNAME}`"
        }
        (Role::Processor, "geoip" | "dnslookup" | "lookup") => {
            "closest is `lookup`: attributes from a table, by exact value, prefix or network"
        }
        (Role::Processor, "remotetap") => "closest is the exporter `debug`",
        (Role::Connector, "spanmetrics" | "exceptions" | "servicegraph") => {
            "closest is `signaltometrics`, or `count`"
        }
        (Role::Connector, "failover" | "roundrobin") => "closest is `routing`",
        (Role::Exporter, "logging") => "closest is `debug`",
        (Role::Exporter, "prometheus" | "prometheusremotewrite" | "googlemanagedprometheus") => {
            "closest is `otlphttp`: Prometheus takes OTLP at `/api/v1/otlp`"
        }
        (Role::Exporter, "loki") => "closest is `otlphttp`: Loki takes OTLP at `/otlp`",
        (
            Role::Exporter,
            "jaeger" | "jaegerthrift" | "opencensus" | "zipkin" | "otelarrow" | "stef",
        ) => "closest is `otlp`, which these servers take today",
        (Role::Exporter, _) => "closest is `otlp` to a Collector that has it",
        (
            Role::Receiver,
            "jaeger" | "zipkin" | "opencensus" | "otelarrow" | "skywalking" | "stef",
        ) => "closest is `otlp`, which the clients speak today",
        (Role::Receiver, _) => "closest is `otlp`, from a Collector that has it",
        (Role::Extension, "healthcheckv2") => "closest is `health_check`",
        (Role::Extension, "memoryballast") => "remove it: there is no garbage to collect",
        (Role::Extension, "oauth2client" | "oidc" | "googleclientauth" | "azureauth") => {
            "closest are `bearertokenauth` with a file that something else keeps fresh, and `basicauth`"
        }
        (Role::Extension, "dbstorage" | "redisstorage") => "closest is `file_storage`",
        (Role::Extension, _) => "remove it from `extensions` and from `service::extensions`",
        _ => "remove it from the file and from the pipelines, or keep a Collector for it",
    }
}
