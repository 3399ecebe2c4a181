//! Makes the SDKs part of the program, so that a policy can be begun and built where tollgate's source is not.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// By language, the folders and files of the source that its SDK is made of.
const PARTS: [(&str, &[&str]); 4] = [
    (
        "RUST",
        &[
            "host/record/Cargo.toml",
            "host/record/src",
            "host/record/benches",
            "host/json/Cargo.toml",
            "host/json/src",
            "plugins/sdk/Cargo.toml",
            "plugins/sdk/src",
            "plugins/Cargo.lock",
        ],
    ),
    (
        "PYTHON",
        &[
            "plugins/sdk-python/src",
            "plugins/sdk-python/pyproject.toml",
            "plugins/sdk-python/README.md",
        ],
    ),
    (
        "JAVASCRIPT",
        &[
            "plugins/sdk-js/src",
            "plugins/sdk-js/types",
            "plugins/sdk-js/package.json",
            "plugins/sdk-js/README.md",
        ],
    ),
    ("INTERFACE", &["wit/policy.wit"]),
];

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../..");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut table = String::new();
    for (language, parts) in PARTS {
        let mut files = Vec::new();
        for part in parts {
            println!("cargo::rerun-if-changed={}", root.join(part).display());
            collect(&root.join(part), part, &mut files);
        }
        files.sort();
        // Writing to a string does not fail.
        let _ = writeln!(table, "pub(crate) static {language}: &[(&str, &[u8])] = &[");
        for (name, path) in files {
            let _ = writeln!(
                table,
                "    ({name:?}, include_bytes!({:?})),",
                path.display().to_string()
            );
        }
        table.push_str("];\n");
    }
    for (name, file, members) in [
        (
            "ROOT_MANIFEST",
            "Cargo.toml",
            "[\"host/record\", \"host/json\"]",
        ),
        ("PLUGINS_MANIFEST", "plugins/Cargo.toml", "[\"sdk\"]"),
    ] {
        println!("cargo::rerun-if-changed={}", root.join(file).display());
        let text = fs::read_to_string(root.join(file)).unwrap_or_default();
        let _ = writeln!(
            table,
            "pub(crate) const {name}: &str = {:?};",
            smaller(&text, members)
        );
    }
    if let Err(error) = fs::write(out.join("sdks.rs"), table) {
        println!("cargo::error=cannot write the table of the SDKs: {error}");
    }
}

fn collect(path: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) {
    if path.is_file() {
        // The compiler takes absolute paths alone for what it includes.
        files.extend(path.canonicalize().map(|path| (name.to_owned(), path)));
        return;
    }
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        let own = entry.file_name().to_string_lossy().into_owned();
        if own.starts_with('.') || own == "__pycache__" || own == "node_modules" {
            continue;
        }
        collect(&entry.path(), &format!("{name}/{own}"), files);
    }
}

/// A workspace's manifest with these members alone: profiles are the business of whoever builds, and other members are not there.
fn smaller(text: &str, members: &str) -> String {
    const KEPT: [&str; 3] = ["tollgate-record", "tollgate-json", "tollgate-sdk"];
    let text = text.split("\n[profile.").next().unwrap_or_default();
    let lines = text.lines().filter_map(|line| {
        if line.starts_with("members =") {
            return Some(format!("members = {members}"));
        }
        let is_other = line.starts_with("tollgate-")
            && !KEPT.iter().any(|kept| line.split(' ').next() == Some(kept));
        (!is_other).then(|| line.to_owned())
    });
    lines.fold(String::new(), |whole, line| whole + &line + "\n")
}
