//! What got through, and what would stop it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::attempt::Tried;
use crate::cell::Cell;
use crate::encoding::Encoding;
use crate::outcome::Outcome;
use crate::remedy::Advice;
use crate::report::{Report, Row};
use crate::search::Found;

use super::escape::Escaped;
use super::matrix;

/// Rules, each with what it stops.
pub(super) fn remedies(report: &Report, advice: &Advice, out: &mut String) {
    let open = report.total().open;
    if open == 0 {
        return;
    }
    out.push_str(
        "<section aria-labelledby=\"stop-title\">\n<h2 id=\"stop-title\">What would stop it</h2>\n",
    );
    out.push_str("<p>From the mildest to the hardest. Each was tried behind the configuration: put it last among the processors of each pipeline.</p>\n<ol>\n");
    for (number, remedy) in advice.remedies.iter().enumerate() {
        let id = number.saturating_add(1);
        // Writing to a string does not fail, here and below.
        let _ = writeln!(
            out,
            "<li id=\"rule-{id}\"><h3>To {}</h3>\n<p>Stops <strong>{} of {open}</strong>. {}</p>\n<pre tabindex=\"0\" aria-label=\"Rule {id}, as YAML\"><code>{}</code></pre></li>",
            Escaped(&remedy.title),
            remedy.closes,
            Escaped(remedy.cost),
            Escaped(&remedy.yaml)
        );
    }
    out.push_str("</ol>\n");
    if advice.helpless > 0 {
        let _ = writeln!(
            out,
            "<p>None of this stops {} of them.</p>",
            advice.helpless
        );
    }
    out.push_str("</section>\n");
}

/// Every place that is open, with an example for each encoding.
pub(super) fn open(report: &Report, advice: &Advice, rows: &[Row], out: &mut String) {
    let has_open = |row: &&Row| row.tallies.iter().any(|tally| tally.open > 0);
    if !rows.iter().any(|row| has_open(&row)) {
        return;
    }
    out.push_str(
        "<section aria-labelledby=\"open-title\">\n<h2 id=\"open-title\">What got through</h2>\n",
    );
    out.push_str("<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"What got through\">\n<table class=\"found\">\n<caption>For each place and encoding: which kinds, an example as it was sent, where it was found, and the first rule that stops all of them</caption>\n");
    out.push_str("<thead><tr><th scope=\"col\">Place</th><th scope=\"col\">Encoding</th><th scope=\"col\">Kinds</th><th scope=\"col\">Sent</th><th scope=\"col\">Left</th><th scope=\"col\">Stopped by</th></tr></thead>\n");
    let of_row = by_row(report, rows);
    for (row, found) in rows.iter().zip(&of_row) {
        let encodings = Encoding::ALL.into_iter().map(|encoding| {
            let own = found
                .iter()
                .filter(move |(_, cell, _)| cell.encoding == encoding);
            (encoding, own.collect::<Vec<_>>())
        });
        let encodings: Vec<_> = encodings.filter(|(_, own)| !own.is_empty()).collect();
        if encodings.is_empty() {
            continue;
        }
        out.push_str("<tbody>\n");
        for (number, (encoding, own)) in encodings.iter().enumerate() {
            out.push_str("<tr>");
            if number == 0 {
                let _ = write!(
                    out,
                    "<th scope=\"rowgroup\" rowspan=\"{}\">{}</th>",
                    encodings.len(),
                    matrix::label(row)
                );
            }
            line(*encoding, own, advice, out);
        }
        out.push_str("</tbody>\n");
    }
    out.push_str("</table>\n</div>\n</section>\n");
}

type OpenCell<'r> = (usize, &'r Cell, &'r Tried);

/// The open cells of each row.
fn by_row<'r>(report: &'r Report, rows: &[Row]) -> Vec<Vec<OpenCell<'r>>> {
    let mut of_label = std::collections::HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        of_label.extend(row.labels.iter().map(|label| (&**label, at)));
    }
    let mut found = vec![Vec::new(); rows.len()];
    for (at, (cell, place, tried)) in report.results().enumerate() {
        let row = of_label.get(&*place.label);
        let own = row.and_then(|row| found.get_mut(*row));
        if let Some(own) = own.filter(|_| tried.outcome.is_open()) {
            own.push((at, cell, tried));
        }
    }
    found
}

fn line(encoding: Encoding, cells: &[&OpenCell<'_>], advice: &Advice, out: &mut String) {
    let kinds: BTreeSet<&str> = cells.iter().map(|(_, cell, _)| cell.kind.name()).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    let example = cells.iter().find(|(_, _, tried)| tried.left.is_some());
    let (sent, left) = match example {
        Some((_, cell, tried)) => {
            let left = tried.left.as_deref().unwrap_or_default();
            let part = match tried.outcome {
                Outcome::Open(Found::Part) => " (a part of it)",
                _ => "",
            };
            (
                format!("<code>{}</code>", Escaped(&cell.written.text)),
                format!("<code>{}</code>{part}", Escaped(left)),
            )
        }
        None => ("not shown".to_owned(), "not shown".to_owned()),
    };
    let rules: Option<Vec<usize>> = cells
        .iter()
        .map(|(at, ..)| advice.of_cell.get(*at).copied().flatten())
        .collect();
    let rule = match rules.and_then(|rules| rules.into_iter().max()) {
        Some(number) => {
            let id = number.saturating_add(1);
            format!("<a href=\"#rule-{id}\">rule {id}</a>")
        }
        None => "none of the rules".to_owned(),
    };
    let _ = writeln!(
        out,
        "<td>{encoding}</td><td>{}</td><td>{sent}</td><td>{left}</td><td>{rule}</td></tr>",
        kinds.join(", ")
    );
}
