//! A listening socket, its connections, and their bounds.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tollgate_config::HttpServer;
use tollgate_record::RequestContext;

use crate::budget::ByteBudget;
use crate::metered::Metered;
use crate::patience::{Activity, Patient};
use crate::payload::Payload;

/// Answers the requests of one server.
pub(crate) trait Service: Send + Sync + 'static {
    /// The budget that connections pay from.
    fn budget(&self) -> &ByteBudget;

    /// Answers one request.
    fn answer(
        &self,
        request: http::Request<Incoming>,
        peer: &Arc<RequestContext>,
    ) -> impl Future<Output = Response<Payload>> + Send;
}

/// What every server bounds, so that a client that is slow, half-open or one of very many cannot hold it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Connections at once; more wait unaccepted.
    pub connections: usize,
    /// Time for a client's first request, without its body, and for the headers of every other one of HTTP/1.
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
#[derive(Debug, Clone)]
pub(crate) struct Protocol {
    pub(crate) bounds: Bounds,
    pub(crate) max_concurrent_streams: u32,
    pub(crate) keep_alive: bool,
}

/// What a client may send on one HTTP/2 stream, and on one connection, before it must wait for us. Bytes are read as they come
/// and counted in the byte budget, so that wide windows cost nothing.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 8 << 20;
/// The largest frame. A message that comes in one is never copied.
const FRAME: u32 = 1 << 20;
/// What HTTP/1 reads ahead: the largest headers, too.
const HTTP1_BUFFER: usize = 64 << 10;
/// How often a silent HTTP/2 connection is asked whether it lives, and how long it may think.
const PING_INTERVAL: Duration = Duration::from_mins(1);
const PING_TIME: Duration = Duration::from_secs(20);
/// Pause after the system had no socket for us.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A socket that listens and does not accept yet.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    pub(crate) address: SocketAddr,
}

impl Listener {
    /// Binds `host:port`. Of a name's addresses the first IPv4 one counts, as for the Collector; no host is all of them.
    pub(crate) async fn bind(endpoint: &str) -> std::io::Result<Self> {
        let target = match endpoint.strip_prefix(':') {
            Some(port) => format!("[::]:{port}"),
            None => endpoint.to_owned(),
        };
        let mut addresses: Vec<SocketAddr> = tokio::net::lookup_host(target).await?.collect();
        addresses.sort_by_key(SocketAddr::is_ipv6);
        let socket = TcpListener::bind(addresses.as_slice()).await?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address })
    }

    /// Accepts and serves until `stop` becomes true, then finishes the requests in flight.
    pub(crate) async fn serve<S: Service>(
        self,
        service: Arc<S>,
        protocol: Protocol,
        mut stop: watch::Receiver<bool>,
    ) {
        let builder = Arc::new(builder(&protocol));
        let slots = Arc::new(Semaphore::new(protocol.bounds.connections));
        let graceful = GracefulShutdown::new();
        let mut stopped = pin!(stop.wait_for(|stop| *stop));
        loop {
            let next = async {
                let slot = Arc::clone(&slots).acquire_owned().await;
                (slot, self.socket.accept().await)
            };
            let (slot, accepted) = tokio::select! {
                _ = &mut stopped => break,
                next = next => next,
            };
            let Ok((stream, peer)) = accepted else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let connection = Connection {
                service: Arc::clone(&service),
                peer: Arc::new(RequestContext {
                    client_address: Some(peer.ip().to_canonical().to_string()),
                    ..RequestContext::default()
                }),
                activity: Arc::new(Activity::new()),
                bounds: protocol.bounds.clone(),
            };
            let (builder, watcher) = (Arc::clone(&builder), graceful.watcher());
            tokio::spawn(async move {
                connection.run(stream, &builder, watcher).await;
                drop(slot);
            });
        }
        drop(self.socket);
        graceful.shutdown().await;
    }
}

struct Connection<S> {
    service: Arc<S>,
    peer: Arc<RequestContext>,
    activity: Arc<Activity>,
    bounds: Bounds,
}

impl<S: Service> Connection<S> {
    async fn run(
        self,
        stream: TcpStream,
        builder: &auto::Builder<TokioExecutor>,
        watcher: hyper_util::server::graceful::Watcher,
    ) {
        // Only latency is lost when this fails.
        let _ = stream.set_nodelay(true);
        let activity = Arc::clone(&self.activity);
        let bounds = self.bounds.clone();
        let stream = Patient::new(stream, bounds.write_time, Arc::clone(&activity));
        let stream = Metered::new(stream, self.service.budget().frame_permit());
        let this = Arc::new(self);
        let service = service_fn(move |request: http::Request<Incoming>| {
            let this = Arc::clone(&this);
            async move {
                let open = this.activity.begin(request.version());
                let answer = this.service.answer(request, &this.peer).await;
                drop(open);
                Ok::<_, std::convert::Infallible>(answer)
            }
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        tokio::select! {
            // How a connection ends is the client's business: its requests were answered or are void.
            _ = watcher.watch(connection) => {}
            () = activity.is_over(&bounds) => {}
        }
    }
}

fn builder(protocol: &Protocol) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // `Activity` keeps that time, and tells it from the time between two requests.
        .header_read_timeout(None)
        .max_buf_size(HTTP1_BUFFER)
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
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIME);
    builder
}
