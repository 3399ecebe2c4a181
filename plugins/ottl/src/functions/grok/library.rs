//! Named patterns, and how a pattern that uses them becomes a regular expression.

use std::collections::BTreeMap;

use tollgate_patterns::Pattern;

/// The patterns of `elastic/go-grok`, by name.
const LIBRARY: &str = include_str!("library.tsv");

/// How long a pattern may grow. Definitions that use themselves grow without end.
const LONGEST: usize = 512 << 10;

/// How often definitions are put in place of their names, which ends with those that use themselves and do not grow.
const MOST_ROUNDS: usize = 1000;

/// What stands for a point in the name of a group.
const POINT: &str = "___";

/// Definitions that a statement adds.
pub(super) struct Definitions(BTreeMap<String, String>);

impl Definitions {
    /// Reads texts such as `NAME=pattern`.
    pub(super) fn new(texts: &[&str]) -> Result<Self, String> {
        let mut definitions = BTreeMap::new();
        for (index, text) in texts.iter().enumerate() {
            let (name, pattern) = text.split_once('=').ok_or_else(|| {
                format!("pattern definition {index} has to be written as NAME=pattern")
            })?;
            if name.contains(':') {
                return Err(format!("pattern ID {name:?} should not contain ':'"));
            }
            definitions.insert(name.to_owned(), pattern.to_owned());
        }
        Ok(Self(definitions))
    }

    fn find(&self, name: &str) -> Option<&str> {
        let own = self.0.get(name).map(String::as_str);
        own.or_else(|| {
            let mut known = LIBRARY.lines().filter_map(|line| line.split_once('\t'));
            known
                .find(|(known, _)| *known == name)
                .map(|(_, pattern)| pattern)
        })
    }
}

/// The type that a group is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    Text,
    Int,
    Double,
    Bool,
    Unknown,
}

impl Hint {
    fn new(name: &str) -> Self {
        match name {
            "string" => Self::Text,
            "int" | "long" => Self::Int,
            "float" | "double" => Self::Double,
            "bool" | "boolean" => Self::Bool,
            _ => Self::Unknown,
        }
    }
}

/// A compiled pattern.
pub(super) struct Grok {
    pub(super) pattern: Pattern,
    hints: BTreeMap<String, Hint>,
}

impl Grok {
    pub(super) fn new(
        pattern: &str,
        named_only: bool,
        definitions: &Definitions,
    ) -> Result<Self, String> {
        let mut hints = BTreeMap::new();
        let expanded = expand(pattern, named_only, definitions, &mut hints)?;
        let pattern = Pattern::new(&expanded).map_err(|error| error.to_string())?;
        Ok(Self { pattern, hints })
    }

    pub(super) fn has_names(&self) -> bool {
        self.pattern.group_names().any(|name| name.is_some())
    }

    pub(super) fn hint(&self, name: &str) -> Option<&Hint> {
        self.hints.get(name)
    }
}

/// The name of a group as it was written, with its points.
pub(super) fn shown(name: &str) -> String {
    name.replace(POINT, ".")
}

fn expand(
    pattern: &str,
    named_only: bool,
    definitions: &Definitions,
    hints: &mut BTreeMap<String, Hint>,
) -> Result<String, String> {
    let mut pattern = pattern.to_owned();
    for _ in 0..MOST_ROUNDS {
        let mut out = String::with_capacity(pattern.len());
        let mut rest = pattern.as_str();
        let mut any = false;
        while let Some((before, used, after)) = next_use(rest) {
            any = true;
            out.push_str(before);
            if let Some(hint) = used.hint {
                hints.insert(used.group(), Hint::new(hint));
            }
            let known = definitions
                .find(used.name)
                .ok_or_else(|| format!("there is no grok pattern {:?}", used.name))?;
            if named_only && used.target.is_none() {
                out.push('(');
            } else {
                out.push_str("(?P<");
                out.push_str(&used.group());
                out.push('>');
            }
            out.push_str(known);
            out.push(')');
            rest = after;
            if out.len() > LONGEST {
                return Err("the grok pattern grows too long; does it use itself?".to_owned());
            }
        }
        if !any {
            return Ok(pattern);
        }
        out.push_str(rest);
        pattern = out;
    }
    Ok(pattern)
}

/// A use of a pattern: `%{NAME}`, `%{NAME:target}` or `%{NAME:target:type}`.
struct Use<'t> {
    name: &'t str,
    target: Option<&'t str>,
    hint: Option<&'t str>,
}

impl Use<'_> {
    fn group(&self) -> String {
        match self.target {
            Some(target) => target.replace('.', POINT),
            None => self.name.to_owned(),
        }
    }
}

/// What stands before the next use, the use, and what stands behind it.
fn next_use(text: &str) -> Option<(&str, Use<'_>, &str)> {
    let mut from = 0_usize;
    loop {
        let begin = from.checked_add(text.get(from..)?.find("%{")?)?;
        let inner = text.get(begin.checked_add(2)?..)?;
        if let Some((used, rest)) = inner.split_once('}')
            && let Some(used) = read_use(used)
        {
            return Some((text.get(..begin)?, used, rest));
        }
        from = begin.checked_add(2)?;
    }
}

fn read_use(text: &str) -> Option<Use<'_>> {
    let word = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let mut parts = text.split(':');
    let name = parts.next().filter(|name| word(name))?;
    let (target, hint) = (parts.next(), parts.next());
    let target_fits = target.is_none_or(|target| word(&target.replace(['+', '.'], "_")));
    let fits = target_fits && hint.is_none_or(word) && parts.next().is_none();
    fits.then_some(Use { name, target, hint })
}
