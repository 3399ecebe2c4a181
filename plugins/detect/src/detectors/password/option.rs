//! Options on command lines.

use std::ops::Range;

use super::name::{LONGEST_NAME, Name};
use super::value::{is_value, value};
use crate::bytes::{at, before, is_escape_end, run_after, run_before, within};

/// The secret after an option: `--password x`, `curl -u user:x`, `mysql -px`, by the hyphen that begins it.
pub(crate) fn after_option(text: &[u8], hyphen: usize) -> Option<Range<usize>> {
    let previous = before(text, hyphen);
    if !(previous == 0
        || is_escape_end(text, hyphen)
        || previous.is_ascii_whitespace()
        || matches!(previous, b'"' | b'\'' | b',' | b'[' | b'`' | b'('))
    {
        return None;
    }
    if at(text, hyphen.saturating_add(1)) == b'-' {
        let start = hyphen.saturating_add(2);
        let end = run_after(text, start, LONGEST_NAME, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
        });
        let name = Name::of(within(text, start..end));
        let gap = gap(text, end)?;
        let is_user = name.is(b"user") || name.is(b"proxy_user");
        return match name.is_secret() {
            true if at(text, gap) != b'-' => value(text, gap, false),
            false if is_user => user_and_password(text, gap),
            _ => None,
        };
    }
    let flag = at(text, hyphen.saturating_add(1));
    let after = hyphen.saturating_add(2);
    match flag {
        b'u' | b'U' if command(text, hyphen, &[b"curl", b"http", b"https", b"wget"]) => {
            user_and_password(text, gap(text, after).unwrap_or(after))
        }
        b'p' if command(
            text,
            hyphen,
            &[
                b"mysql",
                b"mysqldump",
                b"mysqladmin",
                b"mariadb",
                b"sshpass",
                b"mongo",
                b"mongosh",
            ],
        ) =>
        {
            value(text, after, false)
                .filter(|value| value.start < value.end && !at(text, after).is_ascii_whitespace())
                .or_else(|| {
                    if command(text, hyphen, &[b"sshpass", b"mongo", b"mongosh"]) {
                        value(text, gap(text, after)?, false)
                    } else {
                        None
                    }
                })
        }
        b'p' if command(text, hyphen, &[b"docker", b"podman", b"helm", b"az"])
            && within(text, hyphen.saturating_sub(200)..hyphen)
                .windows(5)
                .any(|word| word == b"login") =>
        {
            value(text, gap(text, after)?, false)
        }
        b'a' if command(text, hyphen, &[b"redis-cli"]) => value(text, gap(text, after)?, false),
        _ => None,
    }
}

/// Where an option's value begins: after spaces, or after what parts the elements of a list in JSON.
fn gap(text: &[u8], start: usize) -> Option<usize> {
    let end = run_after(text, start, 8, |byte| {
        matches!(byte, b' ' | b'"' | b',' | b'\'' | b'=' | b'\\')
    });
    (end > start).then_some(end).map(|end| {
        // The value's own quote is left to it.
        if matches!(before(text, end), b'"' | b'\'') {
            end.saturating_sub(1)
        } else {
            end
        }
    })
}

fn user_and_password(text: &[u8], start: usize) -> Option<Range<usize>> {
    let whole = value(text, start, false)?;
    let colon = within(text, whole.clone())
        .iter()
        .position(|byte| *byte == b':')?;
    let password = whole.start.saturating_add(colon).saturating_add(1)..whole.end;
    is_value(within(text, password.clone())).then_some(password)
}

/// Whether the command that an option belongs to is one of these.
fn command(text: &[u8], option: usize, names: &[&[u8]]) -> bool {
    let start = run_before(text, option, 300, |byte| {
        !matches!(byte, b'|' | b';' | b'&' | b'\n' | b'`' | b'(')
    });
    let words = within(text, start..option)
        .split(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')));
    words
        .filter(|word| !word.is_empty())
        .any(|word| names.contains(&word))
}
