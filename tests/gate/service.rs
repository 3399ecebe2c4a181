//! What the gate does by itself, without a policy: batches, the memory limiter, the health check.

use std::thread::{self, sleep};
use std::time::Duration;

use serde_json::Value;
use tollgate_record::Signal;
use tollgate_tests::client::{self, Answer};
use tollgate_tests::gate::Gate;
use tollgate_tests::grpc::Client;
use tollgate_tests::prometheus::Page;
use tollgate_tests::sink::Sink;

const LOGS: &[u8] =
    br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}}]}]}]}"#;

fn configuration(processor: &str, settings: &str, sink: &Sink) -> String {
    format!(
        "
receivers: {{otlp: {{protocols: {{grpc: {{endpoint: '{{grpc}}'}}, http: {{endpoint: '{{http}}'}}}}}}}}
processors: {{{processor}: {settings}}}
exporters: {{otlphttp: {{endpoint: 'http://{}', compression: none}}}}
extensions: {{health_check: {{endpoint: '{{health}}'}}}}
service:
  extensions: [health_check]
  telemetry: {{metrics: {{readers: [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {{metrics}}}}}}}}}}]}}}}
  pipelines: {{logs: {{receivers: [otlp], processors: [{processor}], exporters: [otlphttp]}}}}
",
        sink.address
    )
}

fn send(gate: &Gate) -> Answer {
    client::post(gate.http, Signal::Logs, "application/json", &[], LOGS)
}

/// A client that waits for its answer while the test goes on.
fn sending(gate: &Gate) -> thread::JoinHandle<Answer> {
    let address = gate.http;
    thread::spawn(move || client::post(address, Signal::Logs, "application/json", &[], LOGS))
}

fn metric(gate: &Gate, name: &str) -> f64 {
    let answer = client::get(gate.metrics, "/metrics");
    Page::read(&answer.text()).unwrap().sum(name, &[])
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if holds() {
            return;
        }
        sleep(Duration::from_millis(10));
    }
    panic!("never: {what}");
}

#[test]
fn a_batch_is_acknowledged_when_it_was_delivered_and_not_before() {
    let (sink, release) = Sink::held();
    let settings = "{send_batch_size: 3, timeout: 1h}";
    let gate = Gate::start(&configuration("batch", settings, &sink));
    let clients = [sending(&gate), sending(&gate), sending(&gate)];
    until("the batch is on its way", || {
        metric(&gate, "otelcol_exporter_in_flight_requests") > 0.5
    });
    assert!(clients.iter().all(|client| !client.is_finished()));
    release.send(()).unwrap();
    for client in clients {
        assert_eq!(client.join().unwrap().status, 200);
    }
    assert!(gate.stop().status.success());
    assert_eq!(sink.received().len(), 1, "one batch of three requests");
}

#[test]
fn a_batch_that_nobody_took_is_told_to_everyone_in_it() {
    let sink = Sink::answering("400 Bad Request");
    let settings = "{send_batch_size: 3, timeout: 1h}";
    let gate = Gate::start(&configuration("batch", settings, &sink));
    for client in [sending(&gate), sending(&gate), sending(&gate)] {
        assert_eq!(client.join().unwrap().status, 500);
    }
    assert!(gate.stop().status.success());
}

#[test]
fn what_waits_for_its_batch_is_delivered_when_the_gate_stops() {
    let sink = Sink::start();
    let settings = "{send_batch_size: 1000, timeout: 1h}";
    let gate = Gate::start(&configuration("batch", settings, &sink));
    let client = sending(&gate);
    until("the request came in", || {
        metric(&gate, "tollgate_pipeline_received_records") > 0.5
    });
    assert!(!client.is_finished());
    assert!(gate.stop().status.success());
    assert_eq!(client.join().unwrap().status, 200);
    assert_eq!(sink.received().len(), 1);
}

#[test]
fn short_of_memory_the_gate_asks_clients_to_come_back() {
    let sink = Sink::start();
    let settings = "{check_interval: 3s, limit_mib: 1}";
    let gate = Gate::start(&configuration("memory_limiter", settings, &sink));
    let answer = send(&gate);
    assert_eq!(answer.status, 503, "{}", answer.text());
    let head = answer.head.to_ascii_lowercase();
    assert!(head.contains("retry-after: 3\r\n"), "{head}");
    // Before it is decompressed, or looked at in any other way.
    let headers = [("content-encoding", "gzip")];
    let json = "application/json";
    let answer = client::post(gate.http, Signal::Logs, json, &headers, b"no gzip");
    assert_eq!(answer.status, 503);
    let wire = tollgate_json::decode(Signal::Logs, LOGS).unwrap();
    let status = Client::connect(gate.grpc)
        .export(Signal::Logs, &wire, None)
        .unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unavailable);
    let name = b"google.rpc.RetryInfo";
    let details = status.details();
    assert!(
        details.windows(name.len()).any(|window| window == name),
        "{details:?}"
    );
    let refused = metric(&gate, "tollgate_memory_limiter_refused_requests");
    assert!((refused - 3.0).abs() < 0.1, "{refused}");
    assert!(gate.stop().status.success());
    assert!(sink.received().is_empty());
}

fn health(gate: &Gate, query: &str) -> (u16, Value) {
    let answer = client::get(gate.health, query);
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

#[test]
fn health_is_well_until_the_gate_stops() {
    let (sink, release) = Sink::held();
    let gate = Gate::start(&configuration("batch", "{timeout: 1ms}", &sink));
    until("it is ready", || {
        client::get(gate.health, "/").status == 200
    });
    let (_, said) = health(&gate, "/");
    assert_eq!(said["status"], "Server available");
    assert!(
        said["upSince"].is_string() && said["uptime"].is_string(),
        "{said}"
    );
    let (status, said) = health(&gate, "/?verbose");
    assert_eq!(
        (status, &said["healthy"]),
        (200, &Value::Bool(true)),
        "{said}"
    );
    assert!(said.to_string().contains("exporter:otlphttp"), "{said}");

    // While what is in flight is finished, nobody should send more.
    let client = sending(&gate);
    until("the request is on its way", || {
        metric(&gate, "otelcol_exporter_in_flight_requests") > 0.5
    });
    gate.signal("TERM");
    until("it says that it stops", || {
        client::get(gate.health, "/").status == 503
    });
    let (_, said) = health(&gate, "/");
    assert_eq!(said["status"], "Server not available");
    release.send(()).unwrap();
    assert_eq!(client.join().unwrap().status, 200);
    assert!(gate.ended().status.success());
}

#[test]
fn a_component_that_is_not_well_is_named() {
    let sink = Sink::start();
    let settings = "{check_interval: 3s, limit_mib: 1}";
    let gate = Gate::start(&configuration("memory_limiter", settings, &sink));
    until("it is ready", || {
        client::get(gate.health, "/").status == 200
    });
    let (status, said) = health(&gate, "/?verbose");
    assert_eq!(
        (status, &said["healthy"]),
        (503, &Value::Bool(false)),
        "{said}"
    );
    assert!(said.to_string().contains("memory_limiter"), "{said}");
    assert!(gate.stop().status.success());
}
