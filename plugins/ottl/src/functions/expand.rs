//! What replaces a match: Go's templates, and the format around what a function made of it.

use tollgate_patterns::{Captures, Pattern};

use crate::Error;

/// The text with all matches replaced by a template (`ReplaceAllString`); none if nothing matches.
pub(super) fn replace_all(pattern: &Pattern, text: &str, template: &str) -> Option<String> {
    let mut out = None;
    let mut copied = 0;
    for found in pattern.matches(text) {
        let out = out.get_or_insert_with(|| String::with_capacity(text.len()));
        out.push_str(text.get(copied..found.start).unwrap_or_default());
        expand(out, pattern, text, found.start, template);
        copied = found.end;
    }
    let mut out = out?;
    out.push_str(text.get(copied..).unwrap_or_default());
    Some(out)
}

/// Appends a template with the groups of the match that begins at a place.
pub(super) fn expand(out: &mut String, pattern: &Pattern, text: &str, at: usize, template: &str) {
    if !template.contains('$') {
        out.push_str(template);
        return;
    }
    let Some(captures) = pattern.captures_at(text, at) else {
        return;
    };
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(behind) = behind.strip_prefix('$') {
            out.push('$');
            rest = behind;
        } else if let Some((name, behind)) = reference(behind) {
            out.push_str(group(pattern, &captures, name).unwrap_or_default());
            rest = behind;
        } else {
            out.push('$');
            rest = behind;
        }
    }
    out.push_str(rest);
}

/// The name of a group behind a `$`, perhaps in braces, and what follows.
fn reference(text: &str) -> Option<(&str, &str)> {
    let (inner, braced) = match text.strip_prefix('{') {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let word = |letter: char| letter == '_' || letter.is_alphanumeric();
    let end = inner.find(|letter| !word(letter)).unwrap_or(inner.len());
    let (name, behind) = inner.split_at_checked(end)?;
    if name.is_empty() {
        return None;
    }
    let behind = if braced {
        behind.strip_prefix('}')?
    } else {
        behind
    };
    Some((name, behind))
}

/// What a group matched, by its number or its name. A name may stand for several groups; the first that took part counts.
fn group<'t>(pattern: &Pattern, captures: &Captures<'t>, name: &str) -> Option<&'t str> {
    let number = name.bytes().all(|byte| byte.is_ascii_digit())
        && !(name.len() > 1 && name.starts_with('0'));
    if number {
        return captures.get(name.parse().ok()?);
    }
    let groups = pattern.group_names().enumerate();
    let mut named = groups.filter(|(_, known)| *known == Some(name));
    named.find_map(|(group, _)| captures.get(group))
}

/// Whether a format has a `%s` and no other verb.
pub(super) fn is_format(format: &str) -> bool {
    let mut rest = format;
    let mut found = false;
    while let Some((_, behind)) = rest.split_once('%') {
        match behind.chars().next() {
            Some('s') => found = true,
            None => {}
            Some(_) => return false,
        }
        rest = behind;
    }
    found && !format.contains('\n')
}

/// A format with a text in the place of its first `%s`, as `Sprintf` has it.
pub(super) fn format(format: &str, text: &str) -> Result<String, Error> {
    if !is_format(format) {
        return Err(Error::failed(
            "the replacement format must hold one %s and no other verb",
        ));
    }
    let mut out = String::with_capacity(format.len().saturating_add(text.len()));
    let mut rest = format;
    let mut used = false;
    while let Some((before, behind)) = rest.split_once('%') {
        out.push_str(before);
        rest = if let Some(behind) = behind.strip_prefix('s') {
            out.push_str(if used { "%!s(MISSING)" } else { text });
            used = true;
            behind
        } else {
            out.push_str("%!(NOVERB)");
            behind
        };
    }
    out.push_str(rest);
    Ok(out)
}
