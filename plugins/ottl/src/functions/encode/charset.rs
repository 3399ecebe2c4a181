//! Encodings of text, by the names of the IANA registry.

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS};

/// Names, and the characters of the 256 bytes.
const TABLES: &str = include_str!("charsets.txt");

/// An encoding of text.
pub(super) enum Charset {
    /// Bytes stay as they are.
    Raw,
    Utf8,
    Utf16(Order),
    /// One byte a character.
    Table(Box<[char]>),
    /// Several bytes a character.
    Wide(&'static Encoding),
    /// ISO-2022-JP.
    Japanese,
    /// Chinese between `~{` and `~}`.
    Hz,
}

/// Which byte of two is first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
    /// As the text says with its first character, which is dropped; big if it does not say.
    Marked,
}

impl Charset {
    /// An encoding by its name, in any case.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Some(match name.as_str() {
            "" | "utf-8" | "utf8" | "ascii" | "us-ascii" | "csutf8" => Self::Utf8,
            "nop" | "utf-8-raw" | "utf8-raw" => Self::Raw,
            "utf-16" | "utf16" | "utf-16le" | "csutf16le" => Self::Utf16(Order::Little),
            "utf-16be" | "csutf16be" => Self::Utf16(Order::Big),
            "csutf16" => Self::Utf16(Order::Marked),
            "big5" | "csbig5" => Self::Wide(BIG5),
            "euc-jp" | "cseucpkdfmtjapanese" | "extended_unix_code_packed_format_for_japanese" => {
                Self::Wide(EUC_JP)
            }
            "euc-kr" | "cseuckr" => Self::Wide(EUC_KR),
            "gb18030" | "csgb18030" => Self::Wide(GB18030),
            "gbk" | "csgbk" | "cp936" | "ms936" | "windows-936" => Self::Wide(GBK),
            "iso-2022-jp" | "csiso2022jp" => Self::Japanese,
            "shift_jis" | "csshiftjis" | "ms_kanji" => Self::Wide(SHIFT_JIS),
            "hz-gb-2312" => Self::Hz,
            name => Self::Table(table(name)?),
        })
    }

    /// The text of bytes in this encoding. What means nothing becomes U+FFFD.
    pub(super) fn decode(&self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Raw => bytes.to_vec(),
            Self::Utf8 => String::from_utf8_lossy(bytes).into_owned().into_bytes(),
            Self::Utf16(order) => utf16(bytes, *order).into_bytes(),
            Self::Wide(encoding) => encoding
                .decode_without_bom_handling(bytes)
                .0
                .into_owned()
                .into_bytes(),
            Self::Japanese => japanese(bytes).into_bytes(),
            Self::Hz => hz(bytes).into_bytes(),
            Self::Table(table) => {
                let letter = |byte: &u8| table.get(usize::from(*byte)).copied();
                bytes
                    .iter()
                    .filter_map(letter)
                    .collect::<String>()
                    .into_bytes()
            }
        }
    }
}

fn table(name: &str) -> Option<Box<[char]>> {
    let lines = TABLES.lines().filter_map(|line| line.split_once('='));
    let (_, points) = lines
        .into_iter()
        .find(|(names, _)| names.split(' ').any(|known| known == name))?;
    let mut letters = Vec::with_capacity(256);
    for row in points.split(' ') {
        let (first, last) = row.split_once('-').unwrap_or((row, row));
        let (first, last) = (
            u32::from_str_radix(first, 16).ok()?,
            u32::from_str_radix(last, 16).ok()?,
        );
        letters.extend((first..=last).filter_map(char::from_u32));
    }
    Some(letters.into())
}

fn utf16(bytes: &[u8], order: Order) -> String {
    let (order, bytes) = match (order, bytes) {
        (Order::Marked, [0xff, 0xfe, rest @ ..]) => (Order::Little, rest),
        (Order::Marked, [0xfe, 0xff, rest @ ..]) => (Order::Big, rest),
        (Order::Marked, bytes) => (Order::Big, bytes),
        known => known,
    };
    let units = bytes.chunks_exact(2).filter_map(|unit| {
        let unit = *unit.first_chunk()?;
        Some(if order == Order::Little {
            u16::from_le_bytes(unit)
        } else {
            u16::from_be_bytes(unit)
        })
    });
    let mut units = units.peekable();
    let mut text = String::with_capacity(bytes.len());
    while let Some(unit) = units.next() {
        let surrogate = matches!(unit, 0xd800..=0xdfff);
        let second = units.next_if(|second| surrogate && matches!(second, 0xdc00..=0xdfff));
        let pair = [unit, second.unwrap_or_default()];
        let pair = pair.into_iter().take(1 + usize::from(second.is_some()));
        // A second half in the place of a first one spoils both.
        let letter = char::decode_utf16(pair).next().and_then(Result::ok);
        text.push(letter.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    if bytes.len() % 2 == 1 {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text
}

/// ISO-2022-JP, with the Roman letters of JIS X 0201 taken for ASCII: `\` is no yen sign.
fn japanese(bytes: &[u8]) -> String {
    let mut ascii = bytes.to_vec();
    for place in 2..ascii.len() {
        if let Some([0x1b, b'(', letter @ b'J']) = ascii.get_mut(place - 2..=place) {
            *letter = b'B';
        }
    }
    let text = ISO_2022_JP.decode_without_bom_handling(&ascii).0;
    text.into_owned()
}

/// HZ: pairs of seven bits, which are those of GBK without their highest bits.
fn hz(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut chinese = false;
    let mut rest = bytes;
    while let Some((first, others)) = rest.split_first() {
        let second = others.first().copied();
        let mut length = 2;
        match (first, second) {
            (b'~', Some(b'{')) => chinese = true,
            (b'~', Some(b'}')) => chinese = false,
            (b'~', Some(b'~')) => out.push('~'),
            (b'~', Some(b'\n')) => {}
            (b'~' | 0x80.., _) => {
                out.push(char::REPLACEMENT_CHARACTER);
                length = 1;
            }
            (letter, _) if !chinese => {
                out.push(char::from(*letter));
                length = 1;
            }
            (b'\n', _) => {
                out.push('\n');
                chinese = false;
                length = 1;
            }
            (first @ 0x21..=0x7d, Some(second @ 0x21..=0x7e)) => {
                let pair = [first | 0x80, second | 0x80];
                out.push_str(&GBK.decode_without_bom_handling(&pair).0);
            }
            _ => {
                out.push(char::REPLACEMENT_CHARACTER);
                length = 1;
            }
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn decoded(name: &str, bytes: &[u8]) -> String {
        String::from_utf8(Charset::by_name(name).unwrap().decode(bytes)).unwrap()
    }

    #[test]
    fn every_table_has_256_characters() {
        for (names, _) in TABLES.lines().filter_map(|line| line.split_once('=')) {
            for name in names.split(' ') {
                assert_eq!(table(name).unwrap().len(), 256, "{name}");
            }
        }
    }

    #[test]
    fn texts_are_decoded() {
        assert_eq!(decoded("latin1", &[0x68, 0xe9, 0x80]), "hé\u{80}");
        assert_eq!(decoded("Windows-1252", &[0x80]), "€");
        assert_eq!(decoded("KOI8-R", &[0xf2]), "Р");
        assert_eq!(decoded("ibm037", &[0xc8, 0x89]), "Hi");
        assert_eq!(decoded("shift_jis", &[0x82, 0xa0]), "あ");
        assert_eq!(decoded("gbk", &[0xc4, 0xe3]), "你");
        assert_eq!(decoded("hz-gb-2312", b"~{Dc~}a~~"), "你a~");
        assert_eq!(
            decoded("utf-16", &[0x68, 0, 0x3d, 0xd8, 0x80, 0xde, 1]),
            "h🚀\u{fffd}"
        );
        assert_eq!(decoded("csutf16", &[0xfe, 0xff, 0, 0x68]), "h");
        assert_eq!(decoded("utf-8", b"a\xffb"), "a\u{fffd}b");
        assert!(Charset::by_name("nope").is_none());
        assert_eq!(Charset::by_name("nop").unwrap().decode(&[0xff]), [0xff]);
    }
}
