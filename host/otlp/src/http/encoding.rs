//! What the headers of a body say about it.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use tollgate_config::{Encoding, RequestCompression};

use crate::compression::Codec;

/// The encoding that `content-type` names, whatever its parameters; none when it is not OTLP's.
pub(crate) fn of(headers: &HeaderMap) -> Option<Encoding> {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let (Some(kind), None) = (kinds.next(), kinds.next()) else {
        return None;
    };
    let kind = kind.to_str().ok()?;
    let kind = kind.split(';').next().unwrap_or(kind).trim();
    if kind.eq_ignore_ascii_case("application/x-protobuf") {
        Some(Encoding::Proto)
    } else if kind.eq_ignore_ascii_case("application/json") {
        Some(Encoding::Json)
    } else {
        None
    }
}

/// What a body is compressed with, if it is. An error is an encoding that is not offered, or more than one.
pub(crate) fn codec(
    headers: &HeaderMap,
    offered: &[RequestCompression],
) -> Result<Option<Codec>, ()> {
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    let encoding = match (encodings.next(), encodings.next()) {
        (None, _) => return Ok(None),
        (Some(encoding), None) => encoding,
        (Some(_), Some(_)) => return Err(()),
    };
    let encoding = match encoding.as_bytes() {
        b"" | b"identity" => return Ok(None),
        b"gzip" => RequestCompression::Gzip,
        b"zstd" => RequestCompression::Zstd,
        b"deflate" => RequestCompression::Deflate,
        b"zlib" => RequestCompression::Zlib,
        _ => return Err(()),
    };
    if !offered.contains(&encoding) {
        return Err(());
    }
    Ok(Some(match encoding {
        RequestCompression::Gzip => Codec::Gzip,
        RequestCompression::Zstd => Codec::Zstd,
        RequestCompression::Deflate | RequestCompression::Zlib => Codec::Zlib,
    }))
}

/// The value of `content-type`.
pub(crate) fn content_type(encoding: Encoding) -> HeaderValue {
    match encoding {
        Encoding::Proto => super::PROTOBUF,
        Encoding::Json => super::JSON,
    }
}
