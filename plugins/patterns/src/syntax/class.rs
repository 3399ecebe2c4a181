//! Sets of characters: brackets, and the classes that have a name.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir};

use super::{Parser, unicode};
use crate::PatternError;

const PERL: [(&str, &[(char, char)]); 3] = [
    ("d", &[('0', '9')]),
    // Not the vertical tab, unlike `[[:space:]]`.
    ("s", &[('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')]),
    ("w", &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
];

const POSIX: [(&str, &[(char, char)]); 14] = [
    ("alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("alpha", &[('A', 'Z'), ('a', 'z')]),
    ("ascii", &[('\0', '\u{7f}')]),
    ("blank", &[('\t', '\t'), (' ', ' ')]),
    ("cntrl", &[('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')]),
    ("digit", &[('0', '9')]),
    ("graph", &[('!', '~')]),
    ("lower", &[('a', 'z')]),
    ("print", &[(' ', '~')]),
    ("punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("space", &[('\t', '\r'), (' ', ' ')]),
    ("upper", &[('A', 'Z')]),
    ("word", &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
    ("xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

fn class_of(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(
        ranges
            .iter()
            .map(|&(from, to)| ClassUnicodeRange::new(from, to)),
    )
}

impl Parser<'_> {
    /// A class in brackets.
    pub(super) fn bracket(&mut self) -> Result<Hir, PatternError> {
        let start = self.at;
        self.eat("[");
        let negated = self.eat("^");
        let mut class = ClassUnicode::empty();
        let mut first = true;
        while first || !self.rest().starts_with(']') {
            first = false;
            let part = match self.posix(start)? {
                Some(part) => part,
                None => match self.class_escape()? {
                    Some(part) => part,
                    None => self.range(start)?,
                },
            };
            class.union(&part);
        }
        self.eat("]");
        if negated {
            class.negate();
        }
        Ok(Hir::class(Class::Unicode(class)))
    }

    /// One character, or `a-z`.
    fn range(&mut self, start: usize) -> Result<ClassUnicode, PatternError> {
        let at = self.at;
        let from = self.class_character(start)?;
        let mut to = from;
        let rest = self.rest();
        // `[a-]` holds a hyphen.
        if rest.starts_with('-') && rest.len() > 1 && !rest.starts_with("-]") {
            self.eat("-");
            to = self.class_character(start)?;
            if to < from {
                return Err(PatternError::new(
                    at,
                    "a range in brackets goes from a lower to a higher character",
                ));
            }
        }
        Ok(self.folded(class_of(&[(from, to)]), false))
    }

    fn class_character(&mut self, start: usize) -> Result<char, PatternError> {
        if self.rest().starts_with('\\') {
            return self.escaped_character();
        }
        self.next().ok_or_else(|| {
            PatternError::new(
                start,
                "there is a `[` without its `]`; write `\\[` for the character",
            )
        })
    }

    /// `[:name:]` or `[:^name:]` within brackets.
    fn posix(&mut self, start: usize) -> Result<Option<ClassUnicode>, PatternError> {
        let Some(inner) = self.rest().strip_prefix("[:") else {
            return Ok(None);
        };
        let Some((name, _)) = inner.split_once(":]") else {
            return Ok(None);
        };
        let plain = name.strip_prefix('^').unwrap_or(name);
        let Some((_, ranges)) = POSIX.iter().find(|(known, _)| *known == plain) else {
            return Err(PatternError::new(
                start,
                format!(
                    "`[:{name}:]` is no class; there is [:alnum:], [:alpha:], [:digit:] and so on"
                ),
            ));
        };
        self.at = self.at.saturating_add(name.len()).saturating_add(4);
        Ok(Some(
            self.folded(class_of(ranges), plain.len() < name.len()),
        ))
    }

    /// `\d`, `\W`, `\pL`, `\P{Greek}` and their like, in brackets and outside of them.
    pub(super) fn class_escape(&mut self) -> Result<Option<ClassUnicode>, PatternError> {
        let start = self.at;
        for (name, ranges) in PERL {
            if self.eat(&format!("\\{name}")) {
                return Ok(Some(self.folded(class_of(ranges), false)));
            }
            if self.eat(&format!("\\{}", name.to_ascii_uppercase())) {
                return Ok(Some(self.folded(class_of(ranges), true)));
            }
        }
        let negated = self.rest().starts_with(r"\P");
        if !(self.eat(r"\p") || self.eat(r"\P")) {
            return Ok(None);
        }
        let unfinished =
            || PatternError::new(start, "a Unicode class is written `\\pL` or `\\p{Greek}`");
        let name = match self.next() {
            Some('{') => {
                let rest = self.rest();
                let name = rest.split('}').next().unwrap_or_default();
                if name.len() == rest.len() {
                    return Err(unfinished());
                }
                self.at = self.at.saturating_add(name.len()).saturating_add(1);
                name
            }
            Some(c) => self
                .pattern
                .get(self.at.saturating_sub(c.len_utf8())..self.at)
                .unwrap_or_default(),
            None => return Err(unfinished()),
        };
        let plain = name.strip_prefix('^').unwrap_or(name);
        let class = unicode::class(plain).map_err(|reason| PatternError::new(start, reason))?;
        Ok(Some(
            self.folded(class, negated != (plain.len() < name.len())),
        ))
    }

    /// Under `(?i)` a set is folded first, and what is left out of it is left out after that.
    fn folded(&self, mut class: ClassUnicode, negated: bool) -> ClassUnicode {
        if self.flags.fold {
            class.case_fold_simple();
        }
        if negated {
            class.negate();
        }
        class
    }
}
