//! How long a connection is waited for: for its first request, for headers that have begun, for the next request, and for a
//! client to take what it is sent.
//!
//! hyper has one time for headers and for what lies between two requests, none for a client that never says which HTTP it
//! speaks, and none for writing. So a connection notes when it began to wait for what, and is looked after from time to time.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::Version;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use crate::listener::Bounds;

/// The shortest time from one look to the next.
const SHORTEST_LOOK: Duration = Duration::from_millis(10);

/// What a connection waits for.
#[derive(Debug)]
pub(crate) struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    waits: Waits,
    http2: bool,
}

#[derive(Debug, Clone, Copy)]
enum Waits {
    /// For the headers of a request: of the first one, or of one that has begun.
    Headers(Instant),
    /// For so many answers of ours. Bodies have a time of their own.
    Answers(usize),
    /// For a request, if there is another one.
    Request(Instant),
}

/// A request that is being answered.
pub(crate) struct Open<'a>(&'a Activity);

impl Activity {
    /// Of a connection that begins now.
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State {
            waits: Waits::Headers(Instant::now()),
            http2: false,
        }))
    }

    /// Says that the headers of a request are there.
    pub(crate) fn begin(&self, version: Version) -> Open<'_> {
        let mut state = self.lock();
        state.http2 = version == Version::HTTP_2;
        state.waits = match state.waits {
            Waits::Answers(open) => Waits::Answers(open.saturating_add(1)),
            _ => Waits::Answers(1),
        };
        Open(self)
    }

    /// Completes when the client was waited for too long.
    pub(crate) async fn is_over(&self, bounds: &Bounds) {
        let idle_time = bounds.idle_time.unwrap_or(Duration::MAX);
        // Who begins to wait between two looks waits longer by less than that.
        let look = bounds.header_time.min(idle_time).checked_div(4);
        let look = look.unwrap_or_default().max(SHORTEST_LOOK);
        loop {
            let waits = self.lock().waits;
            let left = match waits {
                Waits::Headers(since) => bounds.header_time.saturating_sub(since.elapsed()),
                Waits::Answers(_) => look,
                Waits::Request(since) => idle_time.saturating_sub(since.elapsed()),
            };
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(look)).await;
        }
    }

    fn end(&self) {
        let mut state = self.lock();
        state.waits = match state.waits {
            Waits::Answers(open) if open > 1 => Waits::Answers(open.saturating_sub(1)),
            _ => Waits::Request(Instant::now()),
        };
    }

    /// Bytes came. Of HTTP/2 they may be a ping as well, which does not make a connection less idle.
    fn came(&self) {
        let mut state = self.lock();
        if matches!(state.waits, Waits::Request(_)) && !state.http2 {
            state.waits = Waits::Headers(Instant::now());
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// A stream that notes when something comes, and fails when its client takes nothing for too long.
pub(crate) struct Patient<S> {
    stream: S,
    activity: Arc<Activity>,
    write_time: Option<Duration>,
    /// Runs while the client takes nothing.
    stuck: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    pub(crate) fn new(stream: S, write_time: Option<Duration>, activity: Arc<Activity>) -> Self {
        Self {
            stream,
            activity,
            write_time,
            stuck: None,
        }
    }

    fn judge(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let Some(time) = self.write_time else {
            return written;
        };
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let stuck = self
            .stuck
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(time)));
        stuck
            .as_mut()
            .poll(context)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.came();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(context, written)
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
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.judge(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

    const SHORT: Duration = Duration::from_millis(100);
    const LONG: Duration = Duration::from_secs(20);

    fn connection(bounds: &Bounds) -> (DuplexStream, Patient<DuplexStream>, Arc<Activity>) {
        let (client, server) = tokio::io::duplex(1000);
        let activity = Arc::new(Activity::new());
        let server = Patient::new(server, bounds.write_time, Arc::clone(&activity));
        (client, server, activity)
    }

    /// Whether it is, rather soon.
    async fn is_over(activity: &Activity, bounds: &Bounds) -> bool {
        let patience = SHORT.saturating_mul(4);
        tokio::time::timeout(patience, activity.is_over(bounds))
            .await
            .is_ok()
    }

    async fn pass_a_byte(client: &mut DuplexStream, server: &mut Patient<DuplexStream>) {
        client.write_u8(b'P').await.unwrap();
        server.read_u8().await.unwrap();
    }

    #[tokio::test]
    async fn headers_have_their_time_whether_they_trickle_or_do_not_come() {
        let bounds = Bounds {
            header_time: SHORT,
            idle_time: Some(LONG),
            ..Bounds::default()
        };
        let (mut client, mut server, activity) = connection(&bounds);
        assert!(is_over(&activity, &bounds).await, "nothing came");
        drop(activity.begin(Version::HTTP_11));
        assert!(!is_over(&activity, &bounds).await, "nothing has begun");
        let trickle = async {
            loop {
                pass_a_byte(&mut client, &mut server).await;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            () = trickle => {}
            over = is_over(&activity, &bounds) => assert!(over, "it trickles"),
        }
    }

    #[tokio::test]
    async fn idle_is_who_has_no_request_open_whatever_pings_come() {
        let bounds = Bounds {
            header_time: LONG,
            idle_time: Some(SHORT),
            ..Bounds::default()
        };
        for version in [Version::HTTP_11, Version::HTTP_2] {
            let (mut client, mut server, activity) = connection(&bounds);
            let (first, second) = (activity.begin(version), activity.begin(version));
            drop(first);
            assert!(!is_over(&activity, &bounds).await, "a request is open");
            drop(second);
            pass_a_byte(&mut client, &mut server).await;
            // The byte is the beginning of a request, or a ping.
            let over = is_over(&activity, &bounds).await;
            assert_eq!(over, version == Version::HTTP_2, "{version:?}");
        }
    }

    #[tokio::test]
    async fn who_takes_nothing_is_not_waited_for() {
        let bounds = Bounds {
            write_time: Some(SHORT.saturating_mul(2)),
            ..Bounds::default()
        };
        let (mut client, mut server, _) = connection(&bounds);
        let reading = tokio::spawn(async move {
            let mut buffer = [0; 500];
            for _ in 0..8 {
                tokio::time::sleep(Duration::from_millis(20)).await;
                client.read_exact(&mut buffer).await.unwrap();
            }
            client
        });
        // Slow is not stuck.
        server.write_all(&[0; 4500]).await.unwrap();
        let client = reading.await.unwrap();
        let stuck = server.write_all(&[0; 4500]).await.unwrap_err();
        assert_eq!(stuck.kind(), io::ErrorKind::TimedOut);
        drop(client);
    }
}
