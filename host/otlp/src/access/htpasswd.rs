//! The file of `htpasswd`: what the Collector's library reads, this reads.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::crypt;

/// Users, with the hashes of their passwords.
pub(super) struct Users {
    known: HashMap<String, Hash>,
    /// What the password of a user who does not exist is held against, so that it takes as long as another's.
    nobody: Option<Hash>,
}

/// A password as it is written.
#[derive(Clone)]
enum Hash {
    Bcrypt(String),
    /// `$apr1$` of Apache, and `$1$`
    Md5(String),
    /// `$5$`
    Sha256(String),
    /// `$6$`
    Sha512(String),
    /// `{SHA}`, and `{SSHA}` with what was put behind the password
    Sha1 {
        digest: Vec<u8>,
        salt: Vec<u8>,
    },
    Plain(Vec<u8>),
}

impl Users {
    /// Reads lines of `user:hash`. Errors name lines, and nothing of what is there.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut users = Self {
            known: HashMap::new(),
            nobody: None,
        };
        for (number, line) in (1_usize..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let hash = line.split_once(':').and_then(|(user, hash)| {
                let hash = Hash::parse(hash)?;
                Some((user.to_owned(), hash))
            });
            let (user, hash) = hash.ok_or_else(|| {
                format!("line {number} is not a user, a colon and a hash as htpasswd writes them")
            })?;
            let slow = matches!(hash, Hash::Bcrypt(_));
            if slow || users.nobody.is_none() {
                users.nobody = Some(hash.clone());
            }
            users.known.insert(user, hash);
        }
        if users.known.is_empty() {
            return Err("there is no user in it".to_owned());
        }
        Ok(users)
    }

    /// Whether this is the user's password. It takes its time.
    pub(super) fn are_right(&self, user: &str, password: &[u8]) -> bool {
        match (self.known.get(user), &self.nobody) {
            (Some(hash), _) => hash.is_of(password),
            (None, Some(nobody)) => {
                let _ = std::hint::black_box(nobody.is_of(password));
                false
            }
            (None, None) => false,
        }
    }
}

impl Hash {
    fn parse(text: &str) -> Option<Self> {
        let decode = |text: &str| STANDARD.decode(text).ok();
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| text.starts_with(prefix));
        if starts(&["$2a$", "$2b$", "$2y$", "$2x$"]) {
            return text
                .parse::<bcrypt::HashParts>()
                .ok()
                .map(|_| Self::Bcrypt(text.to_owned()));
        }
        if starts(&["$apr1$", "$1$"]) {
            return crypt::is_md5(text).then(|| Self::Md5(text.to_owned()));
        }
        if text.starts_with("$5$") {
            return Some(Self::Sha256(text.to_owned()));
        }
        if text.starts_with("$6$") {
            return Some(Self::Sha512(text.to_owned()));
        }
        if let Some(encoded) = text.strip_prefix("{SHA}") {
            let digest = decode(encoded).filter(|digest| digest.len() == 20)?;
            let salt = Vec::new();
            return Some(Self::Sha1 { digest, salt });
        }
        if let Some(encoded) = text.strip_prefix("{SSHA}") {
            let decoded = decode(encoded)?;
            let (digest, salt) = decoded.split_at_checked(20)?;
            let (digest, salt) = (digest.to_vec(), salt.to_vec());
            return Some(Self::Sha1 { digest, salt });
        }
        (!text.is_empty()).then(|| Self::Plain(Sha256::digest(text).to_vec()))
    }

    fn is_of(&self, password: &[u8]) -> bool {
        match self {
            Self::Bcrypt(hash) => bcrypt::verify(password, hash).unwrap_or(false),
            Self::Md5(hash) => crypt::md5(password, hash)
                .is_some_and(|own| own.as_bytes().ct_eq(hash.as_bytes()).into()),
            Self::Sha256(hash) => std::str::from_utf8(password)
                .is_ok_and(|password| sha_crypt::sha256_check(password, hash).is_ok()),
            Self::Sha512(hash) => std::str::from_utf8(password)
                .is_ok_and(|password| sha_crypt::sha512_check(password, hash).is_ok()),
            Self::Sha1 { digest, salt } => {
                let own = Sha1::new_with_prefix(password)
                    .chain_update(salt)
                    .finalize();
                own.as_slice().ct_eq(digest).into()
            }
            Self::Plain(digest) => Sha256::digest(password).as_slice().ct_eq(digest).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    /// Made by `openssl`, all for the password `open sesame`.
    const FILE: &str = "\
# users
apr1:$apr1$Xt9SaltX$R4NfMxSvgNriEBlp8rPfc/
md5:$1$Xt9SaltX$QjyvKxfKlZ22lGFvkaWg91
sha256:$5$Xt9SaltX$seH/xhI1Z5GMRmDdOVPXMPms2sxl8vn92BayqLPb8a.
sha512:$6$Xt9SaltX$H5mW57LwKRGUsxq6AwzGAjXlBacbhwxbu3kL1.AC1XBO64mVrZqVxUcj.OUECWO8Bc0.n3kq./W4klISfpTmj0
sha:{SHA}W8r/fyL/UzygmbNAjq2HbA67qac=
plain:open sesame
";

    #[test]
    fn every_kind_of_hash_knows_its_password_and_no_other() {
        let users = Users::parse(FILE).unwrap();
        for user in ["apr1", "md5", "sha256", "sha512", "sha", "plain"] {
            assert!(users.are_right(user, b"open sesame"), "{user}");
            for wrong in [&b""[..], b"open sesam", b"open sesame ", b"OPEN SESAME"] {
                assert!(!users.are_right(user, wrong), "{user}");
            }
        }
        assert!(!users.are_right("nobody", b"open sesame"));
    }

    #[test]
    fn bcrypt_in_all_its_versions() {
        let hash = bcrypt::hash("open sesame", 4).unwrap();
        for version in ["$2a$", "$2b$", "$2y$"] {
            let line = format!("ali:{version}{}", hash.get(4..).unwrap());
            let users = Users::parse(&line).unwrap();
            assert!(users.are_right("ali", b"open sesame"), "{version}");
            assert!(!users.are_right("ali", b"open"), "{version}");
        }
    }

    #[test]
    fn salted_sha1_and_what_is_no_hash() {
        let mut salted = Sha1::digest(b"open sesame, please").to_vec();
        salted.extend_from_slice(b", please");
        let users = Users::parse(&format!("ali:{{SSHA}}{}", STANDARD.encode(salted))).unwrap();
        assert!(users.are_right("ali", b"open sesame"));
        assert!(!users.are_right("ali", b"open"));
        for (text, line) in [
            ("", "no user"),
            ("# nobody\n", "no user"),
            ("a:b\nali", "line 2"),
            ("ali:", "line 1"),
            ("ali:$2y$05$short", "line 1"),
            ("ali:$apr1$", "line 1"),
            ("ali:{SHA}secret", "line 1"),
        ] {
            let error = Users::parse(text).err().unwrap();
            assert!(error.contains(line), "{text}: {error}");
            assert!(!error.contains("secret"));
        }
    }
}
