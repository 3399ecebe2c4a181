//! A listening socket, its connections, and their bounds.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tollgate_record::RequestContext;

use crate::budget::ByteBudget;
use crate::metered::Metered;
use crate::payload::Payload;
use crate::settings::Bounds;

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
                spoke: AtomicBool::new(false),
                first_request_time: protocol.bounds.header_time,
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
    /// Whether a request came.
    spoke: AtomicBool,
    first_request_time: Duration,
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
        let this = Arc::new(self);
        let served = Arc::clone(&this);
        let service = service_fn(move |request| {
            let this = Arc::clone(&served);
            async move {
                this.spoke.store(true, Ordering::Relaxed);
                Ok::<_, std::convert::Infallible>(this.service.answer(request, &this.peer).await)
            }
        });
        let stream = Metered::new(stream, this.service.budget().frame_permit());
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(watcher.watch(connection));
        // hyper waits without an end for a client that never says which HTTP it speaks.
        let first = tokio::time::timeout(this.first_request_time, &mut connection).await;
        if first.is_err() && this.spoke.load(Ordering::Relaxed) {
            // How a connection ends is the client's business: its requests were answered or are void.
            let _ = connection.await;
        }
    }
}

fn builder(protocol: &Protocol) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(protocol.bounds.header_time)
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
