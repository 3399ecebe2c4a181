//! Requests that a destination finds too large arrive in parts, each record once.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Response;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{
    LogsService, LogsServiceServer,
};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use prost::Message as _;
use tokio_stream::wrappers::TcpListenerStream;
use tollgate_config::{Compression, Exporter as Settings, OtlpGrpcExporter, OtlpHttpExporter};
use tollgate_otlp::{Export, Exported, Exporter, Later, Refused};
use tollgate_record::Signal;

use crate::servers::{Body, Ending, body, serve};
use crate::support::{Running, TestGate, logs_request, settings};
use crate::{endpoint, exporter, grpc, http, never};

/// A request whose records can be told apart by their times.
fn numbered(records: u32) -> Export {
    let mut request = logs_request(records as usize);
    let all = &mut request.resource_logs[0].scope_logs[0].log_records;
    for (number, record) in all.iter_mut().enumerate() {
        record.time_unix_nano = number as u64;
    }
    export(request.encode_to_vec(), records)
}

fn export(wire: impl Into<Bytes>, records: u32) -> Export {
    Export {
        signal: Signal::Logs,
        wire: wire.into(),
        records,
        context: None,
    }
}

fn numbers(wire: &[u8]) -> Vec<u64> {
    let request = ExportLogsServiceRequest::decode(wire).unwrap();
    let scopes = request
        .resource_logs
        .into_iter()
        .flat_map(|resource| resource.scope_logs);
    let records = scopes.flat_map(|scope| scope.log_records);
    records.map(|record| record.time_unix_nano).collect()
}

type Refusal = Box<dyn Fn() -> Response<Body> + Send + Sync>;

/// What a destination has, in the order in which it came.
type Taken = Arc<Mutex<Vec<u64>>>;

/// A destination that takes a request if `judge` lets it, and otherwise answers what that says.
async fn destination(
    judge: impl Fn(&[u64]) -> Option<Response<Body>> + Send + Sync + 'static,
) -> (String, Taken) {
    let taken = Taken::default();
    let shared = Arc::clone(&taken);
    let address = serve(move |head, content| {
        let is_grpc = head.version == http::Version::HTTP_2;
        let records = numbers(&content[if is_grpc { 5 } else { 0 }..]);
        if let Some(refusal) = judge(&records) {
            return refusal;
        }
        shared.lock().unwrap().extend(records);
        if is_grpc {
            Ending::of(0).behind(&[0; 5][..])
        } else {
            Response::new(body(""))
        }
    })
    .await;
    (format!("http://{address}"), taken)
}

async fn both(url: &str) -> [Exporter; 2] {
    let by_grpc = OtlpGrpcExporter {
        compression: Compression::None,
        retry: never(),
        ..OtlpGrpcExporter::new(endpoint(url))
    };
    let by_http = OtlpHttpExporter {
        compression: Compression::None,
        retry: never(),
        ..OtlpHttpExporter::new(url)
    };
    [
        exporter(Settings::Otlp(by_grpc)).await,
        exporter(Settings::OtlpHttp(by_http)).await,
    ]
}

fn status(status: u16, said: &str) -> Response<Body> {
    let said = tollgate_json::Status {
        code: 3,
        message: said.to_owned(),
        retry_after: None,
    };
    let mut response = Response::new(body(said.to_wire()));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
    let kind = "application/x-protobuf".parse().unwrap();
    response.headers_mut().insert("content-type", kind);
    response
}

#[tokio::test]
async fn every_way_to_say_too_large_is_understood() {
    let grpc = |code: u8, said: &'static str| {
        move || {
            Ending {
                message: said.to_owned(),
                ..Ending::of(code)
            }
            .at_once()
        }
    };
    let ways: Vec<(usize, Refusal)> = vec![
        (
            0,
            Box::new(grpc(8, "grpc: received message larger than max (5 vs. 4)")),
        ),
        (
            0,
            Box::new(grpc(
                8,
                "grpc: received message after decompression larger than max 4",
            )),
        ),
        (
            0,
            Box::new(grpc(
                8,
                "SERVER: Received message larger than max (5 vs. 4)",
            )),
        ),
        (
            0,
            Box::new(grpc(8, "gRPC message exceeds maximum size 4: 5")),
        ),
        (
            0,
            Box::new(grpc(
                8,
                "Received message exceeds the maximum configured message size.",
            )),
        ),
        (
            0,
            Box::new(grpc(
                11,
                "Error, decoded message length too large: found 5 bytes, the limit is: 4 bytes",
            )),
        ),
        (0, Box::new(|| status(413, ""))),
        (1, Box::new(|| status(413, ""))),
        (1, Box::new(|| status(400, "http: request body too large"))),
    ];
    for (protocol, refusal) in ways {
        let (url, taken) = destination(move |records| (records.len() > 10).then(&refusal)).await;
        let exported = both(&url).await[protocol].deliver(numbered(100)).await;
        let everything = Exported {
            delivered: 100,
            ..Exported::default()
        };
        assert_eq!(exported, everything);
        assert_eq!(*taken.lock().unwrap(), (0..100).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_record_that_is_too_large_alone_is_refused_alone() {
    let judge = |records: &[u64]| records.contains(&37).then(|| status(413, ""));
    let (url, taken) = destination(judge).await;
    for exporter in both(&url).await {
        let exported = exporter.deliver(numbered(100)).await;
        assert_eq!((exported.delivered, exported.later), (99, None));
        let [Refused { wire, records, .. }] = &exported.refused[..] else {
            panic!("one part is refused: {:?}", exported.refused);
        };
        assert_eq!((*records, numbers(wire)), (1, vec![37]));
        let expected: Vec<u64> = (0..100).filter(|number| *number != 37).collect();
        assert_eq!(std::mem::take(&mut *taken.lock().unwrap()), expected);
    }
}

#[tokio::test]
async fn what_is_left_for_later_is_what_was_not_delivered() {
    // Up to ten records at once, and nothing from the sixtieth on until the destination recovers.
    let recovered = Arc::new(Mutex::new(false));
    let flag = Arc::clone(&recovered);
    let (url, taken) = destination(move |records| {
        if records.len() > 10 {
            return Some(status(413, ""));
        }
        let is_down = records.iter().any(|number| *number >= 60) && !*flag.lock().unwrap();
        is_down.then(|| status(503, ""))
    })
    .await;
    for exporter in both(&url).await {
        *recovered.lock().unwrap() = false;
        let first = exporter.deliver(numbered(100)).await;
        let Some(Later { wire, records, .. }) = first.later else {
            panic!("something is left: {first:?}");
        };
        assert!(first.delivered > 40 && first.refused.is_empty());
        assert_eq!(first.delivered + u64::from(records), 100);
        assert_eq!(numbers(&wire), (first.delivered..100).collect::<Vec<_>>());

        *recovered.lock().unwrap() = true;
        let second = exporter.deliver(export(wire, records)).await;
        assert_eq!(second.delivered, u64::from(records));
        let all = std::mem::take(&mut *taken.lock().unwrap());
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_receivers_own_limit_is_kept_by_its_clients() {
    let mut server = settings();
    server.grpc.as_mut().unwrap().max_message_size = 2000;
    server.http.as_mut().unwrap().max_request_body_size = 2000;
    let gate = TestGate::answering(tollgate_otlp::Answer::DONE);
    let running = Running::with(server, gate, 1 << 20).await;
    let by_grpc = Settings::Otlp(grpc(&running));
    let by_http = Settings::OtlpHttp(http(&running));
    for settings in [by_grpc, by_http] {
        let exported = exporter(settings).await.deliver(numbered(1000)).await;
        assert_eq!((exported.delivered, exported.later), (1000, None));
        let wires = running.gate.wires();
        let all: Vec<u64> = wires.iter().flat_map(|wire| numbers(wire)).collect();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
        running.gate.seen.lock().unwrap().clear();
    }
}

#[tokio::test]
async fn what_was_found_too_large_is_not_sent_again() {
    let refusals = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&refusals);
    let (url, taken) = destination(move |records| {
        (records.len() > 30).then(|| {
            *counted.lock().unwrap() += 1;
            status(413, "")
        })
    })
    .await;
    for exporter in both(&url).await {
        exporter.deliver(numbered(100)).await;
        assert_eq!(std::mem::take(&mut *refusals.lock().unwrap()), 3);
        for records in [100, 250] {
            let exported = exporter.deliver(numbered(records)).await;
            assert_eq!(exported.delivered, u64::from(records));
        }
        assert_eq!(*refusals.lock().unwrap(), 0);
        let taken = std::mem::take(&mut *taken.lock().unwrap());
        let expected: Vec<u64> = (0..100).chain(0..100).chain(0..250).collect();
        assert_eq!(taken, expected);
    }
}

#[tokio::test]
async fn nothing_larger_than_otlp_allows_is_sent() {
    let (url, taken) = destination(|records| {
        assert!(records.len() <= 64, "each is larger than a mebibyte");
        None
    })
    .await;
    let mut request = logs_request(70);
    let all = &mut request.resource_logs[0].scope_logs[0].log_records;
    for (number, record) in all.iter_mut().enumerate() {
        record.time_unix_nano = number as u64;
        record.trace_id = vec![7; 1 << 20];
    }
    let wire = request.encode_to_vec();
    for exporter in both(&url).await {
        let exported = exporter.deliver(export(wire.clone(), 70)).await;
        assert_eq!(exported.delivered, 70);
        let taken = std::mem::take(&mut *taken.lock().unwrap());
        assert_eq!(taken, (0..70).collect::<Vec<_>>());
    }
}

struct Tonic(Taken);

#[tonic::async_trait]
impl LogsService for Tonic {
    async fn export(
        &self,
        request: tonic::Request<ExportLogsServiceRequest>,
    ) -> Result<tonic::Response<ExportLogsServiceResponse>, tonic::Status> {
        let wire = request.into_inner().encode_to_vec();
        self.0.lock().unwrap().extend(numbers(&wire));
        Ok(tonic::Response::new(ExportLogsServiceResponse::default()))
    }
}

#[tokio::test]
async fn tonics_limit_is_understood() {
    let taken = Taken::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let service = LogsServiceServer::new(Tonic(Arc::clone(&taken)))
        .accept_compressed(tonic::codec::CompressionEncoding::Gzip)
        .max_decoding_message_size(3000);
    tokio::spawn(
        tonic::transport::Server::builder()
            .add_service(service)
            .serve_with_incoming(TcpListenerStream::new(listener)),
    );
    let settings = |compression| OtlpGrpcExporter {
        compression,
        retry: never(),
        ..OtlpGrpcExporter::new(endpoint(&url))
    };
    for compression in [Compression::None, Compression::Gzip] {
        let exporter = exporter(Settings::Otlp(settings(compression))).await;
        let outcome = exporter.deliver(numbered(1000)).await;
        assert_eq!(outcome.delivered, 1000, "{outcome:?}");
        let all = std::mem::take(&mut *taken.lock().unwrap());
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
    }
}
