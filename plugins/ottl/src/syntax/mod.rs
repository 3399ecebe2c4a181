//! From text to tree.

mod boolean;
mod call;
mod lexer;
mod parser;
mod primary;
mod quote;
mod token;
pub(crate) mod tree;

use crate::Mistake;
use parser::Parser;
use tree::{Boolean, Node, Sentence};

/// Reads a statement.
pub(crate) fn statement(text: &str) -> Result<Sentence, Mistake> {
    Parser::new(text, "statement")?.whole(Parser::sentence)
}

/// Reads a condition.
pub(crate) fn condition(text: &str) -> Result<Boolean, Mistake> {
    Parser::new(text, "condition")?.whole(Parser::boolean)
}

/// Reads an expression that has a value.
pub(crate) fn value(text: &str) -> Result<Node, Mistake> {
    Parser::new(text, "expression")?.whole(Parser::value)
}
