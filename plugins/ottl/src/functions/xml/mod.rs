//! The functions that read and change XML.

mod build;
mod edit;
mod name;
mod read;
mod simple;
mod token;
mod tree;
mod write;
mod xpath;

use crate::{Arguments, Error, Function, State};

use xpath::Expression;

pub(super) const LIST: &[&Function] = &[
    &edit::GET_XML,
    &edit::INSERT_XML,
    &edit::REMOVE_XML,
    &edit::CONVERT_ATTRIBUTES,
    &edit::CONVERT_TEXT,
    &read::PARSE_XML,
    &simple::PARSE_SIMPLIFIED_XML,
];

/// How deep elements may stand within one another that become maps: deeper ones could not be stored.
const DEEPEST: usize = 128;

const TOO_DEEP: Error = Error::failed("the XML is nested too deeply");
const NO_XPATH: Error = Error::failed("the XPath is not known");

/// Prepares the expression that is the argument of this number, or the one that stands for it.
fn prepare(arguments: &Arguments<'_>, index: usize, otherwise: &str) -> Result<State, String> {
    let text = arguments.text(index).filter(|text| !text.is_empty());
    let given = arguments.given(index);
    let text = match text {
        Some(text) => text,
        None if given && otherwise.is_empty() => "",
        None => otherwise,
    };
    let expression = Expression::new(text).map_err(|error| format!("invalid xpath: {error}"))?;
    Ok(Some(Box::new(expression)))
}
