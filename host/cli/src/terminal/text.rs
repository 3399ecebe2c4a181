//! Text in several styles.

use std::fmt;

use anstyle::Style;
use unicode_width::UnicodeWidthChar as _;

use super::style::PLAIN;
use super::wrap;

/// Text in several styles. Shown with [`fmt::Display`], escape sequences of its styles included; [`super::show`] takes them out where
/// nobody sees colours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(super) spans: Vec<Span>,
}

/// A piece in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) text: String,
    pub(super) style: Style,
}

impl Text {
    /// Text in one style.
    pub(crate) fn styled(text: impl AsRef<str>, style: Style) -> Self {
        Self::default().with(text, style)
    }

    /// This text, and another piece after it.
    #[must_use]
    pub(crate) fn with(mut self, text: impl AsRef<str>, style: Style) -> Self {
        self.push(text, style);
        self
    }

    /// Appends a piece. Whatever a terminal would not show but obey is shown.
    pub(crate) fn push(&mut self, text: impl AsRef<str>, style: Style) {
        let text: String = text.as_ref().chars().map(visible).collect();
        match self.spans.last_mut() {
            Some(last) if last.style == style => last.text.push_str(&text),
            _ if text.is_empty() => {}
            _ => self.spans.push(Span { text, style }),
        }
    }

    /// Appends another text.
    pub(crate) fn append(&mut self, other: Self) {
        for span in other.spans {
            self.push(span.text, span.style);
        }
    }

    /// Whether there is nothing to see.
    pub(crate) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Columns of its longest line.
    pub(crate) fn width(&self) -> usize {
        let mut widest = 0;
        let mut line = 0usize;
        for sign in self.spans.iter().flat_map(|span| span.text.chars()) {
            if sign == '\n' {
                line = 0;
            } else {
                line = line.saturating_add(columns(sign));
                widest = widest.max(line);
            }
        }
        widest
    }

    /// Lines of at most so many columns, broken between words where that is possible.
    pub(crate) fn wrapped(&self, width: usize) -> Vec<Self> {
        wrap::wrap(self, width)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::styled(text, PLAIN)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::styled(text, PLAIN)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for span in &self.spans {
            let (on, off) = (span.style.render(), span.style.render_reset());
            // A style ends with its line, so that lines can be cut and put beside each other.
            for (number, line) in span.text.split('\n').enumerate() {
                if number > 0 {
                    f.write_str("\n")?;
                }
                if !line.is_empty() {
                    write!(f, "{on}{line}{off}")?;
                }
            }
        }
        Ok(())
    }
}

/// How many columns a sign takes.
pub(super) fn columns(sign: char) -> usize {
    sign.width().unwrap_or_default()
}

/// Control characters as their pictures; those that turn the direction of writing as a replacement character.
fn visible(sign: char) -> char {
    match sign {
        '\n' => '\n',
        '\t' => ' ',
        '\0'..='\x1f' => {
            char::from_u32(0x2400_u32.saturating_add(u32::from(sign))).unwrap_or('\u{fffd}')
        }
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        _ => sign,
    }
}

#[cfg(test)]
mod tests {
    use super::Text;
    use crate::terminal::style::{AFTER, PLAIN};

    #[test]
    fn a_terminal_obeys_no_text() {
        let shown = Text::from("a\x1b[31mb\x07\u{9b}1m\u{202e}").to_string();
        assert_eq!(shown, "a\u{241b}[31mb\u{2407}\u{fffd}1m\u{fffd}");
    }

    #[test]
    fn a_style_ends_with_its_line() {
        let text = Text::styled("one\ntwo", AFTER);
        assert_eq!(
            text.to_string(),
            "\u{1b}[32mone\u{1b}[0m\n\u{1b}[32mtwo\u{1b}[0m"
        );
    }

    #[test]
    fn pieces_of_one_style_are_one() {
        let text = Text::from("a").with("b", PLAIN).with("", AFTER);
        assert_eq!(text, Text::from("ab"));
        assert_eq!(Text::from("日本\na").width(), 4);
    }
}
