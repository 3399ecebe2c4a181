//! What is acknowledged has arrived; what did not arrive is the client's to send again.

use serde_json::Value;
use tollgate_record::Signal;
use tollgate_tests::client::post;
use tollgate_tests::gate::{Gate, free};

const GOOD: &str = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"one"}},{"body":{"stringValue":"two"}}]}]}]}"#;

#[test]
fn receivers_and_exporters_may_stand_several_times() {
    let other = free();
    let gate = Gate::start(&format!(
        "
receivers:
  otlp: {{protocols: {{http: {{endpoint: '{{http}}'}}}}}}
  otlp/second: {{protocols: {{http: {{endpoint: '{other}'}}}}}}
processors:
  attributes/a: {{actions: [{{key: via, value: a, action: upsert}}]}}
  attributes/b: {{actions: [{{key: via, value: b, action: upsert}}]}}
exporters:
  file/a: {{path: '{{folder}}/a'}}
  file/b: {{path: '{{folder}}/b'}}
  file/both: {{path: '{{folder}}/both'}}
service:
  pipelines:
    logs/a: {{receivers: [otlp, otlp/second], processors: [attributes/a], exporters: [file/a, file/both]}}
    logs/b: {{receivers: [otlp], processors: [attributes/b], exporters: [file/b, file/both]}}
"
    ));
    for address in [gate.http, other] {
        let answer = post(
            address,
            Signal::Logs,
            "application/json",
            &[],
            GOOD.as_bytes(),
        );
        assert_eq!((answer.status, answer.text().as_str()), (200, "{}"));
    }
    let ended = gate.stop();
    let via = |file: &str, mark: &str| {
        ended
            .lines(file)
            .iter()
            .filter(|line| line.contains(&format!(r#""stringValue":"{mark}""#)))
            .count()
    };
    assert_eq!((via("a", "a"), via("a", "b")), (2, 0));
    assert_eq!((via("b", "a"), via("b", "b")), (0, 1));
    assert_eq!((via("both", "a"), via("both", "b")), (2, 1));
    assert_eq!(ended.count("logs/a", "delivered"), 4);
    assert_eq!(ended.count("logs/b", "delivered"), 2);
}

#[test]
fn a_destination_that_is_down_is_told_as_retryable_and_nothing_is_acknowledged() {
    let gate = Gate::start(&format!(
        "
receivers: {{otlp: {{protocols: {{http: {{endpoint: '{{http}}'}}}}}}}}
exporters:
  otlp: {{endpoint: '{}', tls: {{insecure: true}}, timeout: 1s, retry_on_failure: {{initial_interval: 50ms, max_interval: 100ms, max_elapsed_time: 300ms}}}}
service: {{pipelines: {{logs: {{receivers: [otlp], exporters: [otlp]}}}}}}
",
        free()
    ));
    let answer = post(
        gate.http,
        Signal::Logs,
        "application/json",
        &[],
        GOOD.as_bytes(),
    );
    assert_eq!(answer.status, 503, "{}", answer.text());
    let status: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(status["code"], 14, "UNAVAILABLE");
    let ended = gate.stop();
    assert_eq!(ended.count("logs", "refused"), 2);
    assert_eq!(ended.count("logs", "delivered"), 0);
}

#[test]
fn retries_deliver_what_a_destination_missed() {
    let address = free();
    let gate = Gate::start(&format!(
        "
receivers: {{otlp: {{protocols: {{http: {{endpoint: '{{http}}'}}}}}}}}
exporters:
  otlphttp: {{endpoint: 'http://{address}', encoding: json, retry_on_failure: {{initial_interval: 100ms}}}}
service: {{pipelines: {{logs: {{receivers: [otlp], exporters: [otlphttp]}}}}}}
"
    ));
    let http = gate.http;
    let client = std::thread::spawn(move || {
        post(http, Signal::Logs, "application/json", &[], GOOD.as_bytes())
    });
    std::thread::sleep(std::time::Duration::from_millis(300));
    let sink = Gate::start(&format!(
        "
receivers: {{otlp: {{protocols: {{http: {{endpoint: '{address}'}}, grpc: {{endpoint: '{{grpc}}'}}}}}}}}
exporters: {{file: {{path: '{{folder}}/out'}}}}
service: {{pipelines: {{logs: {{receivers: [otlp], exporters: [file]}}}}}}
"
    ));
    let answer = client.join().unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(gate.stop().count("logs", "delivered"), 2);
    assert_eq!(sink.stop().lines("out").len(), 1);
}

#[test]
fn a_stop_under_load_loses_nothing_that_was_acknowledged() {
    for signal in ["TERM", "INT"] {
        let gate = Gate::start(
            "
receivers: {otlp: {protocols: {http: {endpoint: '{http}'}}}}
processors: {redaction: {allow_all_keys: true, blocked_values: ['x[0-9]+']}}
exporters: {file: {path: '{folder}/out'}}
service: {pipelines: {logs: {receivers: [otlp], processors: [redaction], exporters: [file]}}}
",
        );
        let http = gate.http;
        let clients: Vec<_> = (0..4)
            .map(|client| {
                std::thread::spawn(move || {
                    let mut acknowledged = Vec::new();
                    for number in 0..10_000 {
                        let id = format!("id-{client}-{number}-");
                        let body = format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{{"stringValue":"{id}"}}}}]}}]}}]}}"#);
                        match std::panic::catch_unwind(|| post(http, Signal::Logs, "application/json", &[], body.as_bytes())) {
                            Ok(answer) if answer.status == 200 => acknowledged.push(id),
                            _ => break,
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        std::thread::sleep(std::time::Duration::from_millis(500));
        gate.signal(signal);
        let ended = gate.ended();
        assert!(ended.status.success(), "{signal}: {}", ended.log);
        let out = ended.lines("out").join("\n");
        let acknowledged: Vec<String> = clients
            .into_iter()
            .flat_map(|client| client.join().unwrap())
            .collect();
        assert!(acknowledged.len() > 10, "{signal}: there was load");
        for id in &acknowledged {
            assert!(
                out.contains(id.as_str()),
                "{signal}: {id} was acknowledged and is not there"
            );
        }
    }
}
