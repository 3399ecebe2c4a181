//! Conditions, compiled.

use super::{Build, Compiled};
use crate::Value;
use crate::compare::compare;
use crate::condition::Test;
use crate::expression::Expression;
use crate::syntax::tree::{Boolean, Comparison, Invocation, Operator};

impl Build<'_> {
    /// What is true or false.
    pub(crate) fn test(&mut self, node: &Boolean) -> Compiled<Test> {
        Ok(match node {
            Boolean::Const(value) => Test::Const(*value),
            Boolean::Call(call) => self.condition(call)?,
            Boolean::Compare(comparison) => self.comparison(comparison)?,
            Boolean::Not(inner) => self.test(inner)?.negated(),
            Boolean::And(parts) => Test::joined(self.tests(parts)?, true),
            Boolean::Or(parts) => Test::joined(self.tests(parts)?, false),
        })
    }

    fn tests(&mut self, nodes: &[Boolean]) -> Compiled<Vec<Test>> {
        nodes.iter().map(|node| self.test(node)).collect()
    }

    /// A converter that stands for a condition. One that was computed ahead and is no boolean fails for each record.
    fn condition(&mut self, call: &Invocation) -> Compiled<Test> {
        Ok(match self.call(call)? {
            Expression::Folded(Value::Bool(value)) => Test::Known(value),
            other => Test::Call(other),
        })
    }

    fn comparison(&mut self, comparison: &Comparison) -> Compiled<Test> {
        let left = self.value(&comparison.left)?;
        let right = self.value(&comparison.right)?;
        let operator = comparison.operator;
        if let (Some(a), Some(b)) = (left.known(), right.known())
            && let Ok(value) = compare(a, operator, b)
        {
            let literal = left.literal().is_some() && right.literal().is_some();
            return Ok(if literal {
                Test::Const(value)
            } else {
                Test::Known(value)
            });
        }
        Ok(plain(&left, operator, &right)
            .unwrap_or_else(|| Test::Compare(Box::new((left, operator, right)))))
    }
}

/// What is asked by comparing a path with `nil` or with a text, on either side. Nothing but `nil` equals `nil`, and nothing but a
/// text equals a text, so no value has to be made of what stands at the path.
fn plain(left: &Expression, operator: Operator, right: &Expression) -> Option<Test> {
    let (slot, literal) = match (left, right) {
        (Expression::Path(slot), other) | (other, Expression::Path(slot)) => {
            (*slot, other.literal()?)
        }
        _ => return None,
    };
    let wanted = match operator {
        Operator::Equal => true,
        Operator::NotEqual => false,
        _ => return None,
    };
    match literal {
        Value::Nil => Some(Test::Nil(slot, wanted)),
        Value::Text(text) => Some(Test::Text(slot, text.clone(), wanted)),
        _ => None,
    }
}
