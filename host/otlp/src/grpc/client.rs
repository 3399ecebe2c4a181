//! The OTLP/gRPC exporter.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, TE, USER_AGENT};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, Version};
use tokio::sync::watch;
use tokio::time::Instant;
use tollgate_config::{Compression, OtlpGrpcExporter, Retry};
use tollgate_record::{RequestContext, Signal};

use crate::client::call::{self, Cut, Reply, Unanswered};
use crate::client::{self, ClientError, HttpPool, Pool};
use crate::compression::Codec;
use crate::credentials::Credentials;
use crate::exporter::{Cure, Delivered, Setback};
use crate::grpc::{message, path, status};
use crate::payload::Payload;
use crate::{retry, verdict};

/// The longest answer that is read, as OTLP recommends.
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
    /// What the configuration adds to requests.
    headers: HeaderMap,
    credentials: Option<Credentials>,
    /// What gRPC needs, whatever the configuration says.
    protocol: HeaderMap,
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
        let auth = settings.auth.as_ref();
        client::warn_of_plain_text(name, &base, &settings.headers, auth.is_some());
        Ok(Self {
            name: name.to_owned(),
            pool: client::pool(&pool, &settings.tls, settings.endpoint.tls)?,
            logs: uri(Signal::Logs)?,
            traces: uri(Signal::Traces)?,
            metrics: uri(Signal::Metrics)?,
            headers: headers(settings)?,
            credentials: auth.map(Credentials::new).transpose()?,
            protocol: protocol(settings.timeout, encoding),
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
        context: Option<&RequestContext>,
        hurry: watch::Receiver<bool>,
    ) -> Result<Delivered, Setback> {
        let message = match self.codec {
            Some(codec) => codec
                .compress(&wire, None)
                .map_err(|_| Setback::permanent("the request cannot be compressed"))?
                .into(),
            None => wire,
        };
        let prefix =
            message::prefix(self.codec.is_some(), message.len()).ok_or_else(|| Setback {
                cure: Cure::Less,
                reason: "the request is larger than gRPC's messages".to_owned(),
            })?;
        retry::run(&self.name, &self.retry, hurry.clone(), || {
            let payload = Payload::of(prefix.clone(), message.clone());
            self.attempt(signal, payload, context, &hurry)
        })
        .await
    }

    async fn attempt(
        &self,
        signal: Signal,
        payload: Payload,
        context: Option<&RequestContext>,
        hurry: &watch::Receiver<bool>,
    ) -> Result<Delivered, Setback> {
        let deadline = self
            .timeout
            .and_then(|time| Instant::now().checked_add(time));
        loop {
            let request = self.request(signal, payload.clone(), context)?;
            match call::send(&self.pool, request, deadline).await {
                Ok(reply) => return answer(reply).await,
                Err(Unanswered::Unreachable(_))
                    if self.wait_for_ready
                        && !*hurry.borrow()
                        && deadline.is_none_or(|deadline| Instant::now() < deadline) =>
                {
                    tokio::time::sleep(CONNECT_PAUSE).await;
                }
                Err(unanswered) => return Err(unanswered.into()),
            }
        }
    }

    fn request(
        &self,
        signal: Signal,
        payload: Payload,
        context: Option<&RequestContext>,
    ) -> Result<Request<Payload>, Setback> {
        let mut request = Request::new(payload);
        *request.method_mut() = Method::POST;
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = match signal {
            Signal::Logs => self.logs.clone(),
            Signal::Traces => self.traces.clone(),
            Signal::Metrics => self.metrics.clone(),
        };
        let mut headers = self.headers.clone();
        if let Some(credentials) = &self.credentials {
            credentials.apply(&mut headers, context)?;
        }
        for (name, value) in &self.protocol {
            headers.insert(name, value.clone());
        }
        *request.headers_mut() = headers;
        Ok(request)
    }
}

fn headers(settings: &OtlpGrpcExporter) -> Result<HeaderMap, ClientError> {
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
    Ok(headers)
}

fn protocol(timeout: Option<Duration>, encoding: Option<&'static str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(TE, HeaderValue::from_static("trailers"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    if let Some(encoding) = encoding {
        headers.insert(
            HeaderName::from_static("grpc-encoding"),
            HeaderValue::from_static(encoding),
        );
    }
    if let Some(time) = timeout {
        // Eight digits at most.
        let millis = time.as_millis().min(99_999_999);
        if let Ok(value) = HeaderValue::try_from(format!("{millis}m")) {
            headers.insert(HeaderName::from_static("grpc-timeout"), value);
        }
    }
    headers
}

/// What an answer says about the request.
async fn answer(reply: Reply) -> Result<Delivered, Setback> {
    if let Some(ending) = status::take(&reply.head.headers) {
        return verdict::of_grpc(&ending).map(|()| Delivered::default());
    }
    if reply.head.status != StatusCode::OK {
        return Err(verdict::of_grpc_without_status(
            reply.head.status,
            &reply.head.headers,
        ));
    }
    if is_something_else(&reply.head.headers) {
        return Err(Setback::permanent("the destination does not speak gRPC"));
    }
    let (message, trailers) = match reply.body(MAX_RESPONSE).await {
        Ok(read) => read,
        Err(Cut::TooLong) => {
            return Err(Setback::permanent(
                "the destination's answer is longer than 4 MiB, and was not read: it may have the request",
            ));
        }
        Err(Cut::Short) => {
            return Err(Setback::retryable(
                "the answer ended before it said how the call went",
            ));
        }
    };
    let ending = trailers.as_ref().and_then(status::take).ok_or_else(|| {
        // The destination has said nothing yet of the request itself.
        Setback::retryable("the answer ended before it said how the call went")
    })?;
    verdict::of_grpc(&ending)?;
    // A message that cannot be read does not take back that the destination has the request.
    let response = message
        .get(message::PREFIX..)
        .and_then(|wire| tollgate_json::Response::from_wire(wire).ok())
        .unwrap_or_default();
    Ok(Delivered {
        rejected: u64::try_from(response.rejected).unwrap_or_default(),
    })
}

fn is_something_else(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| !kind.as_bytes().starts_with(b"application/grpc"))
}
