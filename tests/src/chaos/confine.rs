//! Processes with little memory.

use std::fs;
use std::path::{Path, PathBuf};

/// Where control groups are, and the file of a group that holds its limit: of the second version, and of the first.
const VERSIONS: [(&str, &str); 2] = [
    ("/sys/fs/cgroup", "memory.max"),
    ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
];

/// A control group, as long as it is there.
#[derive(Debug)]
pub struct Group(PathBuf);

impl Group {
    /// A group with so much memory, if one may be made here.
    #[must_use]
    pub fn new(bytes: u64) -> Option<Self> {
        VERSIONS.iter().find_map(|(parent, limit)| {
            let folder = Path::new(parent).join(format!("tollgate-chaos-{}", std::process::id()));
            if !folder.exists() {
                fs::create_dir(&folder).ok()?;
            }
            let group = Self(folder);
            // Elsewhere this makes a folder in a file system that is none of control groups: there is no such file in it.
            let file = group.0.join(limit);
            let is_limited = file.exists() && fs::write(&file, bytes.to_string()).is_ok();
            is_limited.then_some(group)
        })
    }

    /// What starts a process in the group: what is to be run follows.
    #[must_use]
    pub fn command(&self) -> Vec<String> {
        let script = format!("echo $$ > {}/cgroup.procs; exec \"$@\"", self.0.display());
        ["sh", "-c", &script, "sh"].map(str::to_owned).to_vec()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        drop(fs::remove_dir(&self.0));
    }
}
