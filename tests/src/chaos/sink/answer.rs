//! Answers of a destination, in the protocol of the request.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::stream;
use http::{HeaderMap, HeaderValue, Response, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use prost::Message as _;

/// The body of an answer.
pub(super) type Body = UnsyncBoxBody<Bytes, std::convert::Infallible>;

/// How a destination says that it does not take a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The gRPC code, where the request is gRPC's.
    pub code: u32,
    /// The HTTP status, where it is HTTP's.
    pub status: u16,
    /// When to come again.
    pub hint: Hint,
}

/// When to come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// It is not said.
    None,
    /// After a while: `RetryInfo`, or `Retry-After` in seconds.
    After(Duration),
    /// At a time, that long from now: `Retry-After` with a date. In gRPC as above.
    Date(Duration),
}

/// An answer that the request was taken.
pub(super) fn taken(is_grpc: bool) -> Response<Body> {
    respond(is_grpc, Full::new(framed(is_grpc, &[])).boxed_unsync())
}

/// An answer of so many bytes.
pub(super) fn huge(is_grpc: bool, bytes: usize) -> Response<Body> {
    let body = framed(is_grpc, &padding(bytes));
    respond(is_grpc, Full::new(body).boxed_unsync())
}

/// The same, a byte a second.
pub(super) fn dripping(is_grpc: bool, bytes: usize) -> Response<Body> {
    let body = framed(is_grpc, &padding(bytes));
    let drops = stream::unfold(body, |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let drop = rest.split_to(1);
        Some((Ok(Frame::data(drop)), rest))
    });
    respond(is_grpc, StreamBody::new(drops).boxed_unsync())
}

/// Where redirects point, and nobody must go.
pub(super) const ELSEWHERE: &str = "/elsewhere";

/// A refusal.
pub(super) fn refused(is_grpc: bool, refusal: Refusal) -> Response<Body> {
    let mut answer = Response::new(Full::new(Bytes::new()).boxed_unsync());
    let headers = answer.headers_mut();
    if is_grpc {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/grpc"),
        );
        status(headers, refusal.code);
        if let Hint::After(wait) | Hint::Date(wait) = refusal.hint {
            let details = STANDARD_NO_PAD.encode(retry_info(refusal.code, wait));
            let details = HeaderValue::try_from(details).expect("base64 is a header's value");
            headers.insert("grpc-status-details-bin", details);
        }
    } else {
        let wait = match refusal.hint {
            Hint::None => None,
            Hint::After(wait) => Some(wait.as_secs().to_string()),
            Hint::Date(wait) => Some(httpdate::fmt_http_date(SystemTime::now() + wait)),
        };
        if let Some(wait) = wait {
            let wait = HeaderValue::try_from(wait).expect("a date is a header's value");
            headers.insert(header::RETRY_AFTER, wait);
        }
        if (300..400).contains(&refusal.status) {
            headers.insert(header::LOCATION, HeaderValue::from_static(ELSEWHERE));
        }
        *answer.status_mut() =
            http::StatusCode::from_u16(refusal.status).expect("the status is one");
    }
    answer
}

fn respond(is_grpc: bool, body: Body) -> Response<Body> {
    if !is_grpc {
        let mut answer = Response::new(body);
        let protobuf = HeaderValue::from_static("application/x-protobuf");
        answer.headers_mut().insert(header::CONTENT_TYPE, protobuf);
        return answer;
    }
    let mut trailers = HeaderMap::new();
    status(&mut trailers, 0);
    let with_trailers = body.with_trailers(async move { Some(Ok(trailers)) });
    let mut answer = Response::new(with_trailers.boxed_unsync());
    let grpc = HeaderValue::from_static("application/grpc");
    answer.headers_mut().insert(header::CONTENT_TYPE, grpc);
    answer
}

fn status(headers: &mut HeaderMap, code: u32) {
    headers.insert("grpc-status", HeaderValue::from(code));
}

fn framed(is_grpc: bool, message: &[u8]) -> Bytes {
    let mut out = BytesMut::new();
    if is_grpc {
        out.put_u8(0);
        out.put_u32(u32::try_from(message.len()).expect("an answer is small"));
    }
    out.put_slice(message);
    out.freeze()
}

/// A message of about so many bytes: one field that nobody knows.
fn padding(bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes + 16);
    prost::encoding::bytes::encode(1000, &vec![0_u8; bytes], &mut out);
    out
}

#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(uint32, tag = "1")]
    code: u32,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    delay: Option<Delay>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

/// `google.rpc.Status` with a `RetryInfo` in it.
fn retry_info(code: u32, wait: Duration) -> Vec<u8> {
    let info = RetryInfo {
        delay: Some(Delay {
            seconds: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
            nanos: i32::try_from(wait.subsec_nanos()).unwrap_or(0),
        }),
    };
    let details = vec![Any {
        type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
        value: info.encode_to_vec(),
    }];
    RpcStatus { code, details }.encode_to_vec()
}
