//! TLS, certificates of clients and credentials, from one gate to another and from curl.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tollgate_record::Signal;
use tollgate_tests::client;
use tollgate_tests::gate::Gate;

const TOKEN: &str = tollgate_tests::canaries::CREDENTIAL;
const ONE: &str =
    r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"one"}}]}]}]}"#;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../host/otlp/tests/fixtures/tls")
        .join(name)
}

/// A configuration with paths of certificates in it.
fn with_paths(text: &str) -> String {
    let names = [
        ("{server}", "server.pem"),
        ("{server_key}", "server.key.pem"),
        ("{client}", "client.pem"),
        ("{client_key}", "client.key.pem"),
        ("{authority}", "authority.pem"),
        ("{clients}", "clients.pem"),
    ];
    names.iter().fold(text.to_owned(), |text, (name, file)| {
        text.replace(name, &fixture(file).display().to_string())
    })
}

/// A gate that only takes clients with a certificate and the token, over both protocols.
fn guarded() -> Gate {
    Gate::start(&with_paths(&format!(
        "
receivers:
  otlp:
    protocols:
      grpc: {{endpoint: '{{grpc}}', tls: &tls {{cert_file: '{{server}}', key_file: '{{server_key}}', client_ca_file: '{{clients}}'}}, auth: {{authenticator: bearertokenauth}}}}
      http: {{endpoint: '{{http}}', tls: *tls, auth: {{authenticator: bearertokenauth}}}}
extensions: {{bearertokenauth: {{token: {TOKEN}}}}}
exporters: {{file: {{path: '{{folder}}/out'}}}}
service:
  extensions: [bearertokenauth]
  telemetry: {{metrics: {{readers: [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {{metrics}}}}}}}}}}]}}}}
  pipelines: {{logs: {{receivers: [otlp], exporters: [file]}}}}
"
    )))
}

fn denied(gate: &Gate) -> u64 {
    let page = client::get(gate.metrics, "/metrics").text();
    let line = page
        .lines()
        .filter(|line| line.starts_with("tollgate_receiver_denied_requests{"));
    line.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
        .sum()
}

#[test]
fn a_gate_sends_to_a_gate_with_a_certificate_and_a_token() {
    let guarded = guarded();
    let sender = |token: &str, exporter: &str| {
        Gate::start(&with_paths(&format!(
            "
receivers: {{otlp: {{protocols: {{http: {{endpoint: '{{http}}'}}}}}}}}
extensions: {{bearertokenauth: {{token: {token}}}}}
exporters:
  {exporter}
    tls: {{ca_file: '{{authority}}', cert_file: '{{client}}', key_file: '{{client_key}}', server_name_override: localhost}}
    auth: {{authenticator: bearertokenauth}}
    retry_on_failure: {{enabled: false}}
service:
  extensions: [bearertokenauth]
  pipelines: {{logs: {{receivers: [otlp], exporters: [{}]}}}}
",
            exporter.split(':').next().unwrap()
        )))
    };
    let exporters = [
        format!("otlp:\n    endpoint: '{}'", guarded.grpc),
        format!("otlphttp:\n    endpoint: 'https://{}'", guarded.http),
    ];
    for exporter in &exporters {
        for (token, status) in [(TOKEN, 200), ("another-token", 500)] {
            let sender = sender(token, exporter);
            let answer = client::post(
                sender.http,
                Signal::Logs,
                "application/json",
                &[],
                ONE.as_bytes(),
            );
            assert_eq!(answer.status, status, "{exporter}: {}", answer.text());
            let ended = sender.stop();
            assert!(!ended.log.contains(token), "a token in the log");
        }
    }
    assert_eq!(denied(&guarded), 2);
    let ended = guarded.stop();
    assert!(!ended.log.contains(TOKEN), "a token in the log");
    let out = fs::read_to_string(ended.folder.path().join("out")).unwrap();
    assert_eq!(out.lines().count(), 2, "the token let two of them in");
}

#[test]
#[allow(clippy::print_stderr, reason = "what was not tried has to be said")]
fn curl_is_let_in_with_a_certificate_and_a_token_alone() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("curl is not here: nothing was tried with it");
        return;
    }
    let gate = guarded();
    let curl = |more: &[&str]| {
        let url = format!("https://localhost:{}/v1/logs", gate.http.port());
        let resolve = format!("localhost:{}:{}", gate.http.port(), gate.http.ip());
        let output = Command::new("curl")
            .args([
                "-s",
                "-m",
                "20",
                "-w",
                "\n%{http_code}",
                "--resolve",
                &resolve,
            ])
            .arg("--cacert")
            .arg(fixture("authority.pem"))
            .args(["-H", "content-type: application/json", "-d", ONE])
            .args(more)
            .arg(url)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (body, status) = text.rsplit_once('\n').unwrap();
        (status.parse::<u16>().unwrap(), body.to_owned())
    };
    let (certificate, key) = (fixture("client.pem"), fixture("client.key.pem"));
    let shown = [
        "--cert",
        certificate.to_str().unwrap(),
        "--key",
        key.to_str().unwrap(),
    ];
    assert_eq!(curl(&[]).0, 0, "no certificate, no answer");
    let right = format!("authorization: Bearer {TOKEN}");
    for (header, expected) in [
        ("x-nothing: 1", 401),
        ("authorization: Bearer wrong", 401),
        (right.as_str(), 200),
    ] {
        let (status, body) = curl(&[&shown[..], &["-H", header]].concat());
        assert_eq!(status, expected, "{body}");
        assert!(!body.contains(TOKEN) && !body.contains("wrong-"), "{body}");
        if expected == 401 {
            assert_eq!(
                body,
                r#"{"code":16,"message":"credentials are missing or wrong"}"#
            );
        }
    }
    assert_eq!(denied(&gate), 2);
    assert!(gate.stop().status.success());
}
