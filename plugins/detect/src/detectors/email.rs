//! Mail addresses.

use std::ops::Range;

use crate::bytes::{at, before, is_escape_end, is_glue, is_word, run_after, run_before, within};

/// The longest local part and the longest domain (RFC 5321).
const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 255;

/// Ends of names of files that are often scaled: `icon@2x.png` is no address.
const FILES: [&[u8]; 6] = [b"png", b"jpg", b"jpeg", b"svg", b"webp", b"gif"];

fn is_local(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'.' | b'%' | b'+' | b'-' | b'\'' | b'&')
}

fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-') || byte >= 0x80
}

/// The address around an `@`.
pub(crate) fn email(text: &[u8], place: usize) -> Option<Range<usize>> {
    let mut start = run_before(text, place, LONGEST_LOCAL, is_local);
    start = letters_before(text, start, place);
    // A quote, a hyphen or a full stop before an address is not part of it; neither is half a character.
    while start < place
        && (matches!(at(text, start), b'.' | b'\'' | b'-' | b'&' | b'%')
            || is_continuation(at(text, start)))
    {
        start = start.saturating_add(1);
    }
    // The letter of an escape is none of the address.
    start = start.saturating_add(usize::from(is_escape_end(text, start.saturating_add(1))));
    let end = domain(text, place.saturating_add(1))?;
    if start == place || before(text, place) == b'.' || is_login(text, start, end) {
        return None;
    }
    Some(start..end)
}

/// Where the domain ends that begins at `start`.
fn domain(text: &[u8], start: usize) -> Option<usize> {
    let end = run_after(text, start, LONGEST_DOMAIN, is_domain);
    let end = letters_after(text, start, end);
    let mut whole = within(text, start..end);
    while let Some((b'.' | b'-', rest)) = whole.split_last() {
        whole = rest;
    }
    // What a sentence goes on with after a full stop is no part of a domain: labels that cannot end one are left out from the right.
    loop {
        let dot = whole.iter().rposition(|byte| *byte == b'.')?;
        let (host, last) = whole.split_at_checked(dot)?;
        let top = last.get(1..)?;
        if is_top(top) {
            let labels = host.split(|byte| *byte == b'.');
            let fine = labels.clone().all(|label| {
                !label.is_empty() && label.first() != Some(&b'-') && label.last() != Some(&b'-')
            });
            let is_file = FILES.contains(&top)
                && host.last() == Some(&b'x')
                && host.first().is_some_and(u8::is_ascii_digit);
            return (fine && !is_file).then_some(start.saturating_add(whole.len()));
        }
        whole = host;
    }
}

/// Whether a label may be a top level domain.
fn is_top(label: &[u8]) -> bool {
    let letters = label
        .iter()
        .all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80);
    (2..=24).contains(&label.len()) && letters || label.starts_with(b"xn--")
}

/// Whether it is who logs in where: `ssh://deploy@host`, `postgres://user:password@host`, `git@host:path`.
fn is_login(text: &[u8], start: usize, end: usize) -> bool {
    if within(text, start..end).starts_with(b"git@") && at(text, end) == b':' {
        return true;
    }
    let authority = run_before(text, start, 256, |byte| {
        byte > b' '
            && !matches!(
                byte,
                b'/' | b'?' | b'#' | b'=' | b'"' | b'\'' | b'<' | b'>' | b','
            )
    });
    within(text, authority.saturating_sub(3)..authority) == b"://"
}

/// Where the letters before `end` begin: punctuation of other alphabets is no part of an address, and theirs that are written without
/// gaps belong to the sentence.
fn letters_before(text: &[u8], mut start: usize, end: usize) -> usize {
    while start < end && is_continuation(at(text, start)) {
        start = start.saturating_add(1);
    }
    let local = std::str::from_utf8(within(text, start..end)).unwrap_or_default();
    let last = local
        .char_indices()
        .rfind(|(_, character)| !character.is_ascii() && !is_glue(*character));
    last.map_or(start, |(place, character)| {
        start
            .saturating_add(place)
            .saturating_add(character.len_utf8())
    })
}

/// Where the letters after `start` end.
fn letters_after(text: &[u8], start: usize, mut end: usize) -> usize {
    while end > start && is_continuation(at(text, end)) {
        end = end.saturating_sub(1);
    }
    let domain = std::str::from_utf8(within(text, start..end)).unwrap_or_default();
    let first =
        domain.find(|character: char| !character.is_ascii() && !character.is_alphanumeric());
    first.map_or(end, |place| start.saturating_add(place))
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let bytes = text.as_bytes();
        let places = (0..bytes.len()).filter(|place| at(bytes, *place) == b'@');
        places
            .filter_map(|place| text.get(email(bytes, place)?))
            .collect()
    }

    #[test]
    fn hits() {
        for (text, expected) in [
            ("jane.doe@example.com", "jane.doe@example.com"),
            (
                "<Jane_Doe+x@mail.example.co.uk>",
                "Jane_Doe+x@mail.example.co.uk",
            ),
            ("write to jane@example.com.", "jane@example.com"),
            ("\"jane@example.com\",", "jane@example.com"),
            ("author=jane@example.com;", "jane@example.com"),
            ("mailto:jane@example.com?subject=x", "jane@example.com"),
            ("jörg@exämple.de", "jörg@exämple.de"),
            ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
            ("jane@example.com.Next sentence", "jane@example.com.Next"),
            ("(jane@a-b.museum)", "jane@a-b.museum"),
            ("'jane@example.com'", "jane@example.com"),
            ("JANE@EXAMPLE.COM", "JANE@EXAMPLE.COM"),
            ("o'hara@example.ie", "o'hara@example.ie"),
            (r"a\njane@example.com\nb", "jane@example.com"),
            (
                "https://x.example/?mail=jane@example.com",
                "jane@example.com",
            ),
        ] {
            assert_eq!(found(text), [expected], "{text}");
        }
    }

    #[test]
    fn misses() {
        for text in [
            "@example.com",
            "jane@",
            "jane@localhost",
            "jane@example.c",
            "pkg@1.2.3",
            "actions/checkout@v4.1.0",
            "icon@2x.png",
            "@app.route",
            "git@github.com:org/repo.git",
            "ssh://deploy@host.example.com/x",
            "postgres://u:pw@db.example.com/x",
            "a@@b.com",
            "jane@-.com",
            "jane@.com",
            "@types/node@20.1.0",
            "user@[10.0.0.1]",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
