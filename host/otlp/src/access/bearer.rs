//! `bearertokenauth`: any of a list of tokens.

use http::HeaderMap;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};
use tollgate_config::{BearerToken, Tokens};

use super::{Identity, after_scheme, only};
use crate::failure::Failure;
use crate::fresh::{self, FileError, Fresh, Held};

/// Digests of the tokens. They are compared instead of the tokens, so that no length shows in the time that it takes.
struct Known(Vec<[u8; 32]>);

pub(crate) struct Bearer {
    header: String,
    scheme: String,
    tokens: Held<Known>,
}

impl Bearer {
    pub(super) fn new(settings: &BearerToken) -> Result<Self, FileError> {
        let tokens = match &settings.tokens {
            Tokens::Written(tokens) => {
                let digests = tokens.iter().map(|token| digest(token.reveal().as_bytes()));
                Held::written(Known(digests.collect()))
            }
            Tokens::File(path) => Held::File(Fresh::read(path, |content| {
                let lines = fresh::text(content)?.lines().map(str::trim);
                let tokens = lines.filter(|line| !line.is_empty());
                Ok(Known(
                    tokens.map(|token| digest(token.as_bytes())).collect(),
                ))
            })?),
        };
        Ok(Self {
            header: settings.header.to_ascii_lowercase(),
            scheme: settings.scheme.clone(),
            tokens,
        })
    }

    pub(super) fn header(&self) -> &str {
        &self.header
    }

    pub(super) fn check(&self, headers: &HeaderMap) -> Result<Identity, Failure> {
        let sent = only(headers, &self.header)
            .and_then(|value| after_scheme(value, &self.scheme))
            .ok_or(Failure::Unauthenticated)?;
        let sent = digest(sent);
        // All of them, whichever it is: where the right one stands does not show either.
        let found = self
            .tokens
            .get()
            .0
            .iter()
            .fold(Choice::from(0), |found, known| found | known.ct_eq(&sent));
        if bool::from(found) {
            Ok(Identity::new())
        } else {
            Err(Failure::Unauthenticated)
        }
    }
}

fn digest(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}
