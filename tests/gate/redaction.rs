//! What was planted does not get through, in any field, of any client.

use tollgate_record::Signal;
use tollgate_tests::gate::Gate;
use tollgate_tests::telemetry::{self, PLANTED};

/// The redaction of the demo, for all signals.
fn configuration() -> String {
    let demo = include_str!("../../examples/agents/config.yaml");
    let start = demo.find("  redaction:").unwrap();
    let end = demo.find("  attributes:").unwrap();
    format!(
        "
receivers:
  otlp: {{protocols: {{grpc: {{endpoint: '{{grpc}}'}}, http: {{endpoint: '{{http}}'}}}}}}
processors:
{}
exporters:
  file: {{path: '{{folder}}/out'}}
service:
  pipelines:
    logs: {{receivers: [otlp], processors: [redaction], exporters: [file]}}
    traces: {{receivers: [otlp], processors: [redaction], exporters: [file]}}
    metrics: {{receivers: [otlp], processors: [redaction], exporters: [file]}}
",
        &demo[start..end].replace("processors:\n", "")
    )
}

#[test]
fn nothing_planted_gets_through() {
    let gate = Gate::start(&configuration());
    let exports = telemetry::exports();
    for export in &exports {
        export
            .send(&gate)
            .unwrap_or_else(|refusal| panic!("{}: {refusal}", export.file));
    }
    let ended = gate.stop();
    let out = ended.lines("out").join("\n");
    assert!(!out.is_empty());
    let came: String = exports
        .iter()
        .map(|export| export.json().to_string())
        .collect();
    for planted in PLANTED {
        assert!(!out.contains(planted), "{planted} got through");
        assert!(!ended.log.contains(planted), "{planted} is in the log");
    }
    // What was never sent shows nothing.
    let sent = PLANTED.iter().filter(|planted| came.contains(**planted));
    assert!(sent.count() >= 4);
}

/// A log record with a secret in each place that a record has for text.
#[test]
fn secrets_are_found_wherever_a_text_can_stand() {
    let secret = "AKIAIOSFODNN7EXAMPLE";
    let text = |name: &str| format!(r#""{name}":"{secret}""#);
    let attributes = format!(
        r#""attributes":[{{"key":"k","value":{{"stringValue":"x {secret}"}}}},{{"key":"{secret}","value":{{"intValue":"1"}}}},
           {{"key":"list","value":{{"arrayValue":{{"values":[{{"kvlistValue":{{"values":[{{"key":"{secret}","value":{{"stringValue":"{secret}"}}}}]}}}}]}}}}}},
           {{"key":"bytes","value":{{"bytesValue":"QUtJQUlPU0ZPRE5ON0VYQU1QTEU="}}}}]"#
    );
    let around = format!(r#""resource":{{{attributes}}},{}"#, text("schemaUrl"));
    let scope = format!(
        r#""scope":{{{},{},{attributes}}},{}"#,
        text("name"),
        text("version"),
        text("schemaUrl")
    );
    let exemplar = format!(
        r#"{{"asDouble":1,{}}}"#,
        attributes.replacen("attributes", "filteredAttributes", 1)
    );
    let requests = [
        (
            Signal::Logs,
            format!(
                r#"{{"resourceLogs":[{{{around},"scopeLogs":[{{{scope},"logRecords":[{{{},{},"body":{{"stringValue":"{secret}"}},{attributes}}}]}}]}}]}}"#,
                text("severityText"),
                text("eventName")
            ),
        ),
        (
            Signal::Traces,
            format!(
                r#"{{"resourceSpans":[{{{around},"scopeSpans":[{{{scope},"spans":[{{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708",{},
                   {},"status":{{{}}},{attributes},"events":[{{{},{attributes}}}],"links":[{{{},{attributes}}}]}}]}}]}}]}}"#,
                text("name"),
                text("traceState"),
                text("message"),
                text("name"),
                text("traceState")
            ),
        ),
        (
            Signal::Metrics,
            format!(
                r#"{{"resourceMetrics":[{{{around},"scopeMetrics":[{{{scope},"metrics":[{{{},{},{},"metadata":[{{"key":"m","value":{{"stringValue":"{secret}"}}}}],
                   "sum":{{"aggregationTemporality":2,"dataPoints":[{{"asInt":"1",{attributes},"exemplars":[{exemplar}]}}]}}}}]}}]}}]}}"#,
                text("name"),
                text("description"),
                text("unit")
            ),
        ),
    ];
    let gate = Gate::start(&configuration());
    for (signal, body) in &requests {
        let answer = tollgate_tests::client::post(
            gate.http,
            *signal,
            "application/json",
            &[],
            body.as_bytes(),
        );
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (200, "{}"),
            "{signal:?}"
        );
    }
    let ended = gate.stop();
    let lines = ended.lines("out");
    assert_eq!(lines.len(), requests.len());
    for line in &lines {
        let found = line
            .find(secret)
            .or_else(|| line.find("QUtJQUlPU0ZPRE5ON0VYQU1QTEU"));
        assert!(found.is_none(), "a secret got through: {line}");
        let stands_there = line.contains("[aws_access_key_id]");
        assert!(stands_there, "it was replaced, not lost: {line}");
    }
}
