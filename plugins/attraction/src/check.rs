//! From actions as written to actions as meant. All mistakes of a configuration are found in one go.

use serde_json::Value as Json;
use tollgate_patterns::Pattern;
use tollgate_sdk::{Compat, Problem};

use crate::plan::{Type, When};
use crate::written::WrittenAction;

/// One action, checked by itself.
#[derive(Debug)]
pub(crate) struct Action {
    pub(crate) key: Option<String>,
    pub(crate) does: Does,
}

/// What an action does.
#[derive(Debug)]
pub(crate) enum Does {
    Put { when: When, sources: Sources },
    Delete { pattern: Option<Pattern> },
    Hash { pattern: Option<Pattern> },
    Extract { pattern: Pattern },
    Convert { to: Type },
}

/// The sources of a value, as written.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) value: Option<Json>,
    pub(crate) context: Option<String>,
    pub(crate) attribute: Option<String>,
    pub(crate) default: Option<Json>,
}

const PUT_HELP: &str = "write one of `value`, `from_attribute` and `from_context`, and `default_value` where the source may be absent";

/// Checks one action that stands at the JSON pointer `at`. What the Collector passes over in silence is a mistake, unless it has to
/// be passed over.
pub(crate) fn check(
    written: WrittenAction,
    at: &str,
    compat: Compat,
    problems: &mut Vec<Problem>,
) -> Option<Action> {
    let before = problems.len();
    let name = written.action.as_deref().unwrap_or_default().to_lowercase();
    let key = text(written.key);
    let mut fields = Fields {
        at,
        name: &name,
        problems,
        value: written.value,
        default: written.default_value,
        attribute: text(written.from_attribute),
        context: text(written.from_context),
        pattern: text(written.pattern),
        converted_type: text(written.converted_type),
    };
    let does = fields.read(compat, key.is_some());
    let complete = fields.problems.len() == before;
    does.filter(|_| complete).map(|does| Action { key, does })
}

/// Left out and empty are the same.
fn text(written: Option<String>) -> Option<String> {
    written.filter(|text| !text.is_empty())
}

/// The keys of an action; each is taken when it is used, and what is left over is a mistake.
struct Fields<'a> {
    at: &'a str,
    name: &'a str,
    problems: &'a mut Vec<Problem>,
    value: Option<Json>,
    default: Option<Json>,
    attribute: Option<String>,
    context: Option<String>,
    pattern: Option<String>,
    converted_type: Option<String>,
}

impl Fields<'_> {
    fn read(&mut self, compat: Compat, has_key: bool) -> Option<Does> {
        let does = match self.name {
            "insert" => Some(self.put(When::Absent)),
            "update" => Some(self.put(When::Present)),
            "upsert" => Some(self.put(When::Always)),
            "delete" | "hash" => {
                self.require(
                    has_key || self.pattern.is_some(),
                    "key",
                    "write the attribute's `key`, a `pattern` of keys, or both",
                );
                let pattern = self.compile();
                if self.name == "delete" {
                    Some(Does::Delete { pattern })
                } else {
                    Some(Does::Hash { pattern })
                }
            }
            "extract" => self.extract(),
            "convert" => self.convert(),
            _ => {
                let help =
                    "write `insert`, `update`, `upsert`, `delete`, `hash`, `extract` or `convert`";
                let message = if self.name.is_empty() {
                    "an action without a name"
                } else {
                    "not an action"
                };
                let pointer = if self.name.is_empty() {
                    String::new()
                } else {
                    "/action".to_owned()
                };
                self.problems
                    .push(Problem::at(format!("{}{pointer}", self.at), message).help(help));
                return None;
            }
        };
        if !matches!(self.name, "delete" | "hash") {
            self.require(has_key, "key", "write the attribute's `key`");
        }
        if compat == Compat::Collector {
            // The Collector reads these and does nothing with them.
            self.default = None;
            if matches!(self.name, "delete" | "hash") {
                self.context = None;
            }
        }
        self.refuse_what_is_left();
        does
    }

    fn put(&mut self, when: When) -> Does {
        let sources = Sources {
            value: self.value.take(),
            context: self.context.take(),
            attribute: self.attribute.take(),
            default: self.default.take(),
        };
        let given = [
            ("value", sources.value.is_some()),
            ("from_attribute", sources.attribute.is_some()),
            ("from_context", sources.context.is_some()),
        ];
        let mut given = given.iter().filter(|(_, given)| *given);
        let (first, second) = (given.next(), given.next());
        if let Some((second, _)) = second {
            self.problem(
                &format!("/{second}"),
                "a second source for one value",
                "keep one of `value`, `from_attribute` and `from_context`",
            );
        }
        if first.is_none() && sources.default.is_none() {
            self.problem(
                "",
                &format!("`{}` has no value to write", self.name),
                PUT_HELP,
            );
        }
        Does::Put { when, sources }
    }

    fn extract(&mut self) -> Option<Does> {
        self.require(
            self.pattern.is_some(),
            "pattern",
            "write a `pattern` with named groups, such as `(?P<name>.*)`",
        );
        let pattern = self.compile()?;
        let help = "name every group, `(?P<name>...)`, and write `(?:...)` where nothing is to be extracted";
        if pattern.group_names().count() <= 1 {
            self.problem("/pattern", "the pattern has no named group", help);
            return None;
        }
        if pattern
            .group_names()
            .skip(1)
            .any(|name| name.is_none_or(str::is_empty))
        {
            self.problem("/pattern", "a group of the pattern has no name", help);
            return None;
        }
        Some(Does::Extract { pattern })
    }

    fn convert(&mut self) -> Option<Does> {
        let help = "write `int`, `double` or `string`";
        match self.converted_type.take().as_deref() {
            Some("int") => Some(Does::Convert { to: Type::Int }),
            Some("double") => Some(Does::Convert { to: Type::Double }),
            Some("string") => Some(Does::Convert { to: Type::Text }),
            Some(_) => {
                self.problem("/converted_type", "not a type to convert to", help);
                None
            }
            None => {
                self.require(false, "converted_type", help);
                None
            }
        }
    }

    fn compile(&mut self) -> Option<Pattern> {
        match Pattern::new(&self.pattern.take()?) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let problem = Problem::at(format!("{}/pattern", self.at), error.to_string());
                self.problems
                    .push(problem.help("patterns have the syntax of Go's regexp package, RE2"));
                None
            }
        }
    }

    fn refuse_what_is_left(&mut self) {
        let left = [
            ("value", self.value.is_some()),
            ("default_value", self.default.is_some()),
            ("from_attribute", self.attribute.is_some()),
            ("from_context", self.context.is_some()),
            ("pattern", self.pattern.is_some()),
            ("converted_type", self.converted_type.is_some()),
        ];
        for (key, _) in left.iter().filter(|(_, present)| *present) {
            let message = format!("`{}` does not use `{key}`", self.name);
            self.problem(
                &format!("/{key}"),
                &message,
                "take the key away, or choose another action",
            );
        }
    }

    fn require(&mut self, present: bool, key: &str, help: &str) {
        if !present {
            self.problem("", &format!("`{}` needs `{key}`", self.name), help);
        }
    }

    fn problem(&mut self, below: &str, message: &str, help: &str) {
        self.problems
            .push(Problem::at(format!("{}{below}", self.at), message).help(help));
    }
}
