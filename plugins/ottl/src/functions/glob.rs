//! Globs, as upstream's library for them reads them: `*`, `?`, `[a-z]`, `[!abc]`, `{one,two}`, and a backslash before what is itself.

use tollgate_patterns::Pattern;

/// A glob as a regular expression of the whole text.
pub(super) fn compile(glob: &str) -> Result<Pattern, String> {
    let mut reader = Reader {
        rest: glob.chars().peekable(),
        out: String::from("^(?s:"),
        open: 0,
    };
    reader.all()?;
    let mut expression = reader.out;
    // An alternative that is not closed is closed by the end.
    expression.extend(std::iter::repeat_n(')', reader.open));
    expression.push_str(")$");
    Pattern::new(&expression).map_err(|error| error.to_string())
}

struct Reader<'g> {
    rest: std::iter::Peekable<std::str::Chars<'g>>,
    out: String,
    open: usize,
}

impl Reader<'_> {
    fn all(&mut self) -> Result<(), String> {
        while let Some(letter) = self.rest.next() {
            match letter {
                '{' => {
                    self.open += 1;
                    self.out.push_str("(?:");
                }
                ',' if self.open > 0 => self.out.push('|'),
                '}' if self.open > 0 => {
                    self.open -= 1;
                    self.out.push(')');
                }
                '[' => self.range()?,
                '?' => self.out.push('.'),
                '*' => {
                    self.rest.next_if_eq(&'*');
                    self.out.push_str(".*");
                }
                '\\' => {
                    if let Some(escaped) = self.rest.next() {
                        self.literal(escaped);
                    }
                }
                other => self.literal(other),
            }
        }
        Ok(())
    }

    /// A range or a list of characters behind its bracket.
    fn range(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.rest.next_if_eq(&'!').is_some() {
            self.out.push('^');
        }
        let first = self.rest.next().ok_or("a bracket is not closed")?;
        if self.rest.next_if_eq(&'-').is_some() {
            let last = self.rest.next().ok_or("a bracket is not closed")?;
            if last < first {
                return Err("a range ends before it begins".to_owned());
            }
            self.member(first);
            self.out.push('-');
            self.member(last);
        } else {
            self.list(first)?;
        }
        match self.rest.next() {
            Some(']') => {
                self.out.push(']');
                Ok(())
            }
            Some(_) => Err("brackets hold one range, or characters alone".to_owned()),
            None => Err("a bracket is not closed".to_owned()),
        }
    }

    /// Characters up to the bracket that closes them.
    fn list(&mut self, first: char) -> Result<(), String> {
        let mut next = Some(first);
        let mut any = false;
        while let Some(letter) = next {
            let member = match letter {
                ']' => return Err("brackets hold nothing".to_owned()),
                '\\' => self.rest.next(),
                other => Some(other),
            };
            if let Some(member) = member {
                self.member(member);
                any = true;
            }
            next = self.rest.next_if(|letter| *letter != ']');
        }
        if any {
            Ok(())
        } else {
            Err("brackets hold nothing".to_owned())
        }
    }

    fn literal(&mut self, letter: char) {
        if letter.is_ascii_punctuation() {
            self.out.push('\\');
        }
        self.out.push(letter);
    }

    fn member(&mut self, letter: char) {
        self.literal(letter);
    }
}
