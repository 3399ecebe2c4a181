//! Expressions.

use tollgate_ottl::{Error, Expression, ListKind, Value};
use tollgate_sdk::Problem;
use tollgate_statements::{Scene, problem};

use crate::{Plans, Section};

/// An OTTL expression.
#[derive(Debug)]
pub struct Formula(Expression);

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Nothing.
    Nil,
    /// An integer.
    Int(i64),
    /// A double.
    Double(f64),
    /// Texts.
    Texts(Vec<String>),
    /// Something else, by its name.
    Other(&'static str),
}

impl Outcome {
    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Int(_) => "int64",
            Self::Double(_) => "float64",
            Self::Texts(_) => "[]string",
            Self::Other(name) => name,
        }
    }
}

impl Formula {
    /// Reads an expression about what a section is about, which stands at `at`.
    pub fn compile(
        section: Section,
        text: &str,
        at: &str,
        plans: &mut Plans,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let (context, functions) = plans.context(section);
        let compiled = plans.of(section).expression(context, &functions, text);
        compiled
            .map_err(|mistake| problems.push(problem(at, &mistake)))
            .ok()
            .map(Self)
    }

    /// What it comes to at the node that the scene is at.
    pub fn evaluate<'e>(&'e self, scene: &mut Scene<'e>) -> Result<Outcome, Error> {
        let value = self.0.evaluate(scene)?;
        Ok(match value {
            Value::Nil => Outcome::Nil,
            Value::Int(number) => Outcome::Int(number),
            Value::Double(number) => Outcome::Double(number),
            Value::List(list) if matches!(list.kind(), ListKind::Slice | ListKind::Texts) => {
                let texts = list.iter().map(|item| match item {
                    Value::Text(text) => Some(text.as_str().to_owned()),
                    _ => None,
                });
                let texts: Option<Vec<String>> = texts.collect();
                texts.map_or(Outcome::Other(list.kind().name()), Outcome::Texts)
            }
            other => Outcome::Other(other.type_name()),
        })
    }
}
