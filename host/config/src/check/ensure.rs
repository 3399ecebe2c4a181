//! What a stage promises of everything that leaves behind it.

use tollgate_patterns::Pattern;

use super::section::Section;
use super::walk::Checker;
use crate::model::Ensure;
use crate::source_map::part_of;
use crate::yaml::{Node, Origin, Value};

/// The policy whose rules say themselves what must not be left.
const REDACTION: &str = "redaction";

/// Reads `ensure` of a stage's `gate`.
pub(super) fn ensure(checker: &mut Checker<'_>, path: &str, gate: &Node, stock: &str) -> Ensure {
    let Some(node) = gate.get("ensure").filter(|node| !node.is_absent()) else {
        return Ensure::Nothing;
    };
    let path = format!("{path}::ensure");
    match &node.value {
        Value::Unknown => Ensure::Nothing,
        Value::Text(word) if word == REDACTION => {
            if stock == REDACTION {
                return Ensure::Rules;
            }
            checker.error(
                node.span,
                format!("{path}: only a `redaction` has rules that say what must not be left"),
                "write regular expressions: `ensure: ['AKIA[0-9A-Z]{16}']`",
            );
            Ensure::Nothing
        }
        Value::List(items) => {
            let patterns = items
                .iter()
                .filter_map(|item| pattern(checker, &path, item));
            let patterns: Vec<_> = patterns.collect();
            if patterns.is_empty() {
                Ensure::Nothing
            } else {
                Ensure::Patterns(patterns)
            }
        }
        _ => {
            checker.error(
                node.span,
                format!(
                    "{path}: a list of regular expressions is expected, not {}",
                    node.noun()
                ),
                "write `ensure: ['AKIA[0-9A-Z]{16}']`, or `ensure: redaction` of a `redaction`",
            );
            Ensure::Nothing
        }
    }
}

fn pattern(checker: &mut Checker<'_>, path: &str, item: &Node) -> Option<String> {
    let Some(text) = item.text() else {
        if item.value != Value::Unknown {
            checker.error(
                item.span,
                format!("{path}: a text is expected, not {}", item.noun()),
                "put it in quotes",
            );
        }
        return None;
    };
    match Pattern::new(text) {
        Ok(compiled) if compiled.is_match("") => checker.error(
            item.span,
            format!("{path}: it matches the empty text, which is everywhere"),
            "write what must not be left",
        ),
        Ok(_) => return Some(text.to_owned()),
        Err(error) => {
            let rest = error.at..text.len();
            let at = part_of(checker.document, item, &rest).filter(|_| !rest.is_empty());
            // What is wrong may quote the expression, and what a variable holds is not shown.
            let reason = if item.origin == Origin::File {
                format!(": {}", error.reason)
            } else {
                String::new()
            };
            checker.error(
                at.unwrap_or(item.span),
                format!("{path}: it is no regular expression{reason}"),
                "RE2 syntax, as in the Collector",
            );
        }
    }
    None
}

/// A `redaction` that passes on what it failed for leaks: somebody has to say that this is wanted.
pub(super) fn leaks(checker: &mut Checker<'_>, path: &str, gate: Section<'_>, stock: &str) {
    if stock != REDACTION || gate.choice("on_error") != "pass" {
        return;
    }
    let Some(node) = gate.node("on_error") else {
        return;
    };
    let message =
        format!("{path}::on_error: records that `redaction` failed for leave as they came");
    if gate.flag("accept_leaks") {
        checker.warning(node.span, message, "`on_error: reject` keeps them back");
    } else {
        checker.error(
            node.span,
            message,
            "write `on_error: reject`, or `accept_leaks: true` beside it if that is what you want",
        );
    }
}
