//! Brings a wasm toolchain onto the machine: with rustup where it may download, else with apt.

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
};

use crate::{ForgeError, Say, TARGET, Toolchain, toolchain};

/// Makes sure that packages in `dir` can be compiled for the target, and says each step before it is done. Does nothing and says
/// nothing where a toolchain is there.
pub fn install(dir: &Path, say: Say<'_>) -> Result<Toolchain, ForgeError> {
    let missing = match Toolchain::find(dir) {
        Ok(found) => return Ok(found),
        Err(missing) => missing,
    };
    for way in [with_rustup, with_apt] {
        way(dir, say);
        if let Ok(found) = Toolchain::find(dir) {
            return Ok(found);
        }
    }
    Err(missing)
}

/// `RUSTUP_AUTO_INSTALL=0` is how a machine says that its rustup may not download.
fn with_rustup(dir: &Path, say: Say<'_>) {
    if env::var_os("RUSTUP_AUTO_INSTALL").is_some_and(|value| value == "0") || !is_there("rustup") {
        return;
    }
    say(&format!(
        "setup: `rustup target add {TARGET}` (a download of 20 MB, well under a minute)"
    ));
    if !run(Command::new("rustup")
        .args(["target", "add", TARGET])
        .current_dir(dir))
    {
        say("setup: rustup could not; next: apt");
    }
}

fn with_apt(dir: &Path, say: Say<'_>) {
    if !is_there("apt-get") {
        return;
    }
    let mut packages = vec!["rustc-web", "rust-web-src"];
    if toolchain::linker(dir).is_none() {
        packages.push("lld");
    }
    say(&format!(
        "setup: `apt-get install {}` (a download of 200 MB, one to two minutes)",
        packages.join(" ")
    ));
    let mut install = apt(&["install", "-y", "--no-install-recommends"]);
    install.args(&packages);
    if !run(&mut install) {
        say("setup: apt's lists may be old: `apt-get update`, and once more");
        if run(&mut apt(&["update"])) && !run(&mut install) {
            say("setup: apt could not either");
        }
    }
}

fn apt(arguments: &[&str]) -> Command {
    let mut command = if !is_root() && is_there("sudo") {
        let mut sudo = Command::new("sudo");
        sudo.arg("apt-get");
        sudo
    } else {
        Command::new("apt-get")
    };
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn is_there(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|dir| dir.join(program).exists())
}

/// Runs a step to its end. Its messages go where cargo's go: standard output is for what the caller prints.
fn run(command: &mut Command) -> bool {
    command
        .stdin(Stdio::inherit())
        .stdout(std::io::stderr())
        .status()
        .is_ok_and(|status| status.success())
}
