//! gRPC's frame around a message: one byte that says whether it is compressed, four for its length.

use bytes::{BufMut as _, Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt as _;

use crate::budget::Permit;
use crate::failure::Failure;
use crate::payload::Collected;

pub(crate) const PREFIX: usize = 5;

/// A message as it was sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) compressed: bool,
    pub(crate) bytes: Bytes,
}

/// The frame of a message, without the message.
pub(crate) fn prefix(compressed: bool, length: usize) -> Option<Bytes> {
    let length = u32::try_from(length).ok()?;
    let mut prefix = BytesMut::with_capacity(PREFIX);
    prefix.put_u8(u8::from(compressed));
    prefix.put_u32(length);
    Some(prefix.freeze())
}

/// Reads the one message of a unary call, of `limit` bytes at most, and pays for it as it comes.
pub(crate) async fn read<B>(
    mut body: B,
    limit: usize,
    permit: &mut Permit,
) -> Result<Message, Failure>
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut reader = Reader::default();
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|_| Failure::malformed("the call ends before its message does"))?;
        if let Ok(piece) = frame.into_data() {
            permit.grow(piece.len())?;
            reader.push(piece, limit)?;
        }
    }
    reader.finish()
}

/// A message as far as it is there.
#[derive(Default)]
struct Reader {
    prefix: BytesMut,
    frame: Option<(bool, usize)>,
    content: Collected,
}

impl Reader {
    fn push(&mut self, mut piece: Bytes, limit: usize) -> Result<(), Failure> {
        let missing = PREFIX.saturating_sub(self.prefix.len()).min(piece.len());
        self.prefix.extend_from_slice(&piece.split_to(missing));
        let frame = match self.frame {
            Some(frame) => frame,
            None => match parse(&self.prefix)? {
                Some((_, length)) if length > limit => return Err(Failure::TooLarge),
                Some(frame) => *self.frame.insert(frame),
                None => return Ok(()),
            },
        };
        if piece.is_empty() {
            return Ok(());
        }
        if self.content.len().saturating_add(piece.len()) > frame.1 {
            return Err(Failure::malformed("the call has more than one message"));
        }
        self.content.push(piece, frame.1);
        Ok(())
    }

    fn finish(self) -> Result<Message, Failure> {
        match self.frame {
            Some((compressed, length)) if length == self.content.len() => Ok(Message {
                compressed,
                bytes: self.content.into_bytes(),
            }),
            _ => Err(Failure::malformed("the call ends before its message does")),
        }
    }
}

/// Whether the message is compressed, and its length, once the prefix is there.
fn parse(prefix: &[u8]) -> Result<Option<(bool, usize)>, Failure> {
    let [flag, a, b, c, d] = *prefix else {
        return Ok(None);
    };
    if flag > 1 {
        return Err(Failure::malformed(
            "the message does not begin as gRPC's do",
        ));
    }
    let length = u32::from_be_bytes([a, b, c, d]);
    Ok(Some((
        flag == 1,
        usize::try_from(length).unwrap_or(usize::MAX),
    )))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn read_pieces(pieces: &[&'static [u8]], limit: usize) -> Result<Message, Failure> {
        let mut reader = Reader::default();
        for piece in pieces {
            reader.push(Bytes::from_static(piece), limit)?;
        }
        reader.finish()
    }

    #[test]
    fn a_message_may_come_in_any_pieces() {
        let whole: &[&[u8]] = &[b"\x00\x00\x00\x00\x05hello"];
        let parts: &[&[u8]] = &[b"\x00\x00", b"\x00\x00", b"\x05hel", b"", b"lo"];
        for pieces in [whole, parts] {
            let message = read_pieces(pieces, 5).unwrap();
            assert!(!message.compressed);
            assert_eq!(&message.bytes[..], b"hello");
        }
        let own = prefix(true, 5).unwrap();
        assert_eq!(&own[..], b"\x01\x00\x00\x00\x05");
    }

    #[test]
    fn a_frame_that_lies_is_refused() {
        assert_eq!(
            read_pieces(&[b"\x00\x00\x00\x00\x05hello"], 4),
            Err(Failure::TooLarge)
        );
        assert_eq!(
            read_pieces(&[b"\x00\xff\xff\xff\xff"], 4),
            Err(Failure::TooLarge)
        );
        let malformed: [&[&[u8]]; 5] = [
            &[],
            &[b"\x00\x00"],
            &[b"\x00\x00\x00\x00\x05hell"],
            &[b"\x00\x00\x00\x00\x05hello\x00\x00\x00\x00\x00"],
            &[b"\x02\x00\x00\x00\x05hello"],
        ];
        for pieces in malformed {
            assert!(
                matches!(read_pieces(pieces, 9), Err(Failure::Malformed(_))),
                "{pieces:?}"
            );
        }
    }
}
