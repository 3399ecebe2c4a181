//! The seam between what carries requests and what decides about them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tollgate_record::{RequestContext, Signal};

/// One export request of a client.
#[derive(Debug, Clone)]
pub struct Request {
    /// How it came.
    pub transport: Transport,
    /// What the client says the request holds.
    pub signal: Signal,
    /// `Export*ServiceRequest` in protobuf; not looked into yet.
    pub wire: Bytes,
    /// Where it came from. Requests of one connection share it where nothing of the request itself belongs into it.
    pub context: Arc<RequestContext>,
}

/// How a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// OTLP/gRPC.
    Grpc,
    /// OTLP/HTTP.
    Http,
}

impl Transport {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Http => "http",
        }
    }
}

/// What became of a request. Each receiver puts it in its protocol's words.
///
/// Texts are for clients: fixed, and without anything from a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The request is done with, and the client must not send it again.
    Done {
        /// Records that were refused on the way.
        rejected: u64,
        /// Why; empty when nothing was.
        message: &'static str,
    },
    /// The bytes are no request of that signal. The text says what is wrong, and where, but not what stands there.
    Malformed(String),
    /// It could not be taken now; the client is asked to send it again.
    Retry {
        /// When, if that is known.
        after: Option<Duration>,
        /// Why.
        message: &'static str,
    },
    /// It could not be taken, and would not be the next time.
    Refused {
        /// Why.
        message: &'static str,
    },
}

impl Answer {
    /// Everything was taken.
    pub const DONE: Self = Self::Done {
        rejected: 0,
        message: "",
    };
}

/// Decides about requests.
pub trait Gate: Send + Sync + 'static {
    /// The answer to every request of a signal that comes now, if none is taken. It is asked before a body is read: whoever is short
    /// of memory must not have to hold a request to refuse it.
    fn refuses(&self, signal: Signal) -> Option<Answer> {
        let _ = signal;
        None
    }

    /// Is told of a request whose credentials are missing or wrong. It was answered without the gate, and is counted here.
    fn denied(&self, transport: Transport) {
        let _ = transport;
    }

    /// Takes one request as far as it goes. Dropping the future means that the client is gone.
    fn admit(&self, request: Request) -> impl Future<Output = Answer> + Send;
}
