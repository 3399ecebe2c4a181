//! OTLP/HTTP.
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

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest as Logs;
use support::{Running, TestGate, exchange, logs, post, settings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tollgate_config::Secret;
use tollgate_otlp::Answer;
use tollgate_record::Signal;

const PROTO: &str = "application/x-protobuf";
const JSON: &str = "application/json";

fn json(records: usize) -> Vec<u8> {
    let mut json = Vec::new();
    tollgate_json::encode(Signal::Logs, &logs(records), &mut json).unwrap();
    json
}

#[tokio::test]
async fn protobuf_and_json_arrive_as_the_same_bytes() {
    let running = Running::start().await;
    let answer = post(running.http, "/v1/logs", PROTO, &[], &logs(2)).await;
    assert_eq!(
        (
            answer.status,
            answer.header("content-type"),
            &answer.body[..]
        ),
        (200, Some(PROTO), &b""[..])
    );
    let answer = post(
        running.http,
        "/v1/logs",
        "Application/JSON; charset=utf-8",
        &[],
        &json(2),
    )
    .await;
    assert_eq!(
        (
            answer.status,
            answer.header("content-type"),
            &answer.body[..]
        ),
        (200, Some(JSON), &b"{}"[..])
    );
    let wires = running.gate.wires();
    assert_eq!(wires[0], logs(2));
    let decoded: Vec<Logs> = wires
        .iter()
        .map(|wire| prost::Message::decode(wire.clone()).unwrap())
        .collect();
    assert_eq!(
        decoded[0].resource_logs[0].scope_logs[0].log_records,
        decoded[1].resource_logs[0].scope_logs[0].log_records
    );
}

#[tokio::test]
async fn bodies_may_be_compressed_and_empty_ones_are_requests() {
    let running = Running::start().await;
    let encodings: [(&str, fn(&[u8]) -> Vec<u8>); 5] = [
        ("gzip", support::gzip),
        ("zstd", support::zstd),
        ("deflate", support::zlib),
        ("zlib", support::zlib),
        ("identity", <[u8]>::to_vec),
    ];
    for (name, encode) in encodings {
        let answer = post(
            running.http,
            "/v1/logs",
            PROTO,
            &[("content-encoding", name)],
            &encode(&logs(500)),
        )
        .await;
        assert_eq!(answer.status, 200, "{name}");
    }
    assert!(running.gate.wires().iter().all(|wire| *wire == logs(500)));
    for path in ["/v1/logs", "/v1/traces", "/v1/metrics"] {
        assert_eq!(post(running.http, path, PROTO, &[], b"").await.status, 200);
        assert_eq!(post(running.http, path, JSON, &[], b"{}").await.status, 200);
    }
    running.still_works().await;
}

#[tokio::test]
async fn http_2_and_chunks_work_too() {
    let running = Running::start().await;
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http();
    let request = http::Request::post(format!("http://{}/v1/logs", running.http))
        .header("content-type", PROTO)
        .body(Full::from(logs(2000)))
        .unwrap();
    let response = client.request(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(
        response
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .is_empty()
    );

    let wire = logs(2);
    let (first, second) = wire.split_at(7);
    let mut chunked = b"POST /v1/logs HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-protobuf\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for part in [first, second, b""] {
        chunked.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
        chunked.extend_from_slice(part);
        chunked.extend_from_slice(b"\r\n");
    }
    assert_eq!(exchange(running.http, &chunked).await.unwrap().status, 200);
    assert_eq!(running.gate.wires(), [logs(2000), logs(2)]);
}

#[tokio::test]
async fn answers_are_told_in_otlps_codes_and_the_requests_encoding() {
    let running = Running::start().await;
    let bodies = [(PROTO, logs(1)), (JSON, json(1))];
    let cases = [
        (
            Answer::Retry {
                after: Some(Duration::from_millis(2500)),
                message: "later",
            },
            503,
            14,
            "later",
            Some("3"),
        ),
        (
            Answer::Retry {
                after: None,
                message: "later",
            },
            503,
            14,
            "later",
            None,
        ),
        (Answer::Refused { message: "no" }, 500, 13, "no", None),
        (
            Answer::Malformed("at byte 3".to_owned()),
            400,
            3,
            "at byte 3",
            None,
        ),
    ];
    for (answer, status, code, message, retry_after) in cases {
        running.gate.answer(answer);
        for (kind, body) in &bodies {
            let answer = post(running.http, "/v1/logs", kind, &[], body).await;
            assert_eq!(answer.status, status);
            assert_eq!(answer.header("content-type"), Some(*kind));
            assert_eq!(answer.header("retry-after"), retry_after);
            let rpc = answer.status_of_rpc();
            assert_eq!((rpc.code, rpc.message.as_str()), (code, message));
        }
    }
    running.gate.answer(Answer::Done {
        rejected: 2,
        message: "two were refused",
    });
    let answer = post(running.http, "/v1/logs", JSON, &[], &json(5)).await;
    let expected =
        r#"{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"two were refused"}}"#;
    assert_eq!(
        (
            answer.status,
            String::from_utf8(answer.body).unwrap().as_str()
        ),
        (200, expected)
    );
    let answer = post(running.http, "/v1/logs", PROTO, &[], &logs(5)).await;
    assert_eq!(
        tollgate_json::Response::from_wire(&answer.body)
            .unwrap()
            .rejected,
        2
    );
}

#[tokio::test]
async fn what_is_no_export_gets_https_answers() {
    let running = Running::start().await;
    assert_eq!(post(running.http, "/", PROTO, &[], b"").await.status, 404);
    assert_eq!(
        post(running.http, "/v1/logs/", PROTO, &[], b"")
            .await
            .status,
        404
    );
    for kind in [
        "text/plain",
        "application/protobuf",
        "application/jsonx",
        "",
    ] {
        assert_eq!(
            post(running.http, "/v1/logs", kind, &[], b"").await.status,
            415,
            "{kind}"
        );
    }
    let get = exchange(
        running.http,
        b"GET /v1/logs HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await
    .unwrap();
    assert_eq!((get.status, get.header("allow")), (405, Some("POST")));
    running.still_works().await;
}

#[tokio::test]
async fn headers_go_along_only_when_asked_for_and_paths_are_configurable() {
    let mut settings = settings();
    let http = settings.http.as_mut().unwrap();
    http.include_metadata = true;
    http.logs_url_path = "/otlp/logs".to_owned();
    http.response_headers = vec![("x-served-by".to_owned(), Secret::new("gate"))];
    let running = Running::with(settings, TestGate::answering(Answer::DONE), 1 << 20).await;
    let headers = [("X-Tenant", "a"), ("x-tenant", "b")];
    let answer = post(running.http, "/otlp/logs", PROTO, &headers, &logs(1)).await;
    assert_eq!(
        (answer.status, answer.header("x-served-by")),
        (200, Some("gate"))
    );
    assert_eq!(
        post(running.http, "/v1/logs", PROTO, &[], &logs(1))
            .await
            .status,
        404
    );
    let seen = running.gate.seen.lock().unwrap();
    let context = &seen[0].context;
    assert!(
        context
            .metadata
            .contains(&("x-tenant".to_owned(), vec!["a".to_owned(), "b".to_owned()]))
    );
    assert_eq!(context.client_address.as_deref(), Some("127.0.0.1"));
}

#[tokio::test]
async fn a_body_that_does_not_come_holds_nothing_for_ever() {
    let mut settings = settings();
    let http = settings.http.as_mut().unwrap();
    http.read_timeout = Some(Duration::from_millis(200));
    http.read_header_timeout = Some(Duration::from_millis(400));
    let running = Running::with(settings, TestGate::answering(Answer::DONE), 1 << 20).await;
    let half = b"POST /v1/logs HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"resource";
    let answer = exchange(running.http, half).await.unwrap();
    assert_eq!((answer.status, answer.status_of_rpc().code), (503, 4));
    // Neither do headers that do not come, or a client that says nothing at all.
    for bytes in [&b"POST /v1/logs HTTP/1.1\r\nhost:"[..], b"PRI * HTTP", b""] {
        exchange(running.http, bytes).await;
    }
    running.still_works().await;
}

#[tokio::test]
async fn a_connection_may_be_idle_for_longer_than_headers_may_take_and_not_for_ever() {
    let mut settings = settings();
    let http = settings.http.as_mut().unwrap();
    http.read_header_timeout = Some(Duration::from_millis(100));
    http.idle_timeout = Some(Duration::from_millis(600));
    let running = Running::with(settings, TestGate::answering(Answer::DONE), 1 << 20).await;
    let body = logs(1);
    let head = format!(
        "POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-type: {PROTO}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let request = [head.as_bytes(), &body].concat();
    let mut stream = TcpStream::connect(running.http).await.unwrap();
    let mut answer = [0; 4096];
    for _ in 0..2 {
        stream.write_all(&request).await.unwrap();
        let length = stream.read(&mut answer).await.unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200"));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    // Nobody asks any more, and the server hangs up.
    let end = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut answer)).await;
    assert_eq!(end.unwrap().unwrap_or(0), 0);
    running.still_works().await;
}
