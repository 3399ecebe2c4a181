//! The entries of a span's trace state, by W3C's rules.

use tollgate_ottl::Value;

const MOST: usize = 32;

/// Keys and values; nothing where the text breaks the rules.
fn parse(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut entries = Vec::new();
    for entry in text.split(',') {
        let entry = entry.trim_matches([' ', '\t']);
        if entry.is_empty() {
            continue;
        }
        let (key, value) = entry.split_once('=')?;
        if !is_key(key) || !is_value(value) || entries.iter().any(|(known, _)| *known == key) {
            return None;
        }
        entries.push((key, value));
        if entries.len() > MOST {
            return None;
        }
    }
    Some(entries)
}

fn is_key(key: &str) -> bool {
    let inner = |byte: u8| {
        byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'_' | b'-' | b'*' | b'/')
    };
    let part = |part: &str, most: usize, digit: bool| {
        let mut bytes = part.bytes();
        bytes
            .next()
            .is_some_and(|first| first.is_ascii_lowercase() || (digit && first.is_ascii_digit()))
            && bytes.all(inner)
            && part.len() <= most
    };
    match key.split_once('@') {
        None => part(key, 256, false),
        Some((tenant, system)) => part(tenant, 241, true) && part(system, 14, false),
    }
}

fn is_value(value: &str) -> bool {
    let printable = |byte: u8| matches!(byte, b' '..=b'~') && byte != b',' && byte != b'=';
    !value.is_empty() && value.len() <= 256 && value.bytes().all(printable) && !value.ends_with(' ')
}

/// The value of an entry: empty where there is none, and no value where the text breaks the rules.
pub(crate) fn get<'e>(text: &str, key: &str) -> Value<'e> {
    match parse(text) {
        None => Value::Nil,
        Some(entries) => {
            let found = entries.iter().find(|(known, _)| *known == key);
            Value::text(found.map_or("", |(_, value)| *value))
        }
    }
}

/// The text with an entry at its front; none where it breaks the rules.
pub(crate) fn insert(text: &str, key: &str, value: &str) -> Option<String> {
    let mut entries = parse(text)?;
    if !is_key(key) || !is_value(value) {
        return None;
    }
    entries.retain(|(known, _)| *known != key);
    entries.insert(0, (key, value));
    entries.truncate(MOST);
    let entries: Vec<_> = entries
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    Some(entries.join(","))
}
