//! One connection, from its first byte to its last.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tollgate_record::RequestContext;

use crate::listener;
use crate::metered::Metered;
use crate::patience::{Activity, Patient};
use crate::sockets::{Now, Port, Watched};

/// Looks after a connection that was accepted, in a task of its own.
pub(crate) fn open(port: &Port, stream: TcpStream, peer: SocketAddr) {
    let slot = port.connections.enter();
    let mut watched = port.watch();
    let Some(now) = watched.now() else { return };
    tokio::spawn(async move {
        let connection = Connection {
            watched,
            now,
            peer: Arc::new(RequestContext {
                client_address: Some(peer.ip().to_canonical().to_string()),
                ..RequestContext::default()
            }),
        };
        connection.run(stream).await;
        drop(slot);
    });
}

struct Connection {
    watched: Watched,
    /// Who looks after it.
    now: Now,
    peer: Arc<RequestContext>,
}

impl Connection {
    async fn run(self, stream: TcpStream) {
        // Only latency is lost when this fails.
        let _ = stream.set_nodelay(true);
        let transport = Arc::clone(&self.now.serving.transport);
        let Some(tls) = &transport.tls else {
            return self.speak(stream).await;
        };
        let agreeing = TlsAcceptor::from(tls.current()).accept(stream);
        // Who cannot agree is told so by TLS itself, and everybody else need not know.
        if let Ok(Ok(stream)) =
            tokio::time::timeout(transport.protocol.bounds.header_time, agreeing).await
        {
            self.speak(stream).await;
        }
    }

    async fn speak<S>(mut self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let transport = Arc::clone(&self.now.serving.transport);
        let bounds = &transport.protocol.bounds;
        let activity = Arc::new(Activity::new());
        let stream = Patient::new(stream, bounds.write_time, Arc::clone(&activity));
        let permit = self.now.serving.service.budget().frame_permit();
        let stream = Metered::new(stream, permit);
        let (peer, watched) = (Arc::clone(&self.peer), self.watched.clone());
        let noted = Arc::clone(&activity);
        let service = service_fn(move |request: http::Request<Incoming>| {
            let (peer, mut watched) = (Arc::clone(&peer), watched.clone());
            let activity = Arc::clone(&noted);
            async move {
                let open = activity.begin(request.version());
                // Whoever answers now, whoever it was when the connection was made.
                let answer = match watched.now() {
                    Some(now) => Arc::clone(&now.serving.service).answer(request, peer).await,
                    None => http::Response::default(),
                };
                drop(open);
                Ok::<_, Infallible>(answer)
            }
        });
        let builder = listener::builder(&transport.protocol);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let mut over = pin!(activity.is_over(bounds));
        let mut is_ending = self.now.is_over;
        if is_ending {
            connection.as_mut().graceful_shutdown();
        }
        loop {
            tokio::select! {
                // How a connection ends is the client's business: its requests were answered or are void.
                _ = connection.as_mut() => return,
                () = over.as_mut() => return,
                () = self.watched.changed() => {}
            }
            let Some(now) = self.watched.now() else {
                return;
            };
            let stays = transport.allows(&now.serving.transport);
            if !is_ending && (now.is_over || !stays) {
                is_ending = true;
                connection.as_mut().graceful_shutdown();
            }
            if stays {
                // The new one looks after it; the old one may go.
                self.now = now;
            }
        }
    }
}
