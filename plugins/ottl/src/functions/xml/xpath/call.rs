//! The functions of XPath.

use tollgate_patterns::Pattern;

use crate::functions::expand;
use crate::{Error, go};

use super::Place;
use super::evaluate::{Evaluation, TYPES, Value, count, truth};
use super::plan::Query;

const RANGE: Error = Error::failed("substring() in the XPath leaves the text");
const REGEX: Error = Error::failed("the regular expression in the XPath is not valid");

impl Evaluation<'_> {
    #[expect(clippy::too_many_lines, reason = "one function of XPath an arm")]
    pub(super) fn call(
        &mut self,
        name: &str,
        arguments: &[Query],
        pattern: Option<&Pattern>,
        from: Place,
    ) -> Result<Value, Error> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.value(argument, from)?);
        }
        let given = !values.is_empty();
        let mut values = values.into_iter();
        let first = values.next().unwrap_or(Value::Nodes(Vec::new()));
        let second = values.next();
        let third = values.next();
        let is_empty = matches!(&first, Value::Nodes(nodes) if nodes.is_empty());
        Ok(match name {
            "true" | "false" => Value::Bool(name == "true"),
            "boolean" => Value::Bool(truth(&first)),
            "not" => Value::Bool(match first {
                Value::Bool(boolean) => !boolean,
                Value::Nodes(nodes) => nodes.is_empty(),
                _ => false,
            }),
            "number" => Value::Number(self.number(&first)?),
            "ceiling" => Value::Number(self.number(&first)?.ceil()),
            "floor" => Value::Number(self.number(&first)?.floor()),
            "round" => Value::Number(round(self.number(&first)?)),
            "count" => Value::Number(match first {
                Value::Nodes(nodes) => count(nodes.len()),
                _ => 0.0,
            }),
            "sum" => Value::Number(self.sum(&first)?),
            "string" if !given => Value::Text(self.text_of(from)?),
            "string" => Value::Text(self.text(&first)?),
            "lower-case" => Value::Text(self.text(&first)?.chars().map(lower).collect()),
            "name" | "local-name" | "namespace-uri" => {
                let place = match &first {
                    Value::Nodes(nodes) if given => nodes.first().map(|first| first.place),
                    _ if given => None,
                    _ => Some(from),
                };
                Value::Text(place.map_or_else(String::new, |place| self.name_of(name, place)))
            }
            "starts-with" | "ends-with" | "contains" => {
                let text = match &first {
                    Value::Text(text) => text.clone(),
                    Value::Nodes(nodes) if nodes.is_empty() => return Ok(Value::Bool(false)),
                    Value::Nodes(_) => self.text(&first)?,
                    _ => return Err(TYPES),
                };
                let Some(Value::Text(part)) = second else {
                    return Err(TYPES);
                };
                Value::Bool(match name {
                    "starts-with" => text.starts_with(&part),
                    "ends-with" => text.ends_with(&part),
                    _ => text.contains(&part),
                })
            }
            "matches" if is_empty => Value::Text(String::new()),
            "matches" => {
                let text = self.plain(&first)?;
                let Some(Value::Text(source)) = second else {
                    return Err(TYPES);
                };
                Value::Bool(match pattern {
                    Some(pattern) => pattern.is_match(&text),
                    None => Pattern::new(&source).map_err(|_| REGEX)?.is_match(&text),
                })
            }
            "normalize-space" => {
                let text = self.plain(&first)?;
                Value::Text(normalize(&text))
            }
            "string-length" => Value::Number(count(self.plain(&first)?.len())),
            "substring" => {
                let text = self.plain(&first)?;
                if is_empty {
                    return Ok(Value::Text(text));
                }
                let Some(Value::Number(start)) = second else {
                    return Err(TYPES);
                };
                let length = match third {
                    None => None,
                    Some(Value::Number(length)) => Some(length),
                    Some(_) if start.round() > count(text.len()) => None,
                    Some(_) => return Err(TYPES),
                };
                Value::Text(substring(&text, start, length)?)
            }
            "substring-before" | "substring-after" => {
                let text = self.plain(&first)?;
                let word = match &second {
                    Some(word) => self.plain(word)?,
                    None => String::new(),
                };
                let found = text.split_once(&word).filter(|_| !word.is_empty());
                let part = found.map(|(before, after)| {
                    if name == "substring-after" {
                        after
                    } else {
                        before
                    }
                });
                Value::Text(part.unwrap_or_default().to_owned())
            }
            "translate" | "replace" => {
                let text = self.text(&first)?;
                let from = self.text(&second.unwrap_or(Value::Bool(false)))?;
                let to = self.text(&third.unwrap_or(Value::Bool(false)))?;
                Value::Text(if name == "translate" {
                    translate(&text, &from, &to)
                } else {
                    let own = match pattern {
                        Some(_) => None,
                        None => Some(Pattern::new(&from).map_err(|_| REGEX)?),
                    };
                    let pattern = pattern.or(own.as_ref()).ok_or(REGEX)?;
                    self.replace(pattern, text, to)?
                })
            }
            "string-join" => {
                let separator = match &second {
                    Some(separator) => self.plain(separator)?,
                    None => String::new(),
                };
                let Value::Nodes(nodes) = first else {
                    return Ok(match first {
                        Value::Text(text) => Value::Text(text),
                        _ => Value::Text(String::new()),
                    });
                };
                let mut parts = Vec::with_capacity(nodes.len());
                for node in nodes {
                    self.budget.spend(separator.len())?;
                    parts.push(self.text_of(node.place)?);
                }
                Value::Text(parts.join(&separator))
            }
            _ => {
                let mut out = self.text(&first)?;
                for value in second.into_iter().chain(third).chain(values) {
                    out.push_str(&self.text(&value)?);
                }
                Value::Text(out)
            }
        })
    }

    /// The text that a value has.
    fn text(&mut self, value: &Value) -> Result<String, Error> {
        Ok(match value {
            Value::Text(text) => text.clone(),
            Value::Bool(boolean) => boolean.to_string(),
            Value::Number(number) => shown(*number),
            Value::Nodes(nodes) => match nodes.first() {
                Some(first) => self.text_of(first.place)?,
                None => String::new(),
            },
        })
    }

    /// The text of nodes and of text; other values have none.
    fn plain(&mut self, value: &Value) -> Result<String, Error> {
        match value {
            Value::Text(_) | Value::Nodes(_) => self.text(value),
            _ => Ok(String::new()),
        }
    }

    fn name_of(&self, function: &str, place: Place) -> String {
        let local = self.local(place);
        match function {
            "name" if !self.prefix(place).is_empty() => format!("{}:{local}", self.prefix(place)),
            "namespace-uri" => match self.attribute(place) {
                Some(attribute) => attribute.space.clone(),
                None => self.node(place).space.clone(),
            },
            _ => local.to_owned(),
        }
    }

    fn sum(&mut self, value: &Value) -> Result<f64, Error> {
        match value {
            Value::Number(number) => Ok(*number),
            Value::Text(text) => go::parse_double(text).ok_or(TYPES),
            Value::Bool(_) => Ok(0.0),
            Value::Nodes(nodes) => {
                let mut sum = 0.0;
                for node in nodes {
                    let text = self.text_of(node.place)?;
                    sum += go::parse_double(&text).unwrap_or(0.0);
                }
                Ok(sum)
            }
        }
    }

    fn replace(
        &mut self,
        pattern: &Pattern,
        text: String,
        mut to: String,
    ) -> Result<String, Error> {
        for group in (1..pattern.group_names().count()).rev() {
            to = to.replace(&format!("${group}"), &format!("${{{group}}}"));
        }
        let matches = pattern.matches(&text).count();
        self.budget.spend(matches.saturating_mul(to.len()))?;
        Ok(expand::replace_all(pattern, &text, &to).unwrap_or(text))
    }
}

/// A number as XPath shows it: never with an exponent.
fn shown(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned()
    } else if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
}

/// To the nearest integer, halves upwards.
fn round(number: f64) -> f64 {
    if !number.is_finite() {
        return number;
    }
    if (-0.5..0.5).contains(&number) {
        return number * 0.0;
    }
    let floor = number.floor();
    if number - floor >= 0.5 {
        floor + 1.0
    } else {
        floor
    }
}

/// A small letter in place of a capital one; where that takes several characters, the letter stays.
fn lower(character: char) -> char {
    if character == 'İ' {
        return 'i';
    }
    let mut small = character.to_lowercase();
    match (small.next(), small.next()) {
        (Some(small), None) => small,
        _ => character,
    }
}

fn normalize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Counted in bytes, from 1, as upstream counts.
fn substring(text: &str, start: f64, length: Option<f64>) -> Result<String, Error> {
    let start = start.round();
    let size = count(text.len());
    if start > size {
        return Ok(String::new());
    }
    let (begin, end) = match length.map(f64::round) {
        None if start <= 0.0 => (0.0, size),
        None => (start - 1.0, size),
        Some(length) if length <= 0.0 => return Ok(String::new()),
        Some(length) => {
            let length = length.min(size);
            if start < 0.0 {
                if length + start <= 1.0 {
                    return Ok(String::new());
                }
                (0.0, length + start - 1.0)
            } else if start == 0.0 {
                (0.0, length - 1.0)
            } else {
                (start - 1.0, length + start - 1.0)
            }
        }
    };
    let place = |number: f64| usize::try_from(go::truncate(number)).map_err(|_| RANGE);
    let part = text.as_bytes().get(place(begin)?..place(end)?);
    Ok(String::from_utf8_lossy(part.ok_or(RANGE)?).into_owned())
}

/// Each character of one text becomes the byte at its place in another, or goes.
fn translate(text: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match from.find(character) {
            None => out.push(character),
            Some(place) => {
                if let Some(byte) = to.as_bytes().get(place) {
                    out.push(char::from(*byte));
                }
            }
        }
    }
    out
}
