//! What configurations mean: defaults, every kind of value, and the Collector's own spelling of them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod support;

use std::path::PathBuf;
use std::time::Duration;

use support::{Around, Stock, load_with, text};
use tollgate_config::{
    Compat, Component, Compression, Config, DebugExporter, Encoding, Endpoint, Exporter,
    FileExporter, Gate, LogEncoding, LogLevel, OnError, Options, OtlpGrpcExporter,
    OtlpHttpExporter, OtlpReceiver, Processor, RequestCompression, Retry, Stage, TlsVersion,
    Verbosity, load,
};

fn config(text: &str) -> Config {
    load_with(text, &[]).map_or_else(|found| panic!("{found}"), |loaded| loaded.config)
}

fn policy(config: &Config, index: usize) -> &Stage {
    match &config.processors[index].1 {
        Processor::Policy(stage) => stage,
        other => panic!("{other:?}"),
    }
}

const SMALLEST: &str = "
receivers: {otlp: {protocols: {grpc: , http: }}}
exporters: {nop: }
service: {pipelines: {logs: {receivers: [otlp], exporters: [nop]}}}
";

#[test]
fn the_smallest_configuration_has_the_collectors_defaults() {
    let loaded = load_with(SMALLEST, &[]).unwrap();
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    let config = loaded.config;
    let receiver = &config.receivers[0].1;
    let grpc = receiver.grpc.as_ref().unwrap();
    assert_eq!(grpc.endpoint, "localhost:4317");
    assert_eq!(grpc.max_message_size, 4 << 20);
    assert_eq!(grpc.max_concurrent_streams, None);
    let http = receiver.http.as_ref().unwrap();
    assert_eq!(http.endpoint, "localhost:4318");
    assert_eq!(http.max_request_body_size, 20 << 20);
    assert_eq!(http.logs_url_path, "/v1/logs");
    assert_eq!(http.read_timeout, None);
    assert_eq!(http.read_header_timeout, Some(Duration::from_mins(1)));
    assert_eq!(http.write_timeout, Some(Duration::from_secs(30)));
    assert!(http.keep_alives);
    assert_eq!(http.compression_algorithms.len(), 4);
    assert_eq!(config.exporters[0].1.exporter, Exporter::Nop);
    assert_eq!(config.pipelines[0].id.to_string(), "logs");
    assert_eq!(config.compat, Compat::None);
    assert_eq!(config.telemetry.logs.level, LogLevel::Info);
}

#[test]
fn what_is_not_written_is_what_the_model_has_by_default() {
    let config = config(
        "
receivers: {otlp: {protocols: {grpc: , http: }}}
exporters:
  otlp: {endpoint: 'collector:4317'}
  otlp/local: {endpoint: 'http://[::1]:4317', tls: {insecure: true}}
  otlphttp: {endpoint: 'https://collector:4318/'}
  file: {path: out.jsonl}
  debug:
service: {pipelines: {logs: {receivers: [otlp], exporters: [otlp, otlp/local, otlphttp, file, debug]}}}
",
    );
    assert_eq!(config.receivers[0].1, OtlpReceiver::default());
    let endpoint = |text: &str| text.parse::<Endpoint>().unwrap();
    let exporters: Vec<Exporter> = config
        .exporters
        .into_iter()
        .map(|(_, meant)| meant.exporter)
        .collect();
    assert_eq!(
        exporters,
        [
            Exporter::Otlp(OtlpGrpcExporter::new(endpoint("collector:4317"))),
            Exporter::Otlp(OtlpGrpcExporter::new(endpoint("http://[::1]:4317"))),
            Exporter::OtlpHttp(OtlpHttpExporter::new("https://collector:4318")),
            Exporter::File(FileExporter::new("out.jsonl")),
            Exporter::Debug(DebugExporter::default()),
        ]
    );
}

#[test]
fn an_endpoint_is_shown_as_a_url() {
    for (text, url) in [
        ("http://localhost:1", "http://localhost:1"),
        ("localhost:4317", "https://localhost:4317"),
        ("http://[::1]:4317", "http://[::1]:4317"),
    ] {
        assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), url);
    }
    assert!("localhost".parse::<Endpoint>().is_err());
}

#[test]
fn a_receiver_takes_every_key() {
    let config = config(
        "
receivers:
  otlp/edge:
    protocols:
      grpc:
        endpoint: 0.0.0.0:14317
        transport: tcp
        max_recv_msg_size_mib: 64
        max_concurrent_streams: 16
        include_metadata: true
        read_buffer_size: 1024
        keepalive: {server_parameters: {max_connection_age: 1m}}
      http:
        endpoint: '[::1]:14318'
        max_request_body_size: 1048576
        compression_algorithms: ['', gzip]
        logs_url_path: in/logs
        response_headers: {X-Served-By: gate}
        read_timeout: 10s
        read_header_timeout: 0
        idle_timeout: 0s
        keep_alives_enabled: false
exporters: {nop: }
service: {pipelines: {traces/x: {receivers: [otlp/edge], exporters: [nop]}}}
",
    );
    let (id, receiver) = &config.receivers[0];
    assert_eq!(
        (id.kind.as_str(), id.name.as_deref()),
        ("otlp", Some("edge"))
    );
    let grpc = receiver.grpc.as_ref().unwrap();
    assert_eq!(grpc.max_message_size, 64 << 20);
    assert_eq!(grpc.max_concurrent_streams, Some(16));
    assert!(grpc.include_metadata);
    let http = receiver.http.as_ref().unwrap();
    assert_eq!(http.endpoint, "[::1]:14318");
    assert_eq!(http.compression_algorithms, [RequestCompression::Gzip]);
    assert_eq!(http.logs_url_path, "/in/logs");
    assert_eq!(http.response_headers[0].0, "x-served-by");
    assert_eq!(
        http.read_header_timeout,
        Some(Duration::from_secs(10)),
        "read_timeout stands in"
    );
    assert_eq!(http.idle_timeout, Some(Duration::from_secs(10)));
    assert!(!http.keep_alives);
}

#[test]
fn an_otlp_exporter_has_the_collectors_defaults_and_keys() {
    let config = config(
        "
receivers: {otlp: {protocols: {grpc: }}}
exporters:
  otlp: {endpoint: 'collector:4317'}
  otlp_grpc/plain:
    endpoint: http://127.0.0.1:5317
    tls: {insecure: true}
    compression: none
    timeout: 0
    headers: {Authorization: Bearer abc, x-tenant: '7'}
    retry_on_failure: {enabled: false, initial_interval: 1s, max_elapsed_time: 0}
    sending_queue: {enabled: false, queue_size: 5}
    wait_for_ready: true
  otlp/tls:
    endpoint: https://collector:443
    tls: {insecure: true, ca_file: ca.pem, cert_file: c.pem, key_file: k.pem, server_name_override: gate, min_version: '1.3'}
    compression: zstd
service: {pipelines: {logs: {receivers: [otlp], exporters: [otlp, otlp_grpc/plain, otlp/tls]}}}
",
    );
    let grpc = |index: usize| match &config.exporters[index].1.exporter {
        Exporter::Otlp(exporter) => exporter.clone(),
        other => panic!("{other:?}"),
    };
    let standard = grpc(0);
    assert!(standard.endpoint.tls);
    assert_eq!(
        (standard.endpoint.host.as_str(), standard.endpoint.port),
        ("collector", 4317)
    );
    assert_eq!(standard.compression, Compression::Gzip);
    assert_eq!(standard.timeout, Some(Duration::from_secs(5)));
    assert_eq!(standard.retry, Retry::default());
    let plain = grpc(1);
    assert!(!plain.endpoint.tls);
    assert_eq!(plain.compression, Compression::None);
    assert_eq!(plain.timeout, None);
    assert_eq!(plain.headers[0].0, "authorization");
    assert_eq!(plain.headers[0].1.reveal(), "Bearer abc");
    assert_eq!(
        format!("{:?} {}", plain.headers[0].1, plain.headers[0].1),
        "[redacted] [redacted]"
    );
    assert!(!plain.retry.enabled);
    assert_eq!(plain.retry.max_elapsed_time, None);
    assert!(plain.wait_for_ready);
    let tls = grpc(2);
    assert!(tls.endpoint.tls, "https wins over insecure");
    assert_eq!(tls.tls.ca_file, Some(PathBuf::from("ca.pem")));
    assert_eq!(tls.tls.min_version, TlsVersion::V1_3);
    assert_eq!(tls.compression, Compression::Zstd);
}

#[test]
fn an_otlphttp_exporter_makes_its_urls() {
    let config = config(
        "
receivers: {otlp: {protocols: {http: }}}
exporters:
  otlphttp: {endpoint: 'https://collector:4318/base/'}
  otlp_http/json:
    endpoint: http://localhost:4318
    logs_endpoint: http://localhost:9/raw
    encoding: json
    compression: deflate
    compression_params: {level: 9}
    headers: [{name: X-A, value: b}]
service: {pipelines: {logs: {receivers: [otlp], exporters: [otlphttp, otlp_http/json]}}}
",
    );
    let http = |index: usize| match &config.exporters[index].1.exporter {
        Exporter::OtlpHttp(exporter) => exporter.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        http(0).traces_url.as_deref(),
        Some("https://collector:4318/base/v1/traces")
    );
    assert_eq!(http(0).timeout, Some(Duration::from_secs(30)));
    assert_eq!(http(0).encoding, Encoding::Proto);
    let json = http(1);
    assert_eq!(json.logs_url.as_deref(), Some("http://localhost:9/raw"));
    assert_eq!(
        json.metrics_url.as_deref(),
        Some("http://localhost:4318/v1/metrics")
    );
    assert_eq!(json.encoding, Encoding::Json);
    assert_eq!(
        (json.compression, json.compression_level),
        (Compression::Deflate, Some(9))
    );
    assert_eq!(json.headers[0].0, "x-a");
    assert_eq!(json.idle_connection_timeout, Some(Duration::from_secs(90)));
}

#[test]
fn file_and_debug_exporters_mean_what_they_say() {
    let config = config(
        "
receivers: {otlp: {protocols: {http: }}}
exporters:
  file: {path: out/x.json, append: true, flush_interval: 200ms, create_directory: true, directory_permissions: '0700'}
  debug: {verbosity: Detailed, sampling_initial: 5, sampling_thereafter: 200, use_internal_logger: false}
service:
  telemetry: {logs: {level: WARN, encoding: json}, metrics: {level: none}, resource: {service.name: gate}}
  extensions: []
  compat: collector
  pipelines: {metrics: {receivers: [otlp], processors: [], exporters: [file, debug]}}
extensions: {}
",
    );
    let Exporter::File(file) = &config.exporters[0].1.exporter else {
        panic!("not a file")
    };
    assert_eq!(
        (file.path.to_str(), file.append, file.directory_permissions),
        (Some("out/x.json"), true, 0o700)
    );
    assert_eq!(file.flush_interval, Duration::from_millis(200));
    let Exporter::Debug(debug) = &config.exporters[1].1.exporter else {
        panic!("not debug")
    };
    assert_eq!(
        (
            debug.verbosity,
            debug.sampling_initial,
            debug.sampling_thereafter
        ),
        (Verbosity::Detailed, 5, 200)
    );
    assert_eq!(
        (config.telemetry.logs.level, config.telemetry.logs.encoding),
        (LogLevel::Warn, LogEncoding::Json)
    );
    assert_eq!(config.compat, Compat::Collector);
}

#[test]
fn the_command_line_turns_compatibility_on() {
    let loaded = load(
        &[text(SMALLEST)],
        &Around::default(),
        &Stock,
        &Options {
            compat_collector: true,
        },
    )
    .unwrap();
    assert_eq!(loaded.config.compat, Compat::Collector);
}

#[test]
fn stages_keep_their_configuration_in_order_and_their_gate_apart() {
    let config = config(
        "
receivers: {otlp: {protocols: {grpc: }}}
processors:
  redaction:
    blocked_values: ['4[0-9]{12}$$']
    allow_all_keys: true
    gate:
      on_error: pass
      accept_leaks: true
      time: 20ms
      memory: 128MiB
      outcome: 8MiB
      host_calls: 3
      files: {prices: ./prices.csv}
      keys: {tenant: s3cret}
      logs: true
  resource:
  wasm/cost:
    component: ./cost.wasm
    config: {z: 1, a: [1.5, true, null, {b: x}]}
exporters: {nop: }
service: {pipelines: {logs: {receivers: [otlp], processors: [wasm/cost, redaction, resource], exporters: [nop]}}}
",
    );
    let redaction = policy(&config, 0);
    assert_eq!(
        redaction.component,
        Component::Stock("redaction".to_owned())
    );
    assert_eq!(
        redaction.config.to_string(),
        r#"{"blocked_values":["4[0-9]{12}$"],"allow_all_keys":true}"#
    );
    let gate = &redaction.gate;
    assert_eq!(
        (gate.on_error, gate.time, gate.memory),
        (OnError::Pass, Duration::from_millis(20), 128 << 20)
    );
    assert_eq!(
        (gate.outcome, gate.host_calls, gate.logs),
        (Some(8 << 20), 3, true)
    );
    assert_eq!(
        gate.files,
        [("prices".to_owned(), PathBuf::from("./prices.csv"))]
    );
    assert_eq!(gate.keys[0].1.reveal(), "s3cret");
    assert!(!format!("{config:?}").contains("s3cret"));
    let resource = policy(&config, 1);
    assert_eq!(
        (resource.config.to_string().as_str(), &resource.gate),
        ("{}", &Gate::default())
    );
    let cost = policy(&config, 2);
    assert_eq!(
        cost.component,
        Component::File(PathBuf::from("./cost.wasm"))
    );
    assert_eq!(
        cost.config.to_string(),
        r#"{"z":1,"a":[1.5,true,null,{"b":"x"}]}"#
    );
}

#[test]
fn anchors_and_merges_are_followed() {
    let config = config(
        "
receivers: {otlp: {protocols: {grpc: &server {endpoint: 'localhost:1', include_metadata: true}, http: {<<: *server, endpoint: 'localhost:2'}}}}
exporters: {nop: }
service: {pipelines: {logs: {receivers: [otlp], exporters: [nop]}}}
",
    );
    let http = config.receivers[0].1.http.as_ref().unwrap();
    assert_eq!(
        (http.endpoint.as_str(), http.include_metadata),
        ("localhost:2", true)
    );
}

#[test]
fn json_is_yaml() {
    let config = config(
        r#"{"receivers":{"otlp/r1":{"protocols":{"http":{"endpoint":"127.0.0.1:20001"}}}},"processors":{"attributes/p1":{"actions":[{"key":"a\u00e9/\"x\"","value":"1e3","action":"upsert"}]}},"exporters":{"file/e1":{"path":"/tmp/x"}},"service":{"telemetry":{"metrics":{"level":"none"}},"pipelines":{"logs/1":{"receivers":["otlp/r1"],"processors":["attributes/p1"],"exporters":["file/e1"]}}}}"#,
    );
    assert_eq!(
        policy(&config, 0).config["actions"][0]["key"],
        "a\u{e9}/\"x\""
    );
    assert_eq!(policy(&config, 0).config["actions"][0]["value"], "1e3");
}
