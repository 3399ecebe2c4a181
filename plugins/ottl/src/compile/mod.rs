//! From the tree of a statement to what runs: names become functions, paths become slots, and what is known ahead is computed.

mod arguments;
mod boolean;
mod call;
mod check;
mod path;
mod value;

pub(crate) use arguments::Argument;
pub use arguments::Arguments;

use crate::syntax::tree::Span;
use crate::{Context, Mistake, Paths, Registry};

/// What one text is compiled with.
pub(crate) struct Build<'b> {
    pub(crate) text: &'b str,
    pub(crate) context: Context,
    /// Whether each path has to name its context.
    pub(crate) named: bool,
    pub(crate) functions: &'b Registry,
    pub(crate) paths: &'b mut dyn Paths,
}

type Compiled<T> = Result<T, Mistake>;

impl Build<'_> {
    fn mistake(&self, at: &Span, message: impl Into<String>) -> Mistake {
        Mistake::new(self.text, at.clone(), message)
    }
}
