//! What is sent arrives as it was.

use bytes::Bytes;
use tollgate_config::{
    ClientTls, Compression, Encoding, Endpoint, Exporter as Settings, OtlpGrpcExporter,
    OtlpHttpExporter, Secret,
};
use tollgate_otlp::{Answer, Console, Delivered, ExportError, Exporter};
use tollgate_record::Signal;

use crate::support::{Running, TestGate, logs, settings};
use crate::{endpoint, exporter, grpc, http, send};

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
            [&seen[at].context.metadata, &seen[at].context.credentials]
                .into_iter()
                .any(|known| known.contains(&(name.to_owned(), vec![value.to_owned()]))),
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
