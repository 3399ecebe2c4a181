//! The functions of XPath.

use tollgate_patterns::Pattern;

use crate::functions::expand;
use crate::{Error, case};

use super::Place;
use super::evaluate::Evaluation;
use super::query::Query;
use super::texts::{normalize, round, substring, translate};
use super::value::{TYPES, Value, count, truth};

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
            "lower-case" => Value::Text(case::lower(&self.text(&first)?)),
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
