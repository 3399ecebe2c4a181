//! The functions that expressions may call.

/// The name of a function, and the most arguments that it looks at, if it takes so many.
pub(super) fn find(name: &str, given: usize) -> Result<(&'static str, usize), String> {
    let (name, fewest, most) = FUNCTIONS
        .into_iter()
        .find(|(known, ..)| *known == name)
        .ok_or_else(|| format!("the XPath calls a function that is not known: {name}()"))?;
    if given < fewest || (EXACT.contains(&name) && given > most) {
        return Err(format!("{name}() takes another number of arguments"));
    }
    Ok((name, most))
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
