//! The pages and requests that somebody who watches a gate gets.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tollgate_config::{
    ComponentId, Config, Extension, HealthCheck, Metrics, MetricsReader, PrometheusReader,
    Telemetry,
};
use tollgate_observe::{Environment, ObserveError, Observer};
use tollgate_record::Signal;
use tollgate_telemetry::{
    ExporterCounts, Gate, Live, PipelineCounts, ReceiverCounts, StageCounts, Transport,
};

fn config(health: HealthCheck, metrics: Metrics) -> Config {
    Config {
        receivers: Vec::new(),
        processors: Vec::new(),
        connectors: Vec::new(),
        exporters: Vec::new(),
        pipelines: Vec::new(),
        extensions: vec![(
            ComponentId::parse("health_check").unwrap(),
            Extension::HealthCheck(health),
        )],
        telemetry: Telemetry {
            metrics,
            ..Telemetry::default()
        },
        compat: tollgate_config::Compat::None,
        process: tollgate_config::Process::default(),
    }
}

fn health() -> HealthCheck {
    HealthCheck {
        endpoint: "127.0.0.1:0".into(),
        path: "/health".into(),
        ..HealthCheck::default()
    }
}

fn readers(port: u16) -> Metrics {
    Metrics {
        readers: vec![MetricsReader::Prometheus(PrometheusReader {
            host: "127.0.0.1".into(),
            port,
            ..PrometheusReader::default()
        })],
        by_default: false,
        ..Metrics::default()
    }
}

fn gate() -> Arc<Live> {
    let receiver = ReceiverCounts::new("otlp".into(), Transport::Http);
    receiver.listening.set(true);
    receiver.accepted.of(Signal::Logs).add(3);
    let gate = Gate {
        receivers: vec![Arc::new(receiver)],
        exporters: vec![Arc::new(ExporterCounts::new("otlp_http".into()))],
        ..Gate::default()
    };
    Arc::new(Live::new(Arc::new(gate)))
}

async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

#[tokio::test]
async fn health_follows_the_gate_from_start_to_end() {
    let gate = gate();
    let config = config(health(), readers(0));
    let observer = Observer::start(&config, &Environment::default(), Arc::clone(&gate)).await;
    let observer = observer.unwrap();
    let address = observer.addresses()[0].1;
    let (status, body) = get(address, "/health").await;
    assert_eq!(status, 503);
    assert!(
        body.contains(r#""status":"Server not available""#),
        "{body}"
    );
    observer.ready();
    let (status, body) = get(address, "/health").await;
    assert_eq!(status, 200);
    assert!(body.contains(r#""status":"Server available""#), "{body}");
    assert_eq!(get(address, "/").await.0, 404);

    // One destination that fails is none of the first version's business, and is seen by who asks for components.
    assert_eq!(get(address, "/health?verbose").await.0, 200);
    gate.now().exporters[0].failed(Signal::Logs, 1);
    assert_eq!(get(address, "/health").await.0, 200);
    let (status, body) = get(address, "/health?verbose").await;
    assert_eq!(status, 503);
    assert!(
        body.contains(r#""exporter:otlp_http":{"healthy":false,"status":"StatusRecoverableError""#),
        "{body}"
    );
    assert!(
        body.contains(r#""receiver:otlp/http":{"healthy":true,"status":"StatusOK""#),
        "{body}"
    );

    observer.stopping();
    assert_eq!(get(address, "/health").await.0, 503);
    observer.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn health_says_what_the_operator_wrote() {
    let config = config(
        HealthCheck {
            healthy: Some("fine".into()),
            path: "/".into(),
            ..health()
        },
        readers(0),
    );
    let observer = Observer::start(&config, &Environment::default(), gate())
        .await
        .unwrap();
    observer.ready();
    let (status, body) = get(observer.addresses()[0].1, "/any/thing").await;
    assert_eq!(status, 200);
    assert!(body.ends_with("\r\n\r\nfine"), "{body}");
}

#[tokio::test]
async fn prometheus_fetches_a_page() {
    let config = config(health(), readers(0));
    let observer = Observer::start(&config, &Environment::default(), gate())
        .await
        .unwrap();
    let (status, page) = get(observer.addresses()[1].1, "/metrics").await;
    assert_eq!(status, 200);
    assert!(
        page.contains("content-type: text/plain; version=0.0.4"),
        "{page}"
    );
    assert!(page.contains(
        "\notelcol_receiver_accepted_log_records{receiver=\"otlp\",transport=\"http\"} 3\n"
    ));
}

#[tokio::test]
async fn an_address_that_is_taken_is_a_mistake_only_where_somebody_asked_for_it() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut metrics = readers(taken.local_addr().unwrap().port());
    let environment = Environment::default();
    let refused = Observer::start(&config(health(), metrics.clone()), &environment, gate()).await;
    assert!(matches!(refused, Err(ObserveError::Listen { .. })));
    metrics.by_default = true;
    let observer = Observer::start(&config(health(), metrics), &environment, gate()).await;
    assert_eq!(observer.unwrap().addresses().len(), 1);
}

#[tokio::test]
async fn variables_send_metrics_where_the_configuration_says_nothing() {
    let sink = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let variables = [
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            format!("http://{}", sink.local_addr().unwrap()),
        ),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=a%20b".to_owned()),
        ("OTEL_SERVICE_NAME", "gate-7".to_owned()),
        ("OTEL_METRIC_EXPORT_INTERVAL", "20".to_owned()),
    ];
    let environment: Environment = variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let metrics = Metrics {
        by_default: true,
        ..readers(0)
    };
    let _observer = Observer::start(&config(health(), metrics), &environment, gate())
        .await
        .unwrap();
    let read = async {
        let (mut stream, _) = sink.accept().await.unwrap();
        let mut request = Vec::new();
        let holds = |request: &[u8], what: &str| {
            request
                .windows(what.len())
                .any(|window| window == what.as_bytes())
        };
        while !holds(&request, "otelcol_receiver_accepted_log_records") {
            assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
        }
        assert!(request.starts_with(b"POST /v1/metrics HTTP/1.1\r\n"));
        assert!(holds(&request, "x-key: a b\r\n"));
        assert!(holds(&request, "gate-7"));
    };
    tokio::time::timeout(Duration::from_secs(20), read)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_stage_that_is_not_called_makes_the_gate_unready_and_not_dead() {
    let stage = Arc::new(StageCounts::new("redaction/strict".into(), Vec::new()));
    let pipeline = PipelineCounts::new("logs/in".into(), vec![Arc::clone(&stage)]);
    let gate = Gate {
        pipelines: vec![Arc::new(pipeline)],
        ..Gate::default()
    };
    let gate = Arc::new(Live::new(Arc::new(gate)));
    // The path of a default configuration stands for all below it, but for these two.
    let everywhere = HealthCheck {
        path: "/".into(),
        ..health()
    };
    let config = config(everywhere, readers(0));
    let environment = Environment::default();
    let observer = Observer::start(&config, &environment, gate).await.unwrap();
    let address = observer.addresses()[0].1;
    assert_eq!(get(address, "/live").await.0, 200);
    assert_eq!(get(address, "/ready").await.0, 503, "it has not started");
    observer.ready();
    assert_eq!(get(address, "/ready").await.0, 200);
    stage.breaker.opened("trap", true);
    let (status, body) = get(address, "/ready").await;
    assert_eq!(status, 503);
    assert!(
        body.contains(r#"{"pipeline":"logs/in","stage":"redaction/strict","failure":"trap"}"#),
        "{body}"
    );
    let (status, body) = get(address, "/ready?verbose").await;
    assert_eq!(status, 503);
    assert!(
        body.contains(r#""stage:logs/in/redaction/strict":{"healthy":false"#),
        "{body}"
    );
    assert_eq!(get(address, "/live").await.0, 200);
    assert_eq!(get(address, "/").await.0, 200, "as the Collector answers");
    stage.breaker.closed();
    assert_eq!(get(address, "/ready").await.0, 200);
}
