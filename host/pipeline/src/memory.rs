//! How much memory there is for this process: what its control groups leave it, or what the machine has.

use std::fs::read_to_string;
use std::path::{Path, PathBuf};

/// Memory that this process may have, and what says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) bytes: u64,
    pub(crate) limited_by: &'static str,
}

/// What this process may have; none if the system does not say.
pub(crate) fn total_memory() -> Option<Memory> {
    memory_under(Path::new("/"))
}

/// Likewise, of a system whose files stand under `root`.
fn memory_under(root: &Path) -> Option<Memory> {
    let of = |bytes: Option<u64>, limited_by| bytes.map(|bytes| Memory { bytes, limited_by });
    let all = [
        of(unified(root), "control group"),
        of(first_version(root), "control group"),
        // A group without a limit shows a number beyond any machine.
        of(machine(root), "machine"),
    ];
    all.into_iter().flatten().min_by_key(|memory| memory.bytes)
}

/// The tightest limit of the group of this process and of those around it.
fn unified(root: &Path) -> Option<u64> {
    tightest(root, "0::", "sys/fs/cgroup", "memory.max")
}

/// Likewise, of control groups of the first version, where memory has groups of its own.
fn first_version(root: &Path) -> Option<u64> {
    let folder = "sys/fs/cgroup/memory";
    tightest(root, ":memory:", folder, "memory.limit_in_bytes")
}

/// Inside a container the name of the group may be the host's: no such folder is there, and the one on top is the container's.
fn tightest(root: &Path, kind: &str, folder: &str, limit: &str) -> Option<u64> {
    let groups = read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let own = groups.lines().find_map(|line| line.split_once(kind));
    let own = own.map_or("", |(_, own)| own.trim_start_matches('/'));
    let top = root.join(folder);
    let own: PathBuf = top.join(own);
    own.ancestors()
        .take_while(|folder| folder.starts_with(&top))
        .filter_map(|folder| number(&folder.join(limit)))
        .min()
}

fn machine(root: &Path) -> Option<u64> {
    let text = read_to_string(root.join("proc/meminfo")).ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

fn number(file: &Path) -> Option<u64> {
    read_to_string(file).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    /// A system that has these files.
    fn system(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = root.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        root
    }

    const MACHINE: (&str, &str) = ("proc/meminfo", "MemTotal:        2048 kB\nMemFree: 1 kB\n");
    const OWN: (&str, &str) = ("proc/self/cgroup", "0::/pods/gate\n");

    #[test]
    fn the_tightest_group_around_the_process_counts() {
        let of = |files: &[(&str, &str)]| memory_under(system(files).path());
        let group = |bytes| Memory {
            bytes,
            limited_by: "control group",
        };
        let whole = Memory {
            bytes: 2048 * 1024,
            limited_by: "machine",
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[MACHINE]), Some(whole));
        let outer = ("sys/fs/cgroup/pods/memory.max", "4096\n");
        let inner = ("sys/fs/cgroup/pods/gate/memory.max", "max\n");
        assert_eq!(of(&[MACHINE, OWN, inner]), Some(whole));
        assert_eq!(of(&[MACHINE, OWN, outer, inner]), Some(group(4096)));
        let tighter = ("sys/fs/cgroup/pods/gate/memory.max", "1024\n");
        assert_eq!(of(&[MACHINE, OWN, outer, tighter]), Some(group(1024)));
        let first = "sys/fs/cgroup/memory/memory.limit_in_bytes";
        assert_eq!(of(&[MACHINE, (first, "9223372036854771712")]), Some(whole));
        assert_eq!(of(&[MACHINE, (first, "512")]), Some(group(512)));
        let own = ("proc/self/cgroup", "7:cpu:/\n4:memory:/pods/gate\n0::/\n");
        let inner = (
            "sys/fs/cgroup/memory/pods/gate/memory.limit_in_bytes",
            "256",
        );
        assert_eq!(of(&[MACHINE, own, (first, "512"), inner]), Some(group(256)));
    }
}
