//! The host's part natively: what a policy logs and asks for while the harness runs it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::log::Level;

/// What the host of one stage holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Host {
    /// Files of the stage's `gate`, by name.
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// Keys of the stage's `gate`, by name.
    pub(super) keys: BTreeMap<String, Vec<u8>>,
    /// Lines that were logged.
    pub(super) logs: Vec<(Level, String)>,
    /// Files are given during `configure` only.
    pub(super) configuring: bool,
}

thread_local! {
    static HOST: RefCell<Host> = RefCell::default();
}

impl Host {
    /// Runs `call` with this host in place.
    pub(super) fn during<T>(&mut self, call: impl FnOnce() -> T) -> T {
        HOST.with(|host| host.swap(&RefCell::new(std::mem::take(self))));
        let answer = call();
        *self = HOST.with(RefCell::take);
        answer
    }
}

pub(crate) fn log(level: Level, message: &str) {
    HOST.with_borrow_mut(|host| host.logs.push((level, message.to_owned())));
}

pub(crate) fn file(name: &str) -> Result<Vec<u8>, String> {
    HOST.with_borrow(|host| {
        if !host.configuring {
            return Err("files can be read while the policy is configured, not later".to_owned());
        }
        host.files
            .get(name)
            .cloned()
            .ok_or_else(|| format!("the stage lists no file `{name}`"))
    })
}

pub(crate) fn pseudonym(key: &str, data: &[u8]) -> Result<Vec<u8>, String> {
    HOST.with_borrow(|host| {
        let secret = host
            .keys
            .get(key)
            .ok_or_else(|| format!("the stage lists no key `{key}`"))?;
        let mut hmac = Hmac::<Sha256>::new_from_slice(secret).map_err(|error| error.to_string())?;
        hmac.update(data);
        Ok(hmac.finalize().into_bytes().to_vec())
    })
}
