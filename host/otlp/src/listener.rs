//! What a server is to those who connect to it: how it answers, how it speaks, and its bounds.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::Response;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto;
use tollgate_config::HttpServer;
use tollgate_record::RequestContext;

use crate::budget::ByteBudget;
use crate::payload::Payload;
use crate::sockets::{Port, Serving};
use crate::tls::server::ServerSide;

/// An answer that is being made.
pub(crate) type Answering = Pin<Box<dyn Future<Output = Response<Payload>> + Send>>;

/// Answers the requests of one server.
pub(crate) trait Service: Send + Sync + 'static {
    /// The budget that connections pay from.
    fn budget(&self) -> &ByteBudget;

    /// Answers one request.
    fn answer(
        self: Arc<Self>,
        request: http::Request<Incoming>,
        peer: Arc<RequestContext>,
    ) -> Answering;
}

/// What every server bounds, so that a client that is slow, half-open or one of very many cannot hold it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Connections at once; more wait unaccepted.
    pub connections: usize,
    /// Time for TLS to be agreed on, for a client's first request, without its body, and for the headers of every other one of HTTP/1.
    pub header_time: Duration,
    /// Time for the body of a request.
    pub body_time: Duration,
    /// How long a client may take nothing of what it is sent; none is for ever.
    pub write_time: Option<Duration>,
    /// Time between two requests of a connection; none is for ever.
    pub idle_time: Option<Duration>,
    /// Bytes of the headers of a request.
    pub header_bytes: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 1024,
            header_time: Duration::from_mins(1),
            body_time: Duration::from_secs(30),
            write_time: Some(Duration::from_secs(30)),
            idle_time: None,
            header_bytes: 64 * 1024,
        }
    }
}

impl Bounds {
    /// What the configuration says of an HTTP server. Nobody may take for ever to send a request: without times for its headers
    /// and its body the usual ones hold.
    pub(crate) fn of(settings: &HttpServer) -> Self {
        let usual = Self::default();
        Self {
            header_time: settings.read_header_timeout.unwrap_or(usual.header_time),
            body_time: settings.read_timeout.unwrap_or(usual.body_time),
            write_time: settings.write_timeout,
            idle_time: settings.idle_timeout,
            ..usual
        }
    }
}

/// A size of the configuration, for what lies in memory.
pub(crate) fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// How HTTP is spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Protocol {
    pub(crate) bounds: Bounds,
    pub(crate) max_concurrent_streams: u32,
    pub(crate) keep_alive: bool,
}

/// What lies below requests: it belongs to a connection for as long as that lives.
#[derive(Clone)]
pub(crate) struct Transport {
    pub(crate) protocol: Protocol,
    pub(crate) tls: Option<Arc<ServerSide>>,
}

impl Transport {
    /// Whether a connection that was made under the one is as good under the other.
    pub(crate) fn allows(&self, other: &Self) -> bool {
        let settings = |transport: &Self| transport.tls.as_ref().map(|tls| tls.settings().clone());
        self.protocol == other.protocol && settings(self) == settings(other)
    }
}

/// What a client may send on one HTTP/2 stream, and on one connection, before it must wait for us. Bytes are read as they come
/// and counted in the byte budget, so that wide windows cost nothing.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 8 << 20;
/// The largest frame. A message that comes in one is never copied.
const FRAME: u32 = 1 << 20;
/// What HTTP/1 reads ahead: the largest headers, too.
const HTTP1_BUFFER: usize = 64 << 10;
/// Headers of one request. OTLP needs five.
const HTTP1_HEADERS: usize = 100;
/// Streams that a client has reset before anybody looked at them, and resets of ours for what it sent in error: beyond that it is a
/// flood, and the connection ends.
const RESETS: usize = 20;
const ERRORS: usize = 128;
/// What is written ahead of a client that takes it slowly. Answers are a few bytes.
const SEND_BUFFER: usize = 64 << 10;
/// How often a silent HTTP/2 connection is asked whether it lives, and how long it may think.
const PING_INTERVAL: Duration = Duration::from_mins(1);
const PING_TIME: Duration = Duration::from_secs(20);
/// Pause after the system had no socket for us.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Accepts at `port` until `stop` completes or somebody takes over; completes when everything is answered that was taken on.
pub(crate) async fn serve(port: Arc<Port>, serving: Serving, stop: impl Future<Output = ()>) {
    let mut watched = port.watch();
    let accepting = async {
        let limit = serving.transport.protocol.bounds.connections;
        loop {
            port.connections.below(limit).await;
            match port.socket.accept().await {
                Ok((stream, peer)) => crate::connection::open(&port, stream, peer),
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = watched.replaced(&serving) => {}
        () = stop => {}
    }
    port.end(&serving);
    // The socket closes with its last owner.
    drop(port);
    serving.done().await;
}

pub(crate) fn builder(protocol: &Protocol) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // `Activity` keeps that time, and tells it from the time between two requests.
        .header_read_timeout(None)
        .max_buf_size(HTTP1_BUFFER)
        .max_headers(HTTP1_HEADERS)
        .keep_alive(protocol.keep_alive);
    builder
        .http2()
        .timer(TokioTimer::new())
        .adaptive_window(false)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_frame_size(FRAME)
        .max_concurrent_streams(protocol.max_concurrent_streams)
        .max_header_list_size(protocol.bounds.header_bytes)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(ERRORS)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIME);
    builder
}
