//! Bodies: reading one whole, and sending one that is there already.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;

use crate::budget::Permit;
use crate::failure::Failure;

/// Room that is made for a body at first, whatever its sender says of its size.
const FIRST_ROOM: usize = 256 * 1024;

/// A body that comes in pieces, as far as it is there.
#[derive(Default)]
pub(crate) struct Collected {
    /// The only piece so far, as it came.
    single: Bytes,
    /// All pieces, once there are several.
    joined: BytesMut,
}

impl Collected {
    pub(crate) fn len(&self) -> usize {
        self.single.len().saturating_add(self.joined.len())
    }

    /// Adds a piece. A body of one piece is not copied.
    pub(crate) fn push(&mut self, piece: Bytes, expected: usize) {
        if self.len() == 0 {
            self.single = piece;
            return;
        }
        if self.joined.is_empty() {
            self.joined
                .reserve(expected.clamp(self.single.len(), FIRST_ROOM.max(self.single.len())));
            self.joined.extend_from_slice(&self.single);
            self.single = Bytes::new();
        }
        self.joined.extend_from_slice(&piece);
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        if self.joined.is_empty() {
            self.single
        } else {
            self.joined.freeze()
        }
    }
}

/// Reads a body to its end, to `limit` bytes at most, and pays for it as it comes.
pub(crate) async fn read<B>(
    mut body: B,
    limit: usize,
    permit: &mut Permit,
) -> Result<Bytes, Failure>
where
    B: Body<Data = Bytes> + Unpin,
{
    // A length that is declared counts before a byte is read.
    let expected = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if expected > limit {
        return Err(Failure::TooLarge);
    }
    let mut collected = Collected::default();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            Failure::malformed("the body of the request ends early or is not framed as HTTP")
        })?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        if collected.len().saturating_add(piece.len()) > limit {
            return Err(Failure::TooLarge);
        }
        permit.grow(piece.len())?;
        collected.push(piece, expected);
    }
    Ok(collected.into_bytes())
}

/// What is taken of a body that will not be used.
pub(crate) const ENOUGH: usize = 64 << 20;
/// The same, of a client that nobody knows.
pub(crate) const LITTLE: usize = 256 << 10;

/// Takes what a client is still sending, within reason, and throws it away. One that is hung up on in the middle of its body may
/// never see the answer, and would send it all again.
pub(crate) async fn drain<B>(body: &mut B, within: usize)
where
    B: Body<Data = Bytes> + Unpin,
{
    const TIME: Duration = Duration::from_secs(1);
    let draining = async {
        let mut taken = 0usize;
        while taken < within
            && let Some(Ok(frame)) = body.frame().await
        {
            taken = taken.saturating_add(frame.data_ref().map_or(0, Bytes::len));
        }
    };
    // Whoever is slower than that has lost little.
    let _ = tokio::time::timeout(TIME, draining).await;
}

/// A body that is there: up to two pieces and trailers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Payload {
    head: Bytes,
    data: Bytes,
    trailers: Option<HeaderMap>,
}

impl Payload {
    /// `head`, then `data`.
    pub(crate) fn of(head: Bytes, data: Bytes) -> Self {
        Self {
            head,
            data,
            trailers: None,
        }
    }

    pub(crate) fn with_trailers(mut self, trailers: HeaderMap) -> Self {
        self.trailers = Some(trailers);
        self
    }
}

impl From<Bytes> for Payload {
    fn from(data: Bytes) -> Self {
        Self::of(Bytes::new(), data)
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = &mut *self;
        let piece = if this.head.has_remaining() {
            Some(std::mem::take(&mut this.head))
        } else if this.data.has_remaining() {
            Some(std::mem::take(&mut this.data))
        } else {
            None
        };
        let frame = match piece {
            Some(piece) => Some(Frame::data(piece)),
            None => this.trailers.take().map(Frame::trailers),
        };
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.head.is_empty() && self.data.is_empty() && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let bytes = self.head.len().saturating_add(self.data.len());
        SizeHint::with_exact(bytes as u64)
    }
}
