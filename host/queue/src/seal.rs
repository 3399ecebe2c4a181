//! Checksums that only this folder can make.
//!
//! After damage a reader looks for the next frame in bytes that a client chose. A checksum without a secret could be planted there, with a
//! stamp beside it; one that is keyed cannot.

/// Bytes of a checksum.
pub(crate) const SEAL: usize = 16;
/// Bytes of the marker that a frame begins with.
pub(crate) const MARKER: usize = 8;

/// The secret of one folder.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key([u8; 32]);

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
        Ok(Self(bytes))
    }

    pub(crate) fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The checksum of some bytes.
    pub(crate) fn seal(&self, bytes: &[u8]) -> [u8; SEAL] {
        cut(blake3::keyed_hash(&self.0, bytes).as_bytes())
    }

    /// What every frame of the folder begins with.
    pub(crate) fn marker(&self) -> [u8; MARKER] {
        cut(blake3::keyed_hash(&self.0, b"the beginning of a frame").as_bytes())
    }

    /// What stands for the name of a queue.
    pub(crate) fn name(&self, name: &str) -> u64 {
        u64::from_le_bytes(cut(blake3::keyed_hash(&self.0, name.as_bytes()).as_bytes()))
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
