//! What is wrong with a statement, before anything runs.

use std::fmt;
use std::ops::Range;

/// A mistake in a statement, with the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub message: String,
    /// What could stand there instead, if that is known.
    pub help: Option<String>,
    /// Where it stands in the text, in bytes.
    pub at: Range<usize>,
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
}

impl Mistake {
    /// A mistake at a place of a text. The place is brought within the text, and to the borders of characters.
    #[must_use]
    pub fn new(text: &str, at: Range<usize>, message: impl Into<String>) -> Self {
        let start = text.floor_char_boundary(at.start);
        let end = text.ceil_char_boundary(at.end.max(start));
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let in_line = before.get(line_start..).unwrap_or_default();
        Self {
            message: message.into(),
            help: None,
            at: start..end,
            line: before.matches('\n').count() + 1,
            column: in_line.chars().count() + 1,
        }
    }

    /// The same with a way out.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }

    /// The line of the text that the mistake stands on, and carets below the place.
    #[must_use]
    pub fn render(&self, text: &str) -> String {
        let line = text.lines().nth(self.line - 1).unwrap_or_default();
        let wide = text.get(self.at.clone()).unwrap_or_default();
        let wide = wide.lines().next().unwrap_or_default().chars().count();
        let margin = self.line.to_string().len();
        let mut out = format!(
            "{self}\n{:margin$} |\n{} | {line}\n{:margin$} | {:>before$}{}",
            "",
            self.line,
            "",
            "",
            "^".repeat(wide.max(1)),
            before = self.column - 1,
        );
        if let Some(help) = &self.help {
            out.push_str("\n  help: ");
            out.push_str(help);
        }
        out
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for Mistake {}
