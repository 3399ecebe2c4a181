//! Components that no compiler makes: refused or run, always with a typed answer, and never at a cost beyond their limits.

use tollgate_sandbox::{ConfigureError, Failure, Limits, LoadError, StageSettings};

use crate::guests::{Guest, OUTCOME};
use crate::{configure, limited, sandbox, view};

#[test]
fn a_component_with_very_many_exports_is_no_policy() {
    let exports: String = (0..20_000)
        .map(|number| format!("(export \"e{number}\" (func $f))"))
        .collect();
    let wasm = wat::parse_str(format!(
        "(component (core module $m (func (export \"f\"))) (core instance $i (instantiate $m))
         (func $f (canon lift (core func $i \"f\"))) {exports})"
    ));
    let found = sandbox().load("exports", &wasm.unwrap()).err();
    assert!(
        matches!(
            found,
            Some(LoadError::MissingExport { .. } | LoadError::Malformed { .. })
        ),
        "{found:?}"
    );
}

#[test]
fn huge_types_are_told_and_not_built() {
    let fields: String = (0..50_000)
        .map(|number| format!("(field \"f{number}\" u8)"))
        .collect();
    // Each type holds the one before twice: flattened it would be larger than any memory.
    let doubled: String = (1..60)
        .map(|number| {
            format!(
                "(type $t{number} (tuple $t{} $t{}))",
                number - 1,
                number - 1
            )
        })
        .collect();
    for text in [
        format!("(component (type $t (record {fields})) (export \"t\" (type $t)))"),
        format!("(component (type $t0 (tuple u8 u8)) {doubled} (export \"t\" (type $t59)))"),
    ] {
        let wasm = wat::parse_str(text).unwrap();
        let found = sandbox().load("types", &wasm).err();
        assert!(
            matches!(
                found,
                Some(LoadError::MissingExport { .. } | LoadError::Malformed { .. })
            ),
            "{found:?}"
        );
    }
}

#[test]
fn a_table_that_grows_step_by_step_is_stopped_at_the_limit_of_memory() {
    let limits = Limits {
        memory: 4 << 20,
        ..Limits::default()
    };
    // Ten thousand elements at a time, until there are no more; then as many steps as fitted are the answer's length.
    let guest = Guest {
        memory: r#"(memory (export "memory") 2) (table $t 0 funcref)"#.to_owned(),
        ..Guest::processing(format!(
            "(block $full (loop $more
                (br_if $full (i32.eq (table.grow $t (ref.null func) (i32.const 10000)) (i32.const -1)))
                (br $more)))
             (if (i32.gt_u (table.size $t) (i32.const 600000)) (then unreachable))
             i32.const {OUTCOME}"
        ))
    };
    let mut instance = limited(&guest, limits);
    assert!(instance.process(&view()).is_ok());
    assert!(instance.memory() <= 4 << 20);
}

#[test]
fn many_tables_and_memories_from_the_start_are_counted() {
    let tables: String = (0..100).map(|_| "(table 100000 funcref)").collect();
    let guest = Guest {
        memory: format!(r#"(memory (export "memory") 2) {tables}"#),
        ..Guest::default()
    };
    let error = configure(&guest, StageSettings::default()).unwrap_err();
    assert!(
        matches!(&error, ConfigureError::Failure(Failure::Memory)),
        "{error:?}"
    );
}
