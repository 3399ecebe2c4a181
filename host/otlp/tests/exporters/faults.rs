//! Destinations that fall silent, drip, reset and go away: a try ends in its time, and the next one makes a connection of its own.

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tollgate_config::{Exporter as Settings, OtlpGrpcExporter, OtlpHttpExporter, Retry};
use tollgate_otlp::{Delivered, ExportError, Exporter};

use crate::servers::{Body, Ending, body};
use crate::support::{Running, TestGate};
use crate::{endpoint, exporter, grpc, never, quickly, send};

/// A server that leaves each connection to `handle`, and counts them.
async fn listening<F>(
    handle: impl Fn(TcpStream) -> F + Send + 'static,
) -> (SocketAddr, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(handle(stream));
        }
    });
    (address, connections)
}

async fn both(address: SocketAddr, timeout: Duration) -> [Exporter; 2] {
    let url = format!("http://{address}");
    let by_grpc = OtlpGrpcExporter {
        retry: never(),
        timeout: Some(timeout),
        ..OtlpGrpcExporter::new(endpoint(&url))
    };
    let by_http = OtlpHttpExporter {
        retry: never(),
        timeout: Some(timeout),
        ..OtlpHttpExporter::new(&url)
    };
    [
        exporter(Settings::Otlp(by_grpc)).await,
        exporter(Settings::OtlpHttp(by_http)).await,
    ]
}

const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_mins(1);

async fn fails_for_now(exporter: &Exporter) -> String {
    match send(exporter, 1).await {
        Err(ExportError::Retryable { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_connection_that_fell_silent_is_not_used_again() {
    // One that takes requests and never answers them.
    let silent = service_fn(|_: Request<Incoming>| pending::<Result<Response<Body>, Infallible>>());
    let (address, connections) = listening(move |stream| async move {
        let _ = auto::Builder::new(TokioExecutor::new())
            .serve_connection(TokioIo::new(stream), silent)
            .await;
    })
    .await;
    for exporter in both(address, SHORT).await {
        let before = connections.load(Ordering::Relaxed);
        for _ in 0..3 {
            assert!(fails_for_now(&exporter).await.contains("in time"));
        }
        assert_eq!(connections.load(Ordering::Relaxed), before + 3);
    }
}

#[tokio::test]
async fn answers_that_drip_end_with_the_try() {
    let (address, _) = listening(|mut stream| async move {
        let (mut reading, mut writing) = stream.split();
        let mut request = Vec::new();
        let _ = reading.read_buf(&mut request).await;
        let drip = async {
            for byte in b"HTTP/1.1 200 OK\r\nx: "
                .iter()
                .chain(std::iter::repeat(&b'x'))
            {
                if writing.write_all(&[*byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::join!(drip, async {
            while reading.read_buf(&mut request).await.unwrap_or(0) > 0 {}
        });
    })
    .await;
    let [by_grpc, by_http] = both(address, SHORT).await;
    // What drips is no HTTP/2 either.
    fails_for_now(&by_grpc).await;
    assert!(fails_for_now(&by_http).await.contains("in time"));
}

#[tokio::test]
async fn resets_and_hang_ups_may_pass() {
    let reset = service_fn(|_: Request<Incoming>| async {
        Err::<Response<Body>, _>(std::io::Error::other("no"))
    });
    let (resetting, _) = listening(move |stream| async move {
        let _ = auto::Builder::new(TokioExecutor::new())
            .serve_connection(TokioIo::new(stream), reset)
            .await;
    })
    .await;
    let (hanging_up, _) = listening(|mut stream| async move {
        let _ = stream.read_u8().await;
    })
    .await;
    for address in [resetting, hanging_up] {
        for exporter in both(address, LONG).await {
            assert!(fails_for_now(&exporter).await.contains("broke"));
        }
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    for exporter in both(address, LONG).await {
        assert!(fails_for_now(&exporter).await.contains("refused"));
    }
}

#[tokio::test]
async fn servers_that_go_away_in_good_order_lose_nothing() {
    let (address, connections) = listening(|stream| async move {
        let answer = service_fn(|request: Request<Incoming>| async move {
            let is_grpc = request.version() == http::Version::HTTP_2;
            Ok::<_, Infallible>(if is_grpc {
                Ending::of(0).behind(&[0; 5][..])
            } else {
                Response::new(body(""))
            })
        });
        let builder = auto::Builder::new(TokioExecutor::new());
        let connection = builder.serve_connection(TokioIo::new(stream), answer);
        tokio::pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            () = tokio::time::sleep(Duration::from_millis(20)) => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    })
    .await;
    for settings in [true, false] {
        let url = format!("http://{address}");
        let settings = if settings {
            Settings::Otlp(OtlpGrpcExporter {
                retry: quickly(),
                ..OtlpGrpcExporter::new(endpoint(&url))
            })
        } else {
            Settings::OtlpHttp(OtlpHttpExporter {
                retry: quickly(),
                ..OtlpHttpExporter::new(&url)
            })
        };
        let exporter = exporter(settings).await;
        let before = connections.load(Ordering::Relaxed);
        while connections.load(Ordering::Relaxed) < before + 5 {
            assert_eq!(send(&exporter, 1).await, Ok(Delivered::default()));
        }
    }
}

#[tokio::test]
async fn tries_go_on_until_nobody_waits_any_more() {
    let running = Running::start().await;
    running.gate.answer(tollgate_otlp::Answer::Retry {
        after: None,
        message: "later",
    });
    let settings = OtlpGrpcExporter {
        retry: Retry {
            initial_interval: Duration::from_millis(1),
            max_interval: Duration::from_millis(2),
            max_elapsed_time: None,
            ..Retry::default()
        },
        ..grpc(&running)
    };
    let exporter = exporter(Settings::Otlp(settings)).await;
    let (result, ()) = tokio::join!(send(&exporter, 1), async {
        while running.gate.wires().len() < 100 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        exporter.hurry();
    });
    assert!(matches!(result, Err(ExportError::Retryable { .. })));
    // From then on there is one try and no pause.
    let before = running.gate.wires().len();
    fails_for_now(&exporter).await;
    assert_eq!(running.gate.wires().len(), before + 1);
}

#[tokio::test]
async fn a_try_that_is_dropped_leaves_the_exporter_as_it_was() {
    let gate = TestGate::slow(tollgate_otlp::Answer::DONE, Duration::from_millis(200));
    let running = Running::with(crate::support::settings(), gate, 1 << 20).await;
    let exporter = exporter(Settings::Otlp(grpc(&running))).await;
    for _ in 0..3 {
        let aborted = tokio::time::timeout(Duration::from_millis(50), send(&exporter, 1)).await;
        assert!(aborted.is_err());
    }
    assert_eq!(send(&exporter, 1).await, Ok(Delivered::default()));
}
