//! Hashes of texts.

use md5::Digest as _;
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::{Call, Error, Function, Kind, Parameter, Value, go};

pub(super) const LIST: &[&Function] = &[
    &FNV,
    &MD5,
    &MURMUR3_HASH,
    &MURMUR3_HASH_128,
    &SHA1,
    &SHA256,
    &SHA512,
    &XXH3,
    &XXH128,
];

const TARGET: &[Parameter] = &[Parameter::new("Target", Kind::Text)];

/// The digits of a hash of the text that is the argument.
fn digits<'e, H: AsRef<[u8]>>(
    call: &mut Call<'_, 'e>,
    hash: fn(&[u8]) -> H,
) -> Result<Value<'e>, Error> {
    let text = call.text(0)?;
    Ok(go::hex(hash(text.as_bytes()).as_ref()).into())
}

static MD5: Function = Function::new("MD5", TARGET, |call| digits(call, |text| Md5::digest(text)));
static SHA1: Function = Function::new("SHA1", TARGET, |call| {
    digits(call, |text| Sha1::digest(text))
});
static SHA256: Function = Function::new("SHA256", TARGET, |call| {
    digits(call, |text| Sha256::digest(text))
});
static SHA512: Function = Function::new("SHA512", TARGET, |call| {
    digits(call, |text| Sha512::digest(text))
});

static XXH3: Function = Function::new("XXH3", TARGET, |call| {
    digits(call, |text| xxhash_rust::xxh3::xxh3_64(text).to_be_bytes())
});
static XXH128: Function = Function::new("XXH128", TARGET, |call| {
    digits(call, |text| xxhash_rust::xxh3::xxh3_128(text).to_be_bytes())
});

static MURMUR3_HASH: Function = Function::new("Murmur3Hash", TARGET, |call| {
    digits(call, |text| murmur_32(text).to_le_bytes())
});
static MURMUR3_HASH_128: Function =
    Function::new("Murmur3Hash128", TARGET, |call| digits(call, murmur_128));

static FNV: Function = Function::new("FNV", TARGET, |call| {
    let text = call.text(0)?;
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    Ok(Value::Int(hash.cast_signed()))
});

/// MurmurHash3, 32 bits.
fn murmur_32(text: &[u8]) -> u32 {
    let mix = |word: u32| {
        word.wrapping_mul(0xcc9e_2d51)
            .rotate_left(15)
            .wrapping_mul(0x1b87_3593)
    };
    let mut hash = 0_u32;
    let mut words = text.chunks_exact(4);
    for word in words.by_ref() {
        hash ^= mix(low(little_endian(word)));
        hash = hash
            .rotate_left(13)
            .wrapping_mul(5)
            .wrapping_add(0xe654_6b64);
    }
    hash ^= mix(low(little_endian(words.remainder())));
    hash ^= low(text.len() as u64);
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

/// MurmurHash3, 128 bits, as it is computed on machines of 64 bits.
fn murmur_128(text: &[u8]) -> [u8; 16] {
    const A: u64 = 0x87c3_7b91_1142_53d5;
    const B: u64 = 0x4cf5_ad43_2745_937f;
    let first = |word: u64| word.wrapping_mul(A).rotate_left(31).wrapping_mul(B);
    let second = |word: u64| word.wrapping_mul(B).rotate_left(33).wrapping_mul(A);
    let halves = |block: &[u8]| {
        let (left, right) = block.split_at_checked(8).unwrap_or((block, &[]));
        (little_endian(left), little_endian(right))
    };
    let (mut low, mut high) = (0_u64, 0_u64);
    let mut blocks = text.chunks_exact(16);
    for block in blocks.by_ref() {
        let (left, right) = halves(block);
        low ^= first(left);
        low = low.rotate_left(27).wrapping_add(high);
        low = low.wrapping_mul(5).wrapping_add(0x52dc_e729);
        high ^= second(right);
        high = high.rotate_left(31).wrapping_add(low);
        high = high.wrapping_mul(5).wrapping_add(0x3849_5ab5);
    }
    let (left, right) = halves(blocks.remainder());
    low ^= first(left);
    high ^= second(right);

    let finish = |word: u64| {
        let word = (word ^ word >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
        let word = (word ^ word >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        word ^ word >> 33
    };
    let length = text.len() as u64;
    low ^= length;
    high ^= length;
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    low = finish(low);
    high = finish(high);
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    (u128::from(high) << 64 | u128::from(low)).to_le_bytes()
}

/// The lower half.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the upper half is not wanted"
)]
const fn low(number: u64) -> u32 {
    number as u32
}

/// Up to eight bytes as a number.
fn little_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}
