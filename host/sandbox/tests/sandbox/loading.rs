//! What is refused when it is loaded, and with which words.

use tollgate_sandbox::{Component, LoadError};

use crate::guests::Guest;
use crate::sandbox;

fn load(text: &str) -> Result<Component, LoadError> {
    sandbox().load("test", &wat::parse_str(text).unwrap())
}

#[test]
fn a_policy_is_known_by_its_digest_and_its_world() {
    let wasm = Guest::default().with_host().component();
    let component = sandbox().load("wasm/cost", &wasm).unwrap();
    assert_eq!(component.name(), "wasm/cost");
    assert_eq!(component.size(), wasm.len() as u64);
    assert_eq!(component.digest().len(), 64);
    assert_eq!(component.world(), "tollgate:policy/gatekeeper@0.1.0");
    assert!(
        component
            .imports()
            .contains(&"tollgate:policy/host@0.1.0".to_owned())
    );
    assert_eq!(component.exports(), ["tollgate:policy/policy@0.1.0"]);
}

#[test]
fn what_is_no_component_is_told_apart() {
    let sandbox = sandbox();
    assert_eq!(sandbox.load("test", b"").unwrap_err(), LoadError::NotWasm);
    assert_eq!(
        sandbox.load("test", b"#!/bin/sh\n").unwrap_err(),
        LoadError::NotWasm
    );
    let error = sandbox.load("test", &Guest::default().core()).unwrap_err();
    assert_eq!(error, LoadError::CoreModule);
    assert!(error.to_string().contains("tollgate build"));
}

#[test]
fn a_component_that_is_cut_or_bent_is_malformed() {
    let wasm = Guest::default().component();
    let cut = &wasm[..wasm.len() / 2];
    assert!(matches!(
        sandbox().load("test", cut),
        Err(LoadError::Malformed { .. })
    ));
    let mut bent = wasm;
    bent[20] ^= 0xff;
    assert!(matches!(
        sandbox().load("test", &bent),
        Err(LoadError::Malformed { .. })
    ));
}

#[test]
fn a_component_has_a_largest_size() {
    let mut wasm = Guest::default().component();
    wasm.resize((64 << 20) + 1, 0);
    let size = wasm.len();
    assert_eq!(
        sandbox().load("test", &wasm).unwrap_err(),
        LoadError::TooLarge {
            size,
            limit: 64 << 20
        }
    );
}

#[test]
fn proposals_that_are_not_on_the_list_are_refused() {
    let proposals = [
        "(memory i64 1)",
        "(memory 1 1 shared)",
        "(func $f return_call $f)",
        "(tag $t)",
        "(func (result v128) v128.const i64x2 0 0 v128.const i64x2 0 0 i8x16.relaxed_swizzle)",
        "(type (struct))",
    ];
    for proposal in proposals {
        let loaded = load(&format!("(component (core module {proposal}))"));
        assert!(
            matches!(loaded, Err(LoadError::Malformed { .. })),
            "{proposal}: {loaded:?}"
        );
    }
}

#[test]
fn imports_beyond_the_world_are_named_all_of_them() {
    let error = load(
        r#"(component
            (import "wasi:cli/environment@0.2.3" (instance (export "get-arguments" (func (result (list string))))))
            (import "wasi:clocks/wall-clock@0.2.3" (instance))
            (import "tollgate:policy/host@0.1.0" (instance
                (export "file" (func (param "name" string) (result (result (list u8) (error string)))))
                (export "clock" (func (result u64)))))
            (import "print" (func)))"#,
    )
    .unwrap_err();
    let names = [
        "wasi:cli/environment@0.2.3",
        "wasi:clocks/wall-clock@0.2.3",
        "tollgate:policy/host@0.1.0#clock",
        "print",
    ];
    assert_eq!(
        error,
        LoadError::Imports {
            names: names.map(str::to_owned).to_vec()
        }
    );
    assert!(
        error
            .to_string()
            .contains("wasi:cli/environment@0.2.3, wasi:clocks/wall-clock@0.2.3")
    );
}

#[test]
fn another_version_of_the_interface_is_told() {
    for version in ["0.2.0", "1.0.0", "0.1.7", "0.1.0-rc"] {
        let error = load(&format!(
            r#"(component (import "tollgate:policy/host@{version}" (instance)))"#
        ))
        .unwrap_err();
        let found = format!("tollgate:policy/host@{version}");
        assert_eq!(
            error,
            LoadError::Version {
                found,
                offered: "0.1.0"
            }
        );
    }
}

#[test]
fn a_component_that_is_no_policy_is_told_what_it_lacks() {
    let name = "tollgate:policy/policy@0.1.0";
    assert_eq!(
        load("(component)").unwrap_err(),
        LoadError::MissingExport {
            name,
            exports: Vec::new()
        }
    );
    let other = load(
        r#"(component
            (import "wasi:http/types@0.2.3" (instance))
            (instance $i) (export "wasi:http/incoming-handler@0.2.3" (instance $i)))"#,
    )
    .unwrap_err();
    assert_eq!(
        other,
        LoadError::MissingExport {
            name,
            exports: vec!["wasi:http/incoming-handler@0.2.3".to_owned()]
        },
        "another world, and not a policy with too many imports"
    );

    let empty = format!(r#"(component (instance $i) (export "{name}" (instance $i)))"#);
    let LoadError::Interface { reason } = load(&empty).unwrap_err() else {
        panic!("not an interface error")
    };
    assert!(reason.contains("describe"), "{reason}");
}

#[test]
fn functions_of_other_types_are_refused_when_loaded() {
    let other = r#"(component
        (core module $m (func (export "f")))
        (core instance $m (instantiate $m))
        (func $f (canon lift (core func $m "f")))
        (instance $i
            (export "describe" (func $f)) (export "configure" (func $f))
            (export "process" (func $f)) (export "tick" (func $f)))
        (export "tollgate:policy/policy@0.1.0" (instance $i)))"#;
    let LoadError::Interface { reason } = load(other).unwrap_err() else {
        panic!("not an interface error")
    };
    assert!(reason.contains("describe"), "{reason}");

    let host = r#"(component
        (import "tollgate:policy/host@0.1.0" (instance (export "file" (func (param "name" u32))))))"#;
    assert!(matches!(
        load(host),
        Err(LoadError::MissingExport { .. } | LoadError::Interface { .. })
    ));
}
