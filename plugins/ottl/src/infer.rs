//! Which context a group of texts is for, where the configuration does not say.

use std::collections::BTreeSet;
use std::fmt;

use crate::syntax::tree::{Boolean, Invocation, KeyNode, Node, NodeKind, PathNode};
use crate::{Context, Mistake, Registry, symbols, syntax};

/// A text whose paths tell the context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written<'t> {
    /// A statement.
    Statement(&'t str),
    /// A condition.
    Condition(&'t str),
    /// An expression that has a value.
    Value(&'t str),
}

/// A context that a policy offers, with what may be called there.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'r> {
    /// The context.
    pub context: Context,
    /// Its functions.
    pub functions: &'r Registry,
}

/// Why no context was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uninferred {
    /// Texts that cannot be read, by their places among those that were given.
    Mistakes(Vec<(usize, Mistake)>),
    /// The texts are well, and fit no context.
    NoContext(String),
}

impl fmt::Display for Uninferred {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mistakes(mistakes) => match mistakes.first() {
                Some((_, mistake)) => mistake.fmt(formatter),
                None => formatter.write_str("a text cannot be read"),
            },
            Self::NoContext(reason) => formatter.write_str(reason),
        }
    }
}

impl std::error::Error for Uninferred {}

/// The context that the texts of one group run on: the lowest one that a path names, or one below it where the functions and the names
/// of numbers that the texts use are known.
pub fn infer<'t>(
    texts: impl IntoIterator<Item = Written<'t>>,
    candidates: &[Candidate<'_>],
) -> Result<Context, Uninferred> {
    let mut hints = Hints::default();
    let mut mistakes = Vec::new();
    for (place, text) in texts.into_iter().enumerate() {
        let read = match text {
            Written::Statement(text) => syntax::statement(text).map(|sentence| {
                hints.call(&sentence.editor);
                if let Some(condition) = &sentence.condition {
                    hints.boolean(condition);
                }
            }),
            Written::Condition(text) => syntax::condition(text).map(|tree| hints.boolean(&tree)),
            Written::Value(text) => syntax::value(text).map(|node| hints.value(&node)),
        };
        if let Err(mistake) = read {
            mistakes.push((place, mistake));
        }
    }
    if !mistakes.is_empty() {
        return Err(Uninferred::Mistakes(mistakes));
    }
    hints.choose(candidates).map_err(Uninferred::NoContext)
}

/// What the texts name.
#[derive(Default)]
struct Hints {
    /// What stands before the first dot of the path that decides; nothing where no path has a dot.
    first: Option<String>,
    functions: BTreeSet<String>,
    numbers: BTreeSet<String>,
}

/// The place of a context among those that are inferred first. What is no context comes last.
fn rank(name: &str) -> usize {
    Context::by_name(name)
        .and_then(|context| Context::ALL.iter().position(|known| *known == context))
        .unwrap_or(usize::MAX)
}

impl Hints {
    fn choose(&self, candidates: &[Candidate<'_>]) -> Result<Context, String> {
        let offered: Vec<_> = candidates
            .iter()
            .map(|known| known.context.name())
            .collect();
        let offered = offered.join(", ");
        let Some(first) = &self.first else {
            return Err(format!(
                "no path names its context, so there is none to run on; begin a path with one of {offered}, or name the context"
            ));
        };
        let wanted = Context::by_name(first);
        let Some(found) = candidates
            .iter()
            .find(|known| Some(known.context) == wanted)
        else {
            return Err(format!(
                "paths begin with `{first}`, which is not a context that runs here ({offered})"
            ));
        };
        let Err(problem) = self.fits(found) else {
            return Ok(found.context);
        };
        let reaches = |known: &&Candidate<'_>| {
            known.context != found.context && known.context.reachable().contains(&found.context)
        };
        let mut lower: Vec<_> = candidates.iter().filter(reaches).collect();
        lower.sort_by_key(|known| rank(known.context.name()));
        let fitting = lower.into_iter().find(|known| self.fits(known).is_ok());
        fitting.map(|known| known.context).ok_or(problem)
    }

    /// Whether a context knows all functions and names of numbers.
    fn fits(&self, candidate: &Candidate<'_>) -> Result<(), String> {
        let context = candidate.context.name();
        for name in &self.functions {
            if candidate.functions.get(name).is_none() {
                let near = candidate.functions.nearest(name);
                let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                return Err(format!(
                    "there is no function `{name}` on `{context}`{near}"
                ));
            }
        }
        for name in &self.numbers {
            // A function whose name is all capitals, such as `SHA256`, may be named as well.
            let known = symbols::number(candidate.context, name).is_some()
                || candidate.functions.get(name).is_some();
            if !known {
                return Err(format!("`{name}` is no name of a number on `{context}`"));
            }
        }
        Ok(())
    }

    fn path(&mut self, path: &PathNode) {
        if let [first, _, ..] = path.fields.as_slice()
            && first.keys.is_empty()
            && self
                .first
                .as_deref()
                .is_none_or(|known| rank(&first.name) < rank(known))
        {
            self.first = Some(first.name.clone());
        }
        for field in &path.fields {
            self.keys(&field.keys);
        }
    }

    fn keys(&mut self, keys: &[KeyNode]) {
        for key in keys {
            if let KeyNode::Computed(node) = key {
                self.value(node);
            }
        }
    }

    fn call(&mut self, call: &Invocation) {
        self.functions.insert(call.name.clone());
        for argument in &call.arguments {
            self.value(&argument.value);
        }
        self.keys(&call.keys);
    }

    fn boolean(&mut self, boolean: &Boolean) {
        match boolean {
            Boolean::Const(_) => {}
            Boolean::Call(call) => self.call(call),
            Boolean::Compare(comparison) => {
                self.value(&comparison.left);
                self.value(&comparison.right);
            }
            Boolean::Not(inner) => self.boolean(inner),
            Boolean::And(parts) | Boolean::Or(parts) => {
                for part in parts {
                    self.boolean(part);
                }
            }
        }
    }

    fn value(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Symbol(name) => {
                self.numbers.insert(name.clone());
            }
            NodeKind::Path(path) => self.path(path),
            NodeKind::Call(call) => self.call(call),
            NodeKind::Group(inner) | NodeKind::Negate(inner) => self.value(inner),
            NodeKind::Math(left, _, right) => {
                self.value(left);
                self.value(right);
            }
            NodeKind::List(items) => items.iter().for_each(|item| self.value(item)),
            NodeKind::Map(entries) => entries.iter().for_each(|(_, value)| self.value(value)),
            NodeKind::Nil
            | NodeKind::Text(_)
            | NodeKind::Bytes(_)
            | NodeKind::Bool(_)
            | NodeKind::Int(_)
            | NodeKind::Double(_)
            | NodeKind::Function(_) => {}
        }
    }
}
