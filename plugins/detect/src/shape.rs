//! What a text looks like that nobody wrote as prose: an identifier, a number, a path, a model's name.
//!
//! No detector knows a street or a sentence. Telemetry of programs has few texts with spaces in them, so that where content must not
//! pass, everything is refused that is not of a plain shape, whatever it says and in whatever form it says it.

use crate::base64;
use crate::bytes::{is_base64, within};
use crate::decode::{Decoder, Form};
use crate::find::runs;

/// The longest plain text: paths and URLs are shorter.
const LONGEST: usize = 200;
/// The shortest piece of base64 and of hexadecimal digits that may say something.
const SHORTEST_BASE64: usize = 16;
const SHORTEST_HEX: usize = 20;

/// Sentences that the clients' own code writes, whoever uses them. Between their words stand names alone, where `*` is.
const PHRASES: &str = include_str!("phrases.txt");

/// Whether a text has a plain shape: printable ASCII without spaces and quotes, not long, and nothing readable in another form; or a
/// JSON text whose strings are all like that; or a sentence of the clients' own.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    is_word(text) || is_phrase(text) || is_plain_json(text)
}

fn is_word(text: &str) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    let mut encoded = false;
    for byte in text.bytes() {
        match byte {
            b'%' => encoded = true,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {}
            b' '..=b'~' if !matches!(byte, b' ' | b'"' | b'\'' | b'`' | b';' | b'\\') => {}
            _ => return false,
        }
    }
    if encoded {
        let mut plain = true;
        let mut budget = LONGEST;
        Decoder::new([Form::Url]).views(text, &mut budget, &mut |view, _| {
            plain &= is_word(&view.text);
        });
        if !plain {
            return false;
        }
    }
    text.len() < SHORTEST_BASE64 || !says_something(text.as_bytes())
}

/// Whether a word of it may be a key whose letters changed their case: long, of letters and digits, and no hexadecimal number.
pub(crate) fn has_drawn_word(text: &str) -> bool {
    const LONG: usize = 20;
    text.len() >= LONG
        && text
            .as_bytes()
            .split(|byte| !byte.is_ascii_alphanumeric())
            .any(|word| {
                word.len() >= LONG
                    && word.iter().any(u8::is_ascii_digit)
                    && word
                        .iter()
                        .any(|byte| byte.is_ascii_alphabetic() && !byte.is_ascii_hexdigit())
            })
}

/// Whether there is base64 or hexadecimal in it that can be read.
fn says_something(text: &[u8]) -> bool {
    let readable = |bytes: &[u8]| {
        bytes.iter().all(|byte| {
            (b' '..=b'~').contains(byte) || matches!(byte, b'\n' | b'\t') || *byte >= 0x80
        }) && std::str::from_utf8(bytes).is_ok()
    };
    runs(text, SHORTEST_BASE64).any(|run| {
        let symbols = within(text, run);
        debug_assert!(symbols.iter().all(|byte| is_base64(*byte)));
        let by_base64 = base64::may_be_readable(symbols)
            && base64::decoded(symbols).is_some_and(|bytes| readable(&bytes));
        by_base64
            || symbols.len() >= SHORTEST_HEX && hex(symbols).is_some_and(|bytes| readable(&bytes))
    })
}

fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16);
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(value(*high)? << 4 | value(*low)?).ok())
        .collect()
}

/// Whether it is one of the clients' own sentences.
fn is_phrase(text: &str) -> bool {
    text.len() <= LONGEST && PHRASES.lines().any(|phrase| fits(phrase, text))
}

/// Whether a text has the words of a phrase, with a name where the phrase has a `*`.
fn fits(phrase: &str, text: &str) -> bool {
    let mut words = text.split(' ');
    let fits = phrase.split(' ').all(|wanted| {
        let Some(word) = words.next() else {
            return false;
        };
        is_word(word) && holds(wanted, word)
    });
    fits && words.next().is_none()
}

/// Whether a word has the parts of a pattern, in their order, with anything where the pattern has a `*`.
fn holds(pattern: &str, word: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == word;
    };
    let Some(mut left) = word.strip_prefix(start) else {
        return false;
    };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return left.ends_with(part);
        }
        let Some((_, after)) = left.split_once(part) else {
            return false;
        };
        left = after;
    }
    true
}

/// Whether it is JSON, more or less, and each of its strings is plain.
fn is_plain_json(text: &str) -> bool {
    if !text.starts_with(['{', '[']) {
        return false;
    }
    let mut rest = text;
    loop {
        let Some((between, after)) = rest.split_once('"') else {
            return is_between(rest);
        };
        let Some((string, after)) = after.split_once('"') else {
            return false;
        };
        if !is_between(between) || !is_word(string) {
            return false;
        }
        rest = after;
    }
}

/// What stands between the strings of JSON.
fn is_between(text: &str) -> bool {
    let mut words = text
        .split(|character: char| !character.is_ascii_alphabetic())
        .filter(|word| !word.is_empty());
    words.all(|word| matches!(word, "true" | "false" | "null" | "e" | "E"))
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b'{' | b'}' | b'[' | b']' | b':' | b',' | b'.' | b'-' | b'+'
                )
                || byte.is_ascii_whitespace()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_write_is_plain() {
        for text in [
            "",
            "claude_code.tool_result",
            "gemini-2.5-pro",
            "01a20418-0bdf-7650-adbb-709e072acec2",
            "https://opentelemetry.io/schemas/1.37.0",
            "claude-opus-4-8[1m]",
            "run_shell_command__run_shell_command_1795366633731_0",
            "b0f4582bc71827b19cc2904082308c3da6691bf780b8c57ad0b2d44fe1a8a6f0",
            "2026-11-22T16:52:46.145Z",
            "codex_thread_store::live_thread",
            "core/src/session/mod.rs",
            "{token}",
            "vendor=00f067aa0ba902b7,other=1",
            "[email]",
            "[redacted:26]",
            "email_3fa9c1d2e4b5a697",
            "API response from gemini-2.5-pro. Status: 200. Duration: 100ms.",
            "event otel/src/events/session_telemetry.rs:1089",
            "event model-provider/src/models_endpoint.rs:434",
            r#"[{"name":"cli_startup","duration_ms":1.5e3,"ok":true}]"#,
            "%2Fsrv%2Fcapture",
        ] {
            assert!(is_plain(text), "{text}");
        }
    }

    #[test]
    fn what_people_write_is_not() {
        for text in [
            "Write a poem about my boss",
            "12 Main Street",
            "it's",
            "Straße",
            "a\nb",
            "a\tb",
            "Write%20a%20poem",
            "V3JpdGUgYSBwb2VtIGFib3V0IG15IGJvc3M=",
            "MTIgTWFpbiBTdHJlZXQ=",
            "577269746520612070 6f656d",
            "57726974652061207 06f656d20",
            "577269746520612070 6f656d",
            "57726974652061206c6f6e6720706f656d",
            r#"{"text":"Write a poem"}"#,
            r#"{"text":"a","b":Write}"#,
            "&#87;&#114;",
            "API request to my boss.",
            "API request to a b c.",
            "event jane",
            "event a/src/b",
            r#"{"a":"V3JpdGUgYSBwb2VtIGFib3V0IG15IGJvc3M="}"#,
            "\"quoted\"",
        ] {
            assert!(!is_plain(text), "{text}");
        }
        assert!(!is_plain(&"a".repeat(201)));
    }
}
