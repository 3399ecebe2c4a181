//! Compiled code at rest: the format of stock policies in the binary and of users' components in the cache.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `MAGIC`, which names the version of the format |
//! | 32 | SHA-256 of everything after it |
//! | 32 | SHA-256 of the component |
//! | 8 | size of the component |
//! | 32 | fingerprint of the compiler's settings |
//! | 2, n | length and name of the target; empty for the machine it was compiled on |
//! | rest | the code, as wasmtime serializes it |

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::details::Observed;
use crate::engine::{engine, fingerprint};
use crate::error::ArtifactFault;

const MAGIC: [u8; 8] = *b"tollgat1";

/// What a component is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    /// SHA-256 of its bytes.
    pub(crate) digest: [u8; 32],
    /// How many they are.
    pub(crate) size: u64,
}

impl Identity {
    pub(crate) fn of(wasm: &[u8]) -> Self {
        Self {
            digest: Sha256::digest(wasm).into(),
            size: u64::try_from(wasm.len()).unwrap_or(u64::MAX),
        }
    }
}

/// Packs `code`, which `engine` compiled for `target`.
pub(crate) fn pack(identity: &Identity, engine: &Engine, target: &str, code: &[u8]) -> Vec<u8> {
    let target = target.as_bytes();
    let target_length = u16::try_from(target.len()).unwrap_or(0);
    let mut body = Vec::with_capacity(code.len().saturating_add(128));
    body.extend_from_slice(&identity.digest);
    body.extend_from_slice(&identity.size.to_le_bytes());
    body.extend_from_slice(&fingerprint(engine));
    body.extend_from_slice(&target_length.to_le_bytes());
    body.extend_from_slice(target);
    body.extend_from_slice(code);
    let digest: [u8; 32] = Sha256::digest(&body).into();
    let mut artifact = Vec::with_capacity(body.len().saturating_add(40));
    artifact.extend_from_slice(&MAGIC);
    artifact.extend_from_slice(&digest);
    artifact.append(&mut body);
    artifact
}

/// Checks an artifact and makes its code runnable in `host`.
pub(crate) fn unpack(
    artifact: &[u8],
    host: &Engine,
) -> Result<(Identity, Component), ArtifactFault> {
    let parts = Parts::read(artifact)?;
    let settings = match parts.target {
        "" => fingerprint(host),
        target => {
            // Code for a named target runs on every machine of that target; what has to be the same is what that compiler's
            // settings would be today.
            let compiler = engine(Some(target), Observed::default()).map_err(machine)?;
            fingerprint(&compiler)
        }
    };
    if parts.settings != settings {
        return Err(ArtifactFault::Settings);
    }
    let component = deserialize(host, parts.code)?;
    Ok((parts.identity, component))
}

/// What an artifact says that it is known by. Nothing was checked: good for finding again what was.
pub(crate) fn label(artifact: &[u8]) -> Option<[u8; 32]> {
    let (_, rest) = take::<8>(artifact).ok()?;
    let (digest, _) = take::<32>(rest).ok()?;
    Some(digest)
}

struct Parts<'a> {
    identity: Identity,
    settings: [u8; 32],
    target: &'a str,
    code: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Takes an artifact apart. Whatever this returns is what [`pack`] was given: the digest was checked.
    fn read(artifact: &'a [u8]) -> Result<Self, ArtifactFault> {
        let (magic, rest) = take::<8>(artifact)?;
        if magic != MAGIC {
            return Err(ArtifactFault::Format);
        }
        let (digest, body) = take::<32>(rest)?;
        if digest != <[u8; 32]>::from(Sha256::digest(body)) {
            return Err(ArtifactFault::Damaged);
        }
        let (component, rest) = take::<32>(body)?;
        let (size, rest) = take::<8>(rest)?;
        let (settings, rest) = take::<32>(rest)?;
        let (target_length, rest) = take::<2>(rest)?;
        let target_length = usize::from(u16::from_le_bytes(target_length));
        let (target, code) = rest
            .split_at_checked(target_length)
            .ok_or(ArtifactFault::Format)?;
        Ok(Self {
            identity: Identity {
                digest: component,
                size: u64::from_le_bytes(size),
            },
            settings,
            target: std::str::from_utf8(target).map_err(|_| ArtifactFault::Format)?,
            code,
        })
    }
}

fn take<const N: usize>(bytes: &[u8]) -> Result<([u8; N], &[u8]), ArtifactFault> {
    let (taken, rest) = bytes
        .split_first_chunk::<N>()
        .ok_or(ArtifactFault::Format)?;
    Ok((*taken, rest))
}

/// The unsafe call that matters: machine code that is about to run is taken from bytes.
fn deserialize(host: &Engine, code: &[u8]) -> Result<Component, ArtifactFault> {
    // SAFETY: wasmtime asks that the bytes are what `precompile_component` returned, unchanged. `Parts::read` has compared them
    // with the digest that `pack` wrote beside them, so they are not damaged; and nobody else could have written them: an artifact
    // is either part of this binary, or lies in a folder that only this user can write to (see `Cache`).
    #[expect(unsafe_code, reason = "there is no safe way to load compiled code")]
    let component = unsafe { Component::deserialize(host, code) };
    component.map_err(machine)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is the shape that map_err takes"
)]
fn machine(error: wasmtime::Error) -> ArtifactFault {
    ArtifactFault::Machine {
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn code_of_a_compiler_with_other_settings_is_not_loaded() {
        let wasm = b"\0asm\x0d\0\x01\0";
        let ours = engine(None, Observed::default()).unwrap();
        let without_deadlines = Engine::default();
        let artifact = |compiler: &Engine| {
            let code = compiler.precompile_component(wasm).unwrap();
            pack(&Identity::of(wasm), compiler, "", &code)
        };
        assert!(unpack(&artifact(&ours), &ours).is_ok());
        let fault = unpack(&artifact(&without_deadlines), &ours).err();
        assert_eq!(fault, Some(ArtifactFault::Settings));
    }
}
