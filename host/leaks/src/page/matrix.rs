//! The matrix: place by encoding, of all kinds of secrets and of each.

use std::fmt::Write as _;

use crate::encoding::Encoding;
use crate::kind::SecretKind;
use crate::report::{Glance, Report, Row, Tally, folded};

use super::escape::Escaped;

pub(super) fn section(report: &Report, out: &mut String) {
    let kinds = report.kinds();
    let choices: Vec<Option<SecretKind>> = match &*kinds {
        [only] => vec![Some(*only)],
        _ => std::iter::once(None)
            .chain(kinds.iter().copied().map(Some))
            .collect(),
    };
    out.push_str("<section id=\"matrix\" tabindex=\"-1\" aria-labelledby=\"matrix-title\">\n<h2 id=\"matrix-title\">Place by encoding</h2>\n");
    out.push_str("<p class=\"legend\"><span class=\"open\">●</span> got through <span class=\"mixed\">◐</span> some did <span class=\"closed\">·</span> stopped <span class=\"unavoidable\">!</span> an id, which cannot be redacted without breaking it</p>\n");
    if choices.len() > 1 {
        out.push_str("<fieldset class=\"kinds\">\n<legend>Kind of secret</legend>\n");
        for choice in &choices {
            let name = name(*choice);
            let checked = if choice.is_none() { " checked" } else { "" };
            // Writing to a string does not fail, here and below.
            let _ = writeln!(
                out,
                "<label><input type=\"radio\" name=\"kind\" id=\"kind-{name}\"{checked}> {name}</label>"
            );
        }
        out.push_str("</fieldset>\n");
    }
    for choice in choices {
        let rows = folded(report.rows(choice));
        table(&rows, name(choice), out);
    }
    if kinds.len() > 1 {
        out.push_str("<h3>Kind by encoding</h3>\n");
        table(&report.by_kind(), "kinds", out);
    }
    out.push_str("</section>\n");
}

fn name(kind: Option<SecretKind>) -> &'static str {
    kind.map_or("all", SecretKind::name)
}

fn table(rows: &[Row], name: &str, out: &mut String) {
    let caption = match name {
        "all" => "Secrets of all kinds".to_owned(),
        "kinds" => "All places together".to_owned(),
        kind => format!("Secrets of the kind {kind}"),
    };
    let _ = writeln!(
        out,
        "<div class=\"wide of-{name}\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n<table>\n<caption>{caption}</caption>\n<thead><tr><th scope=\"col\">{}</th>",
        if name == "kinds" { "Secret" } else { "Place" }
    );
    for encoding in Encoding::ALL {
        let _ = write!(out, "<th scope=\"col\">{encoding}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", label(row));
        for tally in &row.tallies {
            cell(*tally, out);
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

/// The first of the labels, and the others where somebody asks.
pub(super) fn label(row: &Row) -> String {
    let Some((first, more)) = row.labels.split_first() else {
        return String::new();
    };
    let first = format!("<code>{}</code>", Escaped(first));
    if more.is_empty() {
        return first;
    }
    let others: Vec<String> = more
        .iter()
        .map(|label| format!("<li><code>{}</code></li>", Escaped(label)))
        .collect();
    format!(
        "<details><summary>{first} and {} more in it</summary><ul>{}</ul></details>",
        more.len(),
        others.concat()
    )
}

fn cell(tally: Tally, out: &mut String) {
    let (class, sign) = match tally.glance() {
        Glance::Nothing => {
            out.push_str("<td><span class=\"heard\">not tried</span></td>");
            return;
        }
        Glance::Open => ("open", "●"),
        Glance::Mixed => ("mixed", "◐"),
        Glance::Closed => ("closed", "·"),
        Glance::Unavoidable => ("unavoidable", "!"),
    };
    let said = match tally.glance() {
        Glance::Unavoidable => format!("{} as ids", tally.unavoidable),
        _ => format!("{} of {} got through", tally.open, tally.total()),
    };
    let _ = write!(
        out,
        "<td class=\"{class}\" title=\"{said}\"><span aria-hidden=\"true\">{sign}</span><span class=\"heard\">{said}</span></td>"
    );
}
