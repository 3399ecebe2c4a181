//! OTLP's table of HTTP statuses, with and without hints, and answers that are none or too long.

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tollgate_otlp::ExportError;

use crate::fate::{Fate, details, fate, grpc_to, http_to};
use crate::send;
use crate::servers::{Ending, Raw, body, grpc_response, serve};

#[tokio::test]
async fn every_status_of_http_means_what_otlp_says() {
    let server = Raw::answering("").await;
    let exporter = http_to(&server.url()).await;
    let date = |after: u64| {
        let at = SystemTime::now() + Duration::from_secs(after);
        httpdate::fmt_http_date(at)
    };
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let hints = [
        (None, None),
        (Some("7".to_owned()), seconds(7)),
        (Some("0".to_owned()), seconds(0)),
        (Some("Mon, 09 Feb 2015 15:04:05 GMT".to_owned()), seconds(0)),
        (Some(date(10_000_000)), seconds(3600)),
        (Some("99999999999999999999999".to_owned()), seconds(3600)),
        (Some("soon".to_owned()), None),
        (Some("-5".to_owned()), None),
    ];
    for status in 200..600 {
        for (retry_after, pause) in &hints {
            let hint = retry_after
                .as_ref()
                .map(|value| format!("retry-after: {value}\r\n"))
                .unwrap_or_default();
            server.answer(format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: 0\r\n{hint}\r\n"
            ));
            let expected = match status {
                200..300 => Fate::Delivered,
                429 | 502 | 503 | 504 => Fate::Later(*pause),
                _ => Fate::Refused,
            };
            assert_eq!(fate(&exporter).await, expected, "{status} {retry_after:?}");
        }
    }
    // Announcements, with nothing after them: that is no answer.
    for status in [100, 102, 103, 199] {
        server.answer(format!("HTTP/1.1 {status} X\r\n\r\n"));
        assert_eq!(fate(&exporter).await, Fate::Later(None), "{status}");
    }
    server.answer("HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
    assert_eq!(fate(&exporter).await, Fate::Refused);
}

#[tokio::test]
async fn a_pause_may_stand_in_the_body_and_dates_may_be_ahead() {
    let server = Raw::answering("").await;
    let exporter = http_to(&server.url()).await;
    let status = details(Some(Duration::from_millis(2500)));
    let head = format!(
        "HTTP/1.1 503 X\r\ncontent-type: application/x-protobuf\r\nconnection: close\r\ncontent-length: {}\r\n",
        status.len()
    );
    server.answer([head.as_bytes(), b"\r\n", &status].concat());
    let pause = Duration::from_millis(2500);
    assert_eq!(fate(&exporter).await, Fate::Later(Some(pause)));
    server.answer([head.as_bytes(), b"retry-after: 9\r\n\r\n", &status].concat());
    let pause = Duration::from_secs(9);
    assert_eq!(fate(&exporter).await, Fate::Later(Some(pause)));

    let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_mins(10));
    server.answer(format!(
        "HTTP/1.1 429 X\r\nretry-after: {soon}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    ));
    let Fate::Later(Some(pause)) = fate(&exporter).await else {
        panic!("a date is a pause");
    };
    assert!(pause > Duration::from_mins(5) && pause <= Duration::from_mins(10));
}

#[tokio::test]
async fn answers_of_five_mebibytes_are_not_read() {
    let large = Bytes::from(vec![0; 5 << 20]);
    let prefixed = Bytes::from([&b"\0\0\x50\0\0"[..], &large].concat());
    let address = serve(move |head, _| {
        if head.version == http::Version::HTTP_2 {
            Ending::of(0).behind(prefixed.clone())
        } else {
            let mut response = grpc_response(body(large.clone()));
            let kind = "application/x-protobuf".parse().unwrap();
            response.headers_mut().insert("content-type", kind);
            if head.uri.path() == "/busy/v1/logs" {
                *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
            }
            response
        }
    })
    .await;
    let url = format!("http://{address}");
    assert_eq!(fate(&grpc_to(&url).await).await, Fate::Refused);
    assert_eq!(fate(&http_to(&url).await).await, Fate::Refused);
    // What the status alone says counts whatever comes behind it.
    let busy = http_to(&format!("{url}/busy")).await;
    assert_eq!(fate(&busy).await, Fate::Later(None));
}

#[tokio::test]
async fn what_is_said_in_part_counts_as_far_as_it_goes() {
    let server = Raw::answering("").await;
    let exporter = http_to(&server.url()).await;
    let head = "HTTP/1.1 200 X\r\ncontent-type: application/x-protobuf\r\nconnection: close\r\n";
    // A success whose body is cut, or is none, is a success.
    for rest in [
        "content-length: 100\r\n\r\nabc",
        "content-length: 3\r\n\r\n\u{7f}no",
    ] {
        server.answer(format!("{head}{rest}"));
        assert_eq!(fate(&exporter).await, Fate::Delivered, "{rest}");
    }
    let partial = tollgate_json::Response {
        rejected: 7,
        message: "sk-secret".to_owned(),
    }
    .to_wire();
    let length = format!("content-length: {}\r\n\r\n", partial.len());
    server.answer([head.as_bytes(), length.as_bytes(), &partial].concat());
    assert_eq!(fate(&exporter).await, Fate::Rejected);
    // A head that is cut, or is none, says nothing.
    for answer in [
        "",
        "HTTP/1.1 2",
        "HTTP/1.1 200 X\r\ncontent-le",
        "SSH-2.0-x\r\n\r\n",
    ] {
        server.answer(answer);
        assert_eq!(fate(&exporter).await, Fate::Later(None), "{answer}");
    }
    assert_eq!(server.requests.load(Ordering::Relaxed), 7);
}

#[tokio::test]
async fn https_statuses_are_told_apart_as_in_the_collector() {
    let table: serde_json::Value =
        serde_json::from_str(include_str!("../fixtures/exporter_retry.json")).unwrap();
    let rows = table["rows"].as_array().unwrap();
    assert!(rows.len() >= 16);
    for row in rows {
        let rpc = &row["response_rpc_status"];
        let body = tollgate_json::Status {
            code: i32::try_from(rpc["code"].as_i64().unwrap()).unwrap(),
            message: rpc["message"]
                .as_str()
                .unwrap()
                .replace("a*65537", &"a".repeat(65537)),
            retry_after: None,
        }
        .to_wire();
        let mut answer = format!(
            "HTTP/1.1 {} X\r\ncontent-type: application/x-protobuf\r\nconnection: close\r\ncontent-length: {}\r\n",
            row["response_status"],
            body.len()
        );
        if let Some(retry_after) = row["retry_after"].as_str() {
            answer += &format!("retry-after: {retry_after}\r\n");
        }
        let server = Raw::answering([answer.as_bytes(), b"\r\n", &body].concat()).await;
        let result = send(&http_to(&server.url()).await, 1).await;
        let expected = &row["expected"];
        match result {
            Err(ExportError::Retryable { after, reason }) => {
                assert_eq!(expected["retry"], true, "{row}");
                assert!(!reason.contains("Quota"));
                let throttle = &expected["throttle_s"];
                match throttle.as_u64() {
                    Some(seconds) => assert_eq!(after, Some(Duration::from_secs(seconds))),
                    // A date that is over asks for no pause.
                    None => assert!(after.unwrap_or_default().is_zero(), "{row}"),
                }
            }
            Err(ExportError::Permanent { reason }) => {
                assert_eq!(expected["retry"], false, "{row}");
                assert!(!reason.contains("Bad"));
            }
            Ok(_) => panic!("{row}"),
        }
        assert_eq!(server.requests.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn redirects_are_not_followed_and_odd_successes_are_successes() {
    let target = Raw::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let server = Raw::answering("").await;
    let exporter = http_to(&server.url()).await;
    for status in [301, 302, 303, 307, 308] {
        server.answer(format!(
            "HTTP/1.1 {status} X\r\nlocation: {}/v1/logs\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            target.url()
        ));
        assert_eq!(fate(&exporter).await, Fate::Refused);
    }
    assert_eq!(target.requests.load(Ordering::Relaxed), 0);

    for body in ["{\"partialSuccess\":", "not json", ""] {
        let length = body.len();
        server.answer(format!(
            "HTTP/1.1 202 X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ));
        assert_eq!(fate(&exporter).await, Fate::Delivered);
    }
}
