//! Any bytes on any port: an answer by the protocol, the process goes on, nothing is held, and the next request is taken.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::type_complexity,
    clippy::format_push_string,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic"
)]

mod support;

use support::{Running, TestGate, exchange, logs, post, settings};
use tollgate_otlp::Answer;

const PROTO: &str = "application/x-protobuf";
const JSON: &str = "application/json";
const GZIP: &[(&str, &str)] = &[("content-encoding", "gzip")];

/// Sends a body that must be refused as malformed, with a status that does not quote it.
async fn is_malformed(running: &Running, kind: &str, headers: &[(&str, &str)], body: &[u8]) {
    let answer = post(running.http, "/v1/logs", kind, headers, body).await;
    let start = &body[..body.len().min(60)];
    assert_eq!(answer.status, 400, "{kind} {headers:?} {start:?}");
    let status = answer.status_of_rpc();
    assert_eq!(status.code, 3);
    assert!(status.message.is_ascii() && !status.message.is_empty());
    assert!(!status.message.contains("sk-secret"));
}

#[tokio::test]
async fn values_nested_60_000_deep_are_refused() {
    let running = Running::start().await;
    let depth = 60_000;
    let open = r#"{"arrayValue":{"values":["#;
    let json = format!(
        r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{}{{}}{}}}]}}]}}]}}"#,
        open.repeat(depth),
        "]}}".repeat(depth)
    );
    is_malformed(&running, JSON, &[], json.as_bytes()).await;
    let brackets = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    is_malformed(&running, JSON, &[], brackets.as_bytes()).await;
    is_malformed(
        &running,
        JSON,
        &[],
        format!(r#"{{"x":{brackets}}}"#).as_bytes(),
    )
    .await;

    let mut value = Vec::new();
    for _ in 0..depth {
        value = message(0x2a, &message(0x0a, &value));
    }
    let wire = message(0x0a, &message(0x12, &message(0x12, &message(0x2a, &value))));
    is_malformed(&running, PROTO, &[], &wire).await;
    is_malformed(&running, PROTO, GZIP, &support::gzip(&wire)).await;
    running.still_works().await;
}

fn message(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    prost::encode_length_delimiter(content.len(), &mut out).unwrap();
    out.extend_from_slice(content);
    out
}

#[tokio::test]
async fn bombs_are_refused_before_they_go_off() {
    let running = Running::with(settings(), TestGate::answering(Answer::DONE), 32 << 20).await;
    let bomb = vec![0u8; 512 << 20];
    let encodings: [(&str, Vec<u8>); 3] = [
        ("gzip", support::gzip(&bomb)),
        ("zstd", support::zstd(&bomb)),
        ("deflate", support::zlib(&bomb)),
    ];
    drop(bomb);
    for (name, body) in encodings {
        for kind in [PROTO, JSON] {
            let answer = post(
                running.http,
                "/v1/logs",
                kind,
                &[("content-encoding", name)],
                &body,
            )
            .await;
            // Too large, or more than the budget has left: in either case it was stopped.
            assert!(
                matches!(answer.status, 413 | 503),
                "{name}: {}",
                answer.status
            );
        }
        running.still_works().await;
    }
    // One byte more than allowed, compressed to almost nothing.
    let just_too_large = vec![0u8; (20 << 20) + 1];
    let running = Running::start().await;
    let answer = post(
        running.http,
        "/v1/logs",
        PROTO,
        GZIP,
        &support::gzip(&just_too_large),
    )
    .await;
    assert_eq!((answer.status, answer.status_of_rpc().code), (413, 8));
    running.still_works().await;
}

#[tokio::test]
async fn bytes_that_are_cut_or_flipped_are_refused_or_a_request() {
    let running = Running::start().await;
    let wire = logs(3);
    let mut json = Vec::new();
    tollgate_json::encode(tollgate_record::Signal::Logs, &wire, &mut json).unwrap();
    for at in (1..json.len()).step_by(17) {
        is_malformed(&running, JSON, &[], &json[..at]).await;
    }
    let compressed = support::gzip(&wire);
    for at in (1..compressed.len()).step_by(9) {
        is_malformed(&running, PROTO, GZIP, &compressed[..at]).await;
    }
    for at in 0..wire.len() {
        let mut flipped = wire.clone();
        flipped[at] ^= 0x80;
        let answer = post(running.http, "/v1/logs", PROTO, &[], &flipped).await;
        assert!(
            matches!(answer.status, 200 | 400),
            "{at}: {}",
            answer.status
        );
    }
    running.still_works().await;
}

#[tokio::test]
async fn text_that_is_not_utf_8_is_refused() {
    let running = Running::start().await;
    let body = b"{\"resourceLogs\":[{\"schemaUrl\":\"sk-secret-\xff\xfe\"}]}";
    is_malformed(&running, JSON, &[], body).await;
    is_malformed(
        &running,
        JSON,
        &[],
        br#"{"resourceLogs":[{"schemaUrl":"sk-secret-\ud800"}]}"#,
    )
    .await;
    let wire = message(0x0a, &message(0x1a, b"sk-secret-\xff\xfe"));
    is_malformed(&running, PROTO, &[], &wire).await;
    is_malformed(
        &running,
        JSON,
        &[],
        br#"{"resourceLogs":[{"schemaUrl":{"sk-secret":1}}]}"#,
    )
    .await;
    running.still_works().await;
}

#[tokio::test]
async fn encodings_that_are_doubled_or_unknown_are_refused() {
    let running = Running::start().await;
    let once = support::gzip(&logs(1));
    let twice = support::gzip(&once);
    is_malformed(
        &running,
        PROTO,
        &[("content-encoding", "gzip, gzip")],
        &twice,
    )
    .await;
    is_malformed(
        &running,
        PROTO,
        &[("content-encoding", "gzip"), ("content-encoding", "gzip")],
        &twice,
    )
    .await;
    is_malformed(&running, PROTO, GZIP, &twice).await;
    is_malformed(&running, PROTO, GZIP, &logs(1)).await;
    is_malformed(&running, PROTO, &[], &once).await;
    for unknown in ["br", "snappy", "GZIP;q=1", "x-snappy-framed"] {
        is_malformed(&running, PROTO, &[("content-encoding", unknown)], &once).await;
    }
    running.still_works().await;
}

#[tokio::test]
async fn heads_that_are_not_http_are_refused() {
    let running = Running::start().await;
    let head = "POST /v1/logs HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-protobuf\r\n";
    let body = String::from_utf8(vec![0; 4]).unwrap();
    let many = "x: y\r\n".repeat(1000);
    let long = format!("x: {}\r\n", "y".repeat(200_000));
    let refused: [(String, &[u16]); 8] = [
        (
            format!("{head}content-length: 4\r\ncontent-length: 5\r\n\r\n{body}"),
            &[400],
        ),
        (format!("{head}content-length: 4, 5\r\n\r\n{body}"), &[400]),
        (format!("{head}content-length: x\r\n\r\n{body}"), &[400]),
        (
            format!("{head}transfer-encoding: chunked\r\n\r\nzz\r\n"),
            &[400],
        ),
        (format!("{head}{many}\r\n"), &[431]),
        (format!("{head}{long}\r\n"), &[431]),
        (
            "\u{16}\u{3}\u{1} not http at all\r\n\r\n".to_owned(),
            &[400],
        ),
        ("POST /v1/logs HTTP/9.9\r\n\r\n".to_owned(), &[400, 505]),
    ];
    for (bytes, statuses) in refused {
        for port in [running.http, running.grpc] {
            // Somebody who is cut off before the end may not see the answer.
            if let Some(answer) = exchange(port, bytes.as_bytes()).await {
                let expected = statuses.contains(&answer.status) || port == running.grpc;
                assert!(
                    expected,
                    "{} for {:?}",
                    answer.status,
                    &bytes[..bytes.len().min(160)]
                );
            }
        }
    }
    // A length that is declared twice but the same, and lengths beyond the limit.
    let huge = exchange(
        running.http,
        format!("{head}content-length: 99999999999\r\n\r\n").as_bytes(),
    )
    .await;
    assert_eq!(huge.unwrap().status, 413);
    let endless = exchange(
        running.http,
        format!("{head}content-length: 99999999999999999999\r\n\r\n").as_bytes(),
    )
    .await;
    assert_eq!(endless.unwrap().status, 400);
    running.still_works().await;
}

#[tokio::test]
async fn http_2_that_is_broken_is_hung_up_on() {
    let running = Running::start().await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    let frames: [&[u8]; 5] = [
        b"no frame at all, but long enough to be read as one",
        &[0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1],
        &[0, 0, 5, 0, 0, 0, 0, 0, 1, b'h', b'e', b'l', b'l', b'o'],
        &[0, 0, 4, 1, 4, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff],
        &[0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ];
    for frame in frames {
        for port in [running.grpc, running.http] {
            exchange(port, &[&preface[..], &settings, frame].concat()).await;
        }
    }
    running.still_works().await;
}

#[tokio::test]
async fn a_body_on_the_wrong_path_is_judged_by_its_bytes() {
    let running = Running::start().await;
    // JSON of another signal holds only fields that this one does not know.
    let answer = post(
        running.http,
        "/v1/traces",
        JSON,
        &[],
        br#"{"resourceLogs":[{}]}"#,
    )
    .await;
    assert_eq!(answer.status, 200);
    assert_eq!(running.gate.wires(), [&b""[..]]);
    // JSON that says it is protobuf, and the other way round.
    is_malformed(&running, PROTO, &[], br#"{"resourceLogs":[{}]}"#).await;
    is_malformed(&running, JSON, &[], &logs(1)).await;
    running.still_works().await;
}

#[tokio::test]
async fn a_client_that_sends_too_much_sees_the_answer() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let running = Running::start().await;
    let chunk = vec![b'x'; 1 << 20];
    let mut body = b"POST /v1/logs HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-protobuf\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..30 {
        body.extend_from_slice(b"100000\r\n");
        body.extend_from_slice(&chunk);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"0\r\n\r\n");
    // Like most clients, this one writes everything before it reads anything.
    let mut stream = tokio::net::TcpStream::connect(running.http).await.unwrap();
    stream.write_all(&body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 413 "));
    running.still_works().await;
}
