//! One value, shown by a verb.

use std::fmt::Write as _;

use super::quote::quote;
use super::{Spec, double, integer};
use crate::value::{List, ListKind, Map, MapKind, Time, Value};
use crate::{go, json};

/// How deep a value is shown.
const DEEPEST: usize = 128;

/// Appends a value as a verb shows it.
pub(super) fn print(out: &mut String, spec: &Spec, verb: char, value: &Value<'_>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    if depth == 0 && verb == 'T' {
        let name = if value.is_nil() {
            "<nil>"
        } else {
            value.type_name()
        };
        return text(out, spec, 's', value, name);
    }
    match value {
        Value::Nil if depth > 0 => out.push_str("<nil>"),
        Value::Nil if verb == 'v' => spec.pad(out, "<nil>"),
        Value::Bool(boolean) if matches!(verb, 't' | 'v') => {
            spec.pad(out, if *boolean { "true" } else { "false" });
        }
        Value::Int(integer) => {
            if !integer::print(out, spec, verb, *integer) {
                bad(out, spec, verb, value);
            }
        }
        Value::Double(double) => {
            if !double::print(out, spec, verb, *double) {
                bad(out, spec, verb, value);
            }
        }
        Value::Text(held) => text(out, spec, verb, value, held),
        Value::Bytes(held) => bytes(out, spec, verb, value, held),
        Value::List(list) => items(out, spec, verb, list, depth),
        Value::Map(map) => entries(out, spec, verb, map, depth),
        Value::Duration(nanos) if is_text(verb) => {
            text(out, spec, verb, value, &go::duration(*nanos));
        }
        Value::Duration(nanos) => {
            if !integer::print(out, spec, verb, *nanos) {
                bad(out, spec, verb, value);
            }
        }
        Value::Time(time) => text(out, spec, verb, value, &instant(*time)),
        Value::TraceId(id) | Value::ProfileId(id) => identifier(out, spec, verb, value, id),
        Value::SpanId(id) => identifier(out, spec, verb, value, id),
        Value::Nil | Value::Bool(_) | Value::Opaque(_) => bad(out, spec, verb, value),
    }
}

fn instant(time: Time) -> String {
    crate::functions::time::shown(time)
}

/// Whether a verb shows what a type makes of itself.
const fn is_text(verb: char) -> bool {
    matches!(verb, 'v' | 's' | 'x' | 'X' | 'q')
}

/// A verb that a value does not have.
fn bad(out: &mut String, spec: &Spec, verb: char, value: &Value<'_>) {
    let _ = write!(out, "%!{verb}(");
    if value.is_nil() {
        out.push_str("<nil>");
    } else {
        out.push_str(value.type_name());
        out.push('=');
        if matches!(value, Value::Opaque(_)) {
            out.push_str("{}");
        } else {
            print(out, spec, 'v', value, 1);
        }
    }
    out.push(')');
}

fn text(out: &mut String, spec: &Spec, verb: char, value: &Value<'_>, held: &str) {
    match verb {
        'v' if spec.sharp_v => {
            let held = shortened(spec, held);
            spec.pad(out, &quote(held.as_bytes(), '"', false));
        }
        'v' | 's' => spec.pad(out, shortened(spec, held)),
        'x' | 'X' => hexadecimal(out, spec, verb, held.as_bytes()),
        'q' => {
            let held = shortened(spec, held);
            let back = |letter: char| {
                letter != '`' && letter != '\u{feff}' && (letter == '\t' || !letter.is_control())
            };
            if spec.sharp && held.chars().all(back) {
                spec.pad(out, &format!("`{held}`"));
            } else {
                spec.pad(out, &quote(held.as_bytes(), '"', spec.plus));
            }
        }
        _ => bad(out, spec, verb, value),
    }
}

/// As many characters as the precision asks for.
fn shortened<'t>(spec: &Spec, text: &'t str) -> &'t str {
    let cut = spec
        .precision
        .and_then(|count| text.char_indices().nth(count));
    cut.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

fn hexadecimal(out: &mut String, spec: &Spec, verb: char, bytes: &[u8]) {
    let count = spec.precision.unwrap_or(bytes.len()).min(bytes.len());
    let mut digits = String::new();
    for (place, byte) in bytes.iter().take(count).enumerate() {
        if spec.space && place > 0 {
            digits.push(' ');
        }
        if spec.sharp && (place == 0 || spec.space) {
            digits.push_str("0x");
        }
        let _ = write!(digits, "{byte:02x}");
    }
    if verb == 'X' {
        digits.make_ascii_uppercase();
    }
    spec.pad(out, &digits);
}

fn bytes(out: &mut String, spec: &Spec, verb: char, value: &Value<'_>, held: &[u8]) {
    match verb {
        'v' if spec.sharp_v => {
            let held: Vec<_> = held.iter().map(|byte| format!("{byte:#x}")).collect();
            let _ = write!(out, "[]byte{{{}}}", held.join(", "));
        }
        'q' if str::from_utf8(held).is_err() => {
            let held = held.get(..cut_bytes(spec, held)).unwrap_or_default();
            spec.pad(out, &quote(held, '"', spec.plus));
        }
        's' | 'q' => text(out, spec, verb, value, &String::from_utf8_lossy(held)),
        'x' | 'X' => hexadecimal(out, spec, verb, held),
        _ => numbers(out, spec, verb, held),
    }
}

/// Where bytes end of which the precision asks for some characters; a byte that is none counts as one.
fn cut_bytes(spec: &Spec, held: &[u8]) -> usize {
    let Some(count) = spec.precision else {
        return held.len();
    };
    let lengths = held.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().chars().map(char::len_utf8);
        valid.chain(chunk.invalid().iter().map(|_| 1))
    });
    lengths.take(count).sum()
}

/// Bytes as a list of numbers.
fn numbers(out: &mut String, spec: &Spec, verb: char, held: &[u8]) {
    out.push('[');
    for (place, byte) in held.iter().enumerate() {
        if place > 0 {
            out.push(' ');
        }
        if !integer::print(out, spec, verb, i64::from(*byte)) {
            let _ = write!(out, "%!{verb}(uint8=");
            integer::print(out, spec, 'v', i64::from(*byte));
            out.push(')');
        }
    }
    out.push(']');
}

/// An identifier shows its digits; as numbers it is an array of bytes.
fn identifier(out: &mut String, spec: &Spec, verb: char, value: &Value<'_>, id: &[u8]) {
    if is_text(verb) {
        text(out, spec, verb, value, &go::hex(id));
    } else {
        numbers(out, spec, verb, id);
    }
}

/// What telemetry holds is shown as JSON: upstream shows addresses of its memory.
fn telemetry(out: &mut String, spec: &Spec, value: &Value<'_>) {
    spec.pad_plain(out, &json::encode_plain(value).unwrap_or_default());
}

fn items(out: &mut String, spec: &Spec, verb: char, list: &List<'_>, depth: usize) {
    if list.kind() == ListKind::Slice {
        return telemetry(out, spec, &list.clone().into());
    }
    let (open, between, close) = if spec.sharp_v {
        ("{", ", ", "}")
    } else {
        ("[", " ", "]")
    };
    if spec.sharp_v {
        out.push_str(list.kind().name());
    }
    out.push_str(open);
    for (place, item) in list.iter().enumerate() {
        if place > 0 {
            out.push_str(between);
        }
        print(out, spec, verb, &item, depth + 1);
    }
    out.push_str(close);
}

fn entries(out: &mut String, spec: &Spec, verb: char, map: &Map<'_>, depth: usize) {
    if map.kind() == MapKind::Map {
        return telemetry(out, spec, &map.clone().into());
    }
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by(|(a, _), (b, _)| a.as_str().cmp(b));
    let (open, between, close) = if spec.sharp_v {
        ("{", ", ", "}")
    } else {
        ("[", " ", "]")
    };
    out.push_str(if spec.sharp_v {
        map.kind().name()
    } else {
        "map"
    });
    out.push_str(open);
    for (place, (key, value)) in entries.into_iter().enumerate() {
        if place > 0 {
            out.push_str(between);
        }
        print(out, spec, verb, &key.into(), depth + 1);
        out.push(':');
        print(out, spec, verb, &value, depth + 1);
    }
    out.push_str(close);
}
