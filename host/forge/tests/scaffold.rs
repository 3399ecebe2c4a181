//! The policy that `tollgate new` makes is one: its own tests pass, it becomes a component, and the sandbox takes it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use tollgate_forge::{About, Language, Sdk, build_guest, componentize, scaffold, setup, workshop};
use tollgate_sandbox::{Options, Sandbox};

fn root() -> PathBuf {
    workshop::source_root(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn a_new_policy_passes_its_tests_and_becomes_a_component() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("token_guard");
    let made = scaffold("token_guard", &dir, Language::Rust, Sdk::Own).unwrap();
    let tests = Command::new(env!("CARGO"))
        .arg("test")
        .current_dir(&made.dir)
        .env("CARGO_TARGET_DIR", root().join("target"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&tests.stdout) + String::from_utf8_lossy(&tests.stderr);
    assert!(tests.status.success(), "{said}");

    let toolchain = setup::install(&made.dir, &mut |_| ()).unwrap();
    let guest = build_guest(&toolchain, &made.dir, Some(&root().join("target/wasm"))).unwrap();
    let component = componentize(&fs::read(guest.module).unwrap()).unwrap();

    let about = About::read(&component).unwrap();
    about.check().unwrap();
    assert_eq!(about.language(), Some(Language::Rust), "{about:?}");

    let sandbox = Sandbox::new(Options::default()).unwrap();
    let loaded = sandbox.load("token_guard", &component).unwrap();
    assert_eq!(loaded.describe().unwrap().name, "token_guard");
}
