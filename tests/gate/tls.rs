//! TLS, certificates of clients and credentials, from one gate to another and from curl.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tollgate_record::Signal;
use tollgate_tests::client;
use tollgate_tests::gate::Gate;
use tollgate_tests::grpc::Client;
use tonic::transport::{Certificate, ClientTlsConfig, Identity};
use tonic::{Code, Status};

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

fn read(name: &str) -> String {
    fs::read_to_string(fixture(name)).unwrap()
}

/// A client that trusts the authority of servers.
fn trusting() -> ClientTlsConfig {
    ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(read("authority.pem")))
        .domain_name("localhost")
}

/// A client that shows a certificate besides, with the key to it.
fn showing(name: &str) -> ClientTlsConfig {
    let certificate = read(&format!("{name}.pem"));
    let key = read(&format!("{name}.key.pem"));
    trusting().identity(Identity::from_pem(certificate, key))
}

/// What comes of a request, whether the connection failed or the request on it.
fn sent(
    address: SocketAddr,
    tls: ClientTlsConfig,
    metadata: &[(&'static str, &str)],
) -> Result<(), Status> {
    let wire = tollgate_json::decode(Signal::Logs, ONE.as_bytes()).unwrap();
    let client = Client::connect_over(address, tls);
    let client = client.map_err(|error| Status::unavailable(error.to_string()))?;
    client
        .export_with(Signal::Logs, &wire, None, metadata)
        .map(drop)
}

#[test]
fn grpc_is_let_in_with_a_certificate_and_a_token_alone() {
    let gate = guarded();
    let right = format!("Bearer {TOKEN}");
    // Nobody gets as far as the token without a certificate of the right authority.
    for tls in [trusting(), showing("server")] {
        let refused = sent(gate.grpc, tls, &[("authorization", right.as_str())]).unwrap_err();
        assert_ne!(refused.code(), Code::Unauthenticated, "{refused}");
    }
    assert_eq!(denied(&gate), 0);
    let wrong: [&[(&str, &str)]; 3] = [
        &[],
        &[("authorization", "Bearer wrong")],
        &[("authorization", "Basic wrong")],
    ];
    for metadata in wrong {
        let refused = sent(gate.grpc, showing("client"), metadata).unwrap_err();
        let said = (refused.code(), refused.message(), refused.details());
        let expected = "credentials are missing or wrong";
        assert_eq!(said, (Code::Unauthenticated, expected, &[][..]));
    }
    assert_eq!(denied(&gate), 3);
    sent(
        gate.grpc,
        showing("client"),
        &[("authorization", right.as_str())],
    )
    .unwrap();
    let ended = gate.stop();
    assert!(!ended.log.contains(TOKEN), "a token in the log");
    assert_eq!(ended.lines("out").len(), 1, "one of them was let in");
}

/// Passwords as `htpasswd` writes them: by bcrypt and by Apache's MD5. Both are the one that nobody may see.
const USERS: &str = "ali:$$2b$$04$$lyb3OPWtZ6DRlvomsM2.au4dEV516Xn6PDZC9NsblVO4Bno67HBk.\\nkasim:$$apr1$$tollgate$$hdzyKsruT80fqz95KoB.u0\\n";

#[test]
fn users_are_let_in_with_their_passwords_alone() {
    let gate = Gate::start(&with_paths(&format!(
        "
receivers:
  otlp:
    protocols:
      grpc: {{endpoint: '{{grpc}}', tls: {{cert_file: '{{server}}', key_file: '{{server_key}}'}}, auth: &users {{authenticator: basicauth}}}}
      http: {{endpoint: '{{http}}', auth: *users}}
extensions: {{basicauth: {{htpasswd: {{inline: \"{USERS}\"}}}}}}
exporters: {{file: {{path: '{{folder}}/out'}}}}
service:
  extensions: [basicauth]
  telemetry: {{metrics: {{readers: [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {{metrics}}}}}}}}}}]}}}}
  pipelines: {{logs: {{receivers: [otlp], exporters: [file]}}}}
"
    )));
    let users = [
        ("ali", TOKEN, true),
        ("kasim", TOKEN, true),
        ("ali", "wrong", false),
        ("kasim", "", false),
        ("nobody", TOKEN, false),
    ];
    for (name, password, is_right) in users {
        let shown = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
        let headers = [("authorization", shown.as_str())];
        let answer = client::post(
            gate.http,
            Signal::Logs,
            "application/json",
            &headers,
            ONE.as_bytes(),
        );
        let answered = sent(gate.grpc, trusting(), &headers).map_err(|status| status.code());
        if is_right {
            assert_eq!((answer.status, answered), (200, Ok(())), "{name}");
        } else {
            let expected = (401, Err(Code::Unauthenticated));
            assert_eq!((answer.status, answered), expected, "{name}");
            let body = r#"{"code":16,"message":"credentials are missing or wrong"}"#;
            assert_eq!(answer.text(), body, "{name}: the same for everybody");
        }
    }
    assert_eq!(denied(&gate), 6);
    let ended = gate.stop();
    for secret in [TOKEN, "kasim", "nobody", "apr1", "04$lyb"] {
        assert!(!ended.log.contains(secret), "{secret} in the log");
    }
    assert_eq!(ended.lines("out").len(), 4, "two users, by two ways each");
}

#[test]
fn a_certificate_that_is_replaced_is_shown_to_new_clients() {
    let folder = tempfile::tempdir().unwrap();
    let put = |from: &str, to: &str| {
        let next = folder.path().join("next");
        fs::copy(fixture(from), &next).unwrap();
        fs::rename(&next, folder.path().join(to)).unwrap();
    };
    // Signed by an authority that these clients do not trust.
    put("client.pem", "shown.pem");
    put("client.key.pem", "shown.key.pem");
    let place = folder.path().display();
    let gate = Gate::start(&format!(
        "
receivers: {{otlp: {{protocols: {{grpc: {{endpoint: '{{grpc}}', tls: {{cert_file: '{place}/shown.pem', key_file: '{place}/shown.key.pem', reload_interval: 100ms}}}}}}}}}}
exporters: {{file: {{path: '{{folder}}/out'}}}}
service: {{telemetry: {{metrics: {{level: none}}}}, pipelines: {{logs: {{receivers: [otlp], exporters: [file]}}}}}}
"
    ));
    assert!(sent(gate.grpc, trusting(), &[]).is_err());
    put("server.key.pem", "shown.key.pem");
    put("server.pem", "shown.pem");
    let end = Instant::now() + Duration::from_mins(1);
    while let Err(status) = sent(gate.grpc, trusting(), &[]) {
        assert!(Instant::now() < end, "the old one is shown: {status}");
        std::thread::sleep(Duration::from_millis(50));
    }
    let ended = gate.stop();
    assert_eq!(ended.lines("out").len(), 1, "nothing came before that");
}
