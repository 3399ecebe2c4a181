//! OTLP's table of gRPC codes, with and without hints, and what proxies say instead.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tollgate_config::{Compression, Exporter as Settings, OtlpGrpcExporter};
use tollgate_otlp::{Answer, ExportError};
use tollgate_record::Signal;

use crate::fate::{Fate, details, fate, grpc_to};
use crate::servers::{Ending, body, serve};
use crate::support::{Running, TestGate, settings};
use crate::{exporter, grpc, never, send};

#[tokio::test]
async fn every_code_of_grpc_means_what_otlp_says() {
    // From the table of the OTLP specification; 8 is retryable with `RetryInfo` alone.
    let retryable = ["1", "4", "10", "11", "14", "15"];
    let ending = Arc::new(Mutex::new((Ending::of(0), false)));
    let told = Arc::clone(&ending);
    let address = serve(move |_, _| {
        let (ending, at_once) = told.lock().unwrap().clone();
        if at_once {
            ending.at_once()
        } else {
            ending.behind(&[0; 5][..])
        }
    })
    .await;
    let exporter = grpc_to(&format!("http://{address}")).await;
    let hints = [
        (None, None),
        (Some(details(None)), None),
        (Some(details(Some(Duration::ZERO))), Some(Duration::ZERO)),
        (
            Some(details(Some(Duration::from_millis(1500)))),
            Some(Duration::from_millis(1500)),
        ),
        // Nobody waits for years.
        (
            Some(details(Some(Duration::from_hours(80_000_000)))),
            Some(Duration::from_hours(1)),
        ),
        (Some(b"\xff\xff".to_vec()), None),
    ];
    let codes = (0..=18).map(|code| code.to_string());
    for code in codes.chain(["99", "-1", "two", ""].map(str::to_owned)) {
        for (details, pause) in &hints {
            for at_once in [false, true] {
                let answer = Ending {
                    details: details.clone(),
                    ..Ending::of(&code)
                };
                *ending.lock().unwrap() = (answer, at_once);
                let again = retryable.contains(&code.as_str()) || (code == "8" && pause.is_some());
                let expected = match code.as_str() {
                    "0" => Fate::Delivered,
                    _ if again => Fate::Later(*pause),
                    _ => Fate::Refused,
                };
                assert_eq!(fate(&exporter).await, expected, "{code} {pause:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_proxy_before_a_grpc_server_is_understood() {
    let status = Arc::new(Mutex::new((200, "text/html")));
    let told = Arc::clone(&status);
    let address = serve(move |_, _| {
        let (status, kind) = *told.lock().unwrap();
        let mut response = http::Response::new(body("<html>"));
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
        let headers = response.headers_mut();
        headers.insert("content-type", kind.parse().unwrap());
        headers.insert("retry-after", "3".parse().unwrap());
        response
    })
    .await;
    let exporter = grpc_to(&format!("http://{address}")).await;
    for number in 200..600 {
        *status.lock().unwrap() = (number, "text/html");
        let expected = match number {
            429 | 502 | 503 | 504 => Fate::Later(Some(Duration::from_secs(3))),
            _ => Fate::Refused,
        };
        assert_eq!(fate(&exporter).await, expected, "{number}");
    }
    // One that speaks gRPC and stops in the middle has not said anything yet.
    *status.lock().unwrap() = (200, "application/grpc");
    assert_eq!(fate(&exporter).await, Fate::Later(None));
}

#[tokio::test]
async fn receivers_and_exporters_agree_on_codes() {
    let budget = 10_000;
    let mut server = settings();
    server.grpc.as_mut().unwrap().max_message_size = 100_000;
    let running = Running::with(server, TestGate::answering(Answer::DONE), budget).await;
    let settings = OtlpGrpcExporter {
        compression: Compression::None,
        retry: never(),
        ..grpc(&running)
    };
    let exporter = exporter(Settings::Otlp(settings)).await;
    let reason = |code: i32| format!("the destination answered with gRPC code {code}");
    let permanent = |code| {
        Err(ExportError::Permanent {
            reason: reason(code),
        })
    };

    let after = Some(Duration::from_secs(1));
    assert_eq!(
        send(&exporter, 1000).await,
        Err(ExportError::Retryable {
            after,
            reason: reason(14)
        })
    );
    let malformed = exporter
        .export(Signal::Logs, Bytes::from_static(b"\xff"))
        .await;
    assert_eq!(malformed, permanent(3));
    running.gate.answer(Answer::Refused { message: "no" });
    assert_eq!(send(&exporter, 1).await, permanent(13));
    running.gate.answer(Answer::Retry {
        after: None,
        message: "later",
    });
    assert_eq!(
        send(&exporter, 1).await,
        Err(ExportError::Retryable {
            after: None,
            reason: reason(14)
        })
    );
}
