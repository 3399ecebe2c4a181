//! One call: a request, and its answer as far as it is wanted, in the time that a try has.

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, Request};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use tokio::time::{Instant, timeout_at};

use super::HttpPool;
use crate::exporter::Setback;
use crate::payload::{Collected, Payload};

/// The head of an answer, with what is needed to read on.
pub(crate) struct Reply {
    pub(crate) head: Parts,
    body: Incoming,
    connection: CaptureConnection,
    deadline: Option<Instant>,
}

/// Why there is no answer.
pub(crate) enum Unanswered {
    /// There is no connection: what the system or TLS says.
    Unreachable(String),
    /// The connection broke.
    Broken,
    /// There is no more time.
    Late,
}

/// Why an answer is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// It is longer than what is read of it.
    TooLong,
    /// The connection broke, or there is no more time.
    Short,
}

/// Sends a request.
pub(crate) async fn send(
    pool: &HttpPool,
    mut request: Request<Payload>,
    deadline: Option<Instant>,
) -> Result<Reply, Unanswered> {
    let connection = capture_connection(&mut request);
    let Some(answer) = within(deadline, pool.request(request)).await else {
        leave(&connection);
        return Err(Unanswered::Late);
    };
    let (head, body) = answer.map_err(|error| why(&error))?.into_parts();
    Ok(Reply {
        head,
        body,
        connection,
        deadline,
    })
}

impl Reply {
    /// The body, of so many bytes at most, and its trailers.
    pub(crate) async fn body(mut self, most: usize) -> Result<(Bytes, Option<HeaderMap>), Cut> {
        // A length that is declared counts before a byte is read.
        if self.body.size_hint().lower() > most as u64 {
            return Err(Cut::TooLong);
        }
        let reading = async {
            let mut content = Collected::default();
            while let Some(frame) = self.body.frame().await {
                match frame.map_err(|_| Cut::Short)?.into_data() {
                    Ok(piece) if content.len().saturating_add(piece.len()) > most => {
                        return Err(Cut::TooLong);
                    }
                    Ok(piece) => content.push(piece, most),
                    Err(frame) => return Ok((content.into_bytes(), frame.into_trailers().ok())),
                }
            }
            Ok((content.into_bytes(), None))
        };
        let read = within(self.deadline, reading).await;
        read.unwrap_or_else(|| {
            leave(&self.connection);
            Err(Cut::Short)
        })
    }
}

impl From<Unanswered> for Setback {
    fn from(unanswered: Unanswered) -> Self {
        Self::retryable(match unanswered {
            Unanswered::Unreachable(why) => format!("the destination cannot be reached: {why}"),
            Unanswered::Broken => {
                "the connection to the destination broke before it answered".to_owned()
            }
            Unanswered::Late => "the destination did not answer in time".to_owned(),
        })
    }
}

async fn within<T>(deadline: Option<Instant>, work: impl Future<Output = T>) -> Option<T> {
    match deadline {
        None => Some(work.await),
        Some(deadline) => timeout_at(deadline, work).await.ok(),
    }
}

/// Takes no more requests to a connection that has fallen silent: the next try makes one of its own, to whoever answers then.
fn leave(connection: &CaptureConnection) {
    if let Some(connection) = connection.connection_metadata().as_ref() {
        connection.poison();
    }
}

/// What went wrong. Texts of the system and of TLS say nothing of what was sent; those of HTTP/2 may quote the destination.
fn why(error: &legacy::Error) -> Unanswered {
    if !error.is_connect() {
        return Unanswered::Broken;
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return Unanswered::Unreachable(error.to_string());
        }
        cause = error.source();
    }
    Unanswered::Unreachable("no connection could be made".to_owned())
}
