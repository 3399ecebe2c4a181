//! The OTLP/gRPC exporter.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, TE, USER_AGENT};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, Version};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use tokio::sync::watch;
use tollgate_config::{Compression, OtlpGrpcExporter, Retry};
use tollgate_record::Signal;

use crate::client::{self, ClientError, HttpPool, Pool};
use crate::compression::Codec;
use crate::exporter::{Delivered, ExportError};
use crate::failure::code;
use crate::grpc::{message, path, status};
use crate::payload::Payload;
use crate::retry;

/// More than any answer of an export method has.
const MAX_RESPONSE: usize = 4 << 20;
/// How long a try that waits for a connection waits before it asks for one again.
const CONNECT_PAUSE: Duration = Duration::from_millis(200);

/// Sends requests to an OTLP/gRPC server.
pub(crate) struct GrpcExporter {
    name: String,
    pool: HttpPool,
    logs: Uri,
    traces: Uri,
    metrics: Uri,
    headers: HeaderMap,
    codec: Option<Codec>,
    timeout: Option<Duration>,
    retry: Retry,
    wait_for_ready: bool,
}

impl GrpcExporter {
    pub(crate) fn new(name: &str, settings: &OtlpGrpcExporter) -> Result<Self, ClientError> {
        let base = client::url(&settings.endpoint.to_string())?;
        let authority = settings
            .authority
            .as_ref()
            .map(|authority| authority.parse::<Authority>())
            .transpose()
            .map_err(|_| ClientError::Header(":authority".to_owned()))?;
        let uri = |signal| {
            client::with_path(&base, path(signal), authority.as_ref())
                .ok_or_else(|| ClientError::Url(settings.endpoint.to_string()))
        };
        let (codec, encoding) = match settings.compression {
            Compression::None => (None, None),
            Compression::Gzip => (Some(Codec::Gzip), Some("gzip")),
            Compression::Zstd => (Some(Codec::Zstd), Some("zstd")),
            Compression::Deflate | Compression::Zlib => return Err(ClientError::Compression),
        };
        let pool = Pool {
            only_http2: true,
            target: authority.is_some().then(|| base.clone()),
            ..Pool::default()
        };
        Ok(Self {
            name: name.to_owned(),
            pool: client::pool(pool, &settings.tls, settings.endpoint.tls)?,
            logs: uri(Signal::Logs)?,
            traces: uri(Signal::Traces)?,
            metrics: uri(Signal::Metrics)?,
            headers: headers(settings, encoding)?,
            codec,
            timeout: settings.timeout,
            retry: settings.retry,
            wait_for_ready: settings.wait_for_ready,
        })
    }

    pub(crate) async fn export(
        &self,
        signal: Signal,
        wire: Bytes,
        hurry: watch::Receiver<bool>,
    ) -> Result<Delivered, ExportError> {
        let message = match self.codec {
            Some(codec) => codec
                .compress(&wire, None)
                .map_err(|_| ExportError::permanent("the request cannot be compressed"))?
                .into(),
            None => wire,
        };
        let prefix = message::prefix(self.codec.is_some(), message.len())
            .ok_or_else(|| ExportError::permanent("the request is larger than gRPC's messages"))?;
        retry::run(&self.name, &self.retry, hurry.clone(), || {
            self.attempt(signal, &prefix, &message, &hurry)
        })
        .await
    }

    async fn attempt(
        &self,
        signal: Signal,
        prefix: &Bytes,
        message: &Bytes,
        hurry: &watch::Receiver<bool>,
    ) -> Result<Delivered, ExportError> {
        let call = async {
            loop {
                let request = self.request(signal, prefix.clone(), message.clone());
                match self.pool.request(request).await {
                    Ok(response) => return answer(response).await,
                    Err(error) if self.wait_for_ready && error.is_connect() && !*hurry.borrow() => {
                        tokio::time::sleep(CONNECT_PAUSE).await;
                    }
                    Err(_) => {
                        return Err(ExportError::retryable(
                            "the destination cannot be reached, or the connection broke",
                        ));
                    }
                }
            }
        };
        match self.timeout {
            None => call.await,
            Some(time) => tokio::time::timeout(time, call).await.unwrap_or_else(|_| {
                Err(ExportError::retryable(
                    "the destination did not answer in time",
                ))
            }),
        }
    }

    fn request(&self, signal: Signal, prefix: Bytes, message: Bytes) -> Request<Payload> {
        let mut request = Request::new(Payload::of(prefix, message));
        *request.method_mut() = Method::POST;
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = match signal {
            Signal::Logs => self.logs.clone(),
            Signal::Traces => self.traces.clone(),
            Signal::Metrics => self.metrics.clone(),
        };
        *request.headers_mut() = self.headers.clone();
        request
    }
}

fn headers(
    settings: &OtlpGrpcExporter,
    encoding: Option<&'static str>,
) -> Result<HeaderMap, ClientError> {
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static(crate::USER_AGENT));
    for (name, value) in client::parse_headers(&settings.headers).map_err(ClientError::Header)? {
        headers.append(name, value);
    }
    if let Some(agent) = &settings.user_agent {
        let agent = HeaderValue::try_from(agent)
            .map_err(|_| ClientError::Header("user-agent".to_owned()))?;
        headers.insert(USER_AGENT, agent);
    }
    headers.insert(TE, HeaderValue::from_static("trailers"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    if let Some(encoding) = encoding {
        headers.insert(
            HeaderName::from_static("grpc-encoding"),
            HeaderValue::from_static(encoding),
        );
    }
    if let Some(time) = settings.timeout {
        // Eight digits at most.
        let millis = time.as_millis().min(99_999_999);
        if let Ok(value) = HeaderValue::try_from(format!("{millis}m")) {
            headers.insert(HeaderName::from_static("grpc-timeout"), value);
        }
    }
    Ok(headers)
}

/// What an answer says about the request.
async fn answer(response: http::Response<Incoming>) -> Result<Delivered, ExportError> {
    let (head, body) = response.into_parts();
    if let Some((code, pause)) = status::take(&head.headers) {
        return judge(code, pause).map(|()| Delivered::default());
    }
    if head.status != StatusCode::OK {
        return judge(code_of(head.status), None).map(|()| Delivered::default());
    }
    let body = Limited::new(body, MAX_RESPONSE)
        .collect()
        .await
        .map_err(|_| ExportError::retryable("the connection broke before the answer was whole"))?;
    let (code, pause) = body
        .trailers()
        .and_then(status::take)
        .unwrap_or((code::UNKNOWN, None));
    judge(code, pause)?;
    // A message that cannot be read does not take back that the destination has the request.
    let message = body.to_bytes();
    let response = message
        .get(message::PREFIX..)
        .and_then(|wire| tollgate_json::Response::from_wire(wire).ok())
        .unwrap_or_default();
    Ok(Delivered {
        rejected: u64::try_from(response.rejected).unwrap_or_default(),
    })
}

/// OTLP's table of codes.
fn judge(code: i32, pause: Option<Duration>) -> Result<(), ExportError> {
    let again = match code {
        code::OK => return Ok(()),
        code::CANCELLED
        | code::DEADLINE_EXCEEDED
        | code::ABORTED
        | code::OUT_OF_RANGE
        | code::UNAVAILABLE
        | code::DATA_LOSS => true,
        // Only a destination that says when expects to recover.
        code::RESOURCE_EXHAUSTED => pause.is_some(),
        _ => false,
    };
    let reason = format!("the destination answered with gRPC code {code}");
    Err(if again {
        ExportError::Retryable {
            after: pause,
            reason,
        }
    } else {
        ExportError::Permanent { reason }
    })
}

/// gRPC's code for an answer that is plain HTTP: a proxy's, mostly.
fn code_of(status: StatusCode) -> i32 {
    match status.as_u16() {
        400 => code::INTERNAL,
        401 => code::UNAUTHENTICATED,
        403 => code::PERMISSION_DENIED,
        404 => code::UNIMPLEMENTED,
        429 | 502 | 503 | 504 => code::UNAVAILABLE,
        _ => code::UNKNOWN,
    }
}
