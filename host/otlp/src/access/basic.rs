//! `basicauth`: a user's name and password, by the file of `htpasswd`.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use tollgate_config::Htpasswd;
use tollgate_record::Value;

use super::htpasswd::Users;
use super::{Identity, after_scheme, only};
use crate::failure::Failure;
use crate::fresh::{FileError, Fresh, Held};

/// Passwords that are checked at once. Hashes are slow on purpose, and must not have the machine to themselves.
const CHECKS: usize = 1;
/// How long a request waits for its turn to be checked.
const TURN: Duration = Duration::from_secs(10);
/// Pairs of users and passwords that are remembered.
const REMEMBERED: usize = 4096;

pub(crate) struct Basic {
    users: Held<Users>,
    turns: Semaphore,
    right: Mutex<Right>,
}

/// Pairs that were right, as digests that are of no use outside this process.
struct Right {
    key: [u8; 32],
    /// Whose passwords they are: a file that was read again has others.
    of: Arc<Users>,
    pairs: HashSet<[u8; 32]>,
}

impl Basic {
    pub(super) fn new(settings: &Htpasswd) -> Result<Self, FileError> {
        let users = match (&settings.inline, &settings.file) {
            (None, Some(path)) => Held::File(Fresh::read(path, |content| {
                let text = std::str::from_utf8(content).map_err(|_| "it is no text".to_owned())?;
                Users::parse(text)
            })?),
            (inline, _) => {
                let text = inline.as_ref().map_or("", |inline| inline.reveal());
                Held::written(Users::parse(text).map_err(|reason| FileError {
                    path: "`htpasswd::inline`".to_owned(),
                    reason,
                })?)
            }
        };
        let right = Right {
            key: std::array::from_fn(|_| fastrand::u8(..)),
            of: users.get(),
            pairs: HashSet::new(),
        };
        Ok(Self {
            users,
            turns: Semaphore::new(CHECKS),
            right: Mutex::new(right),
        })
    }

    pub(super) async fn check(&self, headers: &HeaderMap) -> Result<Identity, Failure> {
        let (user, password) = only(headers, "authorization")
            .and_then(|value| after_scheme(value, "Basic"))
            .and_then(pair)
            .ok_or(Failure::Unauthenticated)?;
        let users = self.users.get();
        let digest = self.digest(&users, &user, &password);
        if !self.knows(&digest) {
            let turn = tokio::time::timeout(TURN, self.turns.acquire()).await;
            let _turn = turn
                .map_err(|_| Failure::Busy)?
                .map_err(|_| Failure::Busy)?;
            // Another request of the same client may have been first.
            if !self.knows(&digest) {
                let (checked, name) = (Arc::clone(&users), user.clone());
                let checking = move || checked.are_right(&name, &password);
                let is_right = tokio::task::spawn_blocking(checking).await;
                if !is_right.unwrap_or_default() {
                    return Err(Failure::Unauthenticated);
                }
                self.remember(&users, digest);
            }
        }
        Ok(["subject", "username"]
            .map(|name| (name.to_owned(), Value::Text(user.clone())))
            .into())
    }

    fn digest(&self, users: &Arc<Users>, user: &str, password: &[u8]) -> [u8; 32] {
        let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&right.of, users) {
            right.of = Arc::clone(users);
            right.pairs.clear();
        }
        let mut digest = Sha256::new_with_prefix(right.key);
        digest.update(user.len().to_be_bytes());
        digest.update(user);
        digest.update(password);
        digest.finalize().into()
    }

    fn knows(&self, digest: &[u8; 32]) -> bool {
        let right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        right.pairs.contains(digest)
    }

    fn remember(&self, users: &Arc<Users>, digest: [u8; 32]) {
        let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&right.of, users) {
            return;
        }
        if right.pairs.len() >= REMEMBERED {
            right.pairs.clear();
        }
        right.pairs.insert(digest);
    }
}

fn pair(encoded: &[u8]) -> Option<(String, Vec<u8>)> {
    let decoded = STANDARD.decode(encoded).ok()?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    let (user, password) = decoded.split_at_checked(colon)?;
    let user = std::str::from_utf8(user).ok()?.to_owned();
    Some((user, password.get(1..)?.to_vec()))
}
