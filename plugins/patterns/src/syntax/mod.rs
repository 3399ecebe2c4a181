//! Go's RE2 syntax (`regexp/syntax` with its `Perl` flags), read into the form that `regex-automata` compiles.

mod class;
mod escape;
mod group;
mod repeat;
mod unicode;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, Look};

use crate::PatternError;

/// Groups within groups. Go allows 1,000; every level here is a level of the stack, and a policy's stack is small.
const DEEPEST: u32 = 200;

/// What a pattern means, and the names of its groups.
pub(crate) struct Parsed {
    pub(crate) hir: Hir,
    /// By index of the group; the first is the whole match, which has no name.
    pub(crate) names: Vec<Option<String>>,
}

/// Reads a pattern.
pub(crate) fn parse(pattern: &str) -> Result<Parsed, PatternError> {
    let mut parser = Parser {
        pattern,
        at: 0,
        flags: Flags::default(),
        depth: 0,
        names: vec![None],
    };
    let node = parser.alternation()?;
    match parser.peek() {
        None => Ok(Parsed {
            hir: node.hir,
            names: parser.names,
        }),
        Some(_) => {
            Err(parser.error("there is a `)` without its `(`; write `\\)` for the character"))
        }
    }
}

/// Flags of `(?ismU)`, as Go's: `U` swaps greedy and lazy.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "these are Go's flags, each on or off by itself"
)]
struct Flags {
    fold: bool,
    lines: bool,
    dot_newline: bool,
    swap_greed: bool,
}

/// A part that was read.
struct Node {
    hir: Hir,
    /// The largest product of counted repetitions within one another, which Go limits to 1,000.
    copies: u32,
}

impl Node {
    fn of(hir: Hir) -> Node {
        Node { hir, copies: 1 }
    }
}

struct Parser<'p> {
    pattern: &'p str,
    at: usize,
    flags: Flags,
    depth: u32,
    names: Vec<Option<String>>,
}

impl<'p> Parser<'p> {
    fn rest(&self) -> &'p str {
        self.pattern.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at = self.at.saturating_add(c.len_utf8());
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at = self.at.saturating_add(text.len());
        }
        found
    }

    fn error(&self, reason: impl Into<String>) -> PatternError {
        PatternError::new(self.at, reason)
    }

    /// Alternatives, up to the end or to a `)` that is left standing.
    fn alternation(&mut self) -> Result<Node, PatternError> {
        let mut branches = Vec::new();
        let mut copies = 1;
        loop {
            let branch = self.concatenation()?;
            copies = copies.max(branch.copies);
            branches.push(branch.hir);
            if !self.eat("|") {
                return Ok(Node {
                    hir: Hir::alternation(branches),
                    copies,
                });
            }
        }
    }

    fn concatenation(&mut self) -> Result<Node, PatternError> {
        let mut items: Vec<Node> = Vec::new();
        let mut repeated = false;
        loop {
            let was_repeated = std::mem::take(&mut repeated);
            match self.peek() {
                None | Some('|' | ')') => break,
                Some('(') => items.extend(self.group()?),
                Some('[') => items.push(Node::of(self.bracket()?)),
                Some('*' | '+' | '?') => {
                    self.repeat(&mut items, was_repeated)?;
                    repeated = true;
                }
                Some('{') => {
                    repeated = self.counted(&mut items, was_repeated)?;
                    if !repeated {
                        items.push(self.literal());
                    }
                }
                Some('\\') => self.escape(&mut items)?,
                Some('.') => {
                    self.next();
                    items.push(Node::of(self.dot()));
                }
                Some('^') => {
                    self.next();
                    items.push(Node::of(Hir::look(if self.flags.lines {
                        Look::StartLF
                    } else {
                        Look::Start
                    })));
                }
                Some('$') => {
                    self.next();
                    items.push(Node::of(Hir::look(if self.flags.lines {
                        Look::EndLF
                    } else {
                        Look::End
                    })));
                }
                Some(_) => items.push(self.literal()),
            }
        }
        let copies = items.iter().map(|item| item.copies).max().unwrap_or(1);
        Ok(Node {
            hir: Hir::concat(items.into_iter().map(|item| item.hir).collect()),
            copies,
        })
    }

    fn dot(&self) -> Hir {
        let mut class = ClassUnicode::empty();
        if !self.flags.dot_newline {
            class.push(ClassUnicodeRange::new('\n', '\n'));
        }
        class.negate();
        Hir::class(Class::Unicode(class))
    }

    /// The next character as itself.
    fn literal(&mut self) -> Node {
        Node::of(self.next().map_or_else(Hir::empty, |c| self.character(c)))
    }

    /// One character, and those it folds to under `(?i)`.
    fn character(&self, c: char) -> Hir {
        if self.flags.fold {
            let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
            class.case_fold_simple();
            return Hir::class(Class::Unicode(class));
        }
        Hir::literal(c.encode_utf8(&mut [0; 4]).as_bytes())
    }
}
