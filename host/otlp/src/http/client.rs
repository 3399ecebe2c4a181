//! The OTLP/HTTP exporter.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use tokio::sync::watch;
use tollgate_config::{Compression, Encoding, OtlpHttpExporter, Retry};
use tollgate_record::Signal;

use crate::client::{self, ClientError, HttpPool, Pool};
use crate::compression::Codec;
use crate::exporter::{Delivered, ExportError};
use crate::http::encoding::{self, content_type};
use crate::payload::Payload;
use crate::retry;

/// What is read of an answer, as in the Collector.
const MAX_RESPONSE: usize = 64 << 10;

/// Sends requests to an OTLP/HTTP server. Redirects are not followed: telemetry goes where it was told to go.
pub(crate) struct HttpExporter {
    name: String,
    pool: HttpPool,
    logs: Option<Uri>,
    traces: Option<Uri>,
    metrics: Option<Uri>,
    headers: HeaderMap,
    encoding: Encoding,
    codec: Option<Codec>,
    level: Option<i32>,
    timeout: Option<Duration>,
    retry: Retry,
}

impl HttpExporter {
    pub(crate) fn new(name: &str, settings: &OtlpHttpExporter) -> Result<Self, ClientError> {
        let uri = |url: &Option<String>| url.as_deref().map(client::url).transpose();
        let (logs, traces, metrics) = (
            uri(&settings.logs_url)?,
            uri(&settings.traces_url)?,
            uri(&settings.metrics_url)?,
        );
        let secure = [&logs, &traces, &metrics]
            .into_iter()
            .flatten()
            .any(|uri| uri.scheme_str() == Some("https"));
        let (codec, encoding) = match settings.compression {
            Compression::None => (None, None),
            Compression::Gzip => (Some(Codec::Gzip), Some("gzip")),
            Compression::Zstd => (Some(Codec::Zstd), Some("zstd")),
            Compression::Deflate => (Some(Codec::Zlib), Some("deflate")),
            Compression::Zlib => (Some(Codec::Zlib), Some("zlib")),
        };
        let pool = Pool {
            max_idle: settings
                .max_idle_connections
                .map(|count| usize::try_from(count).unwrap_or(usize::MAX)),
            idle_time: settings.idle_connection_timeout,
            ..Pool::default()
        };
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static(crate::USER_AGENT));
        headers.insert(CONTENT_TYPE, content_type(settings.encoding));
        for (name, value) in
            client::parse_headers(&settings.headers).map_err(ClientError::Header)?
        {
            headers.insert(name, value);
        }
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        Ok(Self {
            name: name.to_owned(),
            pool: client::pool(pool, &settings.tls, secure)?,
            logs,
            traces,
            metrics,
            headers,
            encoding: settings.encoding,
            codec,
            level: settings.compression_level,
            timeout: settings.timeout,
            retry: settings.retry,
        })
    }

    pub(crate) async fn export(
        &self,
        signal: Signal,
        wire: Bytes,
        hurry: watch::Receiver<bool>,
    ) -> Result<Delivered, ExportError> {
        let uri = match signal {
            Signal::Logs => &self.logs,
            Signal::Traces => &self.traces,
            Signal::Metrics => &self.metrics,
        };
        let uri = uri.as_ref().ok_or_else(|| {
            ExportError::permanent("the exporter has no endpoint for this signal")
        })?;
        let body = self.body(signal, wire)?;
        retry::run(&self.name, &self.retry, hurry, || {
            self.attempt(signal, uri.clone(), body.clone())
        })
        .await
    }

    fn body(&self, signal: Signal, wire: Bytes) -> Result<Bytes, ExportError> {
        let body = match self.encoding {
            Encoding::Proto => wire,
            Encoding::Json => {
                let mut json = Vec::with_capacity(wire.len().saturating_mul(2));
                tollgate_json::encode(signal, &wire, &mut json)
                    .map_err(|error| ExportError::permanent(error.to_string()))?;
                json.into()
            }
        };
        match self.codec {
            None => Ok(body),
            Some(codec) => codec
                .compress(&body, self.level)
                .map(Bytes::from)
                .map_err(|_| ExportError::permanent("the request cannot be compressed")),
        }
    }

    async fn attempt(
        &self,
        signal: Signal,
        uri: Uri,
        body: Bytes,
    ) -> Result<Delivered, ExportError> {
        let mut request = Request::new(Payload::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = self.headers.clone();
        let call = async {
            let response = self.pool.request(request).await.map_err(|_| {
                ExportError::retryable("the destination cannot be reached, or the connection broke")
            })?;
            answer(signal, response).await
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
}

/// What an answer says about the request.
async fn answer(
    signal: Signal,
    response: http::Response<Incoming>,
) -> Result<Delivered, ExportError> {
    let (head, body) = response.into_parts();
    let encoding = encoding::of(&head.headers);
    // A body that is too long or ends early takes nothing back of what the status says.
    let body = Limited::new(body, MAX_RESPONSE).collect().await;
    judge(head.status, &head.headers)?;
    let body = body
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let response = match encoding {
        Some(Encoding::Proto) => tollgate_json::Response::from_wire(&body).ok(),
        Some(Encoding::Json) => tollgate_json::Response::from_json(signal, &body).ok(),
        None => None,
    };
    Ok(Delivered {
        rejected: response
            .and_then(|response| u64::try_from(response.rejected).ok())
            .unwrap_or_default(),
    })
}

/// OTLP's table of codes.
pub(crate) fn judge(status: StatusCode, headers: &HeaderMap) -> Result<(), ExportError> {
    if status.is_success() {
        return Ok(());
    }
    let reason = format!(
        "the destination answered with HTTP status {}",
        status.as_u16()
    );
    Err(match status.as_u16() {
        429 | 503 => ExportError::Retryable {
            after: headers.get(RETRY_AFTER).and_then(pause),
            reason,
        },
        502 | 504 => ExportError::Retryable {
            after: None,
            reason,
        },
        _ => ExportError::Permanent { reason },
    })
}

/// Seconds, or a date; one that is over is no pause at all.
fn pause(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}
