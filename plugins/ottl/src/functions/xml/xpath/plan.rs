//! How an expression is answered. Upstream's library makes queries of an expression, and not of each the same as the standard would:
//! a condition on positions is asked for each parent, and `//` before a step with a condition is walked level by level. So here.

use tollgate_patterns::Pattern;

use super::syntax::{Axis, Node, Test, Type};

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
        pattern: Option<Pattern>,
    },
}

/// What is known of a query that was made.
#[derive(Debug, Clone, Copy, Default)]
struct Traits {
    position_filter: bool,
    position: bool,
    last: bool,
}

/// What was made first of the last step: `position()` asks for siblings of its kind.
#[derive(Debug, Clone)]
enum First {
    Step(Test),
    Filter(Query),
    Group(Query),
    Other,
}

/// Where a part stands.
#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    within_descendants: bool,
    filter: bool,
}

#[derive(Default)]
struct Planner {
    first: Option<First>,
}

/// The functions, with the fewest and the most arguments that are looked at.
const FUNCTIONS: [(&str, usize, usize); 28] = [
    ("lower-case", 1, 1),
    ("starts-with", 2, 2),
    ("ends-with", 2, 2),
    ("contains", 2, 2),
    ("matches", 2, 2),
    ("substring", 2, 3),
    ("substring-before", 2, 2),
    ("substring-after", 2, 2),
    ("string-length", 1, 1),
    ("normalize-space", 0, 1),
    ("replace", 3, 3),
    ("translate", 3, 3),
    ("not", 1, 1),
    ("name", 0, 1),
    ("local-name", 0, 1),
    ("namespace-uri", 0, 1),
    ("true", 0, 0),
    ("false", 0, 0),
    ("boolean", 0, 1),
    ("number", 0, 1),
    ("string", 0, 1),
    ("count", 1, 1),
    ("sum", 1, 1),
    ("ceiling", 1, 1),
    ("floor", 1, 1),
    ("round", 1, 1),
    ("concat", 2, usize::MAX),
    ("string-join", 2, 2),
];

/// Functions that refuse more arguments than they look at.
const EXACT: [&str; 11] = [
    "matches",
    "substring-before",
    "substring-after",
    "replace",
    "translate",
    "name",
    "local-name",
    "namespace-uri",
    "boolean",
    "number",
    "string",
];

/// Plans an expression.
pub(super) fn plan(node: &Node) -> Result<Query, String> {
    Planner::default()
        .node(node, Flags::default())
        .map(|(query, _)| query)
}

type Planned = Result<(Query, Traits), String>;

fn boxed((query, _): (Query, Traits)) -> Box<Query> {
    Box::new(query)
}

impl Planner {
    fn node(&mut self, node: &Node, flags: Flags) -> Planned {
        let plain = Traits::default();
        match node {
            Node::Root => Ok((Query::Root, plain)),
            Node::Number(number) => Ok((Query::Number(*number), plain)),
            Node::Text(text) => Ok((Query::Text(text.clone()), plain)),
            Node::Axis(axis) => {
                let planned = self.axis(axis, flags)?;
                self.first = Some(match &planned.0 {
                    Query::Step {
                        way: Way::Outermost { .. },
                        ..
                    } => First::Other,
                    Query::Step { test, .. } => First::Step(test.clone()),
                    _ => First::Other,
                });
                Ok(planned)
            }
            Node::Filter(input, condition) => {
                let planned = self.filter(input, condition, flags)?;
                self.first = Some(match &planned.0 {
                    filter @ Query::Filter { .. } => First::Filter(filter.clone()),
                    _ => First::Other,
                });
                Ok(planned)
            }
            Node::Group(inner) => {
                let (inner, traits) = self.node(inner, Flags::default())?;
                let group = Query::Group(Box::new(inner));
                self.first = Some(First::Group(group.clone()));
                Ok((group, traits))
            }
            Node::Call(name, arguments) => self.call(name, arguments),
            Node::Operator(operator, left, right) => {
                let left = self.node(left, Flags::default())?;
                let right = self.node(right, Flags::default())?;
                let traits = Traits {
                    position_filter: left.1.position_filter || right.1.position_filter,
                    position: left.1.position || right.1.position,
                    last: left.1.last || right.1.last,
                };
                let (left, right) = (boxed(left), boxed(right));
                let query = match *operator {
                    "|" => Query::Union(left, right),
                    "or" | "and" => Query::Logic {
                        or: *operator == "or",
                        left,
                        right,
                    },
                    "+" | "-" | "*" | "div" | "mod" => Query::Numeric(operator, left, right),
                    _ => Query::Compare(operator, left, right),
                };
                Ok((query, traits))
            }
        }
    }

    fn axis(&mut self, axis: &Axis, flags: Flags) -> Planned {
        self.first = None;
        let mut traits = Traits::default();
        let mut below = Flags::default();
        let test = axis.test.clone();
        let descendant = axis.name == "descendant" || axis.name == "descendant-or-self";
        let input = match &axis.input {
            None => Query::Context,
            Some(input) => {
                if !flags.filter {
                    if axis.name == "child"
                        && let Node::Axis(deep) = input
                        && deep.name == "descendant-or-self"
                    {
                        let within = Flags {
                            within_descendants: true,
                            filter: false,
                        };
                        let input = match &deep.input {
                            None => Query::Context,
                            Some(input) => {
                                let (query, found) = self.node(input, within)?;
                                traits = found;
                                query
                            }
                        };
                        let query = Query::Step {
                            way: Way::Descendant { itself: false },
                            test,
                            input: Box::new(input),
                        };
                        return Ok((query, traits));
                    }
                    below.within_descendants = descendant;
                }
                let (query, found) = self.node(input, below)?;
                traits = found;
                query
            }
        };
        let within = flags.within_descendants;
        let way = match axis.name.as_str() {
            "ancestor" => Way::Ancestor { itself: false },
            "ancestor-or-self" => Way::Ancestor { itself: true },
            "attribute" => Way::Attribute,
            "child" => Way::Child,
            "descendant" if within => Way::Outermost { itself: false },
            "descendant-or-self" if within => Way::Outermost { itself: true },
            "descendant" => Way::Descendant { itself: false },
            "descendant-or-self" => Way::Descendant { itself: true },
            "following" => Way::Following,
            "following-sibling" => Way::FollowingSibling,
            "parent" => Way::Parent,
            "preceding" => Way::Preceding,
            "preceding-sibling" => Way::PrecedingSibling,
            "self" => Way::Itself,
            other => return Err(format!("the XPath has an axis that is not known: {other}")),
        };
        let query = Query::Step {
            way,
            test,
            input: Box::new(input),
        };
        Ok((query, traits))
    }

    fn filter(&mut self, input: &Node, condition: &Node, flags: Flags) -> Planned {
        let inner = Flags {
            filter: true,
            ..flags
        };
        let (query, mut traits) = self.node(input, inner)?;
        let first = self.first.clone();
        let (mut asked, found) = self.node(condition, flags)?;
        let by_position = can_be_number(&asked) || found.position || found.last;
        if !matches!(input, Node::Filter(..)) {
            traits.position_filter = false;
        }
        traits.position_filter |= by_position;
        if let Query::Last(_) = &asked
            && let Some(First::Filter(all) | First::Group(all)) = &first
        {
            asked = Query::Count(Box::new(all.clone()));
        }
        let condition = Box::new(asked);
        if !flags.filter && first.is_some() && merges(&query) && traits.position_filter {
            self.first = None;
            if let Query::Step { way, test, input } = query {
                let filter = |input| Query::Filter {
                    input: Box::new(Query::Step {
                        way,
                        test,
                        input: Box::new(input),
                    }),
                    condition,
                };
                let query = match *input {
                    Query::Context => filter(Query::Context),
                    _ => Query::Merge {
                        input,
                        child: Box::new(filter(Query::Context)),
                    },
                };
                return Ok((query, traits));
            }
        }
        let query = Query::Filter {
            input: Box::new(query),
            condition,
        };
        Ok((query, traits))
    }

    fn call(&mut self, name: &str, arguments: &[Node]) -> Planned {
        let mut traits = Traits::default();
        let test = match &self.first {
            Some(First::Step(test)) => Some(test.clone()),
            _ => None,
        };
        match name {
            "position" => {
                traits.position = true;
                return Ok((Query::Position(test), traits));
            }
            "last" => {
                traits.last = true;
                return Ok((Query::Last(test), traits));
            }
            "reverse" => {
                let first = arguments.first().ok_or("reverse() needs nodes")?;
                let (input, traits) = self.node(first, Flags::default())?;
                return Ok((Query::Reverse(Box::new(input)), traits));
            }
            _ => {}
        }
        let (name, fewest, most) = FUNCTIONS
            .iter()
            .find(|(known, ..)| *known == name)
            .ok_or_else(|| format!("the XPath calls a function that is not known: {name}()"))?;
        if arguments.len() < *fewest || (EXACT.contains(name) && arguments.len() > *most) {
            return Err(format!("{name}() takes another number of arguments"));
        }
        let mut queries = Vec::new();
        for argument in arguments.iter().take(*most) {
            let (query, found) = self.node(argument, Flags::default())?;
            traits = found;
            queries.push(query);
        }
        if *name == "normalize-space" && queries.is_empty() {
            queries.push(Query::Context);
        }
        let pattern = match (*name, queries.get(1)) {
            ("matches", Some(Query::Number(_))) => {
                return Err("matches() takes a regular expression".to_owned());
            }
            ("matches" | "replace", Some(Query::Text(source))) => match Pattern::new(source) {
                Ok(pattern) => Some(pattern),
                Err(error) if *name == "matches" => return Err(error.to_string()),
                Err(_) => None,
            },
            _ => None,
        };
        let query = Query::Call {
            name,
            arguments: queries,
            pattern,
        };
        Ok((query, traits))
    }
}

/// Whether the value of a query may be a number, and so a position.
fn can_be_number(query: &Query) -> bool {
    match query {
        Query::Group(inner) => can_be_number(inner),
        Query::Number(_)
        | Query::Numeric(..)
        | Query::Count(_)
        | Query::Position(_)
        | Query::Last(_)
        | Query::Call { .. }
        | Query::Reverse(_) => true,
        _ => false,
    }
}

/// Whether a condition on positions may be asked for each node that a step begins at.
fn merges(query: &Query) -> bool {
    match query {
        Query::Group(_) => false,
        Query::Filter { input, .. } => merges(input),
        _ => true,
    }
}

impl Test {
    /// Whether a test asks for the name of a node.
    pub(super) const fn is_named(&self) -> bool {
        !self.local.is_empty() || !self.prefix.is_empty()
    }

    /// Whether a node of a type passes, before its name is looked at.
    pub(super) fn takes(&self, kind: Type) -> bool {
        self.kind == Type::Any || self.kind == kind
    }
}
