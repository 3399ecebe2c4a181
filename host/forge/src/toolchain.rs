use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{ForgeError, TARGET};

/// Debian's compiler, which stands beside a rustup that may not download.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
/// Debian's copy of the standard library's source, at the place where cargo looks for it.
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library";
/// Both are safe in the sandbox, whose list of wasm features names them; redaction's scan is built on the first.
const FEATURES: &str = "-Ctarget-feature=+simd128,+bulk-memory";

/// A way to compile for [`TARGET`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Toolchain {
    /// The compiler of this folder has the target's standard library: plain cargo does.
    Target,
    /// Debian's compiler and the source of its standard library, which cargo then builds along. Slower the first time, and it
    /// needs nothing that only rustup could download.
    BuildStd {
        /// The compiler.
        rustc: PathBuf,
        /// The linker, which Debian's compiler comes without.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// The first way that works for a package in `dir` (a rust-toolchain.toml there counts).
    pub fn find(dir: &Path) -> Result<Self, ForgeError> {
        let mut missing = Vec::new();
        match target_is_installed(dir) {
            Ok(()) => return Ok(Self::Target),
            Err(why) => missing.push(why),
        }
        match build_std(dir) {
            Ok(found) => return Ok(found),
            Err(why) => missing.push(why),
        }
        Err(ForgeError::NoToolchain {
            why: missing.join("; "),
        })
    }

    /// One line for the terminal.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Target => format!("the compiler's own {TARGET} target"),
            Self::BuildStd { rustc, .. } => format!(
                "{} with the standard library built from source",
                rustc.display()
            ),
        }
    }

    /// `cargo build --release` for the target, to be run in `dir`.
    pub(crate) fn cargo_build(&self, dir: &Path) -> Command {
        let mut cargo = cargo(dir);
        cargo.args(["build", "--release", "--lib", "--target", TARGET]);
        // The encoded form, because a path may hold a space. It takes the place of RUSTFLAGS and of every config file.
        let mut flags = vec![FEATURES.to_owned()];
        flags.extend(remapped_paths());
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        if let Self::BuildStd { rustc, linker } = self {
            cargo
                .arg("-Zbuild-std=std,panic_abort")
                .env("RUSTC", rustc)
                // A stable compiler takes `-Z` only so. Nothing else unstable is used.
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        cargo
    }
}

/// Cargo, in `dir`.
pub(crate) fn cargo(dir: &Path) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(dir);
    cargo
}

/// Panic messages hold paths of source files, which are nobody's business. The flags must not depend on the package: cargo builds
/// the standard library anew for other flags.
fn remapped_paths() -> Vec<String> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let cargo_home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| home.as_ref().map(|home| home.join(".cargo")));
    // Where two prefixes fit, the later one counts.
    [
        (home, "/home"),
        (cargo_home, "/cargo"),
        (Some(PathBuf::from(DEBIAN_LIBRARY)), "/rustc/library"),
    ]
    .into_iter()
    .filter_map(|(path, name)| Some(format!("--remap-path-prefix={}={name}", path?.display())))
    .collect()
}

fn target_is_installed(dir: &Path) -> Result<(), String> {
    let libraries = print_from(
        "rustc",
        dir,
        &["--print", "target-libdir", "--target", TARGET],
    )?;
    let std_is_there = std::fs::read_dir(&libraries)
        .into_iter()
        .flatten()
        .flatten()
        .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"));
    if std_is_there {
        Ok(())
    } else {
        Err("`rustc` has no standard library for it".to_owned())
    }
}

fn build_std(dir: &Path) -> Result<Toolchain, String> {
    let rustc = PathBuf::from(DEBIAN_RUSTC);
    let version = print_from(DEBIAN_RUSTC, dir, &["--version"])?;
    if minor_version(&version) < minor_version(concat!("rustc ", env!("CARGO_PKG_RUST_VERSION"))) {
        return Err(format!(
            "{DEBIAN_RUSTC} is older than {}",
            env!("CARGO_PKG_RUST_VERSION")
        ));
    }
    if !Path::new(DEBIAN_LIBRARY).join("std/Cargo.toml").exists() {
        return Err(format!(
            "{DEBIAN_RUSTC} comes without the source of its standard library"
        ));
    }
    let linker = linker(dir).ok_or("there is neither rust-lld nor wasm-ld")?;
    Ok(Toolchain::BuildStd { rustc, linker })
}

/// rustup's linker serves any compiler; Debian's package `lld` brings another.
pub(crate) fn linker(dir: &Path) -> Option<PathBuf> {
    let sysroot = print_from("rustc", dir, &["--print", "sysroot"])
        .ok()
        .map(PathBuf::from);
    let of_rustup = sysroot
        .into_iter()
        .flat_map(|root| {
            std::fs::read_dir(root.join("lib/rustlib"))
                .into_iter()
                .flatten()
                .flatten()
        })
        .map(|host| host.path().join("bin/rust-lld"));
    let on_path = env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<_> = env::split_paths(&on_path)
        .flat_map(|dir| [dir.join("rust-lld"), dir.join("wasm-ld")])
        .collect();
    of_rustup.chain(on_path).find(|linker| linker.exists())
}

/// The first line a program prints.
fn print_from(program: &str, dir: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(dir)
        .stdin(Stdio::null())
        .output()
        .map_err(|_| format!("there is no `{program}`"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text.lines().next() {
        Some(line) if output.status.success() => Ok(line.trim().to_owned()),
        _ => Err(format!("`{program} {}` failed", arguments.join(" "))),
    }
}

/// `(1, 96)` of "rustc 1.96.0 (ac68faa20 2026-05-25)".
fn minor_version(line: &str) -> Option<(u32, u32)> {
    let mut numbers = line
        .split(' ')
        .nth(1)?
        .split('.')
        .map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(
            minor_version("rustc 1.96.0 (ac68faa20 2026-05-25)"),
            Some((1, 96))
        );
        assert!(minor_version("rustc 1.100.0") > minor_version("rustc 1.95"));
        assert_eq!(
            minor_version("something else"),
            None,
            "and so older than any"
        );
    }

    #[test]
    fn an_installed_target_needs_neither_another_compiler_nor_unstable_flags() {
        let command = Toolchain::Target.cargo_build(Path::new("/somewhere"));
        assert!(
            command
                .get_args()
                .all(|argument| argument != "-Zbuild-std=std,panic_abort")
        );
        assert!(
            command
                .get_envs()
                .all(|(name, _)| name != "RUSTC" && name != "RUSTC_BOOTSTRAP")
        );
    }

    #[test]
    fn debian_s_compiler_builds_the_library_along() {
        let toolchain = Toolchain::BuildStd {
            rustc: "/usr/bin/rustc".into(),
            linker: "/opt/rust-lld".into(),
        };
        let command = toolchain.cargo_build(Path::new("/somewhere"));
        assert!(
            command
                .get_args()
                .any(|argument| argument == "-Zbuild-std=std,panic_abort")
        );
        assert!(
            command
                .get_envs()
                .any(|(name, value)| name == "RUSTC" && value == Some("/usr/bin/rustc".as_ref()))
        );
    }
}
