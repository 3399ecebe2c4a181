//! Paths in OTTL's spelling, extended for what OTTL cannot name.

use crate::schema::{Form, METADATA, SLOTS, Slot};
use crate::signal::Signal;

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Entry of a map.
    Key(String),
    /// Element of an array.
    Index(u32),
}

/// What a path ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wildcard {
    /// Nothing: it means one value.
    None,
    /// `[*]`: every entry.
    Entries,
    /// `[**]`: every entry, and the leaves inside.
    Leaves,
}

/// A path to a value, or to all values below a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    /// Number of the field in the table.
    pub(crate) slot: u32,
    pub(crate) steps: Vec<Step>,
    pub(crate) wildcard: Wildcard,
}

/// One entry of a list of fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// `*`: every text of the batch.
    Texts,
    /// A path.
    Path(Path),
}

/// Steps deeper than this are refused: no value is nested so deep.
const MAX_STEPS: usize = 64;

impl Wanted {
    /// Parses one entry; the error says what is wrong with it and what would do.
    pub(crate) fn parse(signal: Signal, text: &str) -> Result<Self, String> {
        if text == "*" {
            Ok(Self::Texts)
        } else {
            Path::parse(signal, text).map(Self::Path)
        }
    }

    /// The entry in canonical spelling.
    pub(crate) fn canonical(&self) -> String {
        match self {
            Self::Texts => "*".to_owned(),
            Self::Path(path) => path.canonical(),
        }
    }
}

impl Path {
    /// Parses one path.
    pub(crate) fn parse(signal: Signal, text: &str) -> Result<Self, String> {
        let text = without_alias(signal, text);
        let (name, mut rest) = text
            .find('[')
            .and_then(|at| text.split_at_checked(at))
            .unwrap_or((text, ""));
        let (number, slot) = find(signal, name)?;
        let mut path = Self {
            slot: number,
            steps: Vec::new(),
            wildcard: Wildcard::None,
        };
        while !rest.is_empty() {
            if path.wildcard != Wildcard::None {
                return Err("a wildcard ends a path: write nothing after it".to_owned());
            }
            rest = path.step(slot, rest)?;
            if path.steps.len() > MAX_STEPS {
                return Err(format!("no value is nested deeper than {MAX_STEPS} levels"));
            }
        }
        path.allowed(slot)?;
        Ok(path)
    }

    /// Reads one `[...]`, and returns what stands after it.
    fn step<'a>(&mut self, slot: &Slot, rest: &'a str) -> Result<&'a str, String> {
        const SHAPE: &str = "after the name, write steps: [\"key\"], [0], [*] or [**]";
        let inside = rest.strip_prefix('[').ok_or(SHAPE)?;
        if let Some(after) = inside.strip_prefix("**]") {
            self.wildcard = Wildcard::Leaves;
            return Ok(after);
        }
        if let Some(after) = inside.strip_prefix("*]") {
            self.wildcard = Wildcard::Entries;
            return Ok(after);
        }
        if let Some(quoted) = inside.strip_prefix('"') {
            let (mut key, after) = unquote(quoted)?;
            if slot.path == METADATA {
                key.make_ascii_lowercase();
            }
            self.steps.push(Step::Key(key));
            return after.strip_prefix(']').ok_or_else(|| SHAPE.to_owned());
        }
        let (digits, after) = inside.split_once(']').ok_or(SHAPE)?;
        let canonical = digits == "0" || !digits.starts_with('0');
        let index = digits
            .parse()
            .ok()
            .filter(|_| canonical && digits.bytes().all(|byte| byte.is_ascii_digit()));
        self.steps.push(Step::Index(index.ok_or(SHAPE)?));
        Ok(after)
    }

    /// Whether the field takes the steps.
    fn allowed(&self, slot: &Slot) -> Result<(), String> {
        let name = slot.path;
        match slot.form {
            Form::Attributes => match self.steps.first() {
                Some(Step::Index(_)) => Err(format!(
                    "{name} has keys, not indices: write {name}[\"key\"]"
                )),
                _ => Ok(()),
            },
            Form::Any => Ok(()),
            _ if self.is_bare() => Ok(()),
            _ => Err(format!("{name} is a single value: write nothing after it")),
        }
    }

    /// Whether it is the name of a field and nothing else.
    pub(crate) fn is_bare(&self) -> bool {
        self.steps.is_empty() && self.wildcard == Wildcard::None
    }

    /// The path in canonical spelling.
    pub(crate) fn canonical(&self) -> String {
        let mut out = SLOTS
            .get(self.slot as usize)
            .map_or_else(String::new, |slot| slot.path.to_owned());
        for step in &self.steps {
            match step {
                Step::Key(key) => push_key(&mut out, key),
                Step::Index(index) => push_index(&mut out, *index),
            }
        }
        match self.wildcard {
            Wildcard::None => {}
            Wildcard::Entries => out.push_str("[*]"),
            Wildcard::Leaves => out.push_str("[**]"),
        }
        out
    }
}

/// Appends `["key"]`.
pub(crate) fn push_key(out: &mut String, key: &str) {
    out.push_str("[\"");
    for character in key.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push_str("\"]");
}

/// Appends `[0]`.
pub(crate) fn push_index(out: &mut String, index: u32) {
    out.push('[');
    out.push_str(&index.to_string());
    out.push(']');
}

/// OTTL allows the name of the context before a record's own fields.
fn without_alias(signal: Signal, text: &str) -> &str {
    let own = match signal {
        Signal::Logs => "log.",
        Signal::Traces => "span.",
        Signal::Metrics => "datapoint.",
    };
    // `instrumentation_scope` is OTTL's other name for `scope`.
    text.strip_prefix(own)
        .or_else(|| text.strip_prefix("instrumentation_"))
        .unwrap_or(text)
}

fn find(signal: Signal, name: &str) -> Result<(u32, &'static Slot), String> {
    let mut named = (0_u32..)
        .zip(SLOTS.iter())
        .filter(|(_, slot)| slot.path == name);
    if let Some(found) = named.clone().find(|(_, slot)| slot.belongs_to(signal)) {
        return Ok(found);
    }
    if let Some((_, other)) = named.next() {
        return Err(format!(
            "{signal} have no such field: it is one of a {}",
            other.node
        ));
    }
    Err(format!(
        "{signal} have no such field: docs/fields.md lists those there are"
    ))
}

/// Reads a string literal whose opening quote is gone; returns it and what stands after its closing quote.
fn unquote(text: &str) -> Result<(String, &str), String> {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return Ok((out, characters.as_str())),
            '\\' => out.push(match characters.next() {
                Some(escaped @ ('"' | '\\')) => escaped,
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                _ => {
                    return Err(
                        "in a key, only \\\", \\\\, \\n, \\r and \\t stand after a backslash"
                            .to_owned(),
                    );
                }
            }),
            other => out.push(other),
        }
    }
    Err("the key has no closing quote".to_owned())
}
