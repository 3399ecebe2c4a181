//! `docs/reference.md` is made of the tables that configurations are checked with. `UPDATE=1` writes it anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use tollgate_config::{ComponentReference, Key, Kind, Role, Status, reference};

fn rows(keys: &[Key], path: &str, text: &mut String) {
    for key in keys {
        let name = if path.is_empty() {
            key.name.to_owned()
        } else {
            format!("{path}::{}", key.name)
        };
        let default = if key.default.is_empty() {
            String::new()
        } else {
            format!("`{}`", key.default)
        };
        let note = match key.status {
            Status::Used if key.required => format!("{}. **Required**", key.summary),
            Status::Used => key.summary.to_owned(),
            Status::Accepted => format!("{}. Accepted, changes nothing", key.summary),
            Status::Refused(reason) => format!("{}. **Refused**: {reason}", key.summary),
            Status::Only("", reason) => format!("{}. Must be empty: {reason}", key.summary),
            Status::Only(value, reason) => format!("{}. Only `{value}`: {reason}", key.summary),
            Status::Off(reason) => format!("{}. Only `enabled: false`: {reason}", key.summary),
        };
        let kind = key.kind.to_string().replace('|', "\\|");
        _ = writeln!(text, "| `{name}` | {kind} | {default} | {note} |");
        // What is refused needs no details.
        if let (Kind::Section(inner), Status::Used | Status::Accepted) = (key.kind, key.status) {
            rows(inner, &name, text);
        }
    }
}

fn section(component: &ComponentReference, text: &mut String) {
    _ = writeln!(text, "\n### `{}`\n", component.component);
    let aliases: Vec<String> = component
        .aliases
        .iter()
        .map(|alias| format!("`{alias}`"))
        .collect();
    let also = if aliases.is_empty() {
        String::new()
    } else {
        format!(" Also called {}.", aliases.join(", "))
    };
    _ = writeln!(text, "It {}.{also}\n", component.summary);
    if component.keys.is_empty() {
        text.push_str("It has no keys.\n");
        return;
    }
    text.push_str("| key | value | default | |\n|---|---|---|---|\n");
    rows(component.keys, "", text);
}

fn document() -> String {
    let mut text = String::from(
        "# Reference of the configuration\n\nEvery key, made from the tables that configurations are checked with. The stock policies describe themselves: \
         `tollgate components`.\nWhat a value may look like: [configuration](configuration.md).\n",
    );
    for (role, title) in [
        (Role::Receiver, "Receivers"),
        (Role::Processor, "Processors"),
        (Role::Exporter, "Exporters"),
        (Role::Program, "The program"),
    ] {
        _ = writeln!(text, "\n## {title}");
        for component in reference()
            .iter()
            .filter(|component| component.role == role)
        {
            section(component, &mut text);
        }
    }
    text
}

#[test]
fn the_reference_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference.md");
    let document = document();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &document).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == document,
        "docs/reference.md is stale: UPDATE=1 cargo test -p tollgate-config --test reference"
    );
}
