//! The OTLP/HTTP server.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use http_body::Body as _;
use hyper::body::Incoming;
use tollgate_config::{Encoding, HttpServer};
use tollgate_record::{RequestContext, Signal};

use crate::access::{self, Access};
use crate::budget::ByteBudget;
use crate::failure::{self, Failure};
use crate::gate::{Gate, Request, Transport};
use crate::http::encoding::{self, content_type};
use crate::listener::{self, Answering, Bounds, Service};
use crate::payload::{self, Payload};

/// What a compressed body becomes at the least, as telemetry goes.
const EXPANSION: usize = 5;

/// Serves the three paths.
pub(crate) struct Server<G> {
    pub(crate) settings: HttpServer,
    pub(crate) bounds: Bounds,
    pub(crate) access: Option<Access>,
    pub(crate) response_headers: Vec<(HeaderName, HeaderValue)>,
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
        Box::pin(async move {
            let mut response = self.admit(request, peer).await;
            for (name, value) in &self.response_headers {
                response.headers_mut().insert(name, value.clone());
            }
            response
        })
    }
}

impl<G: Gate> Server<G> {
    async fn admit(
        &self,
        mut request: http::Request<Incoming>,
        peer: Arc<RequestContext>,
    ) -> Response<Payload> {
        let failure = match access::admit(self.access.as_ref(), request.headers(), peer).await {
            Ok(context) => return self.route(request, context).await,
            Err(failure) => failure,
        };
        payload::drain(request.body_mut(), payload::LITTLE).await;
        let encoding = encoding::of(request.headers()).unwrap_or(Encoding::Json);
        let mut response = refused(encoding, &failure);
        if failure == Failure::Unauthenticated {
            self.gate.denied(Transport::Http);
            if let Some(access) = &self.access {
                let headers = response.headers_mut();
                headers.insert(WWW_AUTHENTICATE, access.challenge());
            }
        }
        response
    }

    async fn route(
        &self,
        request: http::Request<Incoming>,
        context: Arc<RequestContext>,
    ) -> Response<Payload> {
        let Some(signal) = self.signal(request.uri().path()) else {
            return plain(StatusCode::NOT_FOUND, "404 page not found");
        };
        if request.method() != Method::POST {
            let mut response = plain(
                StatusCode::METHOD_NOT_ALLOWED,
                "405 method not allowed, supported: [POST]",
            );
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("POST"));
            return response;
        }
        let Some(encoding) = encoding::of(request.headers()) else {
            return plain(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "415 unsupported media type, supported: [application/json, application/x-protobuf]",
            );
        };
        match self.export(signal, encoding, request, context).await {
            Ok(response) => succeeded(signal, encoding, &response),
            Err(failure) => refused(encoding, &failure),
        }
    }

    fn signal(&self, path: &str) -> Option<Signal> {
        if path == self.settings.logs_url_path {
            Some(Signal::Logs)
        } else if path == self.settings.traces_url_path {
            Some(Signal::Traces)
        } else if path == self.settings.metrics_url_path {
            Some(Signal::Metrics)
        } else {
            None
        }
    }

    async fn export(
        &self,
        signal: Signal,
        encoding: Encoding,
        request: http::Request<Incoming>,
        context: Arc<RequestContext>,
    ) -> Result<tollgate_json::Response, Failure> {
        let limit = listener::size(self.settings.max_request_body_size);
        let codec = encoding::codec(request.headers(), &self.settings.compression_algorithms)
            .map_err(|()| Failure::malformed("unsupported Content-Encoding"))?;
        let (head, mut body) = request.into_parts();
        if let Some(answer) = self.gate.refuses(signal) {
            payload::drain(&mut body, payload::ENOUGH).await;
            return failure::outcome(answer);
        }
        let declared = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if declared <= limit {
            // While nothing is held a client can wait a little, which it does better than to come back.
            let wanted = declared.saturating_mul(codec.map_or(1, |_| EXPANSION));
            if let Err(spent) = self.budget.room(wanted).await {
                payload::drain(&mut body, payload::ENOUGH).await;
                return Err(spent.into());
            }
        }
        let mut permit = self.budget.permit();
        let reading = payload::read(&mut body, limit, &mut permit);
        let read = tokio::time::timeout(self.bounds.body_time, reading)
            .await
            .unwrap_or(Err(Failure::Slow));
        let mut bytes = match read {
            Ok(bytes) => bytes,
            Err(failure) => {
                drop(permit);
                payload::drain(&mut body, payload::ENOUGH).await;
                return Err(failure);
            }
        };
        if let Some(codec) = codec {
            bytes = codec.decompress(&bytes, limit, &mut permit)?;
        }
        if encoding == Encoding::Json {
            let wire = tollgate_json::decode(signal, &bytes)
                .map_err(|error| Failure::Malformed(error.to_string().into()))?;
            permit.grow(wire.len())?;
            bytes = wire.into();
        }
        let context = if self.settings.include_metadata {
            access::with_metadata(&context, metadata(&head.headers), self.access.as_ref())
        } else {
            context
        };
        let request = Request {
            transport: Transport::Http,
            signal,
            wire: bytes,
            context,
        };
        failure::outcome(self.gate.admit(request).await)
    }
}

/// Headers as metadata: every name once, with all its values.
pub(crate) fn metadata(headers: &HeaderMap) -> Vec<(String, Vec<String>)> {
    headers
        .keys()
        .map(|name| {
            let values = headers.get_all(name).iter();
            let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
            (name.as_str().to_owned(), values.collect())
        })
        .collect()
}

fn succeeded(
    signal: Signal,
    encoding: Encoding,
    response: &tollgate_json::Response,
) -> Response<Payload> {
    let body = match encoding {
        Encoding::Proto => response.to_wire(),
        Encoding::Json => response.to_json(signal),
    };
    respond(StatusCode::OK, content_type(encoding), body.into())
}

fn refused(encoding: Encoding, failure: &Failure) -> Response<Payload> {
    let status = failure.status();
    let body = match encoding {
        Encoding::Proto => status.to_wire(),
        Encoding::Json => status.to_json(),
    };
    let mut response = respond(failure.http_status(), content_type(encoding), body.into());
    if let Some(pause) = failure.retry_after() {
        // The header knows whole seconds; a client that waits none at all would be no help.
        let seconds = pause
            .as_secs()
            .saturating_add(u64::from(pause.subsec_nanos() > 0));
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Payload> {
    respond(
        status,
        HeaderValue::from_static("text/plain"),
        Bytes::from_static(text.as_bytes()),
    )
}

fn respond(status: StatusCode, content_type: HeaderValue, body: Bytes) -> Response<Payload> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
