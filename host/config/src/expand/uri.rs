//! `${scheme:value}`: where one stands, and what it refers to.

use std::ops::Range;

/// What a `${...}`, or a `--config`, refers to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reference<'a> {
    /// A variable of the environment, and what stands in for it where it is not set.
    Variable {
        name: &'a str,
        default: Option<&'a str>,
    },
    /// What a file holds.
    File(&'a str),
    /// What is written there itself.
    Yaml(&'a str),
}

/// Why something refers to nothing: the rest of a sentence that begins with it, and what would help.
pub(crate) type Refusal = (String, String);

/// The first `${...}` that is closed, has none inside and is not escaped.
pub(crate) fn find(text: &str) -> Option<Range<usize>> {
    let mut searched: usize = 0;
    loop {
        let close = searched.saturating_add(text.get(searched..)?.find('}')?);
        let end = close.saturating_add(1);
        if let Some(open) = text.get(searched..close)?.rfind("${") {
            let open = searched.saturating_add(open);
            let dollars = text
                .get(searched..open)?
                .bytes()
                .rev()
                .take_while(|byte| *byte == b'$')
                .count();
            // An odd number of them makes pairs with the one of `${`: it is escaped.
            if dollars % 2 == 0 {
                return Some(open..end);
            }
        }
        searched = end;
    }
}

/// Reads `${env:NAME}`, `${env:NAME:-default}`, `${NAME}`, `${file:PATH}` or `${yaml:TEXT}`.
pub(crate) fn parse(uri: &str) -> Result<Reference<'_>, Refusal> {
    let inner = uri
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or_default();
    let (scheme, rest) = inner.split_once(':').unwrap_or(("env", inner));
    if rest.contains('$') {
        return Err(("holds a `$` inside".to_owned(), ESCAPE.to_owned()));
    }
    refer(scheme, rest).unwrap_or_else(|| {
        let help = format!("for a variable with a default write `${{env:{inner}}}`; {ESCAPE}");
        Err((
            format!("takes a value by `{scheme}:`, which does not exist"),
            help,
        ))
    })
}

/// Reads what `--config` says: a path, or `scheme:value`.
pub(crate) fn location(text: &str) -> Result<Reference<'_>, Refusal> {
    // A single letter before the colon is a drive.
    let schemed = text
        .split_once(':')
        .filter(|(scheme, _)| scheme.len() > 1 && is_scheme(scheme));
    let Some((scheme, rest)) = schemed else {
        return Ok(Reference::File(text));
    };
    refer(scheme, rest).unwrap_or_else(|| {
        Err((
            format!("is read by `{scheme}:`, which does not exist"),
            "write `--config FILE`, or one of `file:`, `yaml:` and `env:` before the value"
                .to_owned(),
        ))
    })
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'))
}

fn refer<'a>(scheme: &str, rest: &'a str) -> Option<Result<Reference<'a>, Refusal>> {
    Some(match scheme {
        "env" => variable(rest),
        "file" => Ok(Reference::File(rest)),
        "yaml" => Ok(Reference::Yaml(rest)),
        "http" | "https" => Err((
            "is fetched over the network, which is not offered: what a gate lets through would be decided by whoever answers"
                .to_owned(),
            "fetch it before the start, and name the file".to_owned(),
        )),
        _ => return None,
    })
}

fn variable(rest: &str) -> Result<Reference<'_>, Refusal> {
    let (name, default) = match rest.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (rest, None),
    };
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts_well || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err((
            "is not the name of an environment variable".to_owned(),
            ESCAPE.to_owned(),
        ));
    }
    Ok(Reference::Variable { name, default })
}

const ESCAPE: &str = "a `$` that is meant as such is written `$$`";
