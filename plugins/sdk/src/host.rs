//! What a policy may ask of the host: in a component through its imports, natively through the test harness.

#[cfg(target_arch = "wasm32")]
mod imported {
    use crate::bindings::tollgate::policy::host;
    use crate::log::Level;

    pub(crate) fn log(level: Level, message: &str) {
        let level = match level {
            Level::Debug => host::Level::Debug,
            Level::Info => host::Level::Info,
            Level::Warn => host::Level::Warn,
            Level::Error => host::Level::Error,
        };
        host::log(level, message);
    }

    /// Logs what a panic has to say: the trap that follows it tells nothing, and there is no standard error.
    pub(crate) fn tell_panics() {
        std::panic::set_hook(Box::new(|panic| log(Level::Error, &panic.to_string())));
    }

    pub(crate) fn file(name: &str) -> Result<Vec<u8>, String> {
        host::file(name)
    }

    pub(crate) fn pseudonym(key: &str, data: &[u8]) -> Result<Vec<u8>, String> {
        host::pseudonym(key, data)
    }
}

#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
mod imported {
    pub(crate) use crate::testing::host::{file, log, pseudonym};
}

#[cfg(all(not(target_arch = "wasm32"), not(feature = "testing")))]
mod imported {
    use crate::log::Level;

    pub(crate) fn log(_level: Level, _message: &str) {}

    pub(crate) fn file(name: &str) -> Result<Vec<u8>, String> {
        Err(format!(
            "there is no host to give the file `{name}`: run the policy in the harness (feature `testing`)"
        ))
    }

    pub(crate) fn pseudonym(key: &str, _data: &[u8]) -> Result<Vec<u8>, String> {
        Err(format!(
            "there is no host that has the key `{key}`: run the policy in the harness (feature `testing`)"
        ))
    }
}

pub(crate) use imported::{file, log};

#[cfg(target_arch = "wasm32")]
pub(crate) use imported::tell_panics;

/// Natively a panic is told by the test that it fails.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn tell_panics() {}

/// HMAC-SHA-256 of `data` under a key that the operator named in the stage's `gate`. The key stays with the host, so a policy
/// that is read or leaked does not give it away.
pub fn pseudonym(key: &str, data: &[u8]) -> Result<Vec<u8>, String> {
    imported::pseudonym(key, data)
}
