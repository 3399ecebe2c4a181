//! What can go wrong with a request before and behind the gate, once for both protocols.

use std::borrow::Cow;
use std::time::Duration;

use crate::gate::Answer;

/// Why a request is not answered with success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The request is none, or says it holds what it does not.
    Malformed(Cow<'static, str>),
    /// It, or what it becomes when it is decompressed, is larger than allowed.
    TooLarge,
    /// The byte budget is spent.
    Busy,
    /// Its body did not come in time.
    Slow,
    /// Nobody knows who sends it.
    Unauthenticated,
    /// The gate asks for another try.
    Retry(Option<Duration>, &'static str),
    /// The gate does not want it.
    Refused(&'static str),
}

/// When a client may come back that was refused for want of budget. Requests are held for milliseconds.
const BUDGET_PAUSE: Duration = Duration::from_secs(1);

impl Failure {
    /// A request that is malformed, with a fixed text.
    pub(crate) const fn malformed(text: &'static str) -> Self {
        Self::Malformed(Cow::Borrowed(text))
    }

    /// The code of gRPC that OTLP gives it.
    pub(crate) fn code(&self) -> i32 {
        match self {
            Self::Malformed(_) => code::INVALID_ARGUMENT,
            // Without a hint to come back, so that nobody does.
            Self::TooLarge => code::RESOURCE_EXHAUSTED,
            Self::Slow => code::DEADLINE_EXCEEDED,
            Self::Busy | Self::Retry(..) => code::UNAVAILABLE,
            Self::Unauthenticated => code::UNAUTHENTICATED,
            Self::Refused(_) => code::INTERNAL,
        }
    }

    /// The code of HTTP that OTLP gives it.
    pub(crate) fn http_status(&self) -> http::StatusCode {
        match self {
            Self::Malformed(_) => http::StatusCode::BAD_REQUEST,
            Self::TooLarge => http::StatusCode::PAYLOAD_TOO_LARGE,
            // HTTP has 408 for what is slow, which OTLP's clients take for final.
            Self::Slow | Self::Busy | Self::Retry(..) => http::StatusCode::SERVICE_UNAVAILABLE,
            Self::Unauthenticated => http::StatusCode::UNAUTHORIZED,
            Self::Refused(_) => http::StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A text for people.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Malformed(text) => text,
            Self::TooLarge => "the request is larger than this receiver takes",
            Self::Busy => "too many bytes are in flight, send it again later",
            Self::Slow => "the body of the request did not come in time",
            Self::Unauthenticated => "credentials are missing or wrong",
            Self::Retry(_, text) | Self::Refused(text) => text,
        }
    }

    /// When to come back.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy => Some(BUDGET_PAUSE),
            Self::Retry(after, _) => *after,
            _ => None,
        }
    }

    pub(crate) fn status(&self) -> tollgate_json::Status {
        tollgate_json::Status {
            code: self.code(),
            message: self.message().to_owned(),
            retry_after: self.retry_after(),
        }
    }
}

/// What a gate's answer is: a response, or why there is none.
pub(crate) fn outcome(answer: Answer) -> Result<tollgate_json::Response, Failure> {
    match answer {
        Answer::Done { rejected, message } => Ok(tollgate_json::Response {
            rejected: i64::try_from(rejected).unwrap_or(i64::MAX),
            message: message.to_owned(),
        }),
        Answer::Malformed(text) => Err(Failure::Malformed(text.into())),
        Answer::Retry { after, message } => Err(Failure::Retry(after, message)),
        Answer::Refused { message } => Err(Failure::Refused(message)),
    }
}

impl From<crate::budget::Spent> for Failure {
    fn from(_: crate::budget::Spent) -> Self {
        Self::Busy
    }
}

/// gRPC's codes, as far as OTLP names them.
pub(crate) mod code {
    pub(crate) const OK: i32 = 0;
    pub(crate) const CANCELLED: i32 = 1;
    pub(crate) const UNKNOWN: i32 = 2;
    pub(crate) const INVALID_ARGUMENT: i32 = 3;
    pub(crate) const DEADLINE_EXCEEDED: i32 = 4;
    pub(crate) const RESOURCE_EXHAUSTED: i32 = 8;
    pub(crate) const ABORTED: i32 = 10;
    pub(crate) const OUT_OF_RANGE: i32 = 11;
    pub(crate) const UNIMPLEMENTED: i32 = 12;
    pub(crate) const INTERNAL: i32 = 13;
    pub(crate) const UNAVAILABLE: i32 = 14;
    pub(crate) const DATA_LOSS: i32 = 15;
    pub(crate) const UNAUTHENTICATED: i32 = 16;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    /// The protocols must not differ in whether a client comes back.
    #[test]
    fn what_is_retried_in_one_protocol_is_in_the_other() {
        let second = Some(Duration::from_secs(1));
        for failure in [
            Failure::malformed(""),
            Failure::TooLarge,
            Failure::Busy,
            Failure::Slow,
            Failure::Unauthenticated,
            Failure::Retry(None, ""),
            Failure::Retry(second, ""),
            Failure::Refused(""),
        ] {
            let status = failure.status();
            let by_grpc = match status.code {
                code::CANCELLED
                | code::DEADLINE_EXCEEDED
                | code::ABORTED
                | code::OUT_OF_RANGE
                | code::UNAVAILABLE
                | code::DATA_LOSS => true,
                code::RESOURCE_EXHAUSTED => status.retry_after.is_some(),
                _ => false,
            };
            let by_http = [429, 502, 503, 504].contains(&failure.http_status().as_u16());
            assert_eq!(by_grpc, by_http, "{failure:?}");
            assert!(by_http || failure.retry_after().is_none(), "{failure:?}");
        }
    }
}
