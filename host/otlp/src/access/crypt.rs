//! The hash of passwords that is built on MD5, as `htpasswd -m` and old systems write it. It is weak, and still in use.

use md5::{Digest as _, Md5};

const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// How the bytes of the digest are put in three, from the first to the last character.
const ORDER: [[usize; 3]; 5] = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]];
const ROUNDS: u32 = 1000;

/// The magic and the salt of a hash: `$apr1$salt$...`.
fn parts(hash: &str) -> Option<(&str, &str)> {
    let magic = ["$apr1$", "$1$"]
        .into_iter()
        .find(|magic| hash.starts_with(magic))?;
    let (salt, _) = hash.strip_prefix(magic)?.split_once('$')?;
    Some((magic, salt.get(..8).unwrap_or(salt)))
}

/// Whether this is a hash of that kind, in its whole length.
pub(super) fn is_md5(hash: &str) -> bool {
    parts(hash).is_some()
        && hash
            .rsplit('$')
            .next()
            .is_some_and(|digest| digest.len() == 22)
}

/// The hash of a password, made as this other hash was.
pub(super) fn md5(password: &[u8], like: &str) -> Option<String> {
    let (magic, salt) = parts(like)?;
    let salt_bytes = salt.as_bytes();
    let inner = Md5::new()
        .chain_update(password)
        .chain_update(salt_bytes)
        .chain_update(password)
        .finalize();
    let mut outer = Md5::new()
        .chain_update(password)
        .chain_update(magic)
        .chain_update(salt_bytes);
    for piece in password.chunks(inner.len()) {
        outer.update(inner.get(..piece.len())?);
    }
    let mut bits = password.len();
    while bits > 0 {
        outer.update([if bits & 1 == 1 {
            0
        } else {
            password.first().copied().unwrap_or_default()
        }]);
        bits >>= 1;
    }
    let mut digest = outer.finalize();
    for round in 0..ROUNDS {
        let is_odd = round & 1 == 1;
        let mut next = Md5::new();
        if is_odd {
            next.update(password);
        } else {
            next.update(digest);
        }
        if !round.is_multiple_of(3) {
            next.update(salt_bytes);
        }
        if !round.is_multiple_of(7) {
            next.update(password);
        }
        if is_odd {
            next.update(digest);
        } else {
            next.update(password);
        }
        digest = next.finalize();
    }
    let mut out = format!("{magic}{salt}$");
    let byte = |at: usize| u32::from(digest.get(at).copied().unwrap_or_default());
    for [high, middle, low] in ORDER {
        put(
            &mut out,
            byte(high) << 16 | byte(middle) << 8 | byte(low),
            4,
        );
    }
    put(&mut out, byte(11), 2);
    Some(out)
}

fn put(out: &mut String, mut bits: u32, characters: u32) {
    for _ in 0..characters {
        let at = usize::try_from(bits & 0x3f).unwrap_or_default();
        out.push(char::from(ALPHABET.get(at).copied().unwrap_or(b'.')));
        bits >>= 6;
    }
}
