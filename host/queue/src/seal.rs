//! Checksums that only this folder can make.
//!
//! After damage a reader looks for the next frame in bytes that a client chose. A checksum without a secret could be planted there, with a
//! stamp beside it; one that is keyed cannot. What stands before a payload is sealed with BLAKE3, which nobody can forge; the payload with
//! XXH3 under a secret of the folder, ten times as fast, because what it is to match stands in the sealed header.

use xxhash_rust::xxh3::xxh3_128_with_secret;

/// Bytes of a checksum.
pub(crate) const SEAL: usize = 16;
/// Bytes of the marker that a frame begins with.
pub(crate) const MARKER: usize = 8;

/// The secret of one folder, and what is derived from it.
#[derive(Clone)]
pub(crate) struct Key {
    bytes: [u8; 32],
    marker: [u8; MARKER],
    payloads: [u8; 192],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

impl Key {
    /// A new one, from the system's randomness.
    pub(crate) fn random() -> std::io::Result<Self> {
        use std::io::Read as _;
        let mut bytes = [0; 32];
        std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        Ok(Self::of(bytes))
    }

    pub(crate) fn of(bytes: [u8; 32]) -> Self {
        let mut payloads = [0; 192];
        let mut hasher = blake3::Hasher::new_keyed(&bytes);
        hasher.update(b"payloads");
        hasher.finalize_xof().fill(&mut payloads);
        let marker = blake3::keyed_hash(&bytes, b"the beginning of a frame");
        Self {
            bytes,
            marker: cut(marker.as_bytes()),
            payloads,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The checksum of what stands in one segment before a payload, or of a settlement.
    pub(crate) fn seal(&self, segment: u64, bytes: &[u8]) -> [u8; SEAL] {
        let mut hasher = blake3::Hasher::new_keyed(&self.bytes);
        hasher.update(&segment.to_le_bytes()).update(bytes);
        cut(hasher.finalize().as_bytes())
    }

    /// The checksum of a payload.
    pub(crate) fn payload(&self, bytes: &[u8]) -> [u8; SEAL] {
        xxh3_128_with_secret(bytes, &self.payloads).to_le_bytes()
    }

    /// What every frame of the folder begins with: no client can plant it.
    pub(crate) fn marker(&self) -> [u8; MARKER] {
        self.marker
    }

    /// What stands for the name of a queue.
    pub(crate) fn name(&self, name: &str) -> u64 {
        u64::from_le_bytes(cut(
            blake3::keyed_hash(&self.bytes, name.as_bytes()).as_bytes()
        ))
    }
}

/// The checksum of a file's head, which holds the key itself.
pub(crate) fn plain(bytes: &[u8]) -> [u8; SEAL] {
    cut(blake3::hash(bytes).as_bytes())
}

fn cut<const N: usize>(hash: &[u8; 32]) -> [u8; N] {
    let mut short = [0; N];
    for (to, from) in short.iter_mut().zip(hash) {
        *to = *from;
    }
    short
}
