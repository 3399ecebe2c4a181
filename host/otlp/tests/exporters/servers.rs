//! Destinations that answer as no receiver would.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

pub type Body = BoxBody<Bytes, Infallible>;

/// A server that answers every request with the same bytes, whatever they are, and hangs up.
#[derive(Clone)]
pub struct Raw {
    pub address: SocketAddr,
    pub requests: Arc<AtomicUsize>,
    answer: Arc<Mutex<Vec<u8>>>,
}

impl Raw {
    pub async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            requests: Arc::default(),
            answer: Arc::new(Mutex::new(answer.into())),
        };
        let this = server.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let this = this.clone();
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !is_whole(&request) {
                        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                            return;
                        }
                    }
                    this.requests.fetch_add(1, Ordering::Relaxed);
                    let answer = this.answer.lock().unwrap().clone();
                    let _ = stream.write_all(&answer).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        server
    }

    pub fn answer(&self, answer: impl Into<Vec<u8>>) {
        *self.answer.lock().unwrap() = answer.into();
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Whether a request of HTTP/1.1 is there with its body.
fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
    request.len() >= end + 4 + length
}

/// Serves HTTP/1.1 and HTTP/2 with `answer`.
pub async fn serve(
    answer: impl Fn(&Parts, Bytes) -> Response<Body> + Send + Sync + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let answer = Arc::clone(&answer);
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = Arc::clone(&answer);
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await.unwrap().to_bytes();
                    Ok::<_, Infallible>(answer(&head, body))
                }
            });
            tokio::spawn(async move {
                let _ = auto::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    address
}

pub fn body(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed()
}

/// How a server ends a call.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    pub code: String,
    pub message: String,
    pub details: Option<Vec<u8>>,
}

impl Ending {
    pub fn of(code: impl std::fmt::Display) -> Self {
        Self {
            code: code.to_string(),
            ..Self::default()
        }
    }

    fn headers(&self) -> HeaderMap {
        use base64::Engine as _;
        let mut headers = HeaderMap::new();
        let mut put = |name: &'static str, value: &str| {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            );
        };
        put("grpc-status", &self.code);
        put("grpc-message", &self.message);
        if let Some(details) = &self.details {
            let details = base64::engine::general_purpose::STANDARD.encode(details);
            put("grpc-status-details-bin", &details);
        }
        headers
    }

    /// As an answer that is headers alone.
    pub fn at_once(&self) -> Response<Body> {
        let mut response = grpc_response(body(""));
        response.headers_mut().extend(self.headers());
        response
    }

    /// As the trailers of an answer with a message.
    pub fn behind(&self, message: impl Into<Bytes>) -> Response<Body> {
        let trailers = self.headers();
        grpc_response(
            Full::new(message.into())
                .with_trailers(async move { Some(Ok(trailers)) })
                .boxed(),
        )
    }
}

pub fn grpc_response(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        HeaderValue::from_static("application/grpc"),
    );
    response
}
