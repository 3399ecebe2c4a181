//! Conditions.

use super::parser::{COMPARISON, Parsed, Parser, Stop};
use super::token::Kind;
use super::tree::{Boolean, Comparison, Node, NodeKind, Operator};

impl Parser<'_> {
    /// Terms that `or` joins, of values that `and` joins.
    pub(super) fn boolean(&mut self) -> Parsed<Boolean> {
        self.deeper(|parser| parser.joined(&Kind::Or, "`or`", Self::term, Boolean::Or))
    }

    fn term(&mut self) -> Parsed<Boolean> {
        self.joined(&Kind::And, "`and`", Self::boolean_value, Boolean::And)
    }

    fn joined(
        &mut self,
        operator: &Kind,
        name: &'static str,
        parse: fn(&mut Self) -> Parsed<Boolean>,
        join: fn(Vec<Boolean>) -> Boolean,
    ) -> Parsed<Boolean> {
        let first = parse(self)?;
        let mut all = vec![first];
        while self.take(operator, name) {
            all.push(parse(self)?);
        }
        match all.pop() {
            Some(only) if all.is_empty() => Ok(only),
            Some(last) => {
                all.push(last);
                Ok(join(all))
            }
            None => Err(Stop::Unexpected),
        }
    }

    fn boolean_value(&mut self) -> Parsed<Boolean> {
        let negated = self.take(&Kind::Not, "`not`");
        let value = self.plain_boolean()?;
        Ok(if negated {
            Boolean::Not(Box::new(value))
        } else {
            value
        })
    }

    fn plain_boolean(&mut self) -> Parsed<Boolean> {
        if *self.peek() != Kind::Open {
            let left = self.value()?;
            return self.compared(left);
        }
        // A parenthesis opens an arithmetic value that is compared, or a condition.
        let start = self.position();
        match self.value() {
            Ok(left) if *self.peek() == Kind::Compare => return self.compared(left),
            Err(Stop::Mistake(mistake)) => return Err(Stop::Mistake(mistake)),
            _ => self.rewind(start),
        }
        self.advance();
        let within = self.boolean()?;
        self.expect(&Kind::Close, "`)`")?;
        Ok(within)
    }

    /// What stands behind the first value of a condition: a comparison, or nothing if the value is a condition itself.
    fn compared(&mut self, left: Node) -> Parsed<Boolean> {
        if *self.peek() == Kind::Compare {
            let operator = match self.here_text() {
                "==" => Operator::Equal,
                "!=" => Operator::NotEqual,
                "<" => Operator::Less,
                "<=" => Operator::LessEqual,
                ">=" => Operator::GreaterEqual,
                _ => Operator::Greater,
            };
            self.advance();
            let right = self.value()?;
            return Ok(Boolean::Compare(Box::new(Comparison {
                left,
                operator,
                right,
            })));
        }
        match left.kind {
            NodeKind::Bool(value) => Ok(Boolean::Const(value)),
            NodeKind::Call(call) => {
                self.note(COMPARISON);
                Ok(Boolean::Call(call))
            }
            _ => Err(self.fail(COMPARISON)),
        }
    }
}
