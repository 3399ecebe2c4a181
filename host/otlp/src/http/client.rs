//! The OTLP/HTTP exporter.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use tokio::sync::watch;
use tokio::time::Instant;
use tollgate_config::{Compression, Encoding, OtlpHttpExporter, Retry};
use tollgate_record::{RequestContext, Signal};

use crate::client::call::{self, Cut, Reply};
use crate::client::{self, ClientError, HttpPool, Pool};
use crate::compression::Codec;
use crate::credentials::Credentials;
use crate::exporter::{Delivered, Setback};
use crate::http::encoding::{self, content_type};
use crate::payload::Payload;
use crate::{retry, verdict};

/// The longest answer that is read, as OTLP recommends.
const MAX_RESPONSE: usize = 4 << 20;
/// What is read of an answer that refuses: the reason alone, as in the Collector.
const MAX_REFUSAL: usize = 64 << 10;

/// Sends requests to an OTLP/HTTP server. Redirects are not followed: telemetry goes where it was told to go.
pub(crate) struct HttpExporter {
    name: String,
    pool: HttpPool,
    logs: Option<Uri>,
    traces: Option<Uri>,
    metrics: Option<Uri>,
    /// What the configuration adds to requests.
    headers: HeaderMap,
    credentials: Option<Credentials>,
    /// What says how the body is to be read, whatever the configuration says.
    protocol: HeaderMap,
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
        for (name, value) in
            client::parse_headers(&settings.headers).map_err(ClientError::Header)?
        {
            headers.insert(name, value);
        }
        let mut protocol = HeaderMap::new();
        protocol.insert(CONTENT_TYPE, content_type(settings.encoding));
        if let Some(encoding) = encoding {
            protocol.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        let auth = settings.auth.as_ref();
        let exposed = [&logs, &traces, &metrics]
            .into_iter()
            .flatten()
            .find(|uri| client::is_exposed(uri));
        if let Some(plain) = exposed {
            client::warn_of_plain_text(name, plain, &settings.headers, auth.is_some());
        }
        Ok(Self {
            name: name.to_owned(),
            pool: client::pool(&pool, &settings.tls, secure)?,
            logs,
            traces,
            metrics,
            headers,
            credentials: auth.map(Credentials::new).transpose()?,
            protocol,
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
        context: Option<&RequestContext>,
        hurry: watch::Receiver<bool>,
    ) -> Result<Delivered, Setback> {
        let uri = match signal {
            Signal::Logs => &self.logs,
            Signal::Traces => &self.traces,
            Signal::Metrics => &self.metrics,
        };
        let uri = uri
            .as_ref()
            .ok_or_else(|| Setback::permanent("the exporter has no endpoint for this signal"))?;
        let body = self.body(signal, wire)?;
        retry::run(&self.name, &self.retry, hurry, || {
            self.attempt(signal, uri, body.clone(), context)
        })
        .await
    }

    fn body(&self, signal: Signal, wire: Bytes) -> Result<Bytes, Setback> {
        let body = match self.encoding {
            Encoding::Proto => wire,
            Encoding::Json => {
                let mut json = Vec::with_capacity(wire.len().saturating_mul(2));
                tollgate_json::encode(signal, &wire, &mut json)
                    .map_err(|error| Setback::permanent(error.to_string()))?;
                json.into()
            }
        };
        match self.codec {
            None => Ok(body),
            Some(codec) => codec
                .compress(&body, self.level)
                .map(Bytes::from)
                .map_err(|_| Setback::permanent("the request cannot be compressed")),
        }
    }

    async fn attempt(
        &self,
        signal: Signal,
        uri: &Uri,
        body: Bytes,
        context: Option<&RequestContext>,
    ) -> Result<Delivered, Setback> {
        let deadline = self
            .timeout
            .and_then(|time| Instant::now().checked_add(time));
        let mut headers = self.headers.clone();
        if let Some(credentials) = &self.credentials {
            credentials.apply(&mut headers, context)?;
        }
        for (name, value) in &self.protocol {
            headers.insert(name, value.clone());
        }
        let mut request = Request::new(Payload::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri.clone();
        *request.headers_mut() = headers;
        answer(signal, call::send(&self.pool, request, deadline).await?).await
    }
}

/// What an answer says about the request.
async fn answer(signal: Signal, reply: Reply) -> Result<Delivered, Setback> {
    let (status, headers) = (reply.head.status, reply.head.headers.clone());
    let encoding = encoding::of(&headers);
    if !status.is_success() {
        // What cannot be read of the reason takes nothing back of what the status says.
        let said = reply.body(MAX_REFUSAL).await.ok();
        let said = said.and_then(|(body, _)| match encoding? {
            Encoding::Proto => tollgate_json::Status::from_wire(&body).ok(),
            Encoding::Json => tollgate_json::Status::from_json(&body).ok(),
        });
        return Err(verdict::of_http(status, &headers, said.as_ref()));
    }
    let body = match reply.body(MAX_RESPONSE).await {
        Ok((body, _)) => body,
        Err(Cut::TooLong) => {
            return Err(Setback::permanent(
                "the destination's answer is longer than 4 MiB, and was not read: it may have the request",
            ));
        }
        // One that ends early takes nothing back of what the status says.
        Err(Cut::Short) => Bytes::new(),
    };
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
