//! A tree as YAML again, for people to read: secrets starred out, comments and anchors gone.

use std::fmt::Write;

use super::secrets::{is_secret, item_of};
use super::{Node, Value, plain};

/// What stands in the place of a secret.
const HIDDEN: &str = "'[redacted]'";

/// Writes a tree as YAML.
pub(crate) fn print(root: &Node) -> String {
    let mut text = String::new();
    match &root.value {
        Value::Map(entries) if !entries.is_empty() => block(root, "", false, 0, &mut text),
        _ => scalar(root, false, &mut text),
    }
    text.trim_start_matches('\n').to_owned()
}

fn block(node: &Node, under: &str, secret: bool, depth: usize, text: &mut String) {
    match &node.value {
        Value::Map(entries) if !entries.is_empty() => {
            for entry in entries {
                indent(depth, text);
                quoted(&entry.key, text);
                text.push(':');
                let secret = is_secret(entry, under, secret);
                value(
                    &entry.node,
                    &entry.key,
                    secret,
                    depth.saturating_add(1),
                    text,
                );
            }
        }
        Value::List(items) if !items.is_empty() => {
            for item in items {
                indent(depth, text);
                text.push('-');
                value(item, item_of(under), secret, depth.saturating_add(1), text);
            }
        }
        _ => scalar(node, secret, text),
    }
}

fn value(node: &Node, under: &str, secret: bool, depth: usize, text: &mut String) {
    let nested = match &node.value {
        Value::Map(entries) => !entries.is_empty(),
        Value::List(items) => !items.is_empty(),
        _ => false,
    };
    if nested {
        block(node, under, secret, depth, text);
    } else {
        if !matches!(node.value, Value::Null) {
            text.push(' ');
        }
        scalar(node, secret, text);
    }
}

fn indent(depth: usize, text: &mut String) {
    text.push('\n');
    (0..depth).for_each(|_| text.push_str("  "));
}

fn scalar(node: &Node, secret: bool, text: &mut String) {
    // Writing to a string does not fail.
    let _ = match &node.value {
        Value::Null | Value::Unknown => Ok(()),
        Value::List(_) => text.write_str("[]"),
        Value::Map(_) => text.write_str("{}"),
        _ if secret || node.holds_password() => text.write_str(HIDDEN),
        Value::Bool(value) => write!(text, "{value}"),
        Value::Int(value) => write!(text, "{value}"),
        Value::Large(value) => write!(text, "{value}"),
        Value::Float(value) if value.is_nan() => text.write_str(".nan"),
        Value::Float(value) if value.is_infinite() => {
            text.write_str(if *value > 0.0 { ".inf" } else { "-.inf" })
        }
        Value::Float(value) => write!(text, "{value:?}"),
        Value::Text(inner) => {
            quoted(inner, text);
            Ok(())
        }
    };
}

/// A text, in quotes where it would be taken for something else.
fn quoted(inner: &str, text: &mut String) {
    let simple =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' ' | '(' | ')');
    let bare = inner.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '/' | '.'))
        && inner.chars().all(simple)
        && !inner.ends_with(' ')
        && matches!(plain(inner), Value::Text(_));
    if bare {
        text.push_str(inner);
    } else if inner.chars().any(char::is_control) {
        // JSON's texts are YAML's, too.
        text.push_str(&serde_json::Value::from(inner).to_string());
    } else {
        text.push('\'');
        text.push_str(&inner.replace('\'', "''"));
        text.push('\'');
    }
}
