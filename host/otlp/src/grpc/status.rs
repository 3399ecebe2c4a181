//! How a call ended, in headers or trailers.

use std::fmt::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use http::{HeaderMap, HeaderName, HeaderValue};
use tollgate_json::Status;

use crate::failure::{Failure, code};

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");
const ANY_PADDING: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Trailers of a call that went well.
pub(crate) fn success() -> HeaderMap {
    let mut trailers = HeaderMap::with_capacity(1);
    trailers.insert(STATUS, HeaderValue::from_static("0"));
    trailers
}

/// Adds why a call failed to its headers.
pub(crate) fn put_failure(failure: &Failure, headers: &mut HeaderMap) {
    put(&failure.status(), headers);
}

/// Adds a status to headers; the details only when there are some.
pub(crate) fn put(status: &Status, headers: &mut HeaderMap) {
    headers.insert(STATUS, HeaderValue::from(status.code));
    if let Ok(message) = HeaderValue::from_str(&percent_encode(&status.message)) {
        headers.insert(MESSAGE, message);
    }
    if status.retry_after.is_some() {
        let details = STANDARD_NO_PAD.encode(status.to_wire());
        if let Ok(details) = HeaderValue::try_from(details) {
            headers.insert(DETAILS, details);
        }
    }
}

/// How a call ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) code: i32,
    /// When to come back, if the server said so.
    pub(crate) pause: Option<Duration>,
    /// The server's text, as it stands in the header. It may quote what was sent.
    pub(crate) message: String,
}

/// Reads the status that headers or trailers hold, if they do.
pub(crate) fn take(headers: &HeaderMap) -> Option<Ending> {
    let code = headers
        .get(STATUS)?
        .to_str()
        .ok()
        .and_then(|code| code.parse().ok())
        .unwrap_or(code::UNKNOWN);
    let pause = headers
        .get(DETAILS)
        .and_then(|details| ANY_PADDING.decode(details.as_bytes()).ok())
        .and_then(|details| Status::from_wire(&details).ok())
        .and_then(|status| status.retry_after);
    let message = headers.get(MESSAGE).map(HeaderValue::as_bytes);
    // Some encode what need not be.
    let message = String::from_utf8_lossy(message.unwrap_or_default()).replace("%20", " ");
    Some(Ending {
        code,
        pause,
        message,
    })
}

/// The encoding of `grpc-message`.
fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if (0x20..0x7f).contains(&byte) && byte != b'%' {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test may panic"
    )]
    use super::*;

    #[test]
    fn a_status_survives_its_headers() {
        let mut headers = HeaderMap::new();
        put_failure(
            &Failure::Retry(Some(Duration::from_millis(1500)), "later: 100 %"),
            &mut headers,
        );
        assert_eq!(headers[&MESSAGE], "later: 100 %25");
        assert_eq!(
            take(&headers),
            Some(Ending {
                code: code::UNAVAILABLE,
                pause: Some(Duration::from_millis(1500)),
                message: "later: 100 %25".to_owned(),
            })
        );
        assert_eq!(take(&success()), Some(Ending::default()));
        assert_eq!(take(&HeaderMap::new()), None);
    }

    #[test]
    fn details_that_are_none_do_not_hide_the_code() {
        let mut headers = success();
        headers.insert(STATUS, HeaderValue::from_static("8"));
        headers.insert(DETAILS, HeaderValue::from_static("?not base64?"));
        let ending = take(&headers).unwrap();
        assert_eq!(
            (ending.code, ending.pause),
            (code::RESOURCE_EXHAUSTED, None)
        );
    }
}
