//! The JSON Schema of a configuration: made from the tables, and whole.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod support;

use serde_json::{Value, json};
use support::Typed;
use tollgate_config::{Role, Status, json_schema, reference};

fn every(value: &Value, visit: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                visit(key, value);
                every(value, visit);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| every(item, visit)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let schema = json_schema(&Typed);
    let mut references = 0;
    every(&schema, &mut |key, value| {
        if let (true, Some(target)) = (key == "$ref", value.as_str()) {
            references += 1;
            assert!(
                schema.pointer(target.trim_start_matches('#')).is_some(),
                "{target}"
            );
        }
    });
    assert!(references > 10, "only {references}");
}

#[test]
fn every_component_and_key_is_in_it() {
    let schema = json_schema(&Typed);
    for component in reference() {
        if component.role == Role::Program {
            continue;
        }
        for kind in [component.component].iter().chain(component.aliases) {
            let own = &schema["properties"][component.role.section()]["patternProperties"]
                [format!("^{kind}(/.+)?$")];
            assert!(own.is_object(), "{kind}");
            for key in component.keys {
                let there = !own["properties"][key.name].is_null();
                assert_eq!(
                    there,
                    !matches!(key.status, Status::Refused(_)),
                    "{kind}: {}",
                    key.name
                );
            }
        }
    }
}

#[test]
fn a_policy_of_two_names_is_there_under_both() {
    let schema = json_schema(&Typed);
    let connectors = &schema["properties"]["connectors"]["patternProperties"];
    for kind in ["signaltometrics", "signal_to_metrics"] {
        assert_eq!(
            connectors[format!("^{kind}(/.+)?$")],
            connectors["^signaltometrics(/.+)?$"]
        );
        assert!(connectors[format!("^{kind}(/.+)?$")].is_object(), "{kind}");
    }
}

#[test]
fn a_policys_schema_has_its_own_parts_and_the_hosts_key() {
    let schema = json_schema(&Typed);
    let policy = &schema["$defs"]["attributes"];
    assert_eq!(
        policy["properties"]["inline_string"]["$ref"],
        "#/$defs/attributes/$defs/text"
    );
    assert_eq!(
        policy["properties"]["gate"]["properties"]["on_error"]["anyOf"][0],
        json!({"enum": ["reject", "drop", "pass"]})
    );
    let processors = &schema["properties"]["processors"]["patternProperties"];
    assert!(
        processors["^attributes(/.+)?$"]
            .to_string()
            .contains("#/$defs/attributes")
    );
}
