//! SHA-256 of attribute values, in hexadecimal.

use sha2::{Digest, Sha256};
use tollgate_sdk::Value;

/// How many places there are to remember texts in.
const PLACES: usize = 2048;
/// How long a text may be to be remembered, in words of eight bytes.
const WORDS: usize = 5;

type Words = [u64; WORDS];

/// Hashes values, and remembers the texts it hashed last: the same few users and hosts stand in record after record, and a look-up
/// costs a tenth of a hash.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hasher {
    /// The last two texts of each place: with one alone, two users who share a place would drive each other out all the time.
    places: Vec<[Memory; 2]>,
    last: String,
}

/// A text, and its hash in hexadecimal. Where nothing is remembered yet, the hash is empty.
#[derive(Debug, Clone, Default)]
struct Memory {
    length: usize,
    words: Words,
    hash: String,
}

impl Hasher {
    /// What a value becomes: its hash. Values that upstream cannot hash (bytes, arrays, maps, empty) become an empty text.
    #[inline]
    pub(crate) fn hash(&mut self, value: Value<'_>) -> &str {
        match value {
            Value::Text(text) => self.hash_text(text.as_bytes()),
            Value::Int(number) => self.hash_bytes(&number.to_le_bytes()),
            Value::Double(number) => self.hash_bytes(&number.to_bits().to_le_bytes()),
            Value::Boolean(truth) => self.hash_bytes(&[u8::from(truth)]),
            _ => "",
        }
    }

    fn hash_text(&mut self, text: &[u8]) -> &str {
        let Some(words) = words(text) else {
            return self.hash_bytes(text);
        };
        let Self { places, last } = self;
        if places.is_empty() {
            places.resize_with(PLACES, Default::default);
        }
        let Some([newer, older]) = places.get_mut(place(text.len(), &words)) else {
            *last = hex(text);
            return last;
        };
        if newer.holds(text.len(), &words) {
            return &newer.hash;
        }
        if older.holds(text.len(), &words) {
            return &older.hash;
        }
        std::mem::swap(newer, older);
        *newer = Memory {
            length: text.len(),
            words,
            hash: hex(text),
        };
        &newer.hash
    }

    fn hash_bytes(&mut self, bytes: &[u8]) -> &str {
        self.last = hex(bytes);
        &self.last
    }
}

impl Memory {
    #[inline]
    fn holds(&self, length: usize, words: &Words) -> bool {
        self.words == *words && self.length == length && !self.hash.is_empty()
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

/// Where a text is remembered: each word times a number of its own, all at once.
#[inline]
fn place(length: usize, words: &Words) -> usize {
    const FACTORS: Words = [
        0x9e37_79b9_7f4a_7c15,
        0xbf58_476d_1ce4_e5b9,
        0x94d0_49bb_1331_11eb,
        0xd6e8_feb8_6659_fd93,
        0xa076_1d64_78bd_642f,
    ];
    let products = words.iter().zip(FACTORS);
    let sum = products.fold(length as u64, |sum, (word, factor)| {
        sum.wrapping_add(word.wrapping_mul(factor))
    });
    ((sum ^ sum >> 29).wrapping_mul(FACTORS[0]) >> 48) as usize % PLACES
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| nibble + b'0' + u8::from(nibble > 9) * (b'a' - b'0' - 10);
    let digest = Sha256::digest(bytes);
    digest
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)])
        .map(char::from)
        .collect()
}
