//! OTLP/HTTP: protobuf and JSON over HTTP/1.1 and HTTP/2.

pub(crate) mod client;
pub(crate) mod encoding;
pub(crate) mod server;

use ::http::HeaderValue;

pub(crate) const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
