//! `${scheme:value}`: where one stands, and what it refers to.

use std::ops::Range;

/// A variable, and what stands in for it where it is not set.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    pub(crate) name: &'a str,
    pub(crate) default: Option<&'a str>,
}

/// The first `${...}` that is closed, has none inside and is not escaped.
pub(crate) fn find(text: &str) -> Option<Range<usize>> {
    let mut searched: usize = 0;
    loop {
        let close = searched.saturating_add(text.get(searched..)?.find('}')?);
        let end = close.saturating_add(1);
        if let Some(open) = text.get(searched..close)?.rfind("${") {
            let open = searched.saturating_add(open);
            let dollars = text
                .get(..open)?
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

/// Reads `${env:NAME}`, `${env:NAME:-default}` or `${NAME}`; the error says what is wrong and what would help.
pub(crate) fn parse(uri: &str) -> Result<Reference<'_>, (String, String)> {
    let inner = uri
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or_default();
    let (scheme, rest) = inner.split_once(':').unwrap_or(("env", inner));
    match scheme {
        "env" => {}
        "file" | "yaml" | "http" | "https" => {
            return Err((
                format!("takes a value by `{scheme}:`, which is not offered yet"),
                "use `${env:NAME}`".to_owned(),
            ));
        }
        _ => {
            let help = format!("for a variable with a default write `${{env:{inner}}}`; {ESCAPE}");
            return Err((
                format!("takes a value by `{scheme}:`, which does not exist"),
                help,
            ));
        }
    }
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
    Ok(Reference { name, default })
}

const ESCAPE: &str = "a `$` that is meant as such is written `$$`";
