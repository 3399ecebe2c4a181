//! Which byte of a text came from which byte of the file: quotes, escapes, folded lines and indentation lie between the two.

/// A scalar as it is read, and where each byte of it stands.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Traced {
    pub(crate) text: String,
    /// For each byte of the text, and one more for its end: the byte of what is written.
    pub(crate) from: Vec<usize>,
}

impl Traced {
    fn push(&mut self, c: char, at: usize) {
        self.text.push(c);
        self.from
            .extend((0..c.len_utf8()).map(|byte| at.saturating_add(byte)));
    }

    /// A character that is written as more than itself.
    fn push_escaped(&mut self, c: char, at: usize) {
        self.text.push(c);
        self.from.extend((0..c.len_utf8()).map(|_| at));
    }

    fn end(mut self, at: usize) -> Self {
        self.from.push(at);
        self
    }

    /// The same with `$$` read as `$`.
    pub(crate) fn unescaped(&self) -> Self {
        let mut result = Self::default();
        let mut skip = false;
        for (at, c) in self.text.char_indices() {
            if skip {
                skip = false;
                continue;
            }
            let rest = self.text.get(at..).unwrap_or_default();
            skip = rest.starts_with("$$");
            let from = self.from.get(at).copied().unwrap_or_default();
            result.push(c, from);
        }
        let end = self.from.last().copied().unwrap_or_default();
        result.end(end)
    }

    /// The written bytes of a part of the text.
    pub(crate) fn written(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let first = *self.from.get(start)?;
        let last = *self.from.get(end)?;
        Some((first, last.max(first)))
    }
}

/// Reads the scalar that is written in a part of a document; none where this is no scalar that can be followed. The bytes that
/// it comes from are counted from the start of the document.
pub(crate) fn trace(document: &str, start: usize, end: usize) -> Option<Traced> {
    let written = document.get(start..end)?;
    let mut traced = match (written.chars().next(), header(document.get(..start)?)) {
        (_, Some(header)) => block(written, &header),
        (Some('"'), None) => double_quoted(written)?,
        (Some('\''), None) => single_quoted(written)?,
        _ => plain(written),
    };
    for from in &mut traced.from {
        *from = from.saturating_add(start);
    }
    Some(traced)
}

/// What stands before a block.
struct Header {
    folded: bool,
    keep: bool,
    strip: bool,
    /// Spaces before each line.
    indent: usize,
    /// Empty lines before the first with text.
    empty: usize,
}

/// The header of the block whose text begins after `before`, if it is a block.
fn header(before: &str) -> Option<Header> {
    let (above, indent) = before.rsplit_once('\n')?;
    if indent.is_empty() || !indent.chars().all(|c| c == ' ') {
        return None;
    }
    let mut empty = 0_usize;
    for line in above.rsplit('\n') {
        if line.trim().is_empty() {
            empty = empty.saturating_add(1);
            continue;
        }
        let line = line.split(" #").next().unwrap_or_default().trim_end();
        let marks = line.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
        let style = marks.chars().next_back()?;
        let indicators = line.get(marks.len()..).unwrap_or_default();
        return matches!(style, '|' | '>').then(|| Header {
            folded: style == '>',
            keep: indicators.contains('+'),
            strip: indicators.contains('-'),
            indent: indent.len(),
            empty,
        });
    }
    None
}

/// Follows line breaks within a scalar that is folded: one is a space, more are one less.
struct Folding<'a> {
    written: &'a str,
    traced: Traced,
    /// Bytes of the text that white space at the end of a line must not take away: they were escaped.
    kept: usize,
}

impl Folding<'_> {
    /// Takes the line breaks that begin at `at`, and says where the next line's text begins.
    fn breaks(&mut self, at: usize) -> usize {
        let trimmed = self.traced.text.trim_end_matches([' ', '\t']).len();
        let keep = trimmed.max(self.kept);
        self.traced.text.truncate(keep);
        self.traced.from.truncate(keep);
        let rest = self.written.get(at..).unwrap_or_default();
        let white = rest
            .len()
            .saturating_sub(rest.trim_start_matches([' ', '\t', '\r', '\n']).len());
        let next = at.saturating_add(white);
        let lines = rest.get(..white).unwrap_or_default().matches('\n').count();
        if lines <= 1 {
            self.traced.push(' ', at);
        } else {
            (1..lines).for_each(|_| self.traced.push('\n', at));
        }
        self.kept = self.traced.text.len();
        next
    }
}

fn plain(written: &str) -> Traced {
    let mut folding = Folding {
        written,
        traced: Traced::default(),
        kept: 0,
    };
    let mut next = 0;
    for (at, c) in written.char_indices() {
        if at < next {
            continue;
        }
        if matches!(c, '\n' | '\r') {
            next = folding.breaks(at);
        } else {
            folding.traced.push(c, at);
        }
    }
    folding.traced.end(written.len())
}

fn single_quoted(written: &str) -> Option<Traced> {
    let mut folding = Folding {
        written,
        traced: Traced::default(),
        kept: 0,
    };
    let mut next = 1;
    for (at, c) in written.char_indices() {
        if at < next {
            continue;
        }
        match c {
            '\'' if written.get(at..)?.starts_with("''") => {
                folding.traced.push(c, at);
                next = at.saturating_add(2);
            }
            '\'' => return Some(folding.traced.end(at)),
            '\n' | '\r' => next = folding.breaks(at),
            _ => folding.traced.push(c, at),
        }
    }
    None
}

fn double_quoted(written: &str) -> Option<Traced> {
    let mut folding = Folding {
        written,
        traced: Traced::default(),
        kept: 0,
    };
    let mut next = 1;
    for (at, c) in written.char_indices() {
        if at < next {
            continue;
        }
        match c {
            '"' => return Some(folding.traced.end(at)),
            '\n' | '\r' => next = folding.breaks(at),
            '\\' => next = escape(&mut folding, at)?,
            _ => folding.traced.push(c, at),
        }
    }
    None
}

/// Takes an escape, and says where it ends.
fn escape(folding: &mut Folding<'_>, at: usize) -> Option<usize> {
    let after = at.saturating_add(1);
    let rest = folding.written.get(after..)?;
    let c = rest.chars().next()?;
    let mut end = after.saturating_add(c.len_utf8());
    let digits = match c {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    let meant = match c {
        '\n' | '\r' => {
            let own = if rest.starts_with("\r\n") { 2 } else { 1 };
            let more = rest.get(own..).unwrap_or_default();
            let next = more.trim_start_matches([' ', '\t', '\r', '\n']);
            let white = more.len().saturating_sub(next.len());
            // The line break itself is nothing; empty lines after it are line breaks.
            let empty = more.get(..white).unwrap_or_default().matches('\n').count();
            (0..empty).for_each(|_| folding.traced.push('\n', at));
            folding.kept = folding.traced.text.len();
            return Some(folding.written.len().saturating_sub(next.len()));
        }
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\x0b',
        'f' => '\x0c',
        'r' => '\r',
        'e' => '\x1b',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        _ if digits > 0 => {
            let hex = rest.get(1..1_usize.saturating_add(digits))?;
            end = end.saturating_add(hex.len());
            char::from_u32(u32::from_str_radix(hex, 16).ok()?)?
        }
        ' ' | '"' | '/' | '\\' => c,
        _ => return None,
    };
    folding.traced.push_escaped(meant, at);
    folding.kept = folding.traced.text.len();
    Some(end)
}

/// A line of a block: where its text begins, and its text without the indentation.
struct Line<'a> {
    at: usize,
    text: &'a str,
}

fn block(written: &str, header: &Header) -> Traced {
    let mut at = 0_usize;
    let mut lines = Vec::new();
    for (number, line) in written.split_inclusive('\n').enumerate() {
        let text = line.trim_end_matches(['\n', '\r']);
        let spaces = text
            .len()
            .saturating_sub(text.trim_start_matches(' ').len());
        // The first line is given without its indentation.
        let cut = if number == 0 {
            0
        } else {
            header.indent.min(spaces)
        };
        lines.push(Line {
            at: at.saturating_add(cut),
            text: text.get(cut..).unwrap_or_default(),
        });
        at = at.saturating_add(line.len());
    }
    let last = lines.iter().rposition(|line| !line.text.is_empty());
    let last = last.unwrap_or_default();
    let mut traced = Traced::default();
    let mut empty = header.empty;
    let mut before: Option<&Line<'_>> = None;
    for line in lines.iter().take(last.saturating_add(1)) {
        if line.text.is_empty() {
            empty = empty.saturating_add(1);
            continue;
        }
        join(&mut traced, before, line, empty, header.folded);
        for (offset, c) in line.text.char_indices() {
            traced.push(c, line.at.saturating_add(offset));
        }
        empty = 0;
        before = Some(line);
    }
    let end = before.map_or(written.len(), |line| {
        line.at.saturating_add(line.text.len())
    });
    let rest = written.get(end..).unwrap_or_default();
    let ends = if header.strip {
        0
    } else if header.keep {
        rest.matches('\n').count()
    } else {
        usize::from(rest.contains('\n'))
    };
    (0..ends).for_each(|_| traced.push('\n', end));
    traced.end(end)
}

/// The line breaks between two lines with text, and so many empty ones between them.
fn join(
    traced: &mut Traced,
    before: Option<&Line<'_>>,
    line: &Line<'_>,
    empty: usize,
    folded: bool,
) {
    let deeper = |line: &Line<'_>| line.text.starts_with([' ', '\t']);
    let breaks = match before {
        Some(before) if !folded || deeper(before) || deeper(line) => empty.saturating_add(1),
        Some(_) if empty == 0 => return traced.push(' ', line.at),
        _ => empty,
    };
    (0..breaks).for_each(|_| traced.push('\n', line.at));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use proptest::prelude::*;

    use super::super::{Budget, Value, parse};
    use super::*;

    /// The scalar of `key: <scalar>`, as the parser reads it and as it is followed.
    fn both(document: &str) -> Option<(String, Traced)> {
        let root = parse(document, 0, &mut Budget::default()).ok()?;
        let node = root.get("key")?;
        let Value::Text(text) = &node.value else {
            return None;
        };
        let traced = trace(document, node.span.start, node.span.end)?;
        Some((text.clone(), traced))
    }

    #[test]
    fn scalars_of_all_styles_are_followed() {
        for scalar in [
            "plain text",
            "two\n  lines",
            "a\n\n  b\n  c",
            "'it''s'",
            "'a\n  b\n\n  c '",
            r#""tab\t \u00e9 \x41 \" \\ end""#,
            "\"a \\\n   b\n  c\"",
            "|\n  one\n  two\n",
            "|-\n  one\n\n   two\n",
            "|+\n  one\n\n\n",
            ">\n  one\n  two\n\n  three\n    deeper\n  four\n",
            ">-\n  set(a, 1)\n  where b\n",
        ] {
            let document = format!("key: {scalar}\nnext: 1\n");
            let (text, traced) = both(&document).unwrap();
            assert_eq!(traced.text, text, "{scalar:?}");
            assert_eq!(
                traced.from.len(),
                text.len().saturating_add(1),
                "{scalar:?}"
            );
        }
    }

    #[test]
    fn a_part_is_found_where_it_is_written() {
        let document = "key: >-\n  set(a, 1)\n  wehre b == \"$$\"\nnext: 1\n";
        let (_, traced) = both(document).unwrap();
        let traced = traced.unescaped();
        let start = traced.text.find("wehre").unwrap();
        let (first, last) = traced.written(start, start.saturating_add(5)).unwrap();
        assert_eq!(document.get(first..last), Some("wehre"));
        let dollar = traced.text.find('$').unwrap();
        let (first, last) = traced.written(dollar, dollar.saturating_add(1)).unwrap();
        assert_eq!(document.get(first..last), Some("$$"));
    }

    proptest! {
        #[test]
        fn what_is_followed_is_what_is_read(style in 0_usize..5, body in "[a-c \u{e9}'\\n\\\\$#-]{0,40}") {
            let lines = |indent: &str| body.replace('\n', &format!("\n{indent}"));
            let scalar = match style {
                0 => format!("x{}", lines("  ")),
                1 => format!("'{}'", lines("  ").replace('\'', "''")),
                2 => format!("\"{}\"", lines("  ")),
                3 => format!("|\n  x{}\n", lines("  ")),
                _ => format!(">\n  x{}\n", lines("  ")),
            };
            if let Some((text, traced)) = both(&format!("key: {scalar}\nnext: 1\n")) {
                prop_assert_eq!(&traced.text, &text, "{:?}", scalar);
                prop_assert_eq!(traced.from.len(), text.len().saturating_add(1));
            }
        }
    }
}
