//! The matrix in the terminal.

use tollgate_leaks::{Advice, Encoding, Glance, Report, Row, Tally, folded};

use crate::terminal::{self, Table, Text, style};

/// Shows what became of every place in every encoding, and of every kind.
pub(super) fn matrix(report: &Report, every_place: bool) {
    let rows = report.rows(None);
    let rows = if every_place { rows } else { folded(rows) };
    let mut out = table("place", &rows);
    if report.kinds().len() > 1 {
        out.push('\n');
        out.push_str(&table("secret", &report.by_kind()));
    }
    out.push('\n');
    out.push_str(&legend().to_string());
    out.push('\n');
    out.push_str(&summary(report).to_string());
    terminal::show(&out);
}

/// Shows what would stop what got through.
pub(super) fn advice(report: &Report, advice: &Advice) {
    let open = report.total().open;
    let mut out = String::new();
    for remedy in &advice.remedies {
        let title = Text::from("\nTo ")
            .with(&remedy.title, style::STRONG)
            .with(
                format!(", which stops {} of {open}:\n", remedy.closes),
                style::PLAIN,
            )
            .with(format!("  {}\n", remedy.cost), style::FAINT);
        out.push_str(&title.to_string());
        for line in remedy.yaml.lines() {
            out.push_str(&Text::styled(format!("  {line}\n"), style::RULE).to_string());
        }
    }
    if advice.helpless > 0 {
        let rest = format!("\nNone of this stops {} of them.\n", advice.helpless);
        out.push_str(&Text::styled(rest, style::WARNING).to_string());
    }
    if !out.is_empty() {
        terminal::show(&out);
    }
}

fn table(what: &str, rows: &[Row]) -> String {
    // Encodings that nothing was tried in have no column.
    let tried = |at: usize| {
        let mut tallies = rows.iter().filter_map(|row| row.tallies.get(at));
        tallies.any(|tally| tally.total() > 0)
    };
    let columns: Vec<usize> = (0..Encoding::ALL.len()).filter(|at| tried(*at)).collect();
    let headings = columns.iter().filter_map(|at| Encoding::ALL.get(*at));
    let headings = headings.map(|encoding| encoding.name());
    let mut table = Table::new([what].into_iter().chain(headings));
    for row in rows {
        let tallies = columns.iter().filter_map(|at| row.tallies.get(*at));
        let glyphs = tallies.map(|tally| glyph(*tally));
        table.row([label(row)].into_iter().chain(glyphs));
    }
    table.render(terminal::width())
}

fn label(row: &Row) -> Text {
    let first = row.labels.first().map_or("", String::as_str);
    let label = Text::styled(first, style::PLACE);
    match row.labels.len().saturating_sub(1) {
        0 => label,
        more => label.with(format!(" and {more} more in it"), style::FAINT),
    }
}

/// A sign, which says by its form what its colour says, too.
fn glyph(tally: Tally) -> Text {
    match tally.glance() {
        Glance::Nothing => Text::default(),
        Glance::Open => Text::styled("●", style::BAD),
        Glance::Mixed => Text::styled("◐", style::BAD),
        Glance::Closed => Text::styled("·", style::GOOD),
        Glance::Unavoidable => Text::styled("!", style::WARNING),
    }
}

fn legend() -> Text {
    Text::styled("●", style::BAD)
        .with(" got through  ", style::FAINT)
        .with("◐", style::BAD)
        .with(" some did  ", style::FAINT)
        .with("·", style::GOOD)
        .with(" stopped  ", style::FAINT)
        .with("!", style::WARNING)
        .with(" cannot be redacted without breaking an id", style::FAINT)
}

fn summary(report: &Report) -> Text {
    let total = report.total();
    let style = match total.open {
        0 => style::GOOD,
        _ => style::BAD,
    };
    let counted = Text::styled(
        format!("{} of {} secrets got through", total.open, total.total()),
        style,
    );
    let words = report.words().into_iter();
    let words: Vec<String> = words
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    counted.with(format!(": {}", words.join(", ")), style::PLAIN)
}
