//! `ParseSeverity`: the name of a severity from a text or a number, by a mapping in the statement.

use crate::{Arguments, Error, Function, Kind, Map, Parameter, State, Value};

pub(super) const LIST: &[&Function] = &[&PARSE_SEVERITY];

static PARSE_SEVERITY: Function = Function::new(
    "ParseSeverity",
    &[
        Parameter::new("Target", Kind::Any),
        Parameter::new("Mapping", Kind::Map),
    ],
    |call| {
        let mapping = call.state::<Result<Mapping, Error>>().ok_or(NO_LITERAL)?;
        let mapping = mapping.as_ref().map_err(|error| *error)?;
        let value = call.value(0)?;
        mapping.find(&value)
    },
)
.prepared(prepare);

const NO_LITERAL: Error = Error::failed("the mapping has to be a literal map");

/// A mapping that makes no sense fails with each record, as it does upstream.
#[expect(clippy::unnecessary_wraps, reason = "what `Prepare` answers")]
fn prepare(arguments: &Arguments<'_>) -> Result<State, String> {
    let Some(Value::Map(mapping)) = arguments.literal(1) else {
        return Ok(None);
    };
    Ok(Some(Box::new(Mapping::new(mapping))))
}

/// The severities in the order of the statement.
struct Mapping(Vec<(String, Vec<Criteria>)>);

/// What a value has to be.
#[derive(Default)]
struct Criteria {
    texts: Vec<String>,
    range: Option<(i64, i64)>,
}

impl Mapping {
    fn new(mapping: &Map<'_>) -> Result<Self, Error> {
        let mut severities = Vec::new();
        for (name, list) in mapping.iter() {
            let Value::List(list) = list else {
                return Err(Error::failed(
                    "a severity is mapped from a list of criteria",
                ));
            };
            let mut criteria = Vec::new();
            for item in list.iter() {
                let Value::Map(item) = item else {
                    return Err(Error::failed("criteria of a severity are maps"));
                };
                criteria.push(Criteria::new(&item)?);
            }
            severities.push((name.as_str().to_owned(), criteria));
        }
        Ok(Self(severities))
    }

    /// The first severity that a value meets.
    fn find<'e>(&'e self, value: &Value<'_>) -> Result<Value<'e>, Error> {
        for (name, criteria) in &self.0 {
            for criteria in criteria {
                if criteria.meet(value)? {
                    return Ok(name.as_str().into());
                }
            }
        }
        Err(Error::failed("no severity is mapped from this value"))
    }
}

impl Criteria {
    fn new(map: &Map<'_>) -> Result<Self, Error> {
        let mut criteria = Self::default();
        match map.get("equals") {
            None => {}
            Some(Value::List(texts)) => {
                for text in texts.iter() {
                    let Value::Text(text) = text else {
                        return Err(Error::failed("`equals` lists texts"));
                    };
                    criteria.texts.push(text.as_str().to_owned());
                }
            }
            Some(_) => return Err(Error::failed("`equals` is a list")),
        }
        criteria.range = match map.get("range") {
            None => None,
            Some(Value::Text(name)) => Some(match name.as_str() {
                "2xx" => (200, 299),
                "3xx" => (300, 399),
                "4xx" => (400, 499),
                "5xx" => (500, 599),
                _ => {
                    return Err(Error::failed(
                        "a range with a name is one of 2xx, 3xx, 4xx, 5xx",
                    ));
                }
            }),
            Some(Value::Map(range)) => match (range.get("min"), range.get("max")) {
                (Some(Value::Int(least)), Some(Value::Int(most))) => Some((least, most)),
                _ => return Err(Error::failed("a range has two integers, `min` and `max`")),
            },
            Some(_) => return Err(Error::failed("a range is a map, or has a name")),
        };
        Ok(criteria)
    }

    fn meet(&self, value: &Value<'_>) -> Result<bool, Error> {
        match value {
            Value::Text(text) => Ok(self.texts.iter().any(|known| known == text.as_str())),
            Value::Int(number) => Ok(self
                .range
                .is_some_and(|(least, most)| (least..=most).contains(number))),
            other => Err(Error::unsupported(other.type_name())),
        }
    }
}
