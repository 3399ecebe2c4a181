//! Values, compiled.

use super::{Build, Compiled};
use crate::expression::Expression;
use crate::paths::Usage;
use crate::registry::nearest;
use crate::syntax::tree::{Node, NodeKind, PathNode};
use crate::value::{Bytes, Text, Value};
use crate::{Error, Slot, Telemetry, Time, symbols};

impl Build<'_> {
    /// What has a value.
    pub(crate) fn value(&mut self, node: &Node) -> Compiled<Expression> {
        Ok(match &node.kind {
            NodeKind::Nil => Expression::Literal(Value::Nil),
            NodeKind::Text(text) => Expression::Literal(text.clone().into()),
            NodeKind::Bytes(bytes) => {
                Expression::Literal(Value::Bytes(Bytes::Owned(bytes.as_slice().into())))
            }
            NodeKind::Bool(value) => Expression::Literal(Value::Bool(*value)),
            NodeKind::Int(number) => Expression::Literal(Value::Int(*number)),
            NodeKind::Double(number) => Expression::Literal(Value::Double(*number)),
            NodeKind::Symbol(name) => Expression::Literal(Value::Int(self.number(node, name)?)),
            NodeKind::Function(name) => {
                let message = format!("`{name}` stands where a value is wanted");
                let help = "a function that is called has parentheses: `Name()`";
                return Err(self.mistake(&node.at, message).with_help(help));
            }
            NodeKind::Path(path) => self.read(path)?,
            NodeKind::Call(call) => self.call(call)?,
            NodeKind::Group(inner) => self.value(inner)?,
            NodeKind::Negate(inner) => {
                let negated = Expression::Negate(Box::new(self.value(inner)?));
                folded(negated, |negated| match negated {
                    Expression::Negate(inner) => inner.known().is_some(),
                    _ => false,
                })
            }
            NodeKind::Math(left, operator, right) => {
                let left = Box::new(self.value(left)?);
                let right = Box::new(self.value(right)?);
                let known = left.known().is_some() && right.known().is_some();
                folded(Expression::Math(left, *operator, right), |_| known)
            }
            NodeKind::List(items) => {
                let items = items.iter().map(|item| self.value(item));
                let items = items.collect::<Result<Vec<_>, _>>()?;
                let known = items.iter().all(|item| item.literal().is_some());
                self.spelled(node, Expression::List(items), known)?
            }
            NodeKind::Map(nodes) => self.map(node, nodes)?,
        })
    }

    /// A map; of entries with one key the last one counts.
    fn map(&mut self, node: &Node, nodes: &[(String, Node)]) -> Compiled<Expression> {
        let mut entries: Vec<(Text<'static>, Expression)> = Vec::with_capacity(nodes.len());
        for (key, value) in nodes {
            let value = self.value(value)?;
            match entries.iter_mut().find(|(known, _)| known.as_str() == key) {
                Some((_, held)) => *held = value,
                None => entries.push((key.clone().into(), value)),
            }
        }
        let known = entries.iter().all(|(_, value)| value.literal().is_some());
        self.spelled(node, Expression::Map(entries), known)
    }

    /// A list or a map whose parts are literals is a literal.
    fn spelled(&self, node: &Node, whole: Expression, known: bool) -> Compiled<Expression> {
        if !known {
            return Ok(whole);
        }
        let value = compute(&whole);
        value
            .map(Expression::Literal)
            .map_err(|error| self.mistake(&node.at, error.to_string()))
    }

    /// The number that a name stands for.
    pub(super) fn number(&self, node: &Node, name: &str) -> Compiled<i64> {
        symbols::number(self.context, name).ok_or_else(|| {
            let context = self.context.name();
            let message = format!("`{name}` is no name of a number on `{context}`");
            let mistake = self.mistake(&node.at, message);
            let known = symbols::all(self.context).map(|(known, _)| known);
            match nearest(known, name) {
                Some(near) => mistake.with_help(format!("did you mean `{near}`?")),
                None => mistake,
            }
        })
    }

    /// The value at a path.
    fn read(&mut self, path: &PathNode) -> Compiled<Expression> {
        let target = self.target(path, Usage::READ)?;
        Ok(if target.keys.is_empty() {
            Expression::Path(target.slot)
        } else {
            Expression::Target(Box::new(target))
        })
    }
}

/// An expression whose parts are known, computed; itself where that fails, because the failure belongs to the records.
pub(super) fn folded(
    expression: Expression,
    known: impl FnOnce(&Expression) -> bool,
) -> Expression {
    if !known(&expression) {
        return expression;
    }
    let value = compute(&expression);
    value.map_or(expression, Expression::Folded)
}

/// The value of an expression that looks at no record.
fn compute(expression: &Expression) -> Result<Value<'static>, Error> {
    expression.evaluate(&mut Nothing).map(Value::into_static)
}

/// No record.
struct Nothing;

const NO_RECORD: Error = Error::failed("there is no record yet");

impl<'e> Telemetry<'e> for Nothing {
    fn get(&mut self, _: Slot) -> Result<Value<'e>, Error> {
        Err(NO_RECORD)
    }

    fn set(&mut self, _: Slot, _: Value<'e>) -> Result<(), Error> {
        Err(NO_RECORD)
    }

    fn delete(&mut self, _: Slot) -> Result<(), Error> {
        Err(NO_RECORD)
    }

    fn holds(&mut self, _: Slot) -> Result<bool, Error> {
        Err(NO_RECORD)
    }

    fn now(&self) -> Time {
        Time::new(0, 0)
    }

    fn random(&mut self) -> u64 {
        0
    }
}
