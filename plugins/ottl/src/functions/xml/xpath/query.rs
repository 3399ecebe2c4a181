//! What answers an expression.

use tollgate_patterns::Pattern;

use super::syntax::Test;

/// An axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Ancestor {
        itself: bool,
    },
    Attribute,
    Child,
    Descendant {
        itself: bool,
    },
    /// Descendants where those of what was found are left out.
    Outermost {
        itself: bool,
    },
    Following,
    FollowingSibling,
    Parent,
    Preceding,
    PrecedingSibling,
    Itself,
}

/// What answers a part of an expression.
#[derive(Debug, Clone)]
pub(super) enum Query {
    Context,
    Root,
    Step {
        way: Way,
        test: Test,
        input: Box<Query>,
    },
    Filter {
        input: Box<Query>,
        condition: Box<Query>,
    },
    /// The child is asked for each node of the input.
    Merge {
        input: Box<Query>,
        child: Box<Query>,
    },
    Group(Box<Query>),
    Union(Box<Query>, Box<Query>),
    Reverse(Box<Query>),
    Number(f64),
    Text(String),
    Numeric(&'static str, Box<Query>, Box<Query>),
    Compare(&'static str, Box<Query>, Box<Query>),
    Logic {
        or: bool,
        left: Box<Query>,
        right: Box<Query>,
    },
    /// `position()` and `last()` among the siblings that pass a test.
    Position(Option<Test>),
    Last(Option<Test>),
    /// `last()` of what another query finds.
    Count(Box<Query>),
    Call {
        name: &'static str,
        arguments: Vec<Query>,
        /// Apart, because it is larger than everything else here.
        pattern: Option<Box<Pattern>>,
    },
}

impl Query {
    /// Whether the value of a query may be a number, and so a position.
    pub(super) fn can_be_number(&self) -> bool {
        match self {
            Self::Group(inner) => inner.can_be_number(),
            Self::Number(_)
            | Self::Numeric(..)
            | Self::Count(_)
            | Self::Position(_)
            | Self::Last(_)
            | Self::Call { .. }
            | Self::Reverse(_) => true,
            _ => false,
        }
    }

    /// Whether a condition on positions may be asked for each node that a step begins at.
    pub(super) fn merges(&self) -> bool {
        match self {
            Self::Group(_) => false,
            Self::Filter { input, .. } => input.merges(),
            _ => true,
        }
    }
}
