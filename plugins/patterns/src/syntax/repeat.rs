//! Repetition: `*`, `+`, `?` and `{n,m}`, each with a `?` after it to be lazy.

use regex_syntax::hir::{Hir, Repetition};

use super::{Node, Parser};
use crate::PatternError;

/// Go's limit, for one counted repetition and for the product of those within one another.
const MOST: u32 = 1000;

impl Parser<'_> {
    /// `*`, `+` or `?` after the last item.
    pub(super) fn repeat(
        &mut self,
        items: &mut Vec<Node>,
        after_repeat: bool,
    ) -> Result<(), PatternError> {
        let start = self.at;
        let (min, max) = match self.next() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            _ => (0, Some(1)),
        };
        self.repeated(items, start, min, max, after_repeat, false)
    }

    /// `{n}`, `{n,}` or `{n,m}` after the last item; false if the brace is only a brace.
    pub(super) fn counted(
        &mut self,
        items: &mut Vec<Node>,
        after_repeat: bool,
    ) -> Result<bool, PatternError> {
        let start = self.at;
        let Some((min, max)) = self.braces() else {
            self.at = start;
            return Ok(false);
        };
        let too_many = |n: Option<u32>| n.is_some_and(|n| n > MOST);
        if too_many(Some(min)) || too_many(max) || max.is_some_and(|max| min > max) {
            return Err(PatternError::new(
                start,
                format!("a repetition counts from a lower to a higher number, up to {MOST}"),
            ));
        }
        self.repeated(items, start, min, max, after_repeat, true)
            .map(|()| true)
    }

    fn braces(&mut self) -> Option<(u32, Option<u32>)> {
        self.eat("{");
        let min = self.number()?;
        if self.eat("}") {
            return Some((min, Some(min)));
        }
        if !self.eat(",") {
            return None;
        }
        if self.eat("}") {
            return Some((min, None));
        }
        let max = self.number()?;
        self.eat("}").then_some((min, Some(max)))
    }

    /// A number without leading zeros. One too large to be held is as good as one beyond the limit.
    fn number(&mut self) -> Option<u32> {
        let rest = self.rest();
        let digits = rest
            .split(|c: char| !c.is_ascii_digit())
            .next()
            .unwrap_or_default();
        if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
            return None;
        }
        self.at = self.at.saturating_add(digits.len());
        Some(digits.parse().unwrap_or(u32::MAX))
    }

    fn repeated(
        &mut self,
        items: &mut Vec<Node>,
        start: usize,
        min: u32,
        max: Option<u32>,
        after_repeat: bool,
        counted: bool,
    ) -> Result<(), PatternError> {
        let lazy = self.eat("?");
        if after_repeat {
            return Err(PatternError::new(
                start,
                "a repetition follows a repetition; Go's syntax has no possessive ones, and a group says the rest: `(?:a*)*`",
            ));
        }
        let Some(node) = items.pop() else {
            return Err(PatternError::new(
                start,
                "there is nothing to repeat; write a backslash before it for the character",
            ));
        };
        let times = if counted { max.unwrap_or(min) } else { 1 };
        // As in Go, what is repeated zero times weighs nothing, and what is repeated once weighs itself.
        let copies = if times == 0 {
            1
        } else {
            node.copies.saturating_mul(times)
        };
        if copies > MOST {
            return Err(PatternError::new(
                start,
                format!(
                    "repetitions within repetitions make more than {MOST} copies; Go's limit is {MOST}"
                ),
            ));
        }
        let greedy = lazy == self.flags.swap_greed;
        items.push(Node {
            hir: Hir::repetition(Repetition {
                min,
                max,
                greedy,
                sub: Box::new(node.hir),
            }),
            copies,
        });
        Ok(())
    }
}
