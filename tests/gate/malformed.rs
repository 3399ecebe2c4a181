//! Requests that are none: an answer by the protocol, and the process goes on.

use std::io::Write as _;
use std::net::TcpStream;

use tollgate_record::Signal;
use tollgate_tests::client::{Answer, post, raw};
use tollgate_tests::gate::Gate;
use tollgate_tests::grpc;
use tonic::Code;

const CONFIGURATION: &str = "
receivers:
  otlp: {protocols: {grpc: {endpoint: '{grpc}'}, http: {endpoint: '{http}', max_request_body_size: 4194304}}}
processors:
  redaction: {allow_all_keys: true, blocked_values: ['AKIA[0-9A-Z]{16}', '[a-z]+@[a-z]+[.]com', '[0-9]{3}-[0-9]{2}-[0-9]{4}', 'Bearer [a-z]+', '(a+)+b']}
exporters:
  file: {path: '{folder}/out'}
service:
  pipelines:
    logs: {receivers: [otlp], processors: [redaction], exporters: [file]}
    traces: {receivers: [otlp], processors: [redaction], exporters: [file]}
    metrics: {receivers: [otlp], processors: [redaction], exporters: [file]}
";

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";
const GOOD: &str =
    r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"good"}}]}]}]}"#;

/// One message in another, as a protobuf field.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = content.len();
    while length >= 0x80 {
        out.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
        length >>= 7;
    }
    out.push(u8::try_from(length).unwrap());
    out.extend_from_slice(content);
    out
}

/// A log request whose body is this `AnyValue`.
fn with_body(value: &[u8]) -> Vec<u8> {
    field(1, &field(2, &field(2, &field(5, value))))
}

fn nested(depth: usize) -> Vec<u8> {
    let mut value = field(1, b"leaf");
    for _ in 0..depth {
        value = field(5, &field(1, &value));
    }
    with_body(&value)
}

fn nested_json(depth: usize) -> String {
    let value = r#"{"arrayValue":{"values":["#.repeat(depth)
        + r#"{"stringValue":"leaf"}"#
        + &"]}}".repeat(depth);
    format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{value}}}]}}]}}]}}"#)
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

struct Tried {
    gate: Gate,
    good: usize,
}

impl Tried {
    fn new() -> Self {
        Self {
            gate: Gate::start(CONFIGURATION),
            good: 0,
        }
    }

    fn post(&self, content_type: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        post(self.gate.http, Signal::Logs, content_type, headers, body)
    }

    /// After whatever came before, a good request is taken.
    fn still_good(&mut self, after: &str) {
        let answer = self.post(JSON, &[], GOOD.as_bytes());
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (200, "{}"),
            "after {after}"
        );
        self.good += 1;
    }

    fn resident_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.gate.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
            / 1024
    }

    fn end(self) {
        let memory = self.resident_mib();
        let ended = self.gate.stop();
        assert!(ended.status.success(), "{}", ended.log);
        assert_eq!(
            ended
                .lines("out")
                .iter()
                .filter(|line| line.contains("good"))
                .count(),
            self.good,
            "every good request is there"
        );
        assert!(
            memory < 256 + 100,
            "the byte budget and 100 MiB: {memory} MiB"
        );
    }
}

#[test]
fn malformed_bodies_are_answered_with_400_in_the_encoding_of_the_request() {
    let mut tried = Tried::new();
    let good = with_body(&field(1, b"text"));
    let cut = &good[..good.len() - 3];
    let flipped: Vec<u8> = good
        .iter()
        .enumerate()
        .map(|(at, byte)| if at == 0 { byte ^ 7 } else { *byte })
        .collect();
    let not_utf8 = with_body(&field(1, &[0xff, 0xfe, 0x80]));
    let overlong = [
        &[
            0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
        ][..],
        &[0; 16],
    ]
    .concat();
    let protobuf: &[(&str, &[u8])] = &[
        ("cut", cut),
        ("flipped", &flipped),
        ("text that is not UTF-8", &not_utf8),
        ("overlong length", &overlong),
        ("random", b"\x0f\x0f\x0f\x0f"),
        ("JSON as protobuf", GOOD.as_bytes()),
    ];
    for (name, body) in protobuf {
        let answer = tried.post(PROTOBUF, &[], body);
        assert_eq!(answer.status, 400, "{name}: {}", answer.text());
        assert!(
            answer
                .head
                .to_ascii_lowercase()
                .contains("content-type: application/x-protobuf"),
            "{name}: {}",
            answer.head
        );
        // google.rpc.Status: code 3 (INVALID_ARGUMENT), and a message.
        assert!(
            answer.body.starts_with(&[0x08, 3, 0x12]),
            "{name}: {:?}",
            answer.body
        );
        tried.still_good(name);
    }
    for (name, body) in [
        ("cut", &GOOD[..GOOD.len() - 4]),
        ("no JSON", "hello"),
        ("a list", "[]"),
        (
            "lone surrogate",
            r#"{"resourceLogs":[{"schemaUrl":"\ud800"}]}"#,
        ),
    ] {
        let answer = tried.post(JSON, &[], body.as_bytes());
        assert_eq!(answer.status, 400, "{name}: {}", answer.text());
        let status: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(status["code"], 3, "{name}");
        tried.still_good(name);
    }
    tried.end();
}

#[test]
fn deep_nesting_is_refused_and_costs_no_memory() {
    let mut tried = Tried::new();
    for depth in [65, 1_000, 60_000] {
        let answer = tried.post(PROTOBUF, &[], &nested(depth));
        assert_eq!(answer.status, 400, "protobuf, {depth} deep");
        let answer = tried.post(JSON, &[], nested_json(depth).as_bytes());
        assert_eq!(answer.status, 400, "JSON, {depth} deep");
        tried.still_good("nesting");
    }
    let answer = tried.post(PROTOBUF, &[], &nested(60));
    assert_eq!(answer.status, 200, "60 deep is fine: {}", answer.text());
    tried.end();
}

#[test]
fn bombs_and_oversized_bodies_are_refused_before_memory_is_spent() {
    let mut tried = Tried::new();
    let zeros = vec![0_u8; 512 << 20];
    let bomb = gzip(&zeros);
    let zstd = zstd::encode_all(zeros.as_slice(), 3).unwrap();
    drop(zeros);
    for (encoding, body) in [("gzip", &bomb), ("zstd", &zstd)] {
        let answer = tried.post(PROTOBUF, &[("content-encoding", encoding)], body);
        assert!(
            [400, 413].contains(&answer.status),
            "{encoding}: {}",
            answer.status
        );
        tried.still_good(encoding);
    }
    let answer = tried.post(PROTOBUF, &[], &vec![0; 5 << 20]);
    assert!(
        [400, 413].contains(&answer.status),
        "too large: {}",
        answer.status
    );
    tried.still_good("a body that is too large");
    tried.end();
}

#[test]
fn encodings_that_are_none_are_refused() {
    let mut tried = Tried::new();
    let twice = gzip(&gzip(GOOD.as_bytes()));
    for (name, encoding, body) in [
        ("encoded twice, said once", "gzip", &twice),
        ("encoded twice, said twice", "gzip, gzip", &twice),
        ("not gzip", "gzip", &GOOD.as_bytes().to_vec()),
        ("cut gzip", "gzip", &gzip(GOOD.as_bytes())[..20].to_vec()),
        ("unknown", "br", &GOOD.as_bytes().to_vec()),
    ] {
        let answer = tried.post(JSON, &[("content-encoding", encoding)], body);
        assert!(
            [400, 415].contains(&answer.status),
            "{name}: {}",
            answer.status
        );
        tried.still_good(name);
    }
    let answer = tried.post(
        JSON,
        &[("content-encoding", "gzip")],
        &gzip(GOOD.as_bytes()),
    );
    assert_eq!(answer.status, 200);
    tried.good += 1;
    tried.end();
}

#[test]
fn http_that_is_none_is_answered_or_closed() {
    let mut tried = Tried::new();
    let address = tried.gate.http;
    let twice = format!(
        "POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-type: {JSON}\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{{}}x"
    );
    assert_eq!(raw(address, twice.as_bytes()).status, 400, "two lengths");
    assert_eq!(
        raw(
            address,
            b"GET /v1/logs HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        )
        .status,
        405
    );
    assert_eq!(raw(address, b"POST /v1/nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").status, 404);
    assert_eq!(tried.post("text/plain", &[], b"hello").status, 415);
    // Clients that speak something else, and clients that go away in the middle.
    for (port, bytes) in [
        (
            address,
            &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        ),
        (
            address,
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        ),
        (tried.gate.grpc, b"GET / HTTP/1.1\r\n\r\n"),
    ] {
        TcpStream::connect(port).unwrap().write_all(bytes).unwrap();
    }
    for _ in 0..20 {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n{\"resour").unwrap();
    }
    tried.still_good("HTTP that is none");
    tried.end();
}

#[test]
fn grpc_answers_by_its_codes() {
    let mut tried = Tried::new();
    let client = grpc::Client::connect(tried.gate.grpc);
    let code = |message: &[u8]| {
        client
            .export(Signal::Logs, message, None)
            .map(drop)
            .map_err(|status| status.code())
    };
    assert_eq!(code(&with_body(&field(1, b"text"))), Ok(()));
    assert_eq!(code(&[0x0a, 0x05, 0x01]), Err(Code::InvalidArgument));
    assert_eq!(code(&nested(60_000)), Err(Code::InvalidArgument));
    assert_eq!(
        code(&with_body(&field(1, &vec![b'x'; 5 << 20]))),
        Err(Code::ResourceExhausted),
        "not OUT_OF_RANGE, which clients retry"
    );
    tried.still_good("gRPC");
    tried.end();
}

#[test]
fn a_wrong_signal_on_a_path_is_answered_and_reaches_nobody_as_what_it_is_not() {
    let mut tried = Tried::new();
    for export in tollgate_tests::telemetry::exports()
        .into_iter()
        .filter(|export| export.protocol == "http-protobuf" && export.encoding.is_none())
    {
        for signal in Signal::ALL
            .into_iter()
            .filter(|signal| *signal != export.signal)
        {
            let answer = post(tried.gate.http, signal, PROTOBUF, &[], &export.body);
            assert!(
                [200, 400].contains(&answer.status),
                "{} as {signal:?}: {}",
                export.file,
                answer.status
            );
        }
    }
    tried.still_good("wrong signals");
    tried.end();
}

/// Every byte of a real request, cut and flipped: an answer each time.
#[test]
fn cut_and_flipped_requests_get_an_answer_each() {
    let mut tried = Tried::new();
    let export = tollgate_tests::telemetry::exports()
        .into_iter()
        .find(|export| export.file.contains("pb-traces-content-SHELL/traces"))
        .unwrap();
    let client = grpc::Client::connect(tried.gate.grpc);
    for at in (0..export.body.len()).step_by(37) {
        let mut flipped = export.body.clone();
        flipped[at] ^= 0x55;
        for body in [&export.body[..at], &flipped] {
            match client.export(Signal::Traces, body, None) {
                Ok(_) => {}
                Err(status) => {
                    assert_eq!(status.code(), Code::InvalidArgument, "at {at}: {status}");
                }
            }
        }
    }
    tried.still_good("cut and flipped requests");
    tried.end();
}
