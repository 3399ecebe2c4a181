//! What components are told to be, and what is wrong with those that are none for this host.

use super::*;

fn about(imports: &[&str], exports: &[&str], tools: &[&str]) -> About {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    About {
        imports: owned(imports),
        exports: owned(exports),
        tools: owned(tools),
        ..About::default()
    }
}

const POLICY: &str = "tollgate:policy/policy@0.1.0";

fn misfit(about: &About) -> String {
    about
        .check()
        .err()
        .map(|misfit| misfit.to_string())
        .unwrap_or_default()
}

#[test]
fn a_policy_may_import_the_host_and_export_more_than_it_must() {
    let fine = about(
        &["tollgate:policy/batch@0.1.0", "tollgate:policy/host@0.1.0"],
        &["init", POLICY, "tollgate:policy/explanation@0.1.0"],
        &[],
    );
    assert_eq!(fine.check(), Ok(()));
    assert!(fine.explains());
}

#[test]
fn what_a_policy_may_not_reach_is_named_with_the_cure_of_its_tool() {
    let said = misfit(&about(
        &["wasi:cli/stdout@0.2.3", "wasi:io/streams@0.2.3"],
        &[POLICY],
        &["componentize-py 0.25.1"],
    ));
    assert!(
        said.contains("wasi:cli/stdout@0.2.3, wasi:io/streams@0.2.3"),
        "{said}"
    );
    assert!(said.contains("--stub-wasi"), "{said}");
    let said = misfit(&about(
        &["wasi:cli/stdout@0.2.3"],
        &[POLICY],
        &["rustc 1.95.0"],
    ));
    assert!(said.contains("wasm32-unknown-unknown"), "{said}");
}

#[test]
fn a_component_for_another_world_says_which() {
    let said = misfit(&about(
        &["wasi:http/types@0.2.3"],
        &["wasi:http/incoming-handler@0.2.3"],
        &[],
    ));
    assert!(
        said.contains("it exports wasi:http/incoming-handler@0.2.3"),
        "{said}"
    );
}

#[test]
fn a_component_for_another_version_says_which() {
    for other in [
        "tollgate:policy/policy@0.2.0",
        "tollgate:policy/policy@0.1.1",
        "tollgate:policy/policy",
    ] {
        let said = misfit(&about(&[], &[other], &[]));
        assert!(
            said.contains(other) && said.contains("--sdk-only"),
            "{said}"
        );
    }
}

#[test]
fn a_component_bears_its_language_and_its_tools() -> Result<(), Box<dyn std::error::Error>> {
    let signed = signed(
        b"\0asm\x0d\0\x01\0",
        Language::Python,
        "componentize-py==0.25.1",
    )?;
    let about = About::read(&signed)?;
    assert_eq!(about.language(), Some(Language::Python));
    assert!(
        about.tools.contains(&"componentize-py 0.25.1".to_owned()),
        "{about:?}"
    );
    let scoped = super::signed(
        b"\0asm\x0d\0\x01\0",
        Language::JavaScript,
        "@bytecodealliance/jco@1.35.0",
    )?;
    let about = About::read(&scoped)?;
    assert_eq!(about.language(), Some(Language::JavaScript));
    assert!(
        about
            .tools
            .contains(&"@bytecodealliance/jco 1.35.0".to_owned()),
        "{about:?}"
    );
    Ok(())
}

#[test]
fn a_core_module_is_told_from_a_component() {
    let module = About::read(b"\0asm\x01\0\0\0")
        .err()
        .map(|misfit| misfit.to_string());
    assert!(module.is_some_and(|said| said.contains("core module")));
    assert!(About::read(b"no wasm").is_err());
    assert_eq!(About::read(b"\0asm\x0d\0\x01\0"), Ok(About::default()));
}
