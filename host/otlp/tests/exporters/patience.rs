//! How long exporters try, and how long they wait.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tollgate_config::{Exporter as Settings, OtlpGrpcExporter, OtlpHttpExporter, Retry};
use tollgate_otlp::{Answer, Delivered, ExportError};

use crate::support::{self, Running, TestGate};
use crate::{endpoint, exporter, grpc, http, never, quickly, send};

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
