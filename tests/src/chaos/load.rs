//! Clients that remember what they were promised.
//!
//! None sends a record twice, so what a destination has twice was sent twice by the gate.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::{BufMut as _, Bytes, BytesMut};
use fastrand::Rng;
use http::{HeaderMap, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use prost::Message as _;
use tokio::task::JoinSet;
use tollgate_record::Signal;

use super::records::{self, Ids};
use crate::{canaries, client};

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What clients send.
#[derive(Debug, Clone)]
pub struct Load {
    /// Clients, each with one request in flight.
    pub clients: usize,
    /// The most records of a request.
    pub records: u16,
    /// About how long the text of a record is.
    pub length: usize,
    /// Signals of requests, in turn.
    pub signals: Vec<Signal>,
    /// A pause after each answer.
    pub pause: Duration,
    /// Requests a second of all clients together; none is as many as answers let them send.
    pub rate: Option<f64>,
    /// Requests after which clients stop by themselves.
    pub limit: Option<i64>,
}

impl Default for Load {
    fn default() -> Self {
        Self {
            clients: 16,
            records: 20,
            length: 200,
            signals: Signal::ALL.to_vec(),
            pause: Duration::ZERO,
            rate: None,
            limit: None,
        }
    }
}

/// What became of what was sent.
#[derive(Debug, Default)]
pub struct Sent {
    /// Requests.
    pub requests: u64,
    /// What was acknowledged.
    pub acknowledged: Vec<Ids>,
    /// Requests that were refused for now, with or without a time to come again.
    pub later: u64,
    /// Requests that were refused for ever.
    pub never: u64,
    /// Requests of which nothing is known: the connection broke.
    pub unknown: u64,
    /// Records that an acknowledgement said were rejected.
    pub rejected: u64,
    /// Answers in which something stood that must not.
    pub leaks: u64,
    /// The first refusal for ever, in words.
    pub word: Option<String>,
    /// When something was acknowledged last.
    pub last: Option<Instant>,
    /// How long answers took that acknowledged something.
    pub waits: Vec<Duration>,
}

impl Sent {
    /// Records that were acknowledged.
    #[must_use]
    pub fn records(&self) -> u64 {
        let records = self.acknowledged.iter().map(|ids| u64::from(ids.records));
        records.sum()
    }

    /// Adds what others sent.
    pub fn join(&mut self, other: Self) {
        self.requests += other.requests;
        self.acknowledged.extend(other.acknowledged);
        self.later += other.later;
        self.never += other.never;
        self.unknown += other.unknown;
        self.rejected += other.rejected;
        self.leaks += other.leaks;
        self.word = self.word.take().or(other.word);
        self.last = self.last.max(other.last);
        self.waits.extend(other.waits);
    }
}

/// Where requests go, and the numbers of those that went there.
#[derive(Debug, Clone)]
pub struct Target {
    grpc: SocketAddr,
    http: SocketAddr,
    number: Arc<AtomicI64>,
}

impl Target {
    /// The receivers of a gate.
    #[must_use]
    pub fn new(grpc: SocketAddr, http: SocketAddr) -> Self {
        let number = Arc::new(AtomicI64::new(0));
        Self { grpc, http, number }
    }
}

/// Clients at work.
#[derive(Debug)]
pub struct Running {
    clients: JoinSet<()>,
    is_over: Arc<AtomicBool>,
    sent: Arc<Mutex<Sent>>,
}

impl Load {
    /// The signal of a request.
    #[must_use]
    pub fn signal(&self, ids: Ids) -> Signal {
        let number = usize::try_from(ids.first >> 16).unwrap_or(0);
        self.signals[number % self.signals.len()]
    }

    /// Sets clients to work.
    #[must_use]
    pub fn start(&self, target: &Target, seed: u64) -> Running {
        let is_over = Arc::new(AtomicBool::new(false));
        let sent = Arc::new(Mutex::new(Sent::default()));
        let mut clients = JoinSet::new();
        for number in 0..self.clients {
            let client = Sender {
                load: self.clone(),
                target: target.clone(),
                random: Rng::with_seed(seed.wrapping_add(number as u64)),
                is_grpc: number % 2 == 0,
                is_over: Arc::clone(&is_over),
                sent: Arc::clone(&sent),
            };
            clients.spawn(client.work());
        }
        Running {
            clients,
            is_over,
            sent,
        }
    }
}

impl Running {
    /// Looks at what became of it so far.
    pub fn look<T>(&self, look: impl FnOnce(&mut Sent) -> T) -> T {
        look(&mut self.sent.lock().expect("no other holder panics"))
    }

    /// Lets clients begin nothing more.
    pub fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// Lets clients finish the request that they are at.
    pub async fn stop(mut self) -> Sent {
        self.end();
        while self.clients.join_next().await.is_some() {}
        self.look(std::mem::take)
    }

    /// Waits for clients that stop by themselves.
    pub async fn finished(mut self) -> Sent {
        while self.clients.join_next().await.is_some() {}
        self.look(std::mem::take)
    }
}

/// What became of one request.
enum Outcome {
    Acknowledged(u64),
    Later,
    Never(String),
    Unknown,
}

struct Sender {
    load: Load,
    target: Target,
    random: Rng,
    is_grpc: bool,
    is_over: Arc<AtomicBool>,
    sent: Arc<Mutex<Sent>>,
}

impl Sender {
    async fn work(mut self) {
        let client = Client::builder(TokioExecutor::new())
            .http2_only(self.is_grpc)
            .build(HttpConnector::new());
        let share = |rate: f64| Duration::from_secs_f64(self.load.clients as f64 / rate);
        let mut ticks = self
            .load
            .rate
            .map(|rate| tokio::time::interval(share(rate)));
        while !self.is_over.load(Ordering::Relaxed) {
            if let Some(ticks) = &mut ticks {
                ticks.tick().await;
            }
            let number = self.target.number.fetch_add(1, Ordering::Relaxed);
            if self.load.limit.is_some_and(|limit| number >= limit) {
                return;
            }
            let ids = Ids {
                first: number << 16,
                records: self.random.u16(1..=self.load.records),
            };
            let signal = self.load.signal(ids);
            let began = Instant::now();
            let sending = self.send(&client, signal, ids);
            let outcome = tokio::time::timeout(PATIENCE, sending).await;
            let is_free = self.note(outcome.unwrap_or(Outcome::Unknown), ids, began);
            let pause = if is_free || ticks.is_some() {
                self.load.pause
            } else {
                // Nobody is there, or wants to be left alone: it should not be all that this machine is busy with.
                self.load.pause.max(Duration::from_millis(10))
            };
            tokio::time::sleep(pause).await;
        }
    }

    fn note(&self, outcome: Outcome, ids: Ids, began: Instant) -> bool {
        let mut sent = self.sent.lock().expect("no other holder panics");
        sent.requests += 1;
        match outcome {
            Outcome::Acknowledged(rejected) => {
                sent.acknowledged.push(ids);
                sent.rejected += rejected;
                sent.last = Some(Instant::now());
                sent.waits.push(began.elapsed());
                return true;
            }
            Outcome::Later => sent.later += 1,
            Outcome::Never(word) => {
                sent.never += 1;
                sent.leaks += u64::from(canaries::first_in(word.as_bytes()).is_some());
                sent.word.get_or_insert(word);
            }
            Outcome::Unknown => sent.unknown += 1,
        }
        false
    }

    async fn send(
        &self,
        client: &Client<HttpConnector, Full<Bytes>>,
        signal: Signal,
        ids: Ids,
    ) -> Outcome {
        let wire = records::request(signal, ids, self.load.length);
        let (address, path, content_type, body) = if self.is_grpc {
            let mut body = BytesMut::with_capacity(wire.len() + 5);
            body.put_u8(0);
            body.put_u32(u32::try_from(wire.len()).expect("a request is small"));
            body.put_slice(&wire);
            let path = crate::grpc::path(signal);
            (self.target.grpc, path, "application/grpc", body.freeze())
        } else {
            let path = client::path(signal);
            (
                self.target.http,
                path,
                "application/x-protobuf",
                wire.into(),
            )
        };
        let request = Request::post(format!("http://{address}{path}"))
            .header(header::CONTENT_TYPE, content_type)
            .header(header::TE, "trailers")
            .body(Full::new(body))
            .expect("the request is one");
        let Ok(answer) = client.request(request).await else {
            return Outcome::Unknown;
        };
        let (parts, body) = answer.into_parts();
        let Ok(body) = body.collect().await else {
            return Outcome::Unknown;
        };
        let trailers = body.trailers().cloned().unwrap_or_default();
        let body = body.to_bytes();
        if self.is_grpc {
            grpc_outcome(&parts.headers, &trailers, &body)
        } else {
            http_outcome(parts.status.as_u16(), &body)
        }
    }
}

fn grpc_outcome(headers: &HeaderMap, trailers: &HeaderMap, body: &Bytes) -> Outcome {
    let said = |name| {
        let value = trailers.get(name).or_else(|| headers.get(name))?;
        value.to_str().ok()
    };
    let has_details = said("grpc-status-details-bin").is_some();
    match said("grpc-status").and_then(|code| code.parse::<u32>().ok()) {
        Some(0) => Outcome::Acknowledged(rejected(body.get(5..).unwrap_or_default())),
        Some(1 | 4 | 10 | 11 | 14 | 15) => Outcome::Later,
        Some(8) if has_details => Outcome::Later,
        Some(code) => {
            let text = said("grpc-message").unwrap_or_default();
            Outcome::Never(format!("gRPC code {code}: {text}"))
        }
        None => Outcome::Unknown,
    }
}

fn http_outcome(status: u16, body: &Bytes) -> Outcome {
    match status {
        200 => Outcome::Acknowledged(rejected(body)),
        429 | 502 | 503 | 504 => Outcome::Later,
        other => {
            let text = String::from_utf8_lossy(body);
            Outcome::Never(format!("HTTP status {other}: {text}"))
        }
    }
}

/// How many records an answer says were rejected. It is laid out in the same way for all signals.
fn rejected(message: &[u8]) -> u64 {
    let answer = ExportLogsServiceResponse::decode(message).unwrap_or_default();
    let partial = answer.partial_success.unwrap_or_default();
    u64::try_from(partial.rejected_log_records).unwrap_or(0)
}
