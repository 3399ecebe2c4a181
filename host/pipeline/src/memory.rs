//! How much memory there is for this process: what its control groups leave it, or what the machine has.

use std::fs::read_to_string;
use std::path::{Path, PathBuf};

/// Bytes that this process may have; none if the system does not say.
pub(crate) fn total_memory() -> Option<u64> {
    let machine = machine();
    let group = [unified(), first_version()].into_iter().flatten().min();
    match (machine, group) {
        // A group without a limit shows a number beyond any machine.
        (Some(machine), Some(group)) => Some(machine.min(group)),
        (machine, group) => machine.or(group),
    }
}

/// The tightest limit of the group of this process and of those around it.
fn unified() -> Option<u64> {
    let groups = read_to_string("/proc/self/cgroup").ok()?;
    let own = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    let root = Path::new("/sys/fs/cgroup");
    let own: PathBuf = root.join(own.trim_start_matches('/'));
    own.ancestors()
        .take_while(|folder| folder.starts_with(root))
        .filter_map(|folder| number(&folder.join("memory.max")))
        .min()
}

fn first_version() -> Option<u64> {
    number(Path::new("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
}

fn machine() -> Option<u64> {
    let text = read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

fn number(file: &Path) -> Option<u64> {
    read_to_string(file).ok()?.trim().parse().ok()
}
