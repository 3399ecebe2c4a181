//! Passwords in URLs, on command lines, in assignments and in headers. They have no form of their own: what stands before them tells.

use std::ops::Range;

use crate::bytes::{
    at, before, begins_word, ends_with_folded, from, is_escape_end, is_word, run_after, run_before,
    starts_with_folded, within,
};

/// The longest password that is read to its end.
const LONGEST: usize = 1024;
/// The longest name before one.
const LONGEST_NAME: usize = 64;

/// Ends of names whose values are secrets. Hyphens count as underscores.
const NAMES: [&[u8]; 18] = [
    b"password",
    b"passwd",
    b"passphrase",
    b"passwort",
    b"pwd",
    b"pass",
    b"secret",
    b"token",
    b"api_key",
    b"apikey",
    b"access_key",
    b"secret_key",
    b"private_key",
    b"auth_key",
    b"client_secret",
    b"access_token",
    b"auth",
    b"account_key",
];

/// Names of headers whose value is a secret as a whole.
const HEADERS: [&[u8]; 3] = [b"proxy_authorization", b"authorization", b"x_auth_token"];

/// The password in `scheme://user:password@host`, by the colon after the scheme.
pub(crate) fn in_url(text: &[u8], colon: usize) -> Option<Range<usize>> {
    if !from(text, colon).starts_with(b"://") || !before(text, colon).is_ascii_alphanumeric() {
        return None;
    }
    let start = colon.saturating_add(3);
    let end = run_after(text, start, LONGEST, |byte| {
        byte > b' ' && !matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'`')
    });
    let authority = within(text, start..end);
    let host = authority.iter().rposition(|byte| *byte == b'@')?;
    let after = at(authority, host.saturating_add(1));
    if !is_word(after) && after != b'[' {
        return None;
    }
    let user = authority
        .get(..host)?
        .iter()
        .position(|byte| *byte == b':')?;
    let password = start.saturating_add(user).saturating_add(1)..start.saturating_add(host);
    // A token alone stands in the place of the user: `https://TOKEN@host` or `https://TOKEN:x-oauth-basic@host`.
    if within(text, password.clone()) == b"x-oauth-basic" && user >= 8 {
        return Some(start..start.saturating_add(user));
    }
    is_value(within(text, password.clone())).then_some(password)
}

/// What an assignment's value is.
pub(crate) struct Assigned {
    pub(crate) value: Range<usize>,
    /// It stands in the query of a URL.
    pub(crate) in_query: bool,
}

/// The secret after the `=` or `:` of an assignment whose name says what it is: `PGPASSWORD=x`, `--token=x`, `"password": "x"`,
/// `&access_token=x`, `Authorization: Bearer x`.
pub(crate) fn assigned(text: &[u8], sign: usize) -> Option<Assigned> {
    let is_colon = at(text, sign) == b':';
    if matches!(at(text, sign.saturating_add(1)), b'=' | b':')
        || matches!(before(text, sign), b'=' | b':' | b'!' | b'<' | b'>')
    {
        return None;
    }
    // Quotes and a space may stand between name and sign.
    let mut name_end = run_before(text, sign, 3, |byte| {
        matches!(byte, b'"' | b'\'' | b'\\' | b' ')
    });
    if name_end < sign && before(text, name_end).is_ascii_whitespace() {
        name_end = sign;
    }
    let name_start = run_before(text, name_end, LONGEST_NAME, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
    });
    let name_start = name_start.saturating_add(usize::from(is_escape_end(
        text,
        name_start.saturating_add(1),
    )));
    let name = Name::of(within(text, name_start..name_end));
    if HEADERS.iter().any(|header| name.is(header)) {
        return header(text, sign.saturating_add(1)).map(|value| Assigned {
            value,
            in_query: false,
        });
    }
    if !name.is_secret() {
        return None;
    }
    let in_query = matches!(before(text, name_start), b'?' | b'&') && !is_colon;
    let value = value(text, sign.saturating_add(1), in_query)?;
    // After a colon prose goes on, too: `password: must be changed` is none.
    let plain =
        is_colon && !matches!(before(text, value.start), b'"' | b'\'') && is_sentence(text, &value);
    // `tests: pass=12`, and what is the name of the next assignment.
    let is_count = name.is(b"pass") && within(text, value.clone()).iter().all(u8::is_ascii_digit);
    let is_name = at(text, value.end) == b' ' && at(text, value.end.saturating_add(1)) == b'=';
    (!plain && !is_count && !is_name).then_some(Assigned { value, in_query })
}

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

/// The secret after `Bearer` or `Basic`, by the first letter.
pub(crate) fn bearer(text: &[u8], place: usize) -> Option<Range<usize>> {
    if !begins_word(text, place) {
        return None;
    }
    let rest = from(text, place);
    let (name, least) = if starts_with_folded(rest, b"bearer") {
        (6, 8)
    } else if starts_with_folded(rest, b"basic") {
        (5, 12)
    } else {
        return None;
    };
    let name_end = place.saturating_add(name);
    let start = run_after(text, name_end, 4, |byte| byte == b' ' || byte == b':');
    let end = credentials(text, start);
    let value = within(text, start..end);
    let fits = start > name_end && value.len() >= least && is_value(value);
    // `bearer credentials` is prose: credentials have a digit, a sign, or both cases.
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    let looks = has(|byte| !byte.is_ascii_lowercase())
        && (value.iter().skip(1).any(|byte| !byte.is_ascii_lowercase()));
    (fits && looks).then_some(start..end)
}

/// The value of a header of credentials: what stands after its scheme.
fn header(text: &[u8], start: usize) -> Option<Range<usize>> {
    let mut start = run_after(text, start, 4, |byte| {
        matches!(byte, b' ' | b'"' | b'\'' | b'\\')
    });
    for scheme in [
        &b"bearer "[..],
        b"basic ",
        b"token ",
        b"apikey ",
        b"digest ",
        b"negotiate ",
    ] {
        if starts_with_folded(from(text, start), scheme) {
            start = start.saturating_add(scheme.len());
            break;
        }
    }
    let end = credentials(text, start);
    (end.saturating_sub(start) >= 4 && is_value(within(text, start..end))).then_some(start..end)
}

fn credentials(text: &[u8], start: usize) -> usize {
    run_after(text, start, LONGEST, |byte| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'-' | b'.'
                    | b'_'
                    | b'~'
                    | b'+'
                    | b'/'
                    | b'='
                    | b':'
                    | b'|'
                    | b'*'
                    | b'$'
                    | b'{'
                    | b'}'
                    | b'<'
                    | b'>'
            )
    })
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

/// The value that begins after spaces and quotes at `start`; none if it is empty, a variable, or masked already.
fn value(text: &[u8], start: usize, in_query: bool) -> Option<Range<usize>> {
    let mut start = run_after(text, start, 4, |byte| byte == b' ');
    while at(text, start) == b'\\' && matches!(at(text, start.saturating_add(1)), b'"' | b'\\') {
        start = start.saturating_add(1);
    }
    let quote = at(text, start);
    let end = if matches!(quote, b'"' | b'\'' | b'`') {
        start = start.saturating_add(1);
        let end = run_after(text, start, LONGEST, |byte| byte != quote && byte != b'\n');
        // The backslash of an escaped quote.
        end.saturating_sub(usize::from(end > start && before(text, end) == b'\\'))
    } else {
        let end = run_after(text, start, LONGEST, |byte| {
            byte > b' '
                && !matches!(
                    byte,
                    b'"' | b'\'' | b'`' | b';' | b'|' | b'<' | b'>' | b'\\'
                )
                && !(in_query && matches!(byte, b'&' | b'#'))
                && (in_query || byte != b',')
        });
        let mut end = end;
        while end > start && matches!(before(text, end), b'.' | b')' | b'}' | b']') {
            end = end.saturating_sub(1);
        }
        end
    };
    is_value(within(text, start..end)).then_some(start..end)
}

/// Whether it may be a secret: not empty, no variable, no call, no word that stands for one, no mask.
fn is_value(value: &[u8]) -> bool {
    const NONE: [&[u8]; 26] = [
        b"null",
        b"none",
        b"nil",
        b"true",
        b"false",
        b"string",
        b"undefined",
        b"password",
        b"token",
        b"secret",
        b"str",
        b"bearer",
        b"basic",
        b"required",
        b"optional",
        b"redacted",
        b"hidden",
        b"str,",
        b"text",
        b"yes",
        b"no",
        b"stdin",
        b"await",
        b"new",
        b"this",
        b"self",
    ];
    let Some(first) = value.first() else {
        return false;
    };
    if matches!(
        first,
        b'$' | b'<' | b'%' | b'{' | b'[' | b'(' | b'@' | b'&' | b'=' | b':'
    ) || value.contains(&b'(')
        || value.windows(2).any(|pair| pair == b"${")
    {
        return false;
    }
    // A key in PEM is found as one, and what begins with a type is a declaration.
    let word = value.iter().position(|byte| !byte.is_ascii_alphanumeric());
    let first_word = value.get(..word.unwrap_or(value.len())).unwrap_or_default();
    let is_declared = word.is_some_and(|end| matches!(at(value, end), b'[' | b')' | b',' | b'?'))
        && first_word.iter().all(u8::is_ascii_alphabetic);
    if value.starts_with(b"-----BEGIN") || is_declared {
        return false;
    }
    let is_mask = value
        .iter()
        .all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.' | b'-' | b'_' | b'#'));
    let is_program = [
        &b"os."[..],
        b"process.env",
        b"env.",
        b"self.",
        b"config.",
        b"args.",
        b"settings.",
    ]
    .iter()
    .any(|start| value.starts_with(start));
    !is_mask && !is_program && !NONE.iter().any(|none| value.eq_ignore_ascii_case(none))
}

/// Whether the value is a word of prose: lower case letters alone, or a number alone, and more words behind it or nothing.
fn is_sentence(text: &[u8], value: &Range<usize>) -> bool {
    let word = within(text, value.clone());
    let is_lower = word.iter().enumerate().all(|(place, byte)| {
        byte.is_ascii_lowercase()
            || place == 0 && byte.is_ascii_uppercase()
            || matches!(byte, b'-' | b'\'')
    });
    let is_number = word.iter().all(u8::is_ascii_digit) && word.len() < 6;
    (is_lower
        && at(text, value.end) == b' '
        && at(text, value.end.saturating_add(1)).is_ascii_lowercase())
        || is_number
        || is_lower && word.len() < 4
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

/// A name of something, in which hyphens and dots are underscores and letters have one case.
struct Name {
    folded: [u8; LONGEST_NAME],
    length: usize,
}

impl Name {
    fn of(name: &[u8]) -> Name {
        let mut folded = [0; LONGEST_NAME];
        let mut length = 0_usize;
        for (to, byte) in folded.iter_mut().zip(name) {
            *to = match byte {
                b'-' | b'.' => b'_',
                byte => byte.to_ascii_lowercase(),
            };
            length = length.saturating_add(1);
        }
        Name { folded, length }
    }

    fn as_bytes(&self) -> &[u8] {
        self.folded.get(..self.length).unwrap_or_default()
    }

    fn is(&self, name: &[u8]) -> bool {
        self.as_bytes() == name
    }

    /// Whether its last word says that the value is a secret: `db_password`, `MYSQL_PWD`, `githubToken`.
    fn is_secret(&self) -> bool {
        let name = self.as_bytes();
        NAMES.iter().any(|known| {
            if !ends_with_folded(name, known) {
                return false;
            }
            let rest = name
                .get(..name.len().saturating_sub(known.len()))
                .unwrap_or_default();
            // `pass` and `auth` are words of their own only: `bypass`, `author`.
            let short = matches!(*known, b"pass" | b"auth" | b"pwd");
            rest.is_empty()
                || rest.ends_with(b"_")
                || !short && !known.contains(&b'_') && !is_counted(rest)
        }) && !self.is_harmless()
    }

    /// Names of what is public although it ends so.
    fn is_harmless(&self) -> bool {
        const HARMLESS: [&[u8]; 10] = [
            b"next_token",
            b"page_token",
            b"next_page_token",
            b"continuation_token",
            b"eos_token",
            b"pad_token",
            b"per_token",
            b"public_key",
            b"cancellation_token",
            b"max_token",
        ];
        HARMLESS.contains(&self.as_bytes())
    }
}

/// Whether what stands before `token` says that tokens are counted, or that it is another word: `stop`, `max`.
fn is_counted(rest: &[u8]) -> bool {
    [&b"no"[..], b"max", b"min", b"sub", b"stop", b"num"].contains(&rest)
}
