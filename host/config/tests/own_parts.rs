//! What the host itself offers beside policies: processors, connectors, extensions and its own telemetry.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod support;

use std::time::Duration;

use support::load_with;
use tollgate_config::{
    Batch, Component, Compression, Config, Connector, Exporter, Extension, HealthCheck, LogLevel,
    MemoryLimit, MemoryLimiter, Metrics, MetricsLevel, MetricsReader, Processor, PrometheusReader,
    Sizer, Temporality,
};

/// A configuration with these sections more.
fn config(sections: &str, processors: &str, service: &str) -> Config {
    let text = format!(
        "receivers: {{otlp: {{protocols: {{grpc: }}}}}}\n\
         exporters: {{nop: }}\n\
         {sections}\n\
         service:\n  pipelines: {{logs: {{receivers: [otlp], processors: [{processors}], exporters: [nop]}}}}\n{service}\n"
    );
    load_with(&text, &[]).map_or_else(|found| panic!("{found}"), |loaded| loaded.config)
}

#[test]
fn a_batch_has_the_collectors_defaults_and_keys() {
    let config = config(
        "processors:
  batch:
  batch/full:
    timeout: 0
    send_batch_size: 1000
    send_batch_max_size: 2000
    sizer: bytes
    metadata_keys: [X-Tenant, other]
    metadata_cardinality_limit: 0",
        "batch, batch/full",
        "",
    );
    let full = Batch {
        timeout: Duration::ZERO,
        send_batch_size: 1000,
        send_batch_max_size: Some(2000),
        sizer: Sizer::Bytes,
        metadata_keys: vec!["x-tenant".to_owned(), "other".to_owned()],
        metadata_cardinality_limit: None,
    };
    assert_eq!(config.processors[0].1, Processor::Batch(Batch::default()));
    assert_eq!(config.processors[1].1, Processor::Batch(full));
}

#[test]
fn a_memory_limiter_takes_every_key_of_the_collector() {
    let config = config(
        "processors:
  memory_limiter:
    check_interval: 1s
    limit_mib: 4000
    spike_limit_mib: 800
    limit_percentage: 75
    min_gc_interval_when_soft_limited: 20s
    min_gc_interval_when_hard_limited: 1s
    max_gc_interval_when_soft_limited: 0
    max_gc_interval_when_hard_limited: 0
  memory_limiter/share: {check_interval: 100ms, limit_percentage: 80}",
        "memory_limiter, memory_limiter/share",
        "",
    );
    let limiter = |index: usize| match &config.processors[index].1 {
        Processor::MemoryLimiter(limiter) => *limiter,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        limiter(0),
        MemoryLimiter {
            check_interval: Duration::from_secs(1),
            limit: MemoryLimit::Bytes {
                limit: 4000 << 20,
                spike: Some(800 << 20)
            }
        },
        "bytes go before shares"
    );
    assert_eq!(
        limiter(1).limit,
        MemoryLimit::Percentage {
            limit: 80,
            spike: None
        }
    );
    assert_eq!(limiter(1).limit.soft_and_hard(1000), (640, 800));
}

#[test]
fn connectors_are_policies_of_their_section_or_the_hosts_own() {
    let text = "
receivers: {otlp: {protocols: {grpc: }}}
exporters: {nop: }
connectors:
  forward:
  count: {logs: {n: {}}}
  signal_to_metrics: {logs: [{name: a}]}
  routing: {table: [{statement: route(), pipelines: [logs/b]}]}
  wasm/own: {component: ./own.wasm}
service:
  pipelines:
    logs: {receivers: [otlp], exporters: [forward, count, signal_to_metrics]}
    logs/a: {receivers: [forward], exporters: [routing, wasm/own]}
    logs/b: {receivers: [routing], exporters: [nop]}
    metrics: {receivers: [count, signal_to_metrics, wasm/own], exporters: [nop]}
";
    let loaded = load_with(text, &[]).unwrap_or_else(|found| panic!("{found}"));
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    let connectors = &loaded.config.connectors;
    assert_eq!(connectors[0].1, Connector::Forward);
    let component = |index: usize| match &connectors[index].1 {
        Connector::Policy(stage) => stage.component.clone(),
        other @ Connector::Forward => panic!("{other:?}"),
    };
    assert_eq!(component(1), Component::Stock("count".to_owned()));
    assert_eq!(component(2), Component::Stock("signaltometrics".to_owned()));
    assert_eq!(component(3), Component::Stock("routing".to_owned()));
    assert_eq!(component(4), Component::File("./own.wasm".into()));
}

#[test]
fn a_connector_may_serve_several_signals_at_once() {
    let text = "
receivers: {otlp: {protocols: {grpc: }}}
exporters: {nop: }
connectors: {forward: }
service:
  pipelines:
    logs: {receivers: [otlp], exporters: [forward]}
    traces: {receivers: [otlp], exporters: [forward]}
    logs/out: {receivers: [forward], exporters: [nop]}
    traces/out: {receivers: [forward], exporters: [nop]}
";
    assert!(load_with(text, &[]).is_ok());
}

#[test]
fn a_health_check_has_the_collectors_defaults_and_keys() {
    let config = config(
        "extensions:
  health_check:
  health_check/full:
    endpoint: 0.0.0.0:13134
    path: /health
    response_body: {healthy: fine}
    response_headers: {X-Gate: tollgate}
    check_collector_pipeline: {enabled: true, interval: 5m, exporter_failure_threshold: 5}",
        "",
        "  extensions: [health_check/full, health_check]",
    );
    let Extension::HealthCheck(full) = &config.extensions[0].1;
    assert_eq!(config.extensions[0].0.to_string(), "health_check/full");
    assert_eq!(
        (full.endpoint.as_str(), full.path.as_str()),
        ("0.0.0.0:13134", "/health")
    );
    assert_eq!(full.healthy.as_deref(), Some("fine"));
    assert_eq!(full.unhealthy.as_deref(), Some(""), "as in a Collector");
    assert_eq!(full.response_headers[0].0, "x-gate");
    assert_eq!(
        config.extensions[1].1,
        Extension::HealthCheck(HealthCheck::default())
    );
}

#[test]
fn metrics_have_the_collectors_reader_unless_something_is_written() {
    let metrics = |service: &str| config("", "", service).telemetry.metrics;
    assert_eq!(metrics(""), Metrics::default());
    assert_eq!(
        metrics("  telemetry: {metrics: {level: none}}").level,
        MetricsLevel::None
    );
    let detailed = metrics("  telemetry: {metrics: {level: Detailed, readers: }}");
    assert_eq!(
        (detailed.level, detailed.by_default),
        (MetricsLevel::Detailed, true)
    );
    let pull = metrics(
        "  telemetry:
    metrics:
      readers:
        - pull: {exporter: {prometheus: {host: '[::1]', port: 9999, without_units: false, with_resource_constant_labels: {included: [service.name]}}}}",
    );
    assert!(!pull.by_default);
    let MetricsReader::Prometheus(reader) = &pull.readers[0] else {
        panic!("{pull:?}")
    };
    assert_eq!(
        (
            reader.host.as_str(),
            reader.port,
            reader.without_units,
            reader.without_scope_info
        ),
        (
            "::1",
            9999,
            false,
            PrometheusReader::default().without_scope_info
        )
    );
    let labels = reader.resource_labels.as_ref().unwrap();
    assert!(labels.chooses("service.name") && !labels.chooses("host.name"));
}

#[test]
fn metrics_are_sent_as_otlp_over_http_or_grpc() {
    let service = "  telemetry:
    metrics:
      readers:
        - periodic:
            interval: 1000
            exporter:
              otlp: {protocol: http/protobuf, endpoint: 'http://localhost:4318', headers: [{name: A, value: b}], headers_list: 'a=x, c=d', compression: gzip, temporality_preference: delta}
        - periodic: {exporter: {otlp: {protocol: http/protobuf, endpoint: 'host/own/path', insecure: true, timeout: 500}}}
        - periodic: {exporter: {otlp: {protocol: grpc/protobuf, endpoint: 'localhost:4317', insecure: true, headers: {k: v}}}}
        - periodic: {exporter: {otlp: {protocol: grpc/protobuf}}}";
    let metrics = config("", "", service).telemetry.metrics;
    let reader = |index: usize| match &metrics.readers[index] {
        MetricsReader::Periodic(reader) => reader.clone(),
        other @ MetricsReader::Prometheus(_) => panic!("{other:?}"),
    };
    let first = reader(0);
    assert_eq!(first.interval, Duration::from_secs(1));
    assert_eq!(first.timeout, Duration::from_secs(30));
    assert_eq!(first.temporality, Temporality::Delta);
    let Exporter::OtlpHttp(http) = first.exporter else {
        panic!("{first:?}")
    };
    assert_eq!(
        http.metrics_url.as_deref(),
        Some("http://localhost:4318/v1/metrics")
    );
    assert_eq!(http.compression, Compression::Gzip);
    let headers: Vec<_> = http
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.reveal()))
        .collect();
    assert_eq!(headers, [("a", "b"), ("c", "d")]);
    let Exporter::OtlpHttp(http) = reader(1).exporter else {
        panic!("{metrics:?}")
    };
    assert_eq!(http.metrics_url.as_deref(), Some("http://host/own/path"));
    assert_eq!(http.timeout, Some(Duration::from_millis(500)));
    for (index, url) in [(2, "http://localhost:4317"), (3, "https://localhost:4317")] {
        let Exporter::Otlp(grpc) = reader(index).exporter else {
            panic!("{metrics:?}")
        };
        assert_eq!(grpc.endpoint.to_string(), url);
    }
}

#[test]
fn the_resource_is_written_in_two_ways() {
    let resource = |written: &str| {
        let service = format!("  telemetry: {{logs: {{level: debug}}, resource: {written}}}");
        let telemetry = config("", "", &service).telemetry;
        assert_eq!(telemetry.logs.level, LogLevel::Debug);
        telemetry.resource
    };
    let expected = vec![
        ("service.name".to_owned(), Some("gate".to_owned())),
        ("service.instance.id".to_owned(), None),
    ];
    assert_eq!(
        resource("{service.name: gate, service.instance.id: null}"),
        expected
    );
    assert_eq!(
        resource(
            "{schema_url: x, attributes: [{name: service.name, value: gate}, {name: service.instance.id, value: null}]}"
        ),
        expected
    );
}
