//! Real telemetry goes in by the protocols of its clients, and comes out as it was.

use serde_json::Value;
use tollgate_record::Signal;
use tollgate_tests::client;
use tollgate_tests::gate::Gate;
use tollgate_tests::sink::Sink;
use tollgate_tests::telemetry;

const PLAIN: &str = "
receivers:
  otlp: {protocols: {grpc: {endpoint: '{grpc}', max_recv_msg_size_mib: 32}, http: {endpoint: '{http}'}}}
exporters:
  file/logs: {path: '{folder}/logs'}
  file/traces: {path: '{folder}/traces'}
  file/metrics: {path: '{folder}/metrics'}
service:
  pipelines:
    logs: {receivers: [otlp], exporters: [file/logs]}
    traces: {receivers: [otlp], exporters: [file/traces]}
    metrics: {receivers: [otlp], exporters: [file/metrics]}
";

#[test]
fn every_request_is_accepted_over_its_own_protocol_and_leaves_as_the_bytes_that_came() {
    let exports = telemetry::exports();
    let sink = Sink::start();
    let gate = Gate::start(&format!(
        "
receivers:
  otlp: {{protocols: {{grpc: {{endpoint: '{{grpc}}', max_recv_msg_size_mib: 32}}, http: {{endpoint: '{{http}}'}}}}}}
exporters:
  otlphttp: {{endpoint: 'http://{}', compression: none}}
service:
  pipelines:
    logs: {{receivers: [otlp], exporters: [otlphttp]}}
    traces: {{receivers: [otlp], exporters: [otlphttp]}}
    metrics: {{receivers: [otlp], exporters: [otlphttp]}}
",
        sink.address
    ));
    for export in &exports {
        export
            .send(&gate)
            .unwrap_or_else(|refusal| panic!("{}: {refusal}", export.file));
    }
    let ended = gate.stop();
    assert!(ended.status.success(), "{}", ended.log);
    let received = sink.received();
    assert_eq!(received.len(), exports.len());
    for (export, (path, body)) in exports.iter().zip(&received) {
        assert_eq!(path, client::path(export.signal));
        // JSON comes out as the protobuf that it says; everything else byte for byte.
        assert!(
            *body == export.wire(),
            "{} came out as other bytes",
            export.file
        );
    }
    let records: u64 = exports
        .iter()
        .map(|export| u64::from(tollgate_record::count(export.signal, &export.wire()).unwrap()))
        .sum();
    let delivered: u64 = Signal::ALL
        .iter()
        .map(|signal| ended.count(signal.as_str(), "delivered"))
        .sum();
    assert_eq!(delivered, records, "the account balances");
}

#[test]
fn a_stage_that_changes_nothing_changes_no_byte() {
    let exports = telemetry::exports();
    let sink = Sink::start();
    let gate = Gate::start(&format!(
        "
receivers:
  otlp: {{protocols: {{grpc: {{endpoint: '{{grpc}}', max_recv_msg_size_mib: 32}}, http: {{endpoint: '{{http}}'}}}}}}
processors:
  redaction: {{allow_all_keys: true, blocked_values: ['this is in no text at all']}}
exporters:
  otlphttp: {{endpoint: 'http://{}', compression: none}}
service:
  pipelines:
    logs: {{receivers: [otlp], processors: [redaction], exporters: [otlphttp]}}
    traces: {{receivers: [otlp], processors: [redaction], exporters: [otlphttp]}}
    metrics: {{receivers: [otlp], processors: [redaction], exporters: [otlphttp]}}
",
        sink.address
    ));
    for export in &exports {
        export
            .send(&gate)
            .unwrap_or_else(|refusal| panic!("{}: {refusal}", export.file));
    }
    assert!(gate.stop().status.success());
    for (export, (_, body)) in exports.iter().zip(&sink.received()) {
        assert!(
            *body == export.wire(),
            "{} came out as other bytes",
            export.file
        );
    }
}

#[test]
fn json_that_the_file_exporter_wrote_says_what_came() {
    let exports = telemetry::exports();
    let gate = Gate::start(PLAIN);
    for export in &exports {
        export
            .send(&gate)
            .unwrap_or_else(|refusal| panic!("{}: {refusal}", export.file));
    }
    let ended = gate.stop();
    for signal in Signal::ALL {
        let sent: Vec<_> = exports
            .iter()
            .filter(|export| export.signal == signal)
            .collect();
        let lines = ended.lines(signal.as_str());
        assert_eq!(lines.len(), sent.len());
        for (export, line) in sent.iter().zip(&lines) {
            let again = tollgate_json::decode(signal, line.as_bytes()).unwrap();
            assert_eq!(
                message(signal, &export.wire()),
                message(signal, &again),
                "{}",
                export.file
            );
        }
    }
}

/// The message that a request is. The Collector's JSON writes a body that is absent as one that is empty.
fn message(signal: Signal, wire: &[u8]) -> Value {
    telemetry::json(signal, wire)
}

#[test]
fn json_written_by_the_file_exporter_is_otlp_json() {
    let gate = Gate::start(PLAIN);
    let export = telemetry::exports()
        .into_iter()
        .find(|export| export.signal == Signal::Traces)
        .unwrap();
    export.send(&gate).unwrap();
    let ended = gate.stop();
    let line: Value = serde_json::from_str(&ended.lines("traces")[0]).unwrap();
    let span = &line["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(span["traceId"].as_str().unwrap().len(), 32);
    assert!(
        span["startTimeUnixNano"].is_string(),
        "64-bit numbers are strings"
    );
    assert!(span["kind"].is_number(), "enums are numbers");
}
