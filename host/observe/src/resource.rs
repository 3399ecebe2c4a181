//! What the gate's own telemetry says of the gate.

use crate::Environment;

/// Attributes of the resource: our own, those of the environment, and those of the configuration, each over the ones before.
pub(crate) fn attributes(
    written: &[(String, Option<String>)],
    environment: &Environment,
) -> Vec<(String, String)> {
    let mut attributes = vec![
        ("service.name".to_owned(), "tollgate".to_owned()),
        (
            "service.version".to_owned(),
            env!("CARGO_PKG_VERSION").to_owned(),
        ),
        ("service.instance.id".to_owned(), instance_id()),
    ];
    for (key, value) in environment.resource() {
        set(&mut attributes, key, Some(value));
    }
    for (key, value) in written {
        set(&mut attributes, key.clone(), value.clone());
    }
    attributes
}

fn set(attributes: &mut Vec<(String, String)>, key: String, value: Option<String>) {
    let known = attributes.iter().position(|(known, _)| *known == key);
    match (known, value) {
        (Some(place), None) => drop(attributes.remove(place)),
        (Some(place), Some(value)) => {
            if let Some((_, known)) = attributes.get_mut(place) {
                *known = value;
            }
        }
        (None, Some(value)) => attributes.push((key, value)),
        (None, None) => {}
    }
}

/// A random UUID, version 4: each run of the program is an instance of its own.
#[must_use]
pub fn instance_id() -> String {
    let random = fastrand::u128(..);
    let random = random & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let digits = format!("{random:032x}");
    let mut parts = Vec::new();
    let mut rest = digits.as_str();
    for length in [8, 4, 4, 4] {
        let (part, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts.join("-")
}
