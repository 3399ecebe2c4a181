//! OTLP/gRPC, as OpenTelemetry's own client speaks it.
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

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use prost::Message as _;
use support::{Running, TestGate, logs, logs_request, settings};
use tollgate_otlp::{Answer, Bounds};
use tollgate_record::Signal;
use tonic::codec::CompressionEncoding;
use tonic::{Code, Request};

const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

#[tokio::test]
async fn requests_of_every_signal_arrive_as_they_were_sent() {
    let running = Running::start().await;
    let url = running.grpc_url();
    let response = LogsServiceClient::connect(url.clone())
        .await
        .unwrap()
        .export(logs_request(3))
        .await
        .unwrap();
    assert_eq!(response.into_inner().partial_success, None);
    TraceServiceClient::connect(url.clone())
        .await
        .unwrap()
        .export(ExportTraceServiceRequest::default())
        .await
        .unwrap();
    MetricsServiceClient::connect(url)
        .await
        .unwrap()
        .export(ExportMetricsServiceRequest::default())
        .await
        .unwrap();

    let seen = running.gate.seen.lock().unwrap();
    let signals: Vec<_> = seen.iter().map(|request| request.signal).collect();
    assert_eq!(signals, [Signal::Logs, Signal::Traces, Signal::Metrics]);
    assert_eq!(seen[0].wire, logs(3));
    assert_eq!(seen[0].context.client_address.as_deref(), Some("127.0.0.1"));
    assert!(seen[0].context.metadata.is_empty());
}

#[tokio::test]
async fn messages_may_be_compressed() {
    let running = Running::start().await;
    for encoding in [CompressionEncoding::Gzip, CompressionEncoding::Zstd] {
        let client = LogsServiceClient::connect(running.grpc_url())
            .await
            .unwrap();
        client
            .send_compressed(encoding)
            .export(logs_request(1000))
            .await
            .unwrap();
    }
    assert_eq!(running.gate.wires(), [logs(1000), logs(1000)]);
    running.still_works().await;
}

#[tokio::test]
async fn metadata_go_along_only_when_asked_for() {
    let mut settings = settings();
    settings.grpc.as_mut().unwrap().include_metadata = true;
    let running = Running::with(settings, TestGate::answering(Answer::DONE), 1 << 20).await;
    let mut request = Request::new(logs_request(1));
    request
        .metadata_mut()
        .append("x-tenant", "a".parse().unwrap());
    request
        .metadata_mut()
        .append("x-tenant", "b".parse().unwrap());
    LogsServiceClient::connect(running.grpc_url())
        .await
        .unwrap()
        .export(request)
        .await
        .unwrap();
    let seen = running.gate.seen.lock().unwrap();
    let metadata = &seen[0].context.metadata;
    assert!(metadata.contains(&("x-tenant".to_owned(), vec!["a".to_owned(), "b".to_owned()])));
    assert!(metadata.iter().all(|(name, _)| !name.starts_with("grpc-")));
    assert_eq!(seen[0].context.client_address.as_deref(), Some("127.0.0.1"));
}

#[tokio::test]
async fn answers_are_told_in_otlps_codes() {
    let running = Running::start().await;
    let mut client = LogsServiceClient::connect(running.grpc_url())
        .await
        .unwrap();

    running.gate.answer(Answer::Done {
        rejected: 2,
        message: "two were refused",
    });
    let partial = client
        .export(logs_request(5))
        .await
        .unwrap()
        .into_inner()
        .partial_success
        .unwrap();
    assert_eq!(
        (partial.rejected_log_records, partial.error_message.as_str()),
        (2, "two were refused")
    );

    running.gate.answer(Answer::Retry {
        after: Some(Duration::from_secs(7)),
        message: "later",
    });
    let status = client.export(logs_request(1)).await.unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (Code::Unavailable, "later")
    );
    let details = tollgate_json::Status::from_wire(status.details()).unwrap();
    assert_eq!(
        (details.code, details.retry_after),
        (14, Some(Duration::from_secs(7)))
    );

    running.gate.answer(Answer::Retry {
        after: None,
        message: "later",
    });
    let status = client.export(logs_request(1)).await.unwrap_err();
    assert_eq!(
        (status.code(), status.details()),
        (Code::Unavailable, &b""[..])
    );

    running.gate.answer(Answer::Refused { message: "no" });
    assert_eq!(
        client.export(logs_request(1)).await.unwrap_err().code(),
        Code::Internal
    );

    running
        .gate
        .answer(Answer::Malformed("at byte 3".to_owned()));
    let status = client.export(logs_request(1)).await.unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (Code::InvalidArgument, "at byte 3")
    );
}

#[tokio::test]
async fn a_message_that_is_too_large_is_not_worth_another_try() {
    let mut settings = settings();
    settings.grpc.as_mut().unwrap().max_message_size = 1000;
    let running = Running::with(settings, TestGate::answering(Answer::DONE), 1 << 20).await;
    let plain = LogsServiceClient::connect(running.grpc_url())
        .await
        .unwrap();
    for mut client in [
        plain.clone(),
        plain.send_compressed(CompressionEncoding::Gzip),
    ] {
        let status = client.export(logs_request(1000)).await.unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted);
        assert!(
            status.details().is_empty(),
            "RetryInfo would ask for another try"
        );
    }
    running.still_works().await;
}

#[tokio::test]
async fn beyond_the_budget_clients_are_asked_to_come_back() {
    let running = Running::with(settings(), TestGate::answering(Answer::DONE), 10_000).await;
    let mut client = LogsServiceClient::connect(running.grpc_url())
        .await
        .unwrap();
    for mut client in [
        client.clone(),
        client.clone().send_compressed(CompressionEncoding::Zstd),
    ] {
        let status = client.export(logs_request(1000)).await.unwrap_err();
        assert_eq!(status.code(), Code::Unavailable);
        let details = tollgate_json::Status::from_wire(status.details()).unwrap();
        assert_eq!(details.retry_after, Some(Duration::from_secs(1)));
    }
    client.export(logs_request(1)).await.unwrap();
    running.still_works().await;
}

/// Sends one request over HTTP/2 and gives HTTP's status, gRPC's, and gRPC's text.
async fn call(
    running: &Running,
    path: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> (u16, Option<i32>, String) {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http();
    let mut request = http::Request::post(format!("{}{path}", running.grpc_url()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = client
        .request(request.body(Full::from(body)).unwrap())
        .await
        .unwrap();
    let status = response.status().as_u16();
    let mut found = response.headers().clone();
    let body = response.into_body().collect().await.unwrap();
    found.extend(body.trailers().cloned().unwrap_or_default());
    let text = |name| {
        found
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    (
        status,
        text("grpc-status").map(|code| code.parse().unwrap()),
        text("grpc-message").unwrap_or_default(),
    )
}

fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    [
        &[flag][..],
        &u32::try_from(message.len()).unwrap().to_be_bytes(),
        message,
    ]
    .concat()
}

const GRPC: (&str, &str) = ("content-type", "application/grpc");

#[tokio::test]
async fn calls_that_are_none_get_grpcs_answers() {
    let running = Running::start().await;
    let good = framed(0, &logs(1));
    assert_eq!(
        call(&running, LOGS, &[GRPC], good.clone()).await,
        (200, Some(0), String::new())
    );
    for path in [
        "/",
        "/v1/logs",
        "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export",
    ] {
        assert_eq!(
            call(&running, path, &[GRPC], good.clone()).await.1,
            Some(12),
            "{path}"
        );
    }
    let snappy = ("grpc-encoding", "snappy");
    assert_eq!(
        call(&running, LOGS, &[GRPC, snappy], good.clone()).await.1,
        Some(12)
    );
    for kind in ["application/json", "application/grpc-web", "text/html"] {
        let (status, code, _) = call(&running, LOGS, &[("content-type", kind)], good.clone()).await;
        assert_eq!((status, code), (415, None), "{kind}");
    }
    let gzip = ("grpc-encoding", "gzip");
    let compressed = support::gzip(&logs(1));
    let cut = framed(1, &compressed[..compressed.len() - 9]);
    let malformed: [(&[(&str, &str)], Vec<u8>); 9] = [
        (&[GRPC], Vec::new()),
        (&[GRPC], good[..3].to_vec()),
        (&[GRPC], good[..good.len() - 1].to_vec()),
        (&[GRPC], [good.clone(), good.clone()].concat()),
        (&[GRPC], framed(7, &logs(1))),
        (&[GRPC], framed(1, &compressed)),
        (&[GRPC, gzip], framed(1, &logs(1))),
        (&[GRPC, gzip], framed(1, &support::gzip(&compressed))),
        (&[GRPC, gzip], cut),
    ];
    for (headers, body) in malformed {
        let (status, code, text) = call(&running, LOGS, headers, body.clone()).await;
        assert_eq!((status, code), (200, Some(3)), "{body:?}");
        assert!(text.is_ascii() && !text.is_empty());
    }
    assert_eq!(
        call(&running, LOGS, &[GRPC, gzip], framed(0, &logs(1)))
            .await
            .1,
        Some(0),
        "one message may be uncompressed"
    );
    running.still_works().await;
}

#[tokio::test]
async fn a_stop_finishes_what_is_in_flight_and_takes_nothing_new() {
    let gate = TestGate::slow(Answer::DONE, Duration::from_millis(300));
    let running = Running::with(settings(), gate, 1 << 20).await;
    let (grpc, http) = (running.grpc_url(), running.http);
    let mut client = LogsServiceClient::connect(grpc.clone()).await.unwrap();
    let in_flight = tokio::spawn(async move { client.export(logs_request(1)).await });
    let in_flight_too = tokio::spawn(async move {
        support::post(http, "/v1/logs", "application/x-protobuf", &[], &logs(1)).await
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let gate = running.stop().await;
    in_flight.await.unwrap().unwrap();
    assert_eq!(in_flight_too.await.unwrap().status, 200);
    assert_eq!(gate.wires().len(), 2);
    assert!(LogsServiceClient::connect(grpc).await.is_err());
}

#[tokio::test]
async fn a_client_that_leaves_takes_its_request_along() {
    let gate = TestGate::slow(Answer::DONE, Duration::from_mins(1));
    let running = Running::with(settings(), gate, 1 << 20).await;
    let mut client = LogsServiceClient::connect(running.grpc_url())
        .await
        .unwrap();
    let waiting = client.export(logs_request(1));
    assert!(
        tokio::time::timeout(Duration::from_millis(200), waiting)
            .await
            .is_err()
    );
    drop(client);
    for _ in 0..100 {
        if running.budget.used() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the request is still there");
}

#[tokio::test]
async fn a_body_that_does_not_come_holds_nothing_for_ever() {
    let bounds = Bounds {
        body_time: Duration::from_millis(200),
        ..Bounds::default()
    };
    let gate = TestGate::answering(Answer::DONE);
    let running = Running::bounded(settings(), gate, 1 << 20, bounds).await;
    let client: Client<
        _,
        http_body_util::StreamBody<
            tokio_stream::Pending<Result<http_body::Frame<Bytes>, std::io::Error>>,
        >,
    > = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http();
    let request = http::Request::post(format!("{}{LOGS}", running.grpc_url()))
        .header(GRPC.0, GRPC.1)
        .body(http_body_util::StreamBody::new(tokio_stream::pending()))
        .unwrap();
    let response = client.request(request).await.unwrap();
    assert_eq!(response.headers()["grpc-status"], "4");
    running.still_works().await;
}

#[tokio::test]
async fn the_wrong_signal_is_judged_by_its_bytes() {
    let running = Running::start().await;
    // A text where a span has an identifier: bytes that are a log request and no trace request.
    let mut request = logs_request(1);
    request.resource_logs[0].scope_logs[0].log_records[0].severity_number = 9;
    let mut wire = BytesMut::new();
    request.encode(&mut wire).unwrap();
    let traces = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    let (status, code, _) = call(&running, traces, &[GRPC], framed(0, &wire)).await;
    assert_eq!((status, code), (200, Some(3)));
    running.still_works().await;
}
