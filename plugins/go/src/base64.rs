//! Base64 with both alphabets, with padding and without.

/// A variant of base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base64 {
    /// The alphabet for names of files and addresses.
    url: bool,
    /// Without padding.
    raw: bool,
}

impl Base64 {
    /// The usual alphabet, with padding.
    pub const PADDED: Self = Self {
        url: false,
        raw: false,
    };
    /// The usual alphabet, without padding.
    pub const RAW: Self = Self {
        url: false,
        raw: true,
    };
    /// The alphabet for names, with padding.
    pub const URL: Self = Self {
        url: true,
        raw: false,
    };
    /// The alphabet for names, without padding.
    pub const RAW_URL: Self = Self {
        url: true,
        raw: true,
    };

    /// Bytes as text.
    #[must_use]
    pub fn encode(self, bytes: &[u8]) -> String {
        let mut out = String::with_capacity(bytes.len().saturating_mul(4) / 3 + 4);
        for chunk in bytes.chunks(3) {
            let bits = chunk
                .iter()
                .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
            let bits = bits << (24 - 8 * chunk.len());
            for place in 0..4 {
                if place <= chunk.len() {
                    out.push(self.letter(bits >> (18 - 6 * place) & 0x3f));
                } else if !self.raw {
                    out.push('=');
                }
            }
        }
        out
    }

    fn letter(self, bits: u32) -> char {
        let bits = u8::try_from(bits).unwrap_or_default();
        char::from(match bits {
            0..26 => b'A' + bits,
            26..52 => b'a' + (bits - 26),
            52..62 => b'0' + (bits - 52),
            62 if self.url => b'-',
            62 => b'+',
            _ if self.url => b'_',
            _ => b'/',
        })
    }

    fn bits(self, letter: u8) -> Option<u32> {
        Some(u32::from(match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' if !self.url => 62,
            b'-' if self.url => 62,
            b'/' if !self.url => 63,
            b'_' if self.url => 63,
            _ => return None,
        }))
    }

    /// Text as bytes. Ends of lines do not count, and neither do the bits that are left over.
    #[must_use]
    pub fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
        let mut letters = text
            .iter()
            .copied()
            .filter(|letter| !matches!(letter, b'\r' | b'\n'));
        loop {
            let (mut bits, mut count) = (0_u32, 0_usize);
            let mut padding = 0;
            while count + padding < 4 {
                match letters.next() {
                    None if count == 0 => return Some(out),
                    None if self.raw && count > 1 => break,
                    Some(b'=') if !self.raw && count > 1 => padding += 1,
                    Some(letter) if padding == 0 => {
                        bits = bits << 6 | self.bits(letter)?;
                        count += 1;
                    }
                    _ => return None,
                }
            }
            bits <<= 6 * (4 - count);
            let [_, bytes @ ..] = bits.to_be_bytes();
            out.extend(bytes.iter().take(count - 1));
            if count < 4 {
                // Nothing stands behind the padding.
                return letters.next().is_none().then_some(out);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        let bytes: Vec<u8> = (0..=255).collect();
        for variant in [Base64::PADDED, Base64::RAW, Base64::URL, Base64::RAW_URL] {
            for length in 0..bytes.len() {
                let text = variant.encode(&bytes[..length]);
                assert_eq!(
                    variant.decode(text.as_bytes()).as_deref(),
                    Some(&bytes[..length])
                );
            }
        }
        assert_eq!(Base64::PADDED.encode("a?>~ü".as_bytes()), "YT8+fsO8");
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        let usual = Base64::PADDED;
        for text in [
            "!!", "Y", "YQ", "YQ=", "YQ===", "YQ==YQ==", "Y=Q=", "====", "YQ==x", "_-8=",
        ] {
            assert_eq!(usual.decode(text.as_bytes()), None, "{text}");
        }
        assert_eq!(
            usual.decode(b"YW\nI=\r\n").as_deref(),
            Some(b"ab".as_slice())
        );
        let raw = Base64::RAW;
        for text in ["YQ==", "Y", "YWJjY"] {
            assert_eq!(raw.decode(text.as_bytes()), None, "{text}");
        }
    }
}
