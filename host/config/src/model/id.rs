use std::fmt;

/// How a component is named: `type` or `type/name`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ComponentId {
    /// The type: `otlp`, `redaction`, `wasm`; for a pipeline `logs`, `traces` or `metrics`.
    pub kind: String,
    /// What tells several of one type apart.
    pub name: Option<String>,
}

/// The longest type that a Collector accepts.
const LONGEST_KIND: usize = 63;
/// The longest name that a Collector accepts, in characters.
const LONGEST_NAME: usize = 1024;

impl ComponentId {
    /// Reads `type` or `type/name` by the Collector's rules; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (kind, name) = match text.split_once('/') {
            Some((kind, name)) => (kind.trim(), Some(name.trim())),
            None => (text.trim(), None),
        };
        if kind.is_empty() {
            return Err("the part before `/` must not be empty".to_owned());
        }
        let starts_well = kind.starts_with(|c: char| c.is_ascii_alphabetic());
        let only_allowed = kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !starts_well || !only_allowed || kind.len() > LONGEST_KIND {
            return Err(
                "a type starts with a letter and holds letters, digits and `_`, 63 at most"
                    .to_owned(),
            );
        }
        let name = match name {
            None => None,
            Some("") => return Err("the part after `/` must not be empty".to_owned()),
            Some(name) => {
                let refused = |c: char| {
                    c.is_whitespace()
                        || c.is_control()
                        || matches!(c, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~')
                };
                if name.contains(refused) || name.chars().count() > LONGEST_NAME {
                    return Err("a name holds no spaces, control characters or symbols, and 1024 characters at most".to_owned());
                }
                Some(name.to_owned())
            }
        };
        Ok(Self {
            kind: kind.to_owned(),
            name,
        })
    }
}

impl fmt::Display for ComponentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{}/{name}", self.kind),
            None => f.write_str(&self.kind),
        }
    }
}
