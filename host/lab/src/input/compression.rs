//! Files that are compressed: told by their first bytes.

use std::borrow::Cow;
use std::io::Read;

use super::{InputError, LARGEST};

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The largest window of a zstd stream, as a power of two; what `--ultra --long=27` needs.
const ZSTD_WINDOW: u32 = 27;
/// A file in a file in a file.
const LAYERS: usize = 3;

/// What stands in a file once nothing of it is compressed.
pub(super) fn plain<'b>(bytes: &'b [u8], name: &str) -> Result<Cow<'b, [u8]>, InputError> {
    let mut plain = Cow::Borrowed(bytes);
    for _ in 0..LAYERS {
        plain = if plain.starts_with(&GZIP) {
            Cow::Owned(all(
                flate2::bufread::MultiGzDecoder::new(&*plain),
                name,
                "gzip",
            )?)
        } else if plain.starts_with(&ZSTD) {
            let decoder = zstd::stream::read::Decoder::with_buffer(&*plain);
            let decoder = decoder.and_then(|mut decoder| {
                decoder.window_log_max(ZSTD_WINDOW)?;
                Ok(decoder)
            });
            let decoder = decoder.map_err(|error| corrupt(name, "zstd", &error))?;
            Cow::Owned(all(decoder, name, "zstd")?)
        } else {
            break;
        };
    }
    Ok(plain)
}

fn all(decoder: impl Read, name: &str, format: &str) -> Result<Vec<u8>, InputError> {
    let mut out = Vec::new();
    decoder
        .take(LARGEST.saturating_add(1))
        .read_to_end(&mut out)
        .map_err(|error| corrupt(name, format, &error))?;
    if out.len() as u64 > LARGEST {
        return Err(InputError::too_large(name));
    }
    Ok(out)
}

fn corrupt(name: &str, format: &str, error: &std::io::Error) -> InputError {
    InputError::of(
        name,
        format!("it begins as {format} does, but cannot be decompressed ({error})"),
    )
    .help("it is cut short or damaged: fetch it again")
}
