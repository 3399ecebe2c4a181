//! One configuration after another at the same ports: no connection is refused, no request lost.
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

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use support::{TestGate, logs, logs_request, post, settings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tollgate_config::{OtlpReceiver, ServerTls};
use tollgate_otlp::{Answer, ByteBudget, Receiver, Sockets};

const PROTOBUF: &str = "application/x-protobuf";

/// One configuration that serves.
struct Serves {
    gate: Arc<TestGate>,
    grpc: SocketAddr,
    http: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn begin(sockets: &Sockets, settings: &OtlpReceiver, pause: Duration) -> Serves {
    let gate = TestGate::slow(Answer::DONE, pause);
    let budget = ByteBudget::new(64 << 20);
    let mut claims = sockets.claims();
    let receiver = Receiver::over(&mut claims, "otlp", settings, Arc::clone(&gate), budget)
        .await
        .unwrap();
    let (grpc, http) = (receiver.grpc_address(), receiver.http_address());
    let (stop, stopped) = oneshot::channel::<()>();
    let served = receiver.serve(async { drop(stopped.await) });
    Serves {
        gate,
        grpc: grpc.unwrap(),
        http: http.unwrap(),
        stop,
        task: tokio::spawn(served),
    }
}

impl Serves {
    async fn end(self) -> usize {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
        self.gate.wires().len()
    }
}

/// Sends a request on a connection that is kept, and reads the answer's status.
async fn send(stream: &mut TcpStream) -> std::io::Result<u16> {
    let body = logs(1);
    let head = format!(
        "POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-type: {PROTOBUF}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), &body].concat()).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await?);
    }
    let text = String::from_utf8(answer).unwrap();
    assert!(text.contains("content-length: 0"), "{text}");
    Ok(text.split(' ').nth(1).unwrap().parse().unwrap())
}

#[tokio::test]
async fn open_connections_go_on_with_whoever_takes_over() {
    let sockets = Sockets::default();
    let first = begin(&sockets, &settings(), Duration::ZERO).await;
    let mut kept = TcpStream::connect(first.http).await.unwrap();
    assert_eq!(send(&mut kept).await.unwrap(), 200);
    let url = format!("http://{}", first.grpc);
    let mut client = LogsServiceClient::connect(url).await.unwrap();
    client.export(logs_request(1)).await.unwrap();

    let second = begin(&sockets, &settings(), Duration::ZERO).await;
    assert_eq!((second.http, second.grpc), (first.http, first.grpc));
    assert_eq!(send(&mut kept).await.unwrap(), 200);
    client.export(logs_request(1)).await.unwrap();
    assert_eq!(first.end().await, 2);
    assert_eq!(send(&mut kept).await.unwrap(), 200);
    client.export(logs_request(1)).await.unwrap();
    let http = second.http;
    drop(client);
    assert_eq!(second.end().await, 4);
    assert!(kept.read_u8().await.is_err(), "the last one closes it");
    assert!(TcpStream::connect(http).await.is_err());
}

#[tokio::test]
async fn what_was_taken_on_is_answered_by_who_took_it() {
    let sockets = Sockets::default();
    let first = begin(&sockets, &settings(), Duration::from_millis(300)).await;
    let (http, gate) = (first.http, Arc::clone(&first.gate));
    let slow = tokio::spawn(async move { post(http, "/v1/logs", PROTOBUF, &[], &logs(1)).await });
    // It was taken on when it is counted by what was paid for it; the gate takes its time before it keeps it.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let second = begin(&sockets, &settings(), Duration::ZERO).await;
    assert_eq!(first.end().await, 1);
    assert_eq!(slow.await.unwrap().status, 200);
    assert_eq!(gate.wires().len(), 1);
    assert_eq!(second.end().await, 0);
}

#[tokio::test]
async fn one_after_another_under_load_and_nobody_is_refused() {
    let sockets = Sockets::default();
    let mut serves = begin(&sockets, &settings(), Duration::ZERO).await;
    let (http, grpc) = (serves.http, serves.grpc);
    let (sent, is_over) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let mut clients = Vec::new();
    for kind in 0..6 {
        let (sent, is_over) = (Arc::clone(&sent), Arc::clone(&is_over));
        clients.push(tokio::spawn(async move {
            let mut kept = TcpStream::connect(http).await.unwrap();
            let url = format!("http://{grpc}");
            let mut client = LogsServiceClient::connect(url).await.unwrap();
            while !is_over.load(Ordering::SeqCst) {
                match kind % 3 {
                    0 => assert_eq!(send(&mut kept).await.unwrap(), 200),
                    1 => {
                        let answer = post(http, "/v1/logs", PROTOBUF, &[], &logs(1)).await;
                        assert_eq!(answer.status, 200);
                    }
                    _ => drop(client.export(logs_request(1)).await.unwrap()),
                }
                sent.fetch_add(1, Ordering::SeqCst);
            }
        }));
    }
    let mut received = 0;
    for round in 1..=20 {
        while sent.load(Ordering::SeqCst) < round * 20 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let next = begin(&sockets, &settings(), Duration::ZERO).await;
        received += std::mem::replace(&mut serves, next).end().await;
    }
    is_over.store(true, Ordering::SeqCst);
    for client in clients {
        client.await.unwrap();
    }
    received += serves.end().await;
    assert_eq!(received, sent.load(Ordering::SeqCst));
}

#[tokio::test]
async fn connections_end_where_another_kind_is_spoken_from_now_on() {
    let sockets = Sockets::default();
    let first = begin(&sockets, &settings(), Duration::ZERO).await;
    let mut kept = TcpStream::connect(first.http).await.unwrap();
    assert_eq!(send(&mut kept).await.unwrap(), 200);
    let mut secure = settings();
    secure.http.as_mut().unwrap().tls = Some(ServerTls {
        cert_pem: Some(include_str!("fixtures/tls/server.pem").to_owned()),
        key_pem: Some(tollgate_config::Secret::new(include_str!(
            "fixtures/tls/server.key.pem"
        ))),
        ..ServerTls::default()
    });
    let second = begin(&sockets, &secure, Duration::ZERO).await;
    assert_eq!(second.http, first.http);
    assert!(send(&mut kept).await.is_err(), "plain text is over");
    assert_eq!(first.end().await, 1);
    assert_eq!(second.end().await, 0);
}

#[tokio::test]
async fn what_is_tried_and_thrown_away_changes_nothing() {
    let sockets = Sockets::default();
    let first = begin(&sockets, &settings(), Duration::ZERO).await;
    let mut kept = TcpStream::connect(first.http).await.unwrap();
    let mut broken = settings();
    broken.http.as_mut().unwrap().tls = Some(ServerTls::default());
    let budget = ByteBudget::new(1 << 20);
    let gate = TestGate::answering(Answer::DONE);
    for settings in [&settings(), &broken] {
        let mut claims = sockets.claims();
        let tried = Receiver::over(
            &mut claims,
            "otlp",
            settings,
            Arc::clone(&gate),
            Arc::clone(&budget),
        );
        drop(tried.await);
    }
    assert_eq!(send(&mut kept).await.unwrap(), 200);
    // Twice in one configuration is once too often.
    let mut fixed = settings();
    fixed.http = None;
    fixed.grpc.as_mut().unwrap().endpoint = first.grpc.to_string();
    let mut claims = sockets.claims();
    let one = Receiver::over(
        &mut claims,
        "otlp",
        &fixed,
        Arc::clone(&gate),
        Arc::clone(&budget),
    );
    assert!(one.await.is_ok());
    let two = Receiver::over(&mut claims, "otlp/2", &fixed, gate, budget).await;
    assert!(two.err().unwrap().to_string().contains("cannot listen on"));
    assert_eq!(first.end().await, 1);
}
