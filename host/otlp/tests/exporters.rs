//! Exporters against real servers: what arrives, and what becomes of what does not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::format_push_string,
    clippy::type_complexity,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic"
)]

mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use support::{Running, TestGate, logs, settings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tollgate_config::{
    ClientTls, Compression, Encoding, Endpoint, Exporter as Settings, OtlpGrpcExporter,
    OtlpHttpExporter, Retry, Secret, TlsVersion,
};
use tollgate_otlp::{Answer, Console, Delivered, ExportError, Exporter};
use tollgate_record::Signal;

async fn exporter(settings: Settings) -> Exporter {
    let console = Console::new(std::io::sink());
    Exporter::new("otlp/test", &settings, console)
        .await
        .unwrap()
}

/// Retries that follow each other quickly.
fn quickly() -> Retry {
    Retry {
        initial_interval: Duration::from_millis(5),
        max_interval: Duration::from_millis(20),
        max_elapsed_time: Some(Duration::from_secs(5)),
        ..Retry::default()
    }
}

fn never() -> Retry {
    Retry {
        enabled: false,
        ..Retry::default()
    }
}

fn endpoint(url: &str) -> Endpoint {
    url.parse().unwrap()
}

fn grpc(running: &Running) -> OtlpGrpcExporter {
    OtlpGrpcExporter {
        retry: quickly(),
        ..OtlpGrpcExporter::new(endpoint(&running.grpc_url()))
    }
}

fn http(running: &Running) -> OtlpHttpExporter {
    OtlpHttpExporter {
        retry: quickly(),
        ..OtlpHttpExporter::new(&format!("http://{}", running.http))
    }
}

async fn send(exporter: &Exporter, records: usize) -> Result<Delivered, ExportError> {
    exporter.export(Signal::Logs, logs(records).into()).await
}

#[tokio::test]
async fn requests_arrive_as_they_were_over_grpc() {
    let running = Running::start().await;
    for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
        let exporter = exporter(Settings::Otlp(OtlpGrpcExporter {
            compression,
            ..grpc(&running)
        }))
        .await;
        for signal in [Signal::Logs, Signal::Traces, Signal::Metrics] {
            assert_eq!(
                exporter.export(signal, Bytes::new()).await,
                Ok(Delivered::default())
            );
        }
        send(&exporter, 3000).await.unwrap();
        assert_eq!(running.gate.wires().last().unwrap(), &logs(3000));
    }
    let seen: Vec<Signal> = running
        .gate
        .seen
        .lock()
        .unwrap()
        .iter()
        .map(|request| request.signal)
        .collect();
    assert_eq!(
        seen[..4],
        [Signal::Logs, Signal::Traces, Signal::Metrics, Signal::Logs]
    );
}

#[tokio::test]
async fn requests_arrive_as_they_were_over_http() {
    let running = Running::start().await;
    for encoding in [Encoding::Proto, Encoding::Json] {
        for compression in [
            Compression::None,
            Compression::Gzip,
            Compression::Zstd,
            Compression::Deflate,
            Compression::Zlib,
        ] {
            let exporter = exporter(Settings::OtlpHttp(OtlpHttpExporter {
                compression,
                encoding,
                ..http(&running)
            }))
            .await;
            assert_eq!(send(&exporter, 300).await, Ok(Delivered::default()));
            for signal in [Signal::Traces, Signal::Metrics] {
                exporter.export(signal, Bytes::new()).await.unwrap();
            }
            let last = running
                .gate
                .seen
                .lock()
                .unwrap()
                .iter()
                .rfind(|request| request.signal == Signal::Logs)
                .unwrap()
                .wire
                .clone();
            assert_eq!(
                tollgate_json::count(Signal::Logs, &last).unwrap().records,
                300
            );
            if encoding == Encoding::Proto {
                assert_eq!(last, logs(300));
            }
        }
    }
}

#[tokio::test]
async fn headers_are_sent_and_signals_without_an_endpoint_are_not() {
    let mut server = settings();
    server.grpc.as_mut().unwrap().include_metadata = true;
    server.http.as_mut().unwrap().include_metadata = true;
    let running = Running::with(server, TestGate::answering(Answer::DONE), 1 << 20).await;
    let headers = vec![("authorization".to_owned(), Secret::new("Bearer x"))];
    let by_grpc = Settings::Otlp(OtlpGrpcExporter {
        headers: headers.clone(),
        authority: Some("collector.example".to_owned()),
        user_agent: Some("tests/1".to_owned()),
        ..grpc(&running)
    });
    let by_http = Settings::OtlpHttp(OtlpHttpExporter {
        headers,
        metrics_url: None,
        ..http(&running)
    });
    for settings in [by_grpc, by_http.clone()] {
        assert!(!format!("{settings:?}").contains("Bearer"));
        send(&exporter(settings).await, 1).await.unwrap();
    }
    let seen = running.gate.seen.lock().unwrap().clone();
    let has = |at: usize, name: &str, value: &str| {
        assert!(
            seen[at]
                .context
                .metadata
                .contains(&(name.to_owned(), vec![value.to_owned()])),
            "{name}"
        );
    };
    has(0, "authorization", "Bearer x");
    has(0, ":authority", "collector.example");
    has(0, "user-agent", "tests/1");
    has(1, "authorization", "Bearer x");
    let nowhere = exporter(by_http)
        .await
        .export(Signal::Metrics, Bytes::new())
        .await;
    assert!(matches!(nowhere, Err(ExportError::Permanent { .. })));
}

#[tokio::test]
async fn what_was_rejected_is_counted_and_not_sent_again() {
    let running = Running::start().await;
    running.gate.answer(Answer::Done {
        rejected: 4,
        message: "four were refused",
    });
    let json = OtlpHttpExporter {
        encoding: Encoding::Json,
        ..http(&running)
    };
    for settings in [
        Settings::Otlp(grpc(&running)),
        Settings::OtlpHttp(http(&running)),
        Settings::OtlpHttp(json),
    ] {
        assert_eq!(
            send(&exporter(settings).await, 5).await,
            Ok(Delivered { rejected: 4 })
        );
    }
    assert_eq!(running.gate.wires().len(), 3);
}

#[tokio::test]
async fn a_destination_that_recovers_gets_the_request() {
    let running = Running::start().await;
    let settings = [
        Settings::Otlp(grpc(&running)),
        Settings::OtlpHttp(http(&running)),
    ];
    for settings in settings {
        running.gate.answer(Answer::Retry {
            after: None,
            message: "later",
        });
        let gate = Arc::clone(&running.gate);
        let before = gate.wires().len();
        let recovery = tokio::spawn(async move {
            while gate.wires().len() < before + 3 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            gate.answer(Answer::DONE);
        });
        assert_eq!(
            send(&exporter(settings).await, 1).await,
            Ok(Delivered::default())
        );
        recovery.await.unwrap();
    }
}

#[tokio::test]
async fn the_pause_a_destination_asks_for_is_kept() {
    let running = Running::start().await;
    for settings in [
        Settings::Otlp(grpc(&running)),
        Settings::OtlpHttp(http(&running)),
    ] {
        running.gate.answer(Answer::Retry {
            after: Some(Duration::from_secs(1)),
            message: "later",
        });
        let gate = Arc::clone(&running.gate);
        let before = gate.wires().len();
        let recovery = tokio::spawn(async move {
            while gate.wires().len() == before {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            gate.answer(Answer::DONE);
        });
        let start = Instant::now();
        send(&exporter(settings).await, 1).await.unwrap();
        assert!(start.elapsed() >= Duration::from_secs(1));
        recovery.await.unwrap();
    }
}

#[tokio::test]
async fn time_and_patience_end() {
    let running = Running::start().await;
    running.gate.answer(Answer::Retry {
        after: None,
        message: "later",
    });
    let retry = Retry {
        max_elapsed_time: Some(Duration::from_millis(100)),
        ..quickly()
    };
    let impatient = exporter(Settings::Otlp(OtlpGrpcExporter {
        retry,
        ..grpc(&running)
    }))
    .await;
    assert!(matches!(
        send(&impatient, 1).await,
        Err(ExportError::Retryable { .. })
    ));
    assert!(running.gate.wires().len() > 1);

    let before = running.gate.wires().len();
    let once = exporter(Settings::OtlpHttp(OtlpHttpExporter {
        retry: never(),
        ..http(&running)
    }))
    .await;
    assert!(matches!(
        send(&once, 1).await,
        Err(ExportError::Retryable { .. })
    ));
    assert_eq!(running.gate.wires().len(), before + 1);

    // Defaults wait for seconds; a stop does not.
    let patient = exporter(Settings::Otlp(OtlpGrpcExporter {
        retry: Retry::default(),
        ..grpc(&running)
    }))
    .await;
    let start = Instant::now();
    let (result, ()) = tokio::join!(send(&patient, 1), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        patient.hurry();
    });
    assert!(matches!(result, Err(ExportError::Retryable { .. })));
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_destination_that_is_gone_or_silent_may_come_back() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    for address in [silent.local_addr().unwrap(), gone] {
        let url = format!("http://{address}");
        let timeout = Some(Duration::from_millis(200));
        let by_grpc = OtlpGrpcExporter {
            retry: never(),
            timeout,
            ..OtlpGrpcExporter::new(endpoint(&url))
        };
        let by_http = OtlpHttpExporter {
            retry: never(),
            timeout,
            ..OtlpHttpExporter::new(&url)
        };
        for settings in [Settings::Otlp(by_grpc), Settings::OtlpHttp(by_http)] {
            let result = send(&exporter(settings).await, 1).await;
            assert!(
                matches!(result, Err(ExportError::Retryable { .. })),
                "{result:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_try_waits_for_a_connection_if_it_is_told_to() {
    let later = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = later.local_addr().unwrap();
    drop(later);
    let settings = OtlpGrpcExporter {
        retry: never(),
        wait_for_ready: true,
        ..OtlpGrpcExporter::new(endpoint(&format!("http://{address}")))
    };
    let patient = exporter(Settings::Otlp(settings)).await;
    let (sent, running) = tokio::join!(send(&patient, 1), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let mut server = support::settings();
        server.grpc.as_mut().unwrap().endpoint = address.to_string();
        Running::with(server, TestGate::answering(Answer::DONE), 1 << 20).await
    });
    assert_eq!(sent, Ok(Delivered::default()));
    assert_eq!(running.stop().await.wires().len(), 1);
    // Not, however, once nobody should wait.
    patient.hurry();
    let start = Instant::now();
    assert!(matches!(
        send(&patient, 1).await,
        Err(ExportError::Retryable { .. })
    ));
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn bodies_arrive_whatever_their_level() {
    let running = Running::start().await;
    let body = logs(3000);
    for compression in [Compression::Gzip, Compression::Zlib, Compression::Zstd] {
        for level in [-2, -1, 0, 1, 9, 22] {
            let settings = OtlpHttpExporter {
                compression,
                compression_level: Some(level),
                ..http(&running)
            };
            send(&exporter(Settings::OtlpHttp(settings)).await, 3000)
                .await
                .unwrap();
            assert_eq!(running.gate.wires().last().unwrap(), &body, "{level}");
        }
    }
}

#[tokio::test]
async fn grpcs_codes_are_told_apart() {
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

    // Exhausted with a hint, and exhausted for good.
    let after = Some(Duration::from_secs(1));
    assert_eq!(
        send(&exporter, 1000).await,
        Err(ExportError::Retryable {
            after,
            reason: reason(8)
        })
    );
    assert_eq!(send(&exporter, 10_000).await, permanent(8));
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

/// A server that answers everything with the same bytes; counts requests.
async fn answering(answer: Vec<u8>) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (answer, counted) = (answer.clone(), Arc::clone(&counted));
            tokio::spawn(async move {
                let mut request = Vec::new();
                while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                    if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                counted.fetch_add(1, Ordering::Relaxed);
                let _ = stream.write_all(&answer).await;
                // What was sent is read, so that the answer is not lost with the connection.
                let _ =
                    tokio::time::timeout(Duration::from_millis(200), stream.read_buf(&mut request))
                        .await;
            });
        }
    });
    (address, count)
}

#[tokio::test]
async fn https_statuses_are_told_apart_as_in_the_collector() {
    let table: serde_json::Value =
        serde_json::from_str(include_str!("fixtures/exporter_retry.json")).unwrap();
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
        let (address, count) = answering([answer.as_bytes(), b"\r\n", &body].concat()).await;
        let settings = OtlpHttpExporter {
            retry: never(),
            ..OtlpHttpExporter::new(&format!("http://{address}"))
        };
        let result = send(&exporter(Settings::OtlpHttp(settings)).await, 1).await;
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
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn redirects_are_not_followed_and_odd_successes_are_successes() {
    let (target, followed) =
        answering(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
    let redirect = format!(
        "HTTP/1.1 307 X\r\nlocation: http://{target}/v1/logs\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    let (address, _) = answering(redirect.into_bytes()).await;
    let to = |address: SocketAddr| {
        Settings::OtlpHttp(OtlpHttpExporter {
            retry: never(),
            ..OtlpHttpExporter::new(&format!("http://{address}"))
        })
    };
    let result = send(&exporter(to(address)).await, 1).await;
    assert!(
        matches!(result, Err(ExportError::Permanent { .. })),
        "{result:?}"
    );
    assert_eq!(followed.load(Ordering::Relaxed), 0);

    let bodies = ["{\"partialSuccess\":", "not json", ""];
    for body in bodies {
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 202 X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        let (address, _) = answering(answer.into_bytes()).await;
        assert_eq!(
            send(&exporter(to(address)).await, 1).await,
            Ok(Delivered::default())
        );
    }
}

/// Takes TLS off in front of another server.
async fn tls_in_front_of(server: SocketAddr) -> SocketAddr {
    use rustls::pki_types::pem::PemObject as _;
    let chain = rustls::pki_types::CertificateDer::pem_slice_iter(include_bytes!(
        "fixtures/tls/server.pem"
    ));
    let key = rustls::pki_types::PrivateKeyDer::from_pem_slice(include_bytes!(
        "fixtures/tls/server.key.pem"
    ));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.map(Result::unwrap).collect(), key.unwrap())
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut inside) = acceptor.accept(stream).await else {
                    return;
                };
                let mut outside = tokio::net::TcpStream::connect(server).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut inside, &mut outside).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn tls_trusts_whom_it_is_told_to_trust() {
    let running = Running::start().await;
    let (grpc_port, http_port) = (
        tls_in_front_of(running.grpc).await.port(),
        tls_in_front_of(running.http).await.port(),
    );
    let trusting = ClientTls {
        ca_pem: Some(include_str!("fixtures/tls/authority.pem").to_owned()),
        ..ClientTls::default()
    };
    let blind = ClientTls {
        insecure_skip_verify: true,
        ..ClientTls::default()
    };
    let other_name = ClientTls {
        server_name_override: Some("elsewhere.example".to_owned()),
        ..trusting.clone()
    };
    let by_override = ClientTls {
        server_name_override: Some("localhost".to_owned()),
        min_version: TlsVersion::V1_3,
        ..trusting.clone()
    };
    let cases = [
        ("localhost", trusting, true),
        ("127.0.0.1", blind, true),
        ("127.0.0.1", by_override, true),
        ("localhost", other_name, false),
        ("localhost", ClientTls::default(), false),
    ];
    for (host, tls, works) in cases {
        let by_grpc = OtlpGrpcExporter {
            tls: tls.clone(),
            retry: never(),
            ..OtlpGrpcExporter::new(endpoint(&format!("https://{host}:{grpc_port}")))
        };
        let by_http = OtlpHttpExporter {
            tls,
            retry: never(),
            ..OtlpHttpExporter::new(&format!("https://{host}:{http_port}"))
        };
        for settings in [Settings::Otlp(by_grpc), Settings::OtlpHttp(by_http)] {
            let result = send(&exporter(settings.clone()).await, 1).await;
            assert_eq!(result.is_ok(), works, "{settings:?}");
        }
    }
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let console = || Console::new(std::io::sink());
    let missing = ClientTls {
        ca_file: Some("/nowhere/ca.pem".into()),
        ..ClientTls::default()
    };
    let refused = [
        Settings::Otlp(OtlpGrpcExporter::new(Endpoint {
            host: "no host".to_owned(),
            ..endpoint("localhost:4317")
        })),
        Settings::OtlpHttp(OtlpHttpExporter::new("localhost:4318")),
        Settings::OtlpHttp(OtlpHttpExporter::new("ftp://localhost")),
        Settings::Otlp(OtlpGrpcExporter {
            compression: Compression::Deflate,
            ..OtlpGrpcExporter::new(endpoint("http://localhost:4317"))
        }),
        Settings::Otlp(OtlpGrpcExporter {
            tls: missing,
            ..OtlpGrpcExporter::new(endpoint("localhost:4317"))
        }),
        Settings::OtlpHttp(OtlpHttpExporter {
            headers: vec![("a b".to_owned(), Secret::new("secret"))],
            ..OtlpHttpExporter::new("http://localhost")
        }),
    ];
    for settings in refused {
        let Err(error) = Exporter::new("otlp", &settings, console()).await else {
            panic!("{settings:?} is accepted");
        };
        assert!(!error.to_string().contains("secret"));
    }
}
