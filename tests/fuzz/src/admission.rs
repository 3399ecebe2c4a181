//! Bodies of requests, compressed well, badly, and beyond all measure.

use std::io::{Read, Write as _};

use crate::front::{BUDGET, Front, LARGEST, Then};

const CODINGS: [&str; 4] = ["gzip", "zstd", "deflate", "identity"];

/// Two bytes choose a coding and what is done with the rest: it is a body as it stands, or many times over and compressed. The gate is
/// handed what a plain decoder makes of it, and only if that is within the bounds; whatever is refused costs nobody anything.
pub fn admission(data: &[u8]) {
    let [coding, times, rest @ ..] = data else {
        return;
    };
    let coding = CODINGS[usize::from(*coding) % CODINGS.len()];
    let (body, expected) = if *times == 0 {
        (rest.to_vec(), decoded(coding, rest))
    } else {
        // The square reaches beyond the largest body with a few bytes.
        let text = rest.repeat(
            usize::from(*times)
                .pow(2)
                .min(2 * BUDGET / rest.len().max(1)),
        );
        (encoded(coding, &text), Some(text))
    };
    let front = Front::get();
    front.taken();
    let mut request = format!(
        "POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\nconnection: close\r\n\
         content-encoding: {coding}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend(&body);
    let answer = front.answer(front.http, &request, Then::Wait);
    let status = answer.get(9..12).map(String::from_utf8_lossy);
    let status = status.expect("it is answered");
    let taken = front.taken();
    match (expected, &*status) {
        (Some(text), "200") => {
            assert!(text.len() <= LARGEST, "more was taken than is allowed");
            assert_eq!(taken, [text]);
        }
        (None, "400" | "413" | "429" | "503") => assert!(taken.is_empty()),
        (Some(text), "413" | "429" | "503") => {
            assert!(
                text.len() > LARGEST || body.len() > LARGEST,
                "what fits is refused"
            );
            assert!(taken.is_empty());
        }
        (expected, status) => {
            let bytes = expected.map(|text| text.len());
            panic!("{status} to {} bytes that become {bytes:?}", body.len());
        }
    }
}

fn encoded(coding: &str, text: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::fast();
    let written = "memory can be written to";
    match coding {
        "gzip" => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
            encoder.write_all(text).expect(written);
            encoder.finish().expect(written)
        }
        "deflate" => {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(text).expect(written);
            encoder.finish().expect(written)
        }
        "zstd" => zstd::encode_all(text, 1).expect(written),
        _ => text.to_vec(),
    }
}

/// What a decoder without bounds makes of it: all that matters, and a little more.
fn decoded(coding: &str, body: &[u8]) -> Option<Vec<u8>> {
    fn all(from: impl Read) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        let most = (LARGEST + 1) as u64;
        from.take(most).read_to_end(&mut text).ok()?;
        Some(text)
    }
    match coding {
        "gzip" => all(flate2::read::MultiGzDecoder::new(body)),
        "deflate" => all(flate2::read::ZlibDecoder::new(body)),
        "zstd" => all(zstd::stream::read::Decoder::new(body).ok()?),
        _ => Some(body.to_vec()),
    }
}
