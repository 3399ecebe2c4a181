//! OTLP's tables: what an answer says of the request, and whether trying again may help.
//!
//! Where OTLP leaves it open, what the Collector's exporters do counts. What a destination says in words is looked into for one thing
//! alone, whether the request was too large, and never shown: it may quote what was sent.

use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::exporter::{Cure, Setback};
use crate::failure::code;
use crate::grpc::status::Ending;

/// The longest pause that a destination may ask for: a mistaken date or unit does not hold back what is queued for years.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// How servers say that a request is too large, in the words of grpc-go and grpc-core, grpc-java, tonic, .NET, Go's HTTP server as the
/// Collector quotes it, and this gate.
const TOO_LARGE: [&str; 7] = [
    "larger than max",
    "exceeds maximum size",
    "message length too large",
    "exceeded while decompressing",
    "exceeds the maximum configured message size",
    "request body too large",
    "request is larger than",
];

/// OTLP's table of gRPC codes.
pub(crate) fn of_grpc(ending: &Ending) -> Result<(), Setback> {
    let Ending { code, pause, .. } = *ending;
    let pause = pause.map(bounded);
    let cure = match code {
        code::OK => return Ok(()),
        // tonic refuses what is too large with a code that would be retryable.
        code::INVALID_ARGUMENT | code::OUT_OF_RANGE | code::RESOURCE_EXHAUSTED
            if pause.is_none() && says_too_large(&ending.message) =>
        {
            Cure::Less
        }
        code::CANCELLED
        | code::DEADLINE_EXCEEDED
        | code::ABORTED
        | code::OUT_OF_RANGE
        | code::UNAVAILABLE
        | code::DATA_LOSS => Cure::Later(pause),
        // Only a destination that says when expects to recover.
        code::RESOURCE_EXHAUSTED if pause.is_some() => Cure::Later(pause),
        _ => Cure::None,
    };
    Err(Setback {
        cure,
        reason: format!("the destination answered with gRPC code {code}"),
    })
}

/// gRPC's reading of an answer that is plain HTTP: a proxy's, mostly.
pub(crate) fn of_grpc_without_status(status: StatusCode, headers: &HeaderMap) -> Setback {
    let cure = match status.as_u16() {
        413 => Cure::Less,
        429 | 502 | 503 | 504 => Cure::Later(retry_after(headers)),
        _ => Cure::None,
    };
    Setback {
        cure,
        reason: format!(
            "the destination answered with HTTP status {} instead of gRPC",
            status.as_u16()
        ),
    }
}

/// OTLP's table of HTTP statuses. `said` is the status message in the body, if one could be read.
pub(crate) fn of_http(
    status: StatusCode,
    headers: &HeaderMap,
    said: Option<&tollgate_json::Status>,
) -> Setback {
    let cure = match status.as_u16() {
        413 => Cure::Less,
        // The Collector's receiver answers so.
        400 if said.is_some_and(|said| says_too_large(&said.message)) => Cure::Less,
        429 | 502 | 503 | 504 => {
            let said = said.and_then(|said| said.retry_after).map(bounded);
            Cure::Later(retry_after(headers).or(said))
        }
        _ => Cure::None,
    };
    Setback {
        cure,
        reason: format!(
            "the destination answered with HTTP status {}",
            status.as_u16()
        ),
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER).and_then(pause).map(bounded)
}

/// Seconds, or a date; one that is over is no pause at all.
fn pause(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than a number holds are the longest pause.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

fn bounded(pause: Duration) -> Duration {
    pause.min(LONGEST_PAUSE)
}

fn says_too_large(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    TOO_LARGE.iter().any(|words| message.contains(words))
}
