//! What the parts of the parser share: where it is, and what would have been right.

use super::lexer::tokens;
use super::token::{Kind, Token};
use super::tree::{Sentence, Span};
use crate::Mistake;

/// How deep a statement may be nested.
const DEEPEST: usize = 64;

/// How long a statement may be, in bytes.
const LONGEST: usize = 1 << 20;

/// Reads one text.
pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    what: &'static str,
    furthest: usize,
    expected: Vec<&'static str>,
}

/// What is wrong: a mistake of its own, or a token that does not fit, which is told from the furthest one that was tried.
pub(super) enum Stop {
    Unexpected,
    Mistake(Box<Mistake>),
}

pub(super) type Parsed<T> = Result<T, Stop>;

/// What a comparison is called.
pub(super) const COMPARISON: &str = "a comparison such as `==`";

const END: Token = Token {
    kind: Kind::End,
    at: 0..0,
};

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, what: &'static str) -> Result<Self, Mistake> {
        if text.len() > LONGEST {
            let message = format!("the {what} is longer than {LONGEST} bytes");
            return Err(Mistake::new(text, 0..0, message));
        }
        Ok(Self {
            text,
            tokens: tokens(text)?,
            next: 0,
            depth: 0,
            what,
            furthest: 0,
            expected: Vec::new(),
        })
    }

    /// Reads all of the text as one thing.
    pub(super) fn whole<T>(mut self, parse: fn(&mut Self) -> Parsed<T>) -> Result<T, Mistake> {
        let parsed = parse(&mut self).and_then(|parsed| {
            self.expect(&Kind::End, "the end")?;
            Ok(parsed)
        });
        parsed.map_err(|stop| match stop {
            Stop::Mistake(mistake) => *mistake,
            Stop::Unexpected => self.unexpected(),
        })
    }

    fn unexpected(&mut self) -> Mistake {
        let token = self.tokens.get(self.furthest).unwrap_or(&END);
        let at = token.at.clone();
        let found = match token.kind {
            Kind::End => "it ends".to_owned(),
            _ => format!(
                "there is `{}`",
                self.text.get(at.clone()).unwrap_or_default()
            ),
        };
        let is_equal = token.kind == Kind::Equal;
        let mut kinds: Vec<&str> = Vec::new();
        for kind in &self.expected {
            if !kinds.contains(kind) {
                kinds.push(kind);
            }
        }
        let compares = kinds.contains(&COMPARISON);
        let last = kinds.pop().unwrap_or("something else");
        let expected = if kinds.is_empty() {
            last.to_owned()
        } else {
            format!("{} or {last}", kinds.join(", "))
        };
        let what = self.what;
        let message = format!("the {what} cannot be read: expected {expected}, but {found}");
        let mistake = Mistake::new(self.text, at, message);
        if compares && is_equal {
            return mistake.with_help("values are compared by `==`");
        }
        mistake
    }

    /// `editor where condition`
    pub(super) fn sentence(&mut self) -> Parsed<Sentence> {
        let start = self.position();
        let Some(name) = self.name(&Kind::Lower) else {
            if self.name(&Kind::Upper).is_some() && *self.peek() == Kind::Open {
                let at = self.span_from(start);
                return Err(self.mistake(
                    at,
                    "a statement begins with an editor, whose name begins with a small letter",
                ));
            }
            self.rewind(start);
            return Err(self.fail("an editor"));
        };
        let editor = self.invocation(start, name)?;
        if !editor.keys.is_empty() {
            return Err(self.mistake(
                editor.at.clone(),
                "paths and converters may be indexed, editors may not",
            ));
        }
        let condition = if self.is_word("where") {
            self.advance();
            Some(self.boolean()?)
        } else {
            self.note("`where`");
            None
        };
        Ok(Sentence { editor, condition })
    }

    pub(super) const fn position(&self) -> usize {
        self.next
    }

    pub(super) const fn rewind(&mut self, position: usize) {
        self.next = position;
    }

    pub(super) fn peek(&self) -> &Kind {
        self.ahead(0)
    }

    pub(super) fn ahead(&self, count: usize) -> &Kind {
        let token = self.tokens.get(self.next + count);
        token.map_or(&Kind::End, |token| &token.kind)
    }

    /// Whether the next token is this word.
    fn is_word(&self, word: &str) -> bool {
        *self.peek() == Kind::Lower && self.text.get(self.here()) == Some(word)
    }

    pub(super) fn advance(&mut self) {
        self.next = (self.next + 1).min(self.tokens.len());
    }

    /// Where the next token stands.
    pub(super) fn here(&self) -> Span {
        let token = self.tokens.get(self.next).or(self.tokens.last());
        token.map_or(0..0, |token| token.at.clone())
    }

    /// What the next token says.
    pub(super) fn here_text(&self) -> &'t str {
        self.text.get(self.here()).unwrap_or_default()
    }

    /// From the token at a position to the one that was read last.
    pub(super) fn span_from(&self, position: usize) -> Span {
        let start = self.tokens.get(position).map_or(0, |token| token.at.start);
        let last = self.tokens.get(self.next.saturating_sub(1));
        start..last.map_or(start, |token| token.at.end.max(start))
    }

    /// Notes what would have been right here.
    pub(super) fn note(&mut self, expected: &'static str) {
        if self.next > self.furthest {
            self.furthest = self.next;
            self.expected.clear();
        }
        if self.next == self.furthest {
            self.expected.push(expected);
        }
    }

    pub(super) fn fail(&mut self, expected: &'static str) -> Stop {
        self.note(expected);
        Stop::Unexpected
    }

    pub(super) fn mistake(&self, at: Span, message: impl Into<String>) -> Stop {
        Stop::Mistake(Box::new(Mistake::new(self.text, at, message)))
    }

    /// Takes the next token if it is this one.
    pub(super) fn take(&mut self, kind: &Kind, name: &'static str) -> bool {
        let fits = self.peek() == kind;
        if fits {
            self.advance();
        } else {
            self.note(name);
        }
        fits
    }

    pub(super) fn expect(&mut self, kind: &Kind, name: &'static str) -> Parsed<()> {
        if self.take(kind, name) {
            Ok(())
        } else {
            Err(Stop::Unexpected)
        }
    }

    /// Reads something within something, up to a limit.
    pub(super) fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEEPEST {
            let message = format!("the {} is nested more than {DEEPEST} deep", self.what);
            return Err(self.mistake(self.here(), message));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// A name that begins with a token of this kind; capitals and small letters are tokens of their own, and follow one another.
    pub(super) fn name(&mut self, first: &Kind) -> Option<String> {
        if self.peek() != first {
            return None;
        }
        let mut name = String::new();
        while matches!(self.peek(), Kind::Upper | Kind::Lower) {
            name.push_str(self.here_text());
            self.advance();
        }
        Some(name)
    }
}
