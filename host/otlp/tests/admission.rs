//! Clients that ask for more than there is: floods of HTTP/2, bombs, and a budget that is spent.
#![allow(
    clippy::format_push_string,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic"
)]

mod support;

use std::net::SocketAddr;
use std::time::Duration;

use support::{Running, TestGate, gzip, logs, post, settings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tollgate_otlp::{Answer, Bounds};

const PROTOBUF: &str = "application/x-protobuf";
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const CONTINUATION: u8 = 9;

fn frame(kind: u8, flags: u8, stream: u32, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), content].concat()
}

/// `POST /v1/logs` as HPACK has it, without any table.
fn headers() -> Vec<u8> {
    let mut block = vec![0x83, 0x86];
    for (name, value) in [
        (":path", "/v1/logs"),
        (":authority", "x"),
        ("content-type", PROTOBUF),
    ] {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).unwrap());
            block.extend_from_slice(text.as_bytes());
        }
    }
    block
}

/// Sends frames until the server hangs up, which it must; or else all of them.
async fn flood(to: SocketAddr, frames: impl Iterator<Item = Vec<u8>>) -> bool {
    let stream = TcpStream::connect(to).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let ended = tokio::spawn(async move {
        let mut buffer = [0; 4096];
        while let Ok(1..) = reading.read(&mut buffer).await {}
    });
    let start = [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat();
    writing.write_all(&start).await.unwrap();
    for frame in frames {
        if ended.is_finished() || writing.write_all(&frame).await.is_err() {
            break;
        }
    }
    tokio::time::timeout(Duration::from_secs(5), ended)
        .await
        .is_ok()
}

#[tokio::test]
async fn requests_that_are_reset_at_once_end_their_connection() {
    let running = Running::start().await;
    let block = headers();
    let resets = (0..20_000).map(|at| {
        let stream = at * 2 + 1;
        let mut both = frame(HEADERS, 4, stream, &block);
        both.extend(frame(RESET, 0, stream, &8_u32.to_be_bytes()));
        both
    });
    for port in [running.http, running.grpc] {
        assert!(flood(port, resets.clone()).await, "it is not hung up on");
    }
    running.still_works().await;
}

#[tokio::test]
async fn headers_that_never_end_end_their_connection() {
    let running = Running::start().await;
    let more = [0x00, 1, b'x', 100].iter().copied().chain([b'y'; 100]);
    let more = more.collect::<Vec<u8>>().repeat(100);
    let first = frame(HEADERS, 0, 1, &headers());
    let rest = std::iter::repeat_n(frame(CONTINUATION, 0, 1, &more), 5_000);
    for port in [running.http, running.grpc] {
        let frames = std::iter::once(first.clone()).chain(rest.clone());
        assert!(flood(port, frames).await, "it is not hung up on");
    }
    running.still_works().await;
}

#[tokio::test]
async fn floods_of_pings_and_settings_hold_up_nobody() {
    let running = Running::start().await;
    let pings = std::iter::repeat_n(frame(PING, 0, 0, &[0; 8]), 50_000);
    let settings = std::iter::repeat_n(frame(SETTINGS, 0, 0, &[]), 50_000);
    let empty = std::iter::once(frame(HEADERS, 4, 1, &headers()))
        .chain(std::iter::repeat_n(frame(DATA, 0, 1, &[]), 50_000));
    let port = running.http;
    let floods = [
        tokio::spawn(flood(port, pings)),
        tokio::spawn(flood(port, settings)),
        tokio::spawn(flood(port, empty)),
    ];
    running.still_works().await;
    for flood in floods {
        flood.await.unwrap();
    }
    running.still_works().await;
}

#[tokio::test]
async fn a_bomb_is_refused_for_good() {
    let mut wide = settings();
    wide.http.as_mut().unwrap().max_request_body_size = 1 << 30;
    let running = Running::with(wide, TestGate::answering(Answer::DONE), 64 << 20).await;
    let bomb = gzip(&vec![0; 200 << 20]);
    let headers = [("content-encoding", "gzip")];
    let answer = post(running.http, "/v1/logs", PROTOBUF, &headers, &bomb).await;
    assert_eq!(answer.status, 413);
    running.still_works().await;
}

#[tokio::test]
async fn a_request_waits_a_little_for_room_in_the_budget() {
    let running = Running::start().await;
    let mut others = running.budget.permit();
    others.grow(running.budget.limit()).unwrap();
    let (http, body) = (running.http, logs(10));
    let waiting = tokio::spawn(async move { post(http, "/v1/logs", PROTOBUF, &[], &body).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!waiting.is_finished(), "it is not refused at once");
    drop(others);
    assert_eq!(waiting.await.unwrap().status, 200);
    let mut others = running.budget.permit();
    others.grow(running.budget.limit()).unwrap();
    let answer = post(running.http, "/v1/logs", PROTOBUF, &[], &logs(10)).await;
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (503, Some("1"))
    );
    drop(others);
    running.still_works().await;
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_and_are_served_later() {
    let bounds = Bounds {
        connections: 2,
        ..Bounds::default()
    };
    let gate = TestGate::answering(Answer::DONE);
    let running = Running::bounded(settings(), gate, 1 << 20, bounds).await;
    let open = |_| TcpStream::connect(running.grpc);
    let (first, second) = (open(1).await.unwrap(), open(2).await.unwrap());
    let mut third = open(3).await.unwrap();
    let start = [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat();
    third.write_all(&start).await.unwrap();
    let mut byte = [0];
    let early = tokio::time::timeout(Duration::from_millis(200), third.read(&mut byte)).await;
    assert!(early.is_err(), "nobody answers the third");
    drop((first, second));
    third.read_exact(&mut byte).await.unwrap();
}
