//! Tables that fit: the widest columns give way, and their cells are broken into lines.

use std::fmt::Write as _;

use super::style::{FAINT, STRONG};
use super::text::Text;

/// Between two columns.
const GAP: usize = 2;
/// A column is not made narrower than this to make the table fit.
const NARROWEST: usize = 8;

/// Rows under headings. Numbers stand at the right of their column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    headings: Vec<Text>,
    numbers: Vec<bool>,
    rows: Vec<Vec<Text>>,
}

impl Table {
    /// An empty table. A heading that begins with `#` is that of a column of numbers; the sign is not shown.
    pub(crate) fn new<'h>(headings: impl IntoIterator<Item = &'h str>) -> Self {
        let mut table = Self::default();
        for heading in headings {
            let number = heading.strip_prefix('#');
            table.numbers.push(number.is_some());
            let heading = Text::styled(number.unwrap_or(heading), STRONG);
            table.headings.push(heading);
        }
        table
    }

    /// Appends a row. Cells that are missing are empty.
    pub(crate) fn row<T: Into<Text>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Whether it has no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Lays it out for so many columns of the terminal, and ends with a line's end.
    pub(crate) fn render(&self, width: usize) -> String {
        let widths = self.widths(width);
        let mut out = String::new();
        self.line(&self.headings, &widths, &mut out);
        let rule: Vec<Text> = widths
            .iter()
            .map(|width| Text::styled("─".repeat(*width), FAINT))
            .collect();
        self.line(&rule, &widths, &mut out);
        for row in &self.rows {
            self.line(row, &widths, &mut out);
        }
        out
    }

    /// As wide as the cells are; while that is too much, the widest column loses.
    fn widths(&self, width: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self.headings.iter().map(Text::width).collect();
        for row in &self.rows {
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = (*widest).max(cell.width());
            }
        }
        let gaps = widths.len().saturating_sub(1).saturating_mul(GAP);
        let room = width.saturating_sub(gaps);
        loop {
            let taken = widths
                .iter()
                .fold(0usize, |sum, width| sum.saturating_add(*width));
            let widest = widths.iter_mut().max();
            match widest {
                Some(widest) if taken > room && *widest > NARROWEST => {
                    *widest = widest.saturating_sub(1);
                }
                _ => return widths,
            }
        }
    }

    fn line(&self, cells: &[Text], widths: &[usize], out: &mut String) {
        let empty = Text::default();
        let columns: Vec<Vec<Text>> = widths
            .iter()
            .enumerate()
            .map(|(at, width)| cells.get(at).unwrap_or(&empty).wrapped(*width))
            .collect();
        let height = columns.iter().map(Vec::len).max().unwrap_or_default();
        for line in 0..height {
            let mut shown = String::new();
            for (at, (column, width)) in columns.iter().zip(widths).enumerate() {
                let cell = column.get(line).unwrap_or(&empty);
                let rest = " ".repeat(width.saturating_sub(cell.width()));
                let is_number = self.numbers.get(at).copied().unwrap_or_default();
                let gap = if at == 0 { 0 } else { GAP };
                // Writing to a string does not fail.
                let _ = if is_number {
                    write!(shown, "{:gap$}{rest}{cell}", "")
                } else {
                    write!(shown, "{:gap$}{cell}{rest}", "")
                };
            }
            out.push_str(shown.trim_end());
            out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    fn plain(table: &Table, width: usize) -> String {
        anstream::adapter::strip_str(&table.render(width)).to_string()
    }

    fn table() -> Table {
        let mut table = Table::new(["rule", "#hits", "what it does"]);
        table.row([
            "mail",
            "12",
            "takes the addresses of people out of every text",
        ]);
        table.row(["card", "7"]);
        table
    }

    #[test]
    fn a_table_is_as_wide_as_its_cells() {
        assert_eq!(
            plain(&table(), 100),
            "\
rule  hits  what it does
────  ────  ───────────────────────────────────────────────
mail    12  takes the addresses of people out of every text
card     7
"
        );
    }

    #[test]
    fn the_widest_column_gives_way() {
        assert_eq!(
            plain(&table(), 36),
            "\
rule  hits  what it does
────  ────  ────────────────────────
mail    12  takes the addresses of
            people out of every text
card     7
"
        );
    }
}
