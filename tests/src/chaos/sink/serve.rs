//! The destination's connections.

use std::convert::Infallible;
use std::future::pending;
use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{Request, Response, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tollgate_record::Signal;

use super::answer::{self, Body};
use super::{Mode, Shared};

const HUGE: usize = 5 << 20;
const DRIP: usize = 60;

/// Listens while the mode wants it to, as long as the sink is there.
pub(super) async fn listen(address: SocketAddr, shared: Weak<Shared>) {
    let Some(mut mode) = shared.upgrade().map(|shared| shared.mode.subscribe()) else {
        return;
    };
    loop {
        if mode.wait_for(|mode| *mode != Mode::Down).await.is_err() {
            return;
        }
        let Ok(listener) = TcpListener::bind(address).await else {
            // What was closed a moment ago may hold the address a little longer.
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        };
        let of_connections = mode.clone();
        loop {
            tokio::select! {
                accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                    tokio::spawn(connection(stream, Weak::clone(&shared), of_connections.clone()));
                },
                _ = mode.wait_for(|mode| *mode == Mode::Down) => break,
            }
        }
    }
}

async fn connection(stream: TcpStream, shared: Weak<Shared>, mut mode: watch::Receiver<Mode>) {
    drop(stream.set_nodelay(true));
    // A connection that is given up is reset.
    drop(stream.set_zero_linger());
    let broken = Arc::new(Notify::new());
    let service = service_fn(|request| {
        let (shared, broken) = (Weak::clone(&shared), Arc::clone(&broken));
        async move { Ok::<_, Infallible>(serve(request, shared, &broken).await) }
    });
    let deaf = mode.clone();
    let server = auto::Builder::new(TokioExecutor::new());
    let talk = async {
        if *deaf.borrow() == Mode::Deaf {
            let mut deaf = deaf.clone();
            drop(deaf.wait_for(|mode| *mode != Mode::Deaf).await);
        }
        drop(server.serve_connection(TokioIo::new(stream), service).await);
    };
    tokio::select! {
        () = talk => {}
        () = broken.notified() => {}
        _ = mode.wait_for(|mode| *mode == Mode::Down) => {}
    }
}

/// What becomes of one request.
async fn serve(
    request: Request<Incoming>,
    shared: Weak<Shared>,
    broken: &Notify,
) -> Response<Body> {
    let is_grpc = header_of(&request, header::CONTENT_TYPE).starts_with("application/grpc");
    let path = request.uri().path().to_owned();
    let encoding = if is_grpc {
        header_of(&request, "grpc-encoding")
    } else {
        header_of(&request, header::CONTENT_ENCODING)
    };
    let Ok(body) = request.into_body().collect().await else {
        return pending().await;
    };
    let Some(shared) = shared.upgrade() else {
        return pending().await;
    };
    let Some(signal) = signal_of(&path) else {
        shared.kept(|kept| kept.redirected += 1);
        return answer::taken(is_grpc);
    };
    let wire = unpacked(is_grpc, &encoding, &body.to_bytes());
    let ids = shared.kept(|kept| kept.look(signal, &wire));
    let mode = shared.mode.borrow().clone();
    let keep = |is_kept: bool| {
        if is_kept {
            shared.kept(|kept| kept.keep(&ids));
        }
    };
    match mode {
        Mode::Take(wait) => {
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            take(&shared, &ids, is_grpc)
        }
        Mode::Refuse(refusal) => answer::refused(is_grpc, refusal),
        Mode::Plan(plan) => {
            let Some(first) = ids.first().copied() else {
                return answer::taken(is_grpc);
            };
            let tries = shared.kept(|kept| {
                let tries = kept.tries.entry(first).or_default();
                tries.push(Instant::now());
                tries.len()
            });
            let place = usize::try_from(first >> 16).unwrap_or(0) % plan.len();
            if tries > 1 {
                return take(&shared, &ids, is_grpc);
            }
            answer::refused(is_grpc, plan[place])
        }
        Mode::BlackHole(is_kept) => {
            keep(is_kept);
            pending().await
        }
        Mode::Drip => {
            keep(true);
            answer::dripping(is_grpc, DRIP)
        }
        Mode::Huge => {
            keep(true);
            answer::huge(is_grpc, HUGE)
        }
        Mode::Reset(is_kept) => {
            keep(is_kept);
            shared.kept(|kept| kept.faults.push(Instant::now()));
            broken.notify_one();
            pending().await
        }
        Mode::Down | Mode::Deaf => pending().await,
    }
}

fn take(shared: &Shared, ids: &[i64], is_grpc: bool) -> Response<Body> {
    shared.kept(|kept| {
        kept.keep(ids);
        kept.told(ids);
    });
    answer::taken(is_grpc)
}

impl Shared {
    fn kept<T>(&self, look: impl FnOnce(&mut super::Kept) -> T) -> T {
        look(&mut self.kept.lock().expect("no other holder panics"))
    }
}

fn signal_of(path: &str) -> Option<Signal> {
    match path {
        "/v1/logs" | "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => {
            Some(Signal::Logs)
        }
        "/v1/traces" | "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => {
            Some(Signal::Traces)
        }
        "/v1/metrics" | "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" => {
            Some(Signal::Metrics)
        }
        _ => None,
    }
}

fn header_of(request: &Request<Incoming>, name: impl header::AsHeaderName) -> String {
    let value = request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

/// The message of a request. What cannot be unpacked is handed on as it is, and is then no OTLP.
fn unpacked(is_grpc: bool, encoding: &str, body: &Bytes) -> Vec<u8> {
    let (is_packed, message) = match (is_grpc, body.first()) {
        (true, flag) => (flag == Some(&1), body.get(5..).unwrap_or_default()),
        (false, _) => (!encoding.is_empty() && encoding != "identity", &body[..]),
    };
    if !is_packed || encoding != "gzip" {
        return message.to_vec();
    }
    let mut out = Vec::new();
    match GzDecoder::new(message).read_to_end(&mut out) {
        Ok(_) => out,
        Err(_) => message.to_vec(),
    }
}
