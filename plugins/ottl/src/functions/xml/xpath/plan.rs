//! How an expression is answered. Upstream's library makes queries of an expression, and not of each the same as the standard would:
//! a condition on positions is asked for each parent, and `//` before a step with a condition is walked level by level. So here.

use tollgate_patterns::Pattern;

use super::functions;
use super::query::{Query, Way};
use super::syntax::{Axis, Node, Test};

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
        let by_position = asked.can_be_number() || found.position || found.last;
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
        if !flags.filter && first.is_some() && query.merges() && traits.position_filter {
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
        let (name, most) = functions::find(name, arguments.len())?;
        let mut queries = Vec::new();
        for argument in arguments.iter().take(most) {
            let (query, found) = self.node(argument, Flags::default())?;
            traits = found;
            queries.push(query);
        }
        if name == "normalize-space" && queries.is_empty() {
            queries.push(Query::Context);
        }
        let pattern = match (name, queries.get(1)) {
            ("matches", Some(Query::Number(_))) => {
                return Err("matches() takes a regular expression".to_owned());
            }
            ("matches" | "replace", Some(Query::Text(source))) => match Pattern::new(source) {
                Ok(pattern) => Some(pattern),
                Err(error) if name == "matches" => return Err(error.to_string()),
                Err(_) => None,
            },
            _ => None,
        };
        let query = Query::Call {
            name,
            arguments: queries,
            pattern: pattern.map(Box::new),
        };
        Ok((query, traits))
    }
}
