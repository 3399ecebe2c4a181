//! Compiled code at rest: stock policies, and the cache of users' components.

use std::fs;
use std::path::{Path, PathBuf};

use tollgate_sandbox::{ArtifactFault, LoadError, Options, Origin, Sandbox};

use crate::guests::{Guest, OUTCOME};
use crate::{sandbox, view};

fn cached(folder: &Path) -> Sandbox {
    let sandbox = Sandbox::new(Options {
        cache: Some(folder.to_owned()),
        ..Options::default()
    })
    .unwrap();
    assert!(sandbox.cache_trouble().is_none());
    sandbox
}

fn origin(folder: &Path, wasm: &[u8]) -> Origin {
    let component = cached(folder).load("test", wasm).unwrap();
    let (mut instance, _) = component.configure(std::sync::Arc::default()).unwrap();
    instance.process(&view()).unwrap();
    component.origin()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("compiled")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn what_was_compiled_once_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let wasm = Guest::default().component();
    assert_eq!(origin(folder.path(), &wasm), Origin::Compiled);
    assert_eq!(origin(folder.path(), &wasm), Origin::Cache);
    let other = Guest::processing(format!("nop i32.const {OUTCOME}")).component();
    assert_eq!(origin(folder.path(), &other), Origin::Compiled);
    assert_eq!(
        entries(folder.path()).len(),
        2,
        "and nothing half-written is left"
    );
}

#[test]
fn a_damaged_entry_is_compiled_again_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let wasm = Guest::default().component();
    origin(folder.path(), &wasm);
    let entry = entries(folder.path()).remove(0);
    let sound = fs::read(&entry).unwrap();
    let damages: [&dyn Fn(&mut Vec<u8>); 4] = [
        &|bytes| bytes.clear(),
        &|bytes| bytes.truncate(bytes.len() / 2),
        &|bytes| *bytes.last_mut().unwrap() ^= 1,
        &|bytes| bytes[100] ^= 1,
    ];
    for damage in damages {
        let mut bytes = sound.clone();
        damage(&mut bytes);
        fs::write(&entry, &bytes).unwrap();
        assert_eq!(origin(folder.path(), &wasm), Origin::Compiled);
        assert_eq!(origin(folder.path(), &wasm), Origin::Cache);
    }
}

#[test]
fn an_entry_of_another_component_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let wasm = Guest::default().component();
    origin(folder.path(), &wasm);
    let entry = entries(folder.path()).remove(0);
    let other = Guest::processing(format!("nop i32.const {OUTCOME}")).component();
    origin(folder.path(), &other);
    let others = entries(folder.path())
        .into_iter()
        .find(|path| *path != entry)
        .unwrap();
    fs::copy(&others, &entry).unwrap();
    assert_eq!(origin(folder.path(), &wasm), Origin::Compiled);
}

#[cfg(unix)]
#[test]
fn the_folder_is_private_and_so_is_what_is_believed() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;

    let folder = tempfile::tempdir().unwrap();
    let compiled = folder.path().join("compiled");
    fs::create_dir(&compiled).unwrap();
    fs::set_permissions(&compiled, fs::Permissions::from_mode(0o777)).unwrap();
    let wasm = Guest::default().component();
    origin(folder.path(), &wasm);
    assert_eq!(mode(&compiled), 0o700);
    let entry = entries(folder.path()).remove(0);
    assert_eq!(mode(&entry), 0o600);

    fs::set_permissions(&entry, fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(
        origin(folder.path(), &wasm),
        Origin::Compiled,
        "anybody could have written it"
    );
}

#[test]
fn a_cache_that_cannot_be_had_is_trouble_and_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let sandbox = Sandbox::new(Options {
        cache: Some(file.clone()),
        ..Options::default()
    })
    .unwrap();
    let trouble = sandbox.cache_trouble().unwrap().to_string();
    assert!(trouble.contains(&file.display().to_string()), "{trouble}");
    assert_eq!(
        sandbox
            .load("test", &Guest::default().component())
            .unwrap()
            .origin(),
        Origin::Compiled
    );
}

#[cfg(target_os = "linux")]
fn stock(wasm: &[u8]) -> Vec<u8> {
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    Sandbox::compile_stock(wasm, &target).unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_stock_policy_is_compiled_ahead() {
    let wasm = Guest::default().component();
    let component = sandbox().load_stock(&stock(&wasm)).unwrap();
    let fresh = sandbox().load("test", &wasm).unwrap();
    assert_eq!(component.origin(), Origin::Stock);
    assert_eq!(component.digest(), fresh.digest());
    assert_eq!(component.size(), fresh.size());
    assert_eq!(component.exports(), fresh.exports());
    let (mut instance, _) = component.configure(std::sync::Arc::default()).unwrap();
    instance.process(&view()).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_stock_policy_that_changed_by_one_bit_is_not_loaded() {
    let artifact = stock(&Guest::default().component());
    let sandbox = sandbox();
    let fault = |artifact: &[u8]| match sandbox.load_stock(artifact).unwrap_err() {
        LoadError::Artifact(fault) => fault,
        other => panic!("{other}"),
    };
    for place in (8..artifact.len()).step_by(1009) {
        let mut bent = artifact.clone();
        bent[place] ^= 4;
        assert_eq!(fault(&bent), ArtifactFault::Damaged);
    }
    assert_eq!(
        fault(&artifact[..artifact.len() - 1]),
        ArtifactFault::Damaged
    );
    assert_eq!(fault(b""), ArtifactFault::Format);
    assert_eq!(fault(&Guest::default().component()), ArtifactFault::Format);
}

#[test]
fn code_for_another_machine_is_not_loaded() {
    let other = if cfg!(target_arch = "x86_64") {
        "aarch64-unknown-linux-gnu"
    } else {
        "x86_64-unknown-linux-gnu"
    };
    // Where the compiler does not know that machine, there is nothing to load either.
    if let Ok(artifact) = Sandbox::compile_stock(&Guest::default().component(), other) {
        let error = sandbox().load_stock(&artifact).unwrap_err();
        assert!(
            matches!(error, LoadError::Artifact(ArtifactFault::Machine { .. })),
            "{error}"
        );
    }
}
