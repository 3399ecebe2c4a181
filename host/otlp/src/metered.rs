//! What lies between a socket and a request: HTTP/2 frames that are not whole yet.
//!
//! Large frames let a message through uncopied, but a frame is held until its last byte is there, before anybody can pay for it.
//! So a connection pays for a large frame when it begins, from an allowance of all connections; when that is spent it is not
//! read until there is some.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use crate::budget::Permit;

/// Frames of this size cost nothing: every connection may hold as much.
const FREE: usize = 16 << 10;
/// How long a connection waits before it asks again.
const PAUSE: Duration = Duration::from_millis(10);
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADER: usize = 9;

/// A connection that pays for its frames.
pub(crate) struct Metered<S> {
    stream: S,
    frames: Frames,
    permit: Permit,
    pause: Option<Pin<Box<Sleep>>>,
}

impl<S> Metered<S> {
    pub(crate) fn new(stream: S, permit: Permit) -> Self {
        Self {
            stream,
            frames: Frames::Preface(PREFACE),
            permit,
            pause: None,
        }
    }

    /// Pays for the frame that is arriving, or waits.
    fn poll_pay(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            let price = self.frames.price();
            if price == 0 {
                self.permit.clear();
                return Poll::Ready(());
            }
            // A frame is paid for once; the next one may begin before this connection was asked again.
            if self.permit.bytes() == price {
                return Poll::Ready(());
            }
            self.permit.clear();
            if self.permit.grow(price).is_ok() {
                return Poll::Ready(());
            }
            self.pause = Some(Box::pin(tokio::time::sleep(PAUSE)));
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        ready!(this.poll_pay(context));
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        this.frames
            .pass(buffer.filled().get(before..).unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Where a connection stands in its frames.
enum Frames {
    /// What is left of HTTP/2's preface.
    Preface(&'static [u8]),
    /// This is not HTTP/2.
    None,
    /// The first bytes of a frame's header.
    Header(Vec<u8>),
    /// Content of a frame: its length, and what is missing of it.
    Content { length: usize, missing: usize },
}

impl Frames {
    /// What must be paid for the frame that is arriving.
    fn price(&self) -> usize {
        match self {
            Self::Content { length, .. } if *length > FREE => *length,
            _ => 0,
        }
    }

    /// Takes note of bytes that came.
    fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self {
                Self::None => return,
                Self::Preface(left) => {
                    let length = left.len().min(bytes.len());
                    let (expected, after) = left.split_at_checked(length).unwrap_or((left, &[]));
                    let (found, rest) = bytes.split_at_checked(length).unwrap_or((bytes, &[]));
                    bytes = rest;
                    *self = match (expected == found, after.is_empty()) {
                        (false, _) => Self::None,
                        (true, false) => Self::Preface(after),
                        (true, true) => Self::Header(Vec::with_capacity(HEADER)),
                    };
                }
                Self::Header(header) => {
                    let missing = HEADER.saturating_sub(header.len()).min(bytes.len());
                    let (found, rest) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
                    header.extend_from_slice(found);
                    bytes = rest;
                    if let [a, b, c, _, _, _, _, _, _] = **header {
                        let length = u32::from_be_bytes([0, a, b, c]);
                        let length = usize::try_from(length).unwrap_or(usize::MAX);
                        header.clear();
                        if length > 0 {
                            *self = Self::Content {
                                length,
                                missing: length,
                            };
                        }
                    }
                }
                Self::Content { missing, .. } => {
                    let passed = (*missing).min(bytes.len());
                    *missing = missing.saturating_sub(passed);
                    bytes = bytes.get(passed..).unwrap_or_default();
                    if *missing == 0 {
                        *self = Self::Header(Vec::with_capacity(HEADER));
                    }
                }
            }
        }
    }
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
    use crate::budget::ByteBudget;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    fn frame(length: usize) -> Vec<u8> {
        let size = u32::try_from(length).unwrap().to_be_bytes();
        [&size[1..], &[0; 6], &vec![7; length]].concat()
    }

    #[test]
    fn frames_are_followed_in_whatever_pieces_they_come() {
        let bytes = [PREFACE, &frame(3), &frame(0), &frame(FREE + 1), &frame(5)].concat();
        let large_starts = PREFACE.len() + 12 + 9 + 9;
        for size in [1, 2, 7, 9, 1000, bytes.len()] {
            let mut frames = Frames::Preface(PREFACE);
            let mut passed = 0;
            for piece in bytes.chunks(size) {
                frames.pass(piece);
                passed += piece.len();
                let inside = (large_starts..large_starts + FREE + 1).contains(&passed);
                assert_eq!(
                    frames.price(),
                    if inside { FREE + 1 } else { 0 },
                    "{size} {passed}"
                );
            }
        }
        let mut http1 = Frames::Preface(PREFACE);
        http1.pass(b"POST /v1/logs HTTP/1.1\r\n");
        assert!(matches!(http1, Frames::None));
    }

    #[tokio::test]
    async fn a_large_frame_waits_for_its_turn_and_pays_back() {
        let budget = ByteBudget::new(100_000);
        let (mut client, server) = tokio::io::duplex(1 << 20);
        let mut server = Metered::new(server, budget.permit());
        client
            .write_all(&[PREFACE, &frame(60_000)[..100]].concat())
            .await
            .unwrap();
        let mut buffer = vec![0; 200_000];
        let mut read = server.read(&mut buffer).await.unwrap();
        client.write_all(&frame(60_000)[100..]).await.unwrap();

        let mut others = budget.permit();
        others.grow(90_000).unwrap();
        let waiting = tokio::time::timeout(Duration::from_millis(50), server.read(&mut buffer));
        assert!(waiting.await.is_err());
        drop(others);
        while read < PREFACE.len() + 9 + 60_000 {
            read += server.read(&mut buffer).await.unwrap();
            assert_eq!(budget.used(), 60_000);
        }
        client.write_all(&frame(1)).await.unwrap();
        server.read_exact(&mut buffer[..10]).await.unwrap();
        assert_eq!(budget.used(), 0);
    }
}
