//! CSV: cells in lines, quoted where they hold what ends a cell.

/// The records of a text: cells, line by line. Empty lines are left out. An error is the number of the line that opens a quote which
/// nothing closes.
pub(crate) fn records(text: &str, delimiter: char) -> Result<Vec<Vec<String>>, usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::default();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if reader.quoted && characters.peek() == Some(&'"') => {
                characters.next();
                reader.cell.push('"');
            }
            '"' if reader.quoted => reader.quoted = false,
            '"' if reader.cell.is_empty() => {
                reader.quoted = true;
                reader.opened = reader.line;
            }
            '\n' => {
                reader.line += 1;
                if reader.quoted {
                    reader.cell.push('\n');
                } else {
                    reader.end_line();
                }
            }
            '\r' if !reader.quoted && characters.peek() == Some(&'\n') => {}
            other if other == delimiter && !reader.quoted => reader.end_cell(),
            other => reader.cell.push(other),
        }
    }
    if reader.quoted {
        return Err(reader.opened + 1);
    }
    reader.end_line();
    Ok(reader.records)
}

#[derive(Default)]
struct Reader {
    records: Vec<Vec<String>>,
    cells: Vec<String>,
    cell: String,
    quoted: bool,
    /// Lines that have ended.
    line: usize,
    /// Those that had when the last quote was opened.
    opened: usize,
}

impl Reader {
    fn end_cell(&mut self) {
        self.cells.push(std::mem::take(&mut self.cell));
    }

    fn end_line(&mut self) {
        if self.cells.is_empty() && self.cell.is_empty() {
            return;
        }
        self.end_cell();
        self.records.push(std::mem::take(&mut self.cells));
    }
}

#[cfg(test)]
mod tests {
    use super::records;

    #[test]
    fn cells_may_be_quoted() {
        let text = "\u{feff}a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\n\n1,\n";
        let read = records(text, ',');
        let expected = [["a", "b"], ["x, \"y\"", "two\nlines"], ["1", ""]];
        assert_eq!(
            read,
            Ok(expected
                .map(|cells| cells.map(str::to_owned).to_vec())
                .to_vec())
        );
    }

    #[test]
    fn a_quote_that_stays_open_is_named() {
        assert_eq!(records("a\n1\n\"x\n", ','), Err(3));
    }

    #[test]
    fn the_delimiter_is_what_is_said() {
        assert_eq!(
            records("a;b,c", ';').map(|read| read.concat()),
            Ok(vec!["a".to_owned(), "b,c".to_owned()])
        );
    }
}
