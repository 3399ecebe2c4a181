//! The OTLP/gRPC server.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode, Version};
use hyper::body::Incoming;
use tollgate_config::GrpcServer;
use tollgate_record::{RequestContext, Signal};

use crate::access::{self, Access};
use crate::budget::ByteBudget;
use crate::compression::Codec;
use crate::failure::{self, Failure, code};
use crate::gate::{Gate, Request, Transport};
use crate::grpc::{message, signal, status};
use crate::listener::{self, Answering, Bounds, Service};
use crate::payload::Payload;

const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");
const ACCEPTED: HeaderValue = HeaderValue::from_static("identity,gzip,zstd");
const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
/// Room that there must be before a message is read, whose length nobody knows yet.
const FIRST_ROOM: usize = 64 << 10;
/// An uncompressed message without content: what a response is when there is nothing to say.
const EMPTY_MESSAGE: &[u8] = &[0; 5];

/// Serves the three export methods.
pub(crate) struct Server<G> {
    pub(crate) settings: GrpcServer,
    pub(crate) bounds: Bounds,
    pub(crate) access: Option<Access>,
    pub(crate) gate: Arc<G>,
    pub(crate) budget: Arc<ByteBudget>,
}

impl<G: Gate> Service for Server<G> {
    fn budget(&self) -> &ByteBudget {
        &self.budget
    }

    fn answer(
        self: Arc<Self>,
        request: http::Request<Incoming>,
        peer: Arc<RequestContext>,
    ) -> Answering {
        Box::pin(async move { self.route(request, peer).await })
    }
}

impl<G: Gate> Server<G> {
    async fn route(
        &self,
        request: http::Request<Incoming>,
        peer: Arc<RequestContext>,
    ) -> Response<Payload> {
        if request.version() != Version::HTTP_2 || !is_grpc(request.headers()) {
            return not_grpc();
        }
        let context = match access::admit(self.access.as_ref(), request.headers(), peer).await {
            Ok(context) => context,
            Err(failure) => {
                if failure == Failure::Unauthenticated {
                    self.gate.denied(Transport::Grpc);
                }
                return refused(&failure);
            }
        };
        let Some(signal) = signal(request.uri().path()) else {
            return failed(code::UNIMPLEMENTED, "this server has no such method");
        };
        let Ok(codec) = codec(request.headers()) else {
            return failed(
                code::UNIMPLEMENTED,
                "messages may be compressed with gzip or zstd",
            );
        };
        match self.export(signal, codec, request, context).await {
            Ok(response) => succeeded(&response),
            Err(failure) => refused(&failure),
        }
    }

    async fn export(
        &self,
        signal: Signal,
        codec: Option<Codec>,
        request: http::Request<Incoming>,
        context: Arc<RequestContext>,
    ) -> Result<tollgate_json::Response, Failure> {
        if let Some(answer) = self.gate.refuses(signal) {
            return failure::outcome(answer);
        }
        let limit = listener::size(self.settings.max_message_size);
        // While nothing is held a client can wait a little, which it does better than to come back.
        self.budget.room(FIRST_ROOM).await?;
        let mut permit = self.budget.permit();
        let (head, body) = request.into_parts();
        let reading = message::read(body, limit, &mut permit);
        let message = tokio::time::timeout(self.bounds.body_time, reading)
            .await
            .map_err(|_| Failure::Slow)??;
        let wire = match (message.compressed, codec) {
            (false, _) => message.bytes,
            (true, Some(codec)) => codec.decompress(&message.bytes, limit, &mut permit)?,
            (true, None) => {
                return Err(Failure::malformed(
                    "the message is compressed, and no header says how",
                ));
            }
        };
        let context = if self.settings.include_metadata {
            access::with_metadata(&context, metadata(&head), self.access.as_ref())
        } else {
            context
        };
        let request = Request {
            transport: Transport::Grpc,
            signal,
            wire,
            context,
        };
        failure::outcome(self.gate.admit(request).await)
    }
}

fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| {
        matches!(
            kind.as_bytes(),
            b"application/grpc" | b"application/grpc+proto"
        )
    })
}

fn codec(headers: &HeaderMap) -> Result<Option<Codec>, ()> {
    match headers.get(ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity") => Ok(None),
        Some(b"gzip") => Ok(Some(Codec::Gzip)),
        Some(b"zstd") => Ok(Some(Codec::Zstd)),
        Some(_) => Err(()),
    }
}

/// The call's metadata, without what belongs to gRPC itself.
fn metadata(head: &http::request::Parts) -> Vec<(String, Vec<String>)> {
    let mut metadata = crate::http::server::metadata(&head.headers);
    metadata.retain(|(name, _)| !name.starts_with("grpc-") && name != "te");
    if let Some(authority) = head.uri.authority() {
        metadata.push((":authority".to_owned(), vec![authority.to_string()]));
    }
    metadata
}

fn succeeded(response: &tollgate_json::Response) -> Response<Payload> {
    let wire = response.to_wire();
    let body = match message::prefix(false, wire.len()) {
        Some(prefix) if !wire.is_empty() => Payload::of(prefix, wire.into()),
        _ => Bytes::from_static(EMPTY_MESSAGE).into(),
    };
    grpc_response(body.with_trailers(status::success()))
}

fn refused(failure: &Failure) -> Response<Payload> {
    let mut response = grpc_response(Payload::default());
    status::put_failure(failure, response.headers_mut());
    response
}

fn failed(code: i32, message: &str) -> Response<Payload> {
    let mut response = grpc_response(Payload::default());
    let status = tollgate_json::Status {
        code,
        message: message.to_owned(),
        retry_after: None,
    };
    status::put(&status, response.headers_mut());
    response.headers_mut().insert(ACCEPT_ENCODING, ACCEPTED);
    response
}

fn grpc_response(body: Payload) -> Response<Payload> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, GRPC);
    response
}

/// The answer to something that is HTTP but not gRPC.
fn not_grpc() -> Response<Payload> {
    let text: &[u8] = b"this port speaks OTLP/gRPC: HTTP/2 with content-type application/grpc\n";
    let mut response = Response::new(Bytes::from_static(text).into());
    *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}
