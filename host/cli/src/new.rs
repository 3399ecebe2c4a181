//! `tollgate new`: the start of a policy of one's own.

use std::path::Path;
use std::process::ExitCode;

use crate::args::New;
use crate::print;

pub(crate) fn new(wanted: &New) -> anyhow::Result<ExitCode> {
    let made = tollgate_forge::scaffold(&wanted.name, Path::new(&wanted.name), &wanted.sdk)?;
    let mut lines = vec![format!("{} is a policy now:", made.dir.display())];
    lines.extend(
        made.files
            .iter()
            .map(|file| format!("  {}", file.display())),
    );
    lines.push(format!(
        "next: cd {0} && cargo test && tollgate build",
        made.dir.display()
    ));
    print(&lines.join("\n"));
    Ok(ExitCode::SUCCESS)
}
