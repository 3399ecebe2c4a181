//! Calls: the function by its name, and the arguments as its parameters take them.

use super::value::folded;
use super::{Argument, Arguments, Build, Compiled, check};
use crate::Mistake;
use crate::case::pascal;
use crate::expression::{Expression, Invocation};
use crate::function::{Function, Kind, Parameter};
use crate::paths::Usage;
use crate::syntax::tree::{self, ArgumentNode, Node, NodeKind};

/// Upstream's functions that take a lambda; they do not work there either, unless an experimental feature is switched on.
const TAKES_LAMBDA: [&str; 8] = [
    "All", "Any", "Filter", "Find", "MapEach", "MapKeys", "Reduce", "When",
];

impl Build<'_> {
    /// A converter that is called, and its keys.
    pub(super) fn call(&mut self, node: &tree::Invocation) -> Compiled<Expression> {
        let call = self.invocation(node)?;
        let known = call.function.pure && call.arguments.iter().all(Argument::is_known);
        let called = folded(Expression::Call(Box::new(call)), |_| known);
        let keys = self.keys(&node.keys)?;
        if keys.is_empty() {
            return Ok(called);
        }
        let known = called.known().is_some()
            && !keys
                .iter()
                .any(|key| matches!(key, crate::expression::Key::Computed(_)));
        Ok(folded(Expression::Index(Box::new(called), keys), |_| known))
    }

    /// A function with its arguments.
    pub(crate) fn invocation(&mut self, node: &tree::Invocation) -> Compiled<Invocation> {
        let function = self.function(&node.name, &node.name_at)?;
        let noted = self.paths.called(function.name);
        noted.map_err(|problem| self.mistake(&node.name_at, problem))?;
        let given = self.matched(function, node)?;
        let arguments = match self.narrowed(function, &given)? {
            Some(arguments) => arguments,
            None => self.arguments(function, &given)?,
        };
        let state = match function.prepare {
            None => None,
            Some(prepare) => {
                let seen = Arguments {
                    arguments: &arguments,
                };
                prepare(&seen).map_err(|problem| {
                    self.mistake(&node.at, format!("{}: {problem}", function.name))
                })?
            }
        };
        Ok(Invocation {
            function,
            arguments,
            state,
        })
    }

    fn function(&self, name: &str, at: &tree::Span) -> Compiled<&'static Function> {
        if let Some(function) = self.functions.get(name) {
            return Ok(function);
        }
        if TAKES_LAMBDA.contains(&name) {
            let message = format!("`{name}` takes a lambda, and lambdas are not supported");
            return Err(self.mistake(at, message));
        }
        let mistake = self.mistake(at, format!("there is no function `{name}`"));
        Err(match self.functions.nearest(name) {
            Some(near) => mistake.with_help(format!("did you mean `{near}`?")),
            None => mistake,
        })
    }

    /// The arguments by their parameters; none for one that was left out.
    fn matched<'n>(
        &self,
        function: &Function,
        node: &'n tree::Invocation,
    ) -> Compiled<Vec<Option<&'n Node>>> {
        let parameters = function.parameters;
        if parameters.is_empty() {
            // Upstream does not look at what such a function is given.
            return Ok(Vec::new());
        }
        if node.arguments.len() > parameters.len() {
            return Err(self.count(function, node));
        }
        let mut given = vec![None; parameters.len()];
        let mut named = false;
        for (place, argument) in node.arguments.iter().enumerate() {
            let place = match &argument.name {
                None if named => {
                    let message = "an argument without a name stands behind one with a name";
                    return Err(self.mistake(&argument.value.at, message));
                }
                None => place,
                Some(_) => {
                    named = true;
                    self.place(function, argument)?
                }
            };
            if let Some(held) = given.get_mut(place)
                && held.replace(&argument.value).is_some()
            {
                let name = parameters.get(place).map_or("", |parameter| parameter.name);
                let message = format!("`{}` is given twice", snake(name));
                return Err(self.mistake(&argument.value.at, message));
            }
        }
        for (parameter, argument) in parameters.iter().zip(&given) {
            if argument.is_none() && !parameter.optional {
                return Err(if named {
                    let message = format!("`{}` is not given", snake(parameter.name));
                    self.mistake(&node.at, message)
                } else {
                    self.count(function, node)
                });
            }
        }
        Ok(given)
    }

    fn place(&self, function: &Function, argument: &ArgumentNode) -> Compiled<usize> {
        let Some((name, at)) = &argument.name else {
            return Ok(0);
        };
        let wanted = pascal(name);
        let mut parameters = function.parameters.iter();
        let place = parameters.position(|parameter| parameter.name == wanted);
        place.ok_or_else(|| {
            let names = function.parameters.iter();
            let names: Vec<_> = names
                .map(|known| format!("`{}`", snake(known.name)))
                .collect();
            let message = format!("`{}` has no parameter `{name}`", function.name);
            let mistake = self.mistake(at, message);
            if names.is_empty() {
                mistake
            } else {
                mistake.with_help(format!("its parameters are {}", names.join(", ")))
            }
        })
    }

    fn count(&self, function: &Function, node: &tree::Invocation) -> Mistake {
        let all = function.parameters.len();
        let optional = function
            .parameters
            .iter()
            .filter(|parameter| parameter.optional);
        let least = all - optional.count();
        let takes = match (least, all) {
            (0, 0) => "no arguments".to_owned(),
            (1, 1) => "one argument".to_owned(),
            (least, all) if least == all => format!("{all} arguments"),
            (least, all) => format!("{least} to {all} arguments"),
        };
        let message = format!(
            "`{}` takes {takes}, and is given {}",
            function.name,
            node.arguments.len()
        );
        let names = function
            .parameters
            .iter()
            .map(|parameter| snake(parameter.name));
        let names: Vec<_> = names.collect();
        let help = format!("{}({})", function.name, names.join(", "));
        self.mistake(&node.at, message).with_help(help)
    }

    /// The arguments of a function that narrows, if its first argument is a map that is always there and its second a literal text.
    fn narrowed(
        &mut self,
        function: &Function,
        given: &[Option<&Node>],
    ) -> Compiled<Option<Vec<Argument>>> {
        let [Some(map), Some(key)] = given else {
            return Ok(None);
        };
        let (NodeKind::Path(path), NodeKind::Text(key)) = (&map.kind, &key.kind) else {
            return Ok(None);
        };
        if !function.narrows {
            return Ok(None);
        }
        let entry = self.entry(path, key)?;
        Ok(entry.map(|slot| vec![Argument::Entry(slot)]))
    }

    fn arguments(
        &mut self,
        function: &Function,
        given: &[Option<&Node>],
    ) -> Compiled<Vec<Argument>> {
        let pairs = function.parameters.iter().zip(given);
        pairs
            .map(|(parameter, node)| match node {
                None => Ok(Argument::Absent),
                Some(node) => self.argument(parameter, node),
            })
            .collect()
    }

    fn argument(&mut self, parameter: &Parameter, node: &Node) -> Compiled<Argument> {
        let kind = parameter.kind;
        Ok(match (kind, &node.kind) {
            (Kind::Target, NodeKind::Path(path)) => {
                Argument::Target(self.target(path, Usage::WRITE)?)
            }
            (Kind::Path | Kind::MapPath | Kind::ListPath, NodeKind::Path(path)) => {
                Argument::Target(self.target(path, Usage::EDIT)?)
            }
            (Kind::Function, NodeKind::Symbol(name) | NodeKind::Function(name)) => {
                let function = self.function(name, &node.at)?;
                let noted = self.paths.called(function.name);
                noted.map_err(|problem| self.mistake(&node.at, problem))?;
                Argument::Function(function)
            }
            (Kind::Items(item) | Kind::Slice(item), NodeKind::List(nodes)) => {
                let items = nodes.iter().map(|node| self.item(*item, node));
                Argument::Items(items.collect::<Result<_, _>>()?)
            }
            (Kind::Lambda | Kind::Function | Kind::Items(_), _) => {
                return Err(self.unfit(kind, node));
            }
            _ => Argument::Value(self.item(kind, node)?),
        })
    }

    /// An argument that has a value, or an item of a list of them.
    fn item(&mut self, kind: Kind, node: &Node) -> Compiled<Expression> {
        let fits = match (kind, &node.kind) {
            (Kind::LiteralText, kind) => matches!(kind, NodeKind::Text(_)),
            (Kind::LiteralInt, kind) => matches!(kind, NodeKind::Int(_)),
            (Kind::LiteralDouble, kind) => matches!(kind, NodeKind::Double(_)),
            (Kind::LiteralBool, kind) => matches!(kind, NodeKind::Bool(_)),
            (Kind::LiteralBytes, kind) => matches!(kind, NodeKind::Bytes(_)),
            (Kind::Enum, kind) => matches!(kind, NodeKind::Symbol(_)),
            (Kind::Target | Kind::Path | Kind::MapPath | Kind::ListPath, _) => false,
            _ => true,
        };
        if !fits {
            return Err(self.unfit(kind, node));
        }
        let value = self.value(node)?;
        if let Some(literal) = value.literal() {
            if matches!(kind, Kind::Slice(_)) && literal.is_nil() {
                return Err(self.unfit(kind, node));
            }
            let checked = check::literal(kind, literal);
            checked.map_err(|error| self.mistake(&node.at, error.to_string()))?;
        }
        Ok(value)
    }

    fn unfit(&self, kind: Kind, node: &Node) -> Mistake {
        let wanted = check::wanted(kind);
        self.mistake(&node.at, format!("this has to be {wanted}"))
    }
}

/// The name of a parameter as statements write it.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for (place, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && place > 0 {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
