//! A receiver in this process, with a gate that looks at every record as a strict pipeline would, and keeps what it saw.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::future::pending;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tollgate_config::{GrpcServer, HttpServer, OtlpReceiver};
use tollgate_otlp::{Answer, Bounds, ByteBudget, Gate, Receiver, Request, Transport};
use tollgate_record::{Batch, Fields, Limits};

/// Remembers requests, and answers what it was told; malformed bytes it refuses.
pub struct TestGate {
    pub seen: Mutex<Vec<Request>>,
    answer: Mutex<Answer>,
    /// How long it takes.
    pause: Duration,
    denied: AtomicUsize,
}

impl TestGate {
    pub fn answering(answer: Answer) -> Arc<Self> {
        Self::slow(answer, Duration::ZERO)
    }

    pub fn slow(answer: Answer, pause: Duration) -> Arc<Self> {
        Arc::new(Self {
            seen: Mutex::default(),
            answer: Mutex::new(answer),
            pause,
            denied: AtomicUsize::new(0),
        })
    }

    pub fn answer(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// Requests without credentials that are right.
    pub fn denied(&self) -> usize {
        self.denied.load(Ordering::SeqCst)
    }

    pub fn wires(&self) -> Vec<Bytes> {
        let seen = self.seen.lock().unwrap();
        seen.iter().map(|request| request.wire.clone()).collect()
    }
}

impl Gate for TestGate {
    fn denied(&self, _: Transport) {
        self.denied.fetch_add(1, Ordering::SeqCst);
    }

    async fn admit(&self, request: Request) -> Answer {
        let wanted = Fields::parse(request.signal, &["*"]).unwrap();
        let context = Arc::clone(&request.context);
        let batch = Batch::index(
            request.signal,
            request.wire.clone(),
            context,
            &wanted,
            &Limits::default(),
        );
        if let Err(error) = batch {
            return Answer::Malformed(error.to_string());
        }
        tokio::time::sleep(self.pause).await;
        self.seen.lock().unwrap().push(request);
        self.answer.lock().unwrap().clone()
    }
}

/// A receiver that runs.
pub struct Running {
    pub gate: Arc<TestGate>,
    pub budget: Arc<ByteBudget>,
    pub grpc: SocketAddr,
    pub http: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

pub fn settings() -> OtlpReceiver {
    OtlpReceiver {
        grpc: Some(GrpcServer {
            endpoint: "localhost:0".to_owned(),
            ..GrpcServer::default()
        }),
        http: Some(HttpServer {
            endpoint: "localhost:0".to_owned(),
            ..HttpServer::default()
        }),
    }
}

impl Running {
    pub async fn start() -> Self {
        Self::with(settings(), TestGate::answering(Answer::DONE), 64 << 20).await
    }

    pub async fn with(settings: OtlpReceiver, gate: Arc<TestGate>, budget: usize) -> Self {
        Self::bounded(settings, gate, budget, Bounds::default()).await
    }

    /// With these bounds of its gRPC server.
    pub async fn bounded(
        settings: OtlpReceiver,
        gate: Arc<TestGate>,
        budget: usize,
        bounds: Bounds,
    ) -> Self {
        let budget = ByteBudget::new(budget);
        let receiver = Receiver::bind(&settings, Arc::clone(&gate), Arc::clone(&budget))
            .await
            .unwrap()
            .with_grpc_bounds(bounds);
        let (grpc, http) = (receiver.grpc_address(), receiver.http_address());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(receiver.serve(async {
            if stopped.await.is_err() {
                pending::<()>().await;
            }
        }));
        Self {
            gate,
            budget,
            grpc: grpc.unwrap(),
            http: http.unwrap(),
            stop: Some(stop),
            task,
        }
    }

    pub fn grpc_url(&self) -> String {
        format!("http://{}", self.grpc)
    }

    /// Stops it; returns when it has answered what was in flight.
    pub async fn stop(mut self) -> Arc<TestGate> {
        self.stop.take().unwrap().send(()).unwrap();
        (&mut self.task).await.unwrap();
        Arc::clone(&self.gate)
    }

    /// Sends a request over HTTP and checks that it is taken: what came before did no harm.
    pub async fn still_works(&self) {
        let before = self.gate.wires().len();
        let request = logs(1);
        let answer = post(
            self.http,
            "/v1/logs",
            "application/x-protobuf",
            &[],
            &request,
        )
        .await;
        assert_eq!(answer.status, 200);
        assert_eq!(self.gate.wires().len(), before + 1);
        // Everything that was paid for is given back, if not at once.
        for _ in 0..100 {
            if self.budget.used() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} bytes are still held", self.budget.used());
    }
}

/// A request with so many log records.
pub fn logs_request(records: usize) -> ExportLogsServiceRequest {
    let record = LogRecord {
        time_unix_nano: 1,
        body: Some(text("hello")),
        attributes: vec![KeyValue {
            key: "model".to_owned(),
            value: Some(text("m-1")),
            ..KeyValue::default()
        }],
        ..LogRecord::default()
    };
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            scope_logs: vec![ScopeLogs {
                log_records: vec![record; records],
                ..ScopeLogs::default()
            }],
            ..ResourceLogs::default()
        }],
    }
}

pub fn logs(records: usize) -> Vec<u8> {
    prost::Message::encode_to_vec(&logs_request(records))
}

fn text(text: &str) -> AnyValue {
    AnyValue {
        value: Some(Value::StringValue(text.to_owned())),
    }
}

/// An answer of HTTP/1.1.
#[derive(Debug)]
pub struct HttpAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl HttpAnswer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn status_of_rpc(&self) -> tollgate_json::Status {
        match self.header("content-type").unwrap() {
            "application/x-protobuf" => tollgate_json::Status::from_wire(&self.body).unwrap(),
            "application/json" => tollgate_json::Status::from_json(&self.body).unwrap(),
            other => panic!("{other} holds no status"),
        }
    }
}

pub async fn post(
    to: SocketAddr,
    path: &str,
    content_type: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> HttpAnswer {
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head.push_str("\r\n");
    exchange(to, &[head.as_bytes(), body].concat())
        .await
        .unwrap()
}

/// Sends bytes and reads what comes back until the server closes: its answer, if that is HTTP.
pub async fn exchange(to: SocketAddr, bytes: &[u8]) -> Option<HttpAnswer> {
    let mut stream = TcpStream::connect(to).await.unwrap();
    // The server may have said no before everything is sent.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(20), reading)
        .await
        .expect("the server neither answers nor closes");
    parse(&answer)
}

fn parse(answer: &[u8]) -> Option<HttpAnswer> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Some(HttpAnswer {
        status,
        headers,
        body: answer[end + 4..].to_vec(),
    })
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}
