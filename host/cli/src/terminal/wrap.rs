//! Lines of a width.

use anstyle::Style;

use super::text::{Text, columns};

/// A line that is being filled.
struct Filling {
    width: usize,
    lines: Vec<Text>,
    line: Vec<(char, Style)>,
    taken: usize,
}

/// Breaks a text into lines: at its own line's ends, between words, and within a word that is longer than a line.
pub(super) fn wrap(text: &Text, width: usize) -> Vec<Text> {
    let mut filling = Filling {
        width: width.max(1),
        lines: Vec::new(),
        line: Vec::new(),
        taken: 0,
    };
    let signs = text.spans.iter();
    let signs = signs.flat_map(|span| span.text.chars().map(|sign| (sign, span.style)));
    for (sign, style) in signs {
        filling.take(sign, style);
    }
    filling.end();
    filling.lines
}

impl Filling {
    fn take(&mut self, sign: char, style: Style) {
        if sign == '\n' {
            self.end();
            return;
        }
        let columns = columns(sign);
        if self.taken.saturating_add(columns) > self.width && !self.line.is_empty() {
            if sign == ' ' {
                // The blank between two lines is the line's end.
                self.end();
                return;
            }
            self.break_line();
        }
        self.line.push((sign, style));
        self.taken = self.taken.saturating_add(columns);
    }

    /// Ends the line after its last blank; what follows begins the next. A line without a blank ends where it is full.
    fn break_line(&mut self) {
        let blank = self.line.iter().rposition(|(sign, _)| *sign == ' ');
        let is_indent = |at: usize| self.line.iter().take(at).all(|(sign, _)| *sign == ' ');
        let rest = match blank {
            Some(at) if !is_indent(at) => {
                let rest = self.line.split_off(at.saturating_add(1));
                self.line.truncate(at);
                rest
            }
            _ => Vec::new(),
        };
        self.end();
        self.taken = rest
            .iter()
            .fold(0usize, |sum, (sign, _)| sum.saturating_add(columns(*sign)));
        self.line = rest;
    }

    fn end(&mut self) {
        let mut text = Text::default();
        let mut buffer = [0; 4];
        for (sign, style) in self.line.drain(..) {
            text.push(sign.encode_utf8(&mut buffer), style);
        }
        self.taken = 0;
        self.lines.push(text);
    }
}

#[cfg(test)]
mod tests {
    use super::Text;
    use crate::terminal::style::{AFTER, PLAIN};

    fn wrapped(text: &str, width: usize) -> Vec<String> {
        let lines = Text::from(text).wrapped(width);
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_break_between_words_and_within_long_ones() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("a bcdefgh", 4), ["a", "bcde", "fgh"]);
        assert_eq!(wrapped("  abcdef", 4), ["  ab", "cdef"]);
        assert_eq!(wrapped("a\n\nb", 4), ["a", "", "b"]);
        assert_eq!(wrapped("", 4), [""]);
        assert_eq!(wrapped("日本語", 4), ["日本", "語"]);
    }

    #[test]
    fn styles_stay_with_their_words() {
        let text = Text::from("a ").with("bc", AFTER).with(" d", PLAIN);
        let lines = text.wrapped(3);
        let wanted = [Text::from("a"), Text::styled("bc", AFTER), Text::from("d")];
        assert_eq!(lines, wanted);
    }
}
