//! Regular expressions as arguments: those that are literals are compiled with the statement, the others when their text changes.

use std::cell::RefCell;
use std::rc::Rc;

use tollgate_patterns::Pattern;

use crate::{Arguments, Call, Error, State};

/// What is kept of the argument.
struct Kept {
    fixed: bool,
    pattern: RefCell<Option<Rc<Pattern>>>,
}

const INVALID: Error = Error::failed("the regular expression is not valid");

/// Prepares the pattern that is the argument of this number. One that is known and not valid is refused only if it is a literal.
pub(crate) fn prepare(arguments: &Arguments<'_>, index: usize) -> Result<State, String> {
    let pattern = match arguments.text(index) {
        None => None,
        Some(text) => Some(Rc::new(
            Pattern::new(text).map_err(|error| error.to_string())?,
        )),
    };
    Ok(Some(Box::new(Kept {
        fixed: pattern.is_some(),
        pattern: RefCell::new(pattern),
    })))
}

/// The pattern that is the argument of this number, of a function that has [prepared](prepare) it.
pub(crate) fn find(call: &mut Call<'_, '_>, index: usize) -> Result<Rc<Pattern>, Error> {
    let Some(kept) = call.state::<Kept>() else {
        return compile(&call.text(index)?);
    };
    if kept.fixed {
        return kept.pattern.borrow().clone().ok_or(INVALID);
    }
    let text = call.text(index)?;
    let mut held = kept.pattern.borrow_mut();
    if let Some(pattern) = held
        .as_ref()
        .filter(|pattern| pattern.as_str() == text.as_str())
    {
        return Ok(Rc::clone(pattern));
    }
    let pattern = compile(&text)?;
    *held = Some(Rc::clone(&pattern));
    Ok(pattern)
}

fn compile(text: &str) -> Result<Rc<Pattern>, Error> {
    Pattern::new(text).map(Rc::new).map_err(|_| INVALID)
}
