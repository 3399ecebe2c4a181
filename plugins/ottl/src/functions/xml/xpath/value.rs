//! Values of expressions, and what each type of them is taken for.

use crate::functions::xml::tree::Kind;
use crate::{Error, go};

use super::Place;
use super::evaluate::{Evaluation, Found};
use super::texts::shown;

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Nodes(Vec<Found>),
    Number(f64),
    Text(String),
    Bool(bool),
}

/// Upstream stops the Collector there.
pub(super) const TYPES: Error =
    Error::failed("the XPath uses a value of a type that is not taken there");

impl Evaluation<'_> {
    /// The text of a node.
    pub(super) fn text_of(&mut self, place: Place) -> Result<String, Error> {
        let node = self.node(place);
        self.budget.spend(1)?;
        match node.kind {
            Kind::Comment | Kind::Text => {
                self.budget.spend(node.data.len())?;
                Ok(node.data.clone())
            }
            Kind::Element => match self.attribute(place) {
                Some(attribute) => {
                    self.budget.spend(attribute.value.len())?;
                    Ok(attribute.value.clone())
                }
                None => self.tree.text(place.node, &mut self.budget),
            },
            _ => Ok(String::new()),
        }
    }

    /// The text that a value has.
    pub(super) fn text(&mut self, value: &Value) -> Result<String, Error> {
        Ok(match value {
            Value::Text(text) => text.clone(),
            Value::Bool(boolean) => boolean.to_string(),
            Value::Number(number) => shown(*number),
            Value::Nodes(nodes) => match nodes.first() {
                Some(first) => self.text_of(first.place)?,
                None => String::new(),
            },
        })
    }

    /// The text of nodes and of text; other values have none.
    pub(super) fn plain(&mut self, value: &Value) -> Result<String, Error> {
        match value {
            Value::Text(_) | Value::Nodes(_) => self.text(value),
            _ => Ok(String::new()),
        }
    }

    pub(super) fn number(&mut self, value: &Value) -> Result<f64, Error> {
        Ok(match value {
            Value::Number(number) => *number,
            Value::Text(text) => to_number(text),
            Value::Bool(boolean) => f64::from(u8::from(*boolean)),
            Value::Nodes(nodes) => match nodes.first() {
                Some(first) => to_number(&self.text_of(first.place)?),
                None => f64::NAN,
            },
        })
    }

    pub(super) fn sum(&mut self, value: &Value) -> Result<f64, Error> {
        match value {
            Value::Number(number) => Ok(*number),
            Value::Text(text) => go::parse_double(text).ok_or(TYPES),
            Value::Bool(_) => Ok(0.0),
            Value::Nodes(nodes) => {
                let mut sum = 0.0;
                for node in nodes {
                    let text = self.text_of(node.place)?;
                    sum += go::parse_double(&text).unwrap_or(0.0);
                }
                Ok(sum)
            }
        }
    }

    pub(super) fn compare(
        &mut self,
        operator: &str,
        left: &Value,
        right: &Value,
    ) -> Result<bool, Error> {
        Ok(match (left, right) {
            (Value::Number(a), Value::Number(b)) => numbers(operator, *a, *b),
            (Value::Number(a), Value::Text(b)) => numbers(operator, *a, to_number(b)),
            (Value::Text(a), Value::Number(b)) => numbers(operator, to_number(a), *b),
            (Value::Text(a), Value::Text(b)) => texts(operator, a, b),
            (Value::Number(a), Value::Nodes(nodes)) => {
                let all = self.texts(nodes)?;
                all.iter().any(|b| numbers(operator, *a, to_number(b)))
            }
            (Value::Nodes(nodes), Value::Number(b)) => {
                let all = self.texts(nodes)?;
                all.iter().any(|a| numbers(operator, to_number(a), *b))
            }
            (Value::Text(a), Value::Nodes(nodes)) => {
                let all = self.texts(nodes)?;
                all.iter().any(|b| texts(operator, a, b))
            }
            (Value::Nodes(nodes), Value::Text(b)) => {
                let all = self.texts(nodes)?;
                all.iter().any(|a| texts(operator, a, b))
            }
            (Value::Nodes(left), Value::Nodes(right)) => {
                let (left, right) = (self.texts(left)?, self.texts(right)?);
                for a in &left {
                    self.budget.spend(right.len())?;
                    if right.iter().any(|b| texts(operator, a, b)) {
                        return Ok(true);
                    }
                }
                false
            }
            // Upstream's comparison of booleans knows no operator that compares.
            (Value::Bool(_), Value::Bool(_)) => false,
            _ => return Err(TYPES),
        })
    }

    fn texts(&mut self, nodes: &[Found]) -> Result<Vec<String>, Error> {
        nodes.iter().map(|node| self.text_of(node.place)).collect()
    }
}

/// Whether a value counts as true.
pub(super) fn truth(value: &Value) -> bool {
    match value {
        Value::Bool(boolean) => *boolean,
        Value::Number(number) => *number != 0.0,
        Value::Text(text) => !text.is_empty(),
        Value::Nodes(nodes) => !nodes.is_empty(),
    }
}

fn to_number(text: &str) -> f64 {
    go::parse_double(text.trim()).unwrap_or(f64::NAN)
}

/// A count as a number.
pub(super) fn count(count: usize) -> f64 {
    go::to_double(i64::try_from(count).unwrap_or(i64::MAX))
}

#[expect(clippy::float_cmp, reason = "equality is what is asked for")]
fn numbers(operator: &str, a: f64, b: f64) -> bool {
    match operator {
        "=" => a == b,
        "!=" => a != b,
        "<" => a < b,
        "<=" => a <= b,
        ">" => a > b,
        _ => a >= b,
    }
}

fn texts(operator: &str, a: &str, b: &str) -> bool {
    match operator {
        "=" => a == b,
        "!=" => a != b,
        _ => numbers(operator, to_number(a), to_number(b)),
    }
}
