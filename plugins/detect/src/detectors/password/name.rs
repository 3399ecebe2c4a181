//! Names before values, and what they say of these.

use crate::bytes::ends_with_folded;

/// The longest name before one.
pub(super) const LONGEST_NAME: usize = 64;

/// Ends of names whose values are secrets. Hyphens count as underscores.
const NAMES: [&[u8]; 18] = [
    b"password",
    b"passwd",
    b"passphrase",
    b"passwort",
    b"pwd",
    b"pass",
    b"secret",
    b"token",
    b"api_key",
    b"apikey",
    b"access_key",
    b"secret_key",
    b"private_key",
    b"auth_key",
    b"client_secret",
    b"access_token",
    b"auth",
    b"account_key",
];

/// A name of something, in which hyphens and dots are underscores and letters have one case.
pub(super) struct Name {
    folded: [u8; LONGEST_NAME],
    length: usize,
}

impl Name {
    pub(super) fn of(name: &[u8]) -> Name {
        let mut folded = [0; LONGEST_NAME];
        let mut length = 0_usize;
        for (to, byte) in folded.iter_mut().zip(name) {
            *to = match byte {
                b'-' | b'.' => b'_',
                byte => byte.to_ascii_lowercase(),
            };
            length = length.saturating_add(1);
        }
        Name { folded, length }
    }

    fn as_bytes(&self) -> &[u8] {
        self.folded.get(..self.length).unwrap_or_default()
    }

    pub(super) fn is(&self, name: &[u8]) -> bool {
        self.as_bytes() == name
    }

    /// Whether its last word says that the value is a secret: `db_password`, `MYSQL_PWD`, `githubToken`.
    pub(super) fn is_secret(&self) -> bool {
        let name = self.as_bytes();
        NAMES.iter().any(|known| {
            if !ends_with_folded(name, known) {
                return false;
            }
            let rest = name
                .get(..name.len().saturating_sub(known.len()))
                .unwrap_or_default();
            // `pass` and `auth` are words of their own only: `bypass`, `author`.
            let short = matches!(*known, b"pass" | b"auth" | b"pwd");
            rest.is_empty()
                || rest.ends_with(b"_")
                || !short && !known.contains(&b'_') && !is_counted(rest)
        }) && !self.is_harmless()
    }

    /// Names of what is public although it ends so.
    fn is_harmless(&self) -> bool {
        const HARMLESS: [&[u8]; 10] = [
            b"next_token",
            b"page_token",
            b"next_page_token",
            b"continuation_token",
            b"eos_token",
            b"pad_token",
            b"per_token",
            b"public_key",
            b"cancellation_token",
            b"max_token",
        ];
        HARMLESS.contains(&self.as_bytes())
    }
}

/// Whether what stands before `token` says that tokens are counted, or that it is another word: `stop`, `max`.
fn is_counted(rest: &[u8]) -> bool {
    [&b"no"[..], b"max", b"min", b"sub", b"stop", b"num"].contains(&rest)
}
