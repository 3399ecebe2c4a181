//! Compression, bounded: a bomb is refused before it has spent memory.

use std::cell::Cell;
use std::io::{self, BufRead, Read, Write as _};

use bytes::Bytes;

use crate::budget::Permit;
use crate::failure::Failure;

/// What a message is compressed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    Gzip,
    Zstd,
    Zlib,
}

/// The largest window that a zstd stream may ask for, as a power of two: 8 MiB, what RFC 9659 allows.
const ZSTD_WINDOW: u32 = 23;
/// What telemetry never becomes more than, however often it says the same, and from where on that is looked at. What small bodies
/// become costs little, and test data are very regular.
const RATIO: usize = 1000;
const SUSPICIOUS: usize = 4 << 20;
/// Room that is made at first, and the least that is added.
const LEAST_ROOM: usize = 16 * 1024;

impl Codec {
    /// Decompresses, to `limit` bytes at most, and pays for them.
    pub(crate) fn decompress(
        self,
        compressed: &[u8],
        limit: usize,
        permit: &mut Permit,
    ) -> Result<Bytes, Failure> {
        let taken = Cell::new(0);
        let input = Counted {
            rest: compressed,
            taken: &taken,
        };
        let out = Output {
            room: compressed.len().saturating_mul(4).max(LEAST_ROOM),
            taken: &taken,
            limit,
            permit,
        };
        match self {
            Self::Gzip => out.collect(flate2::bufread::MultiGzDecoder::new(input)),
            Self::Zlib => out.collect(flate2::bufread::ZlibDecoder::new(input)),
            Self::Zstd => out.collect(zstd_decoder(input).map_err(|_| CORRUPT)?),
        }
    }

    /// Compresses at a level, as the algorithm counts it. Without one, or at 0, quickly: these bytes live for one hop.
    pub(crate) fn compress(self, bytes: &[u8], level: Option<i32>) -> io::Result<Vec<u8>> {
        let out = Vec::with_capacity(bytes.len().saturating_div(4).max(LEAST_ROOM));
        match self {
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(out, flate_level(level));
                encoder.write_all(bytes)?;
                encoder.finish()
            }
            Self::Zlib => {
                let mut encoder = flate2::write::ZlibEncoder::new(out, flate_level(level));
                encoder.write_all(bytes)?;
                encoder.finish()
            }
            Self::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(out, zstd_level(level))?;
                // The better levels make room for large inputs unless they know better.
                encoder.set_pledged_src_size(Some(bytes.len() as u64))?;
                encoder.write_all(bytes)?;
                encoder.finish()
            }
        }
    }
}

/// The Collector's levels: -1 is the algorithm's default, and what is below does without a search for repetitions.
fn flate_level(level: Option<i32>) -> flate2::Compression {
    match level {
        Some(-1) => flate2::Compression::default(),
        Some(level @ 1..=9) => flate2::Compression::new(level.unsigned_abs()),
        _ => flate2::Compression::fast(),
    }
}

/// Above 19, zstd needs windows that receivers need not have.
fn zstd_level(level: Option<i32>) -> i32 {
    level.unwrap_or_default().clamp(1, 19)
}

const CORRUPT: Failure = Failure::malformed("the compressed body cannot be decompressed");

fn zstd_decoder<R: BufRead>(compressed: R) -> io::Result<impl Read> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(compressed)?;
    decoder.window_log_max(ZSTD_WINDOW)?;
    Ok(decoder)
}

/// A compressed body, with a note of what was read of it.
struct Counted<'a> {
    rest: &'a [u8],
    taken: &'a Cell<usize>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.rest.read(buffer)?;
        self.taken.set(self.taken.get().saturating_add(length));
        Ok(length)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(self.rest)
    }

    fn consume(&mut self, length: usize) {
        self.rest.consume(length);
        self.taken.set(self.taken.get().saturating_add(length));
    }
}

/// What a body becomes.
struct Output<'a> {
    /// What is made at once.
    room: usize,
    taken: &'a Cell<usize>,
    limit: usize,
    permit: &'a mut Permit,
}

impl Output<'_> {
    /// Reads to the end, paying for room before it is made.
    fn collect(mut self, mut reader: impl Read) -> Result<Bytes, Failure> {
        let mut out = Vec::new();
        loop {
            // One byte more than allowed tells a body that just fits from one that does not.
            let left = self.limit.saturating_sub(out.len()).saturating_add(1);
            let room = self.room.min(left);
            self.permit.grow(room)?;
            out.reserve_exact(room);
            let made = reader
                .by_ref()
                .take(room as u64)
                .read_to_end(&mut out)
                .map_err(|_| CORRUPT)?;
            let most = self.taken.get().saturating_mul(RATIO);
            if out.len() > self.limit || (out.len() > SUSPICIOUS && out.len() > most) {
                return Err(Failure::TooLarge);
            }
            if made < room {
                return Ok(out.into());
            }
            self.room = out.len().max(LEAST_ROOM);
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

    const ALL: [Codec; 3] = [Codec::Gzip, Codec::Zstd, Codec::Zlib];

    #[test]
    fn what_was_compressed_comes_back_up_to_the_limit() {
        let budget = ByteBudget::new(1 << 24);
        let text = b"telemetry ".repeat(50_000);
        for codec in ALL {
            let compressed = codec.compress(&text, None).unwrap();
            let mut permit = budget.permit();
            let back = codec.decompress(&compressed, text.len(), &mut permit);
            assert_eq!(back.unwrap(), text);
            let short = codec.decompress(&compressed, text.len() - 1, &mut permit);
            assert_eq!(short, Err(Failure::TooLarge));
        }
    }

    #[test]
    fn a_better_level_makes_less_of_it() {
        let line = |i: u64| format!("{i} request {} took {} ms; ", i * i % 977, i * 31 % 89);
        let text = (0..20_000).map(line).collect::<Vec<_>>().concat();
        let size = |codec: Codec, level| codec.compress(text.as_bytes(), level).unwrap().len();
        for codec in ALL {
            assert!(
                size(codec, Some(9)) < size(codec, None),
                "{codec:?} does not heed its level"
            );
            assert_eq!(size(codec, Some(0)), size(codec, None));
        }
        assert_eq!(size(Codec::Zstd, Some(22)), size(Codec::Zstd, Some(19)));
        assert!(size(Codec::Gzip, Some(-1)) < size(Codec::Gzip, Some(-2)));
    }

    #[test]
    fn a_bomb_costs_no_more_than_the_budget() {
        let budget = ByteBudget::new(1 << 20);
        let bomb = vec![0; 64 << 20];
        for codec in ALL {
            let compressed = codec.compress(&bomb, None).unwrap();
            let mut permit = budget.permit();
            let result = codec.decompress(&compressed, 1 << 30, &mut permit);
            assert_eq!(result, Err(Failure::Busy));
            assert!(permit.bytes() <= 1 << 20);
        }
    }

    #[test]
    fn a_bomb_is_known_by_its_ratio_long_before_the_limit() {
        let budget = ByteBudget::new(1 << 30);
        let bomb = vec![0; 64 << 20];
        for codec in ALL {
            let compressed = codec.compress(&bomb, Some(9)).unwrap();
            let mut permit = budget.permit();
            let result = codec.decompress(&compressed, 1 << 30, &mut permit);
            assert_eq!(result, Err(Failure::TooLarge), "{codec:?}");
            assert!(permit.bytes() <= 16 << 20, "{codec:?}: {}", permit.bytes());
        }
        // The same of what there really is: a request of one record, repeated.
        let record =
            b"2026-11-27T19:00:00Z INFO request /v1/logs took 12 ms, user 17".repeat(60_000);
        for codec in ALL {
            let compressed = codec.compress(&record, Some(9)).unwrap();
            let back = codec.decompress(&compressed, 1 << 30, &mut budget.permit());
            assert_eq!(back.map(|back| back.len()), Ok(record.len()), "{codec:?}");
        }
    }

    #[test]
    fn bytes_that_are_cut_or_no_stream_at_all_are_malformed() {
        let budget = ByteBudget::new(1 << 24);
        for codec in ALL {
            let compressed = codec.compress(&b"telemetry ".repeat(5_000), None).unwrap();
            for broken in [
                &compressed[..compressed.len() / 2],
                b"no stream",
                b"\x1f\x8b\x08",
            ] {
                let result = codec.decompress(broken, 1 << 20, &mut budget.permit());
                assert_eq!(result, Err(CORRUPT), "{codec:?}");
            }
        }
    }
}
