//! SHA-256 of attribute values, in hexadecimal.

use sha2::{Digest, Sha256};
use tollgate_sdk::Value;

/// How many places there are to remember texts in.
const PLACES: usize = 2048;
/// How long a text may be to be remembered, in words of eight bytes.
const WORDS: usize = 5;
const DIGITS: usize = 64;

type Hex = [u8; DIGITS];
type Words = [u64; WORDS];

/// Hashes values, and remembers the texts it hashed last: the same few users and hosts stand in record after record, and a look-up
/// costs a tenth of a hash.
#[derive(Debug, Clone)]
pub(crate) struct Hasher {
    /// The last two texts of each place: with one alone, two users who share a place would drive each other out all the time.
    places: Vec<[Memory; 2]>,
    last: Hex,
}

#[derive(Debug, Clone, Copy)]
struct Memory {
    length: usize,
    words: Words,
    hex: Hex,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            last: [b'0'; DIGITS],
        }
    }
}

impl Hasher {
    /// What a value becomes: its hash. Values that upstream cannot hash (bytes, arrays, maps, empty) become an empty text.
    #[inline]
    pub(crate) fn hash(&mut self, value: Value<'_>) -> &str {
        let hex = match value {
            Value::Text(text) => self.hash_text(text.as_bytes()),
            Value::Int(number) => self.hash_bytes(&number.to_le_bytes()),
            Value::Double(number) => self.hash_bytes(&number.to_bits().to_le_bytes()),
            Value::Boolean(truth) => self.hash_bytes(&[u8::from(truth)]),
            _ => return "",
        };
        str::from_utf8(hex).unwrap_or_default()
    }

    fn hash_text(&mut self, text: &[u8]) -> &Hex {
        let Some(words) = words(text) else {
            return self.hash_bytes(text);
        };
        let Self { places, last } = self;
        if places.is_empty() {
            places.resize(PLACES, [Memory::free(); 2]);
        }
        let Some([newer, older]) = places.get_mut(place(text.len(), &words)) else {
            *last = hex(text);
            return last;
        };
        if newer.holds(text.len(), &words) {
            return &newer.hex;
        }
        if older.holds(text.len(), &words) {
            return &older.hex;
        }
        *older = *newer;
        newer.length = text.len();
        newer.words = words;
        newer.hex = hex(text);
        &newer.hex
    }

    fn hash_bytes(&mut self, bytes: &[u8]) -> &Hex {
        self.last = hex(bytes);
        &self.last
    }
}

impl Memory {
    #[inline]
    fn holds(&self, length: usize, words: &Words) -> bool {
        self.length == length && self.words == *words
    }

    /// Of a length that no text has.
    fn free() -> Self {
        Self {
            length: usize::MAX,
            words: [0; WORDS],
            hex: [b'0'; DIGITS],
        }
    }
}

/// A text as words, with zeros after its end; `None` if it is too long.
#[inline]
fn words(text: &[u8]) -> Option<Words> {
    let mut words = [0; WORDS];
    if text.len() > WORDS * 8 {
        return None;
    }
    let (whole, rest) = text.as_chunks::<8>();
    for (place, bytes) in words.iter_mut().zip(whole) {
        *place = u64::from_le_bytes(*bytes);
    }
    if let Some(place) = words.get_mut(whole.len()) {
        let rest = rest.iter().rev();
        *place = rest.fold(0, |word, byte| word << 8 | u64::from(*byte));
    }
    Some(words)
}

/// Where a text is remembered.
#[inline]
fn place(length: usize, words: &Words) -> usize {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let mixed = words.iter().fold(length as u64, |mixed, word| {
        (mixed.rotate_left(5) ^ word).wrapping_mul(MIX)
    });
    (mixed >> 48) as usize % PLACES
}

fn hex(bytes: &[u8]) -> Hex {
    // Without a table or a branch, so that 16 digits are made at once.
    let digit = |nibble: u8| nibble + b'0' + u8::from(nibble > 9) * (b'a' - b'0' - 10);
    let mut hex = [0; DIGITS];
    for (pair, byte) in hex
        .as_chunks_mut::<2>()
        .0
        .iter_mut()
        .zip(Sha256::digest(bytes))
    {
        *pair = [digit(byte >> 4), digit(byte & 0xf)];
    }
    hex
}
