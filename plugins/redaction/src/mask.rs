//! What is put in place of a secret.

use hmac::{Hmac, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha512};
use sha3::Sha3_256;
use tollgate_sdk::Problem;

/// The shortest key that `hmac-` functions take.
const SHORTEST_KEY: usize = 32;

/// A mask, or a hash in hexadecimal digits.
#[derive(Debug, Clone, Default)]
pub(crate) enum Mask {
    #[default]
    Stars,
    Md5,
    Sha1,
    Sha3,
    HmacSha256(Vec<u8>),
    HmacSha512(Vec<u8>),
}

impl Mask {
    pub(crate) fn new(function: &str, key: &str, problems: &mut Vec<Problem>) -> Mask {
        let name = function.to_lowercase();
        if name.starts_with("hmac-") && key.len() < SHORTEST_KEY {
            problems.push(
                Problem::at(
                    "/hmac_key",
                    format!("the hash needs a key of {SHORTEST_KEY} bytes or more"),
                )
                .help("set `hmac_key` from the environment: `${env:REDACTION_KEY}`"),
            );
        }
        match name.as_str() {
            "" => Mask::Stars,
            "md5" => Mask::Md5,
            "sha1" => Mask::Sha1,
            "sha3" => Mask::Sha3,
            "hmac-sha256" => Mask::HmacSha256(key.as_bytes().to_vec()),
            "hmac-sha512" => Mask::HmacSha512(key.as_bytes().to_vec()),
            _ => {
                problems.push(
                    Problem::at("/hash_function", "there is no such hash")
                        .help("one of md5, sha1, sha3, hmac-sha256, hmac-sha512"),
                );
                Mask::Stars
            }
        }
    }

    /// Appends what stands for `secret`.
    pub(crate) fn push(&self, secret: &str, out: &mut String) {
        let secret = secret.as_bytes();
        match self {
            Mask::Stars => out.push_str("****"),
            Mask::Md5 => push_hex(&Md5::digest(secret), out),
            Mask::Sha1 => push_hex(&Sha1::digest(secret), out),
            Mask::Sha3 => push_hex(&Sha3_256::digest(secret), out),
            Mask::HmacSha256(key) => match Hmac::<Sha256>::new_from_slice(key) {
                Ok(hmac) => push_hex(&hmac.chain_update(secret).finalize().into_bytes(), out),
                Err(_) => out.push_str("****"),
            },
            Mask::HmacSha512(key) => match Hmac::<Sha512>::new_from_slice(key) {
                Ok(hmac) => push_hex(&hmac.chain_update(secret).finalize().into_bytes(), out),
                Err(_) => out.push_str("****"),
            },
        }
    }
}

pub(crate) fn push_hex(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            out.push(char::from_digit(u32::from(digit), 16).unwrap_or_default());
        }
    }
}
