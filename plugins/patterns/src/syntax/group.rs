//! What stands in parentheses: groups, and flags.

use regex_syntax::hir::{Capture, Hir};

use super::{DEEPEST, Flags, Node, Parser};
use crate::PatternError;

impl Parser<'_> {
    /// A group, or `(?flags)`, which is none: it changes what follows in the group around it.
    pub(super) fn group(&mut self) -> Result<Option<Node>, PatternError> {
        let start = self.at;
        self.eat("(");
        if !self.eat("?") {
            return self.captured(start, None).map(Some);
        }
        for (look, what) in [
            ("=", "lookahead"),
            ("!", "lookahead"),
            ("<=", "lookbehind"),
            ("<!", "lookbehind"),
        ] {
            if self.rest().starts_with(look) {
                return Err(PatternError::new(
                    start,
                    format!(
                        "`(?{look}` is {what}, which Go's syntax does not have; match the context too"
                    ),
                ));
            }
        }
        if self.eat("P<") || self.eat("<") {
            let name = self.name(start)?;
            return self.captured(start, Some(name)).map(Some);
        }
        let outside = self.flags;
        self.flags = self.read_flags(start)?;
        if self.eat(")") {
            return Ok(None);
        }
        self.eat(":");
        let node = self.inside(start, outside)?;
        Ok(Some(node))
    }

    fn captured(&mut self, start: usize, name: Option<String>) -> Result<Node, PatternError> {
        let index = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name);
        let node = self.inside(start, self.flags)?;
        let capture = Capture {
            index,
            // Go lets groups share a name, which the automaton would refuse; names are kept beside it.
            name: None,
            sub: Box::new(node.hir),
        };
        Ok(Node {
            hir: Hir::capture(capture),
            copies: node.copies,
        })
    }

    /// The alternatives of a group and its `)`; after it the flags of before hold again.
    fn inside(&mut self, start: usize, outside: Flags) -> Result<Node, PatternError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEEPEST {
            return Err(PatternError::new(
                start,
                format!("groups are nested deeper than {DEEPEST}; split the pattern"),
            ));
        }
        let node = self.alternation()?;
        self.depth = self.depth.saturating_sub(1);
        self.flags = outside;
        if self.eat(")") {
            return Ok(node);
        }
        Err(PatternError::new(
            start,
            "there is a `(` without its `)`; write `\\(` for the character",
        ))
    }

    fn name(&mut self, start: usize) -> Result<String, PatternError> {
        let rest = self.rest();
        let name = rest.split('>').next().unwrap_or_default();
        let closed = name.len() < rest.len();
        if !closed
            || name.is_empty()
            || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        {
            return Err(PatternError::new(
                start,
                "the name of a group is letters, digits and `_`, in `(?P<name>...)`",
            ));
        }
        self.at = self.at.saturating_add(name.len()).saturating_add(1);
        Ok(name.to_owned())
    }

    /// Flags up to the `)` or `:`, which is left standing.
    fn read_flags(&mut self, start: usize) -> Result<Flags, PatternError> {
        let refused = || {
            PatternError::new(
                start,
                "what follows `(?` is none of Go's groups: `:`, `P<name>`, `<name>`, or flags out of `imsU`",
            )
        };
        let mut flags = self.flags;
        let mut on = true;
        let mut seen = false;
        loop {
            match self.peek() {
                Some(')' | ':') if on || seen => return Ok(flags),
                Some('-') if on => {
                    on = false;
                    seen = false;
                }
                Some('i') => (flags.fold, seen) = (on, true),
                Some('m') => (flags.lines, seen) = (on, true),
                Some('s') => (flags.dot_newline, seen) = (on, true),
                Some('U') => (flags.swap_greed, seen) = (on, true),
                _ => return Err(refused()),
            }
            self.next();
        }
    }
}
