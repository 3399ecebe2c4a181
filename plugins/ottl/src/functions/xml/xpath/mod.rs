//! `XPath`, as the library `antchfx/xpath` has it.

mod call;
mod evaluate;
mod functions;
mod node;
mod parse;
mod plan;
mod query;
mod scan;
mod steps;
mod syntax;
mod texts;
mod value;
mod walk;

use crate::Error;

use super::tree::{Budget, Id, Tree};

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Expression(query::Query);

/// A node that an expression found: one of the tree, or an attribute of one by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) node: Id,
    pub(super) attribute: Option<usize>,
}

impl Expression {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("the XPath is empty".to_owned());
        }
        Ok(Self(plan::plan(&parse::parse(text)?)?))
    }

    /// The nodes that the expression finds, in its order; of one that has a value instead, none.
    pub(super) fn select(&self, tree: &Tree) -> Result<Vec<Place>, Error> {
        let mut evaluation = evaluate::Evaluation {
            tree,
            budget: Budget::default(),
        };
        let top = Place {
            node: 0,
            attribute: None,
        };
        let found = evaluation.select(&self.0, top)?;
        Ok(found.into_iter().map(|found| found.place).collect())
    }
}
