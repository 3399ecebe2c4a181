//! `ExtractGrokPatterns`: regular expressions that are put together from named ones, such as `%{IP:client} %{NUMBER:bytes:int}`.

mod library;

use std::cell::RefCell;
use std::rc::Rc;

use crate::value::{Entries, Map, MapKind, Text};
use crate::{Arguments, Call, Error, Function, Kind, Parameter, State, Value, go};

use super::unique;
use library::{Definitions, Grok, Hint};

pub(super) const LIST: &[&Function] = &[&EXTRACT_GROK_PATTERNS];

static EXTRACT_GROK_PATTERNS: Function = Function::new(
    "ExtractGrokPatterns",
    &[
        Parameter::new("Target", Kind::Text),
        Parameter::new("Pattern", Kind::Text),
        Parameter::optional("NamedCapturesOnly", Kind::LiteralBool),
        Parameter::optional("PatternDefinitions", Kind::Items(&Kind::LiteralText)),
    ],
    extract,
)
.prepared(prepare);

/// What is made of the arguments: a pattern that is a literal, or the last one that was found.
struct Kept {
    definitions: Definitions,
    named_only: bool,
    fixed: Option<Rc<Grok>>,
    last: RefCell<Option<(String, Rc<Grok>)>>,
}

const INVALID: Error = Error::failed("the grok pattern is not valid");
const NO_NAMES: Error =
    Error::failed("at least 1 named capture group must be supplied in the given regex");

fn prepare(arguments: &Arguments<'_>) -> Result<State, String> {
    let definitions = Definitions::new(&arguments.texts(3).unwrap_or_default())?;
    let named_only = arguments.bool(2).unwrap_or(false);
    let fixed = match arguments.text(1) {
        None => None,
        Some(pattern) => {
            let grok = Grok::new(pattern, named_only, &definitions)?;
            if named_only && !grok.has_names() {
                return Err(NO_NAMES.to_string());
            }
            Some(Rc::new(grok))
        }
    };
    Ok(Some(Box::new(Kept {
        definitions,
        named_only,
        fixed,
        last: RefCell::new(None),
    })))
}

impl Kept {
    fn find(&self, call: &mut Call<'_, '_>) -> Result<Rc<Grok>, Error> {
        if let Some(grok) = &self.fixed {
            return Ok(Rc::clone(grok));
        }
        let pattern = call.text(1)?;
        if let Some((text, grok)) = &*self.last.borrow()
            && *text == *pattern
        {
            return Ok(Rc::clone(grok));
        }
        let grok = Grok::new(&pattern, self.named_only, &self.definitions);
        let grok = Rc::new(grok.map_err(|_| INVALID)?);
        if self.named_only && !grok.has_names() {
            return Err(NO_NAMES);
        }
        *self.last.borrow_mut() = Some((pattern.as_str().to_owned(), Rc::clone(&grok)));
        Ok(grok)
    }
}

fn extract<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let kept = call.state::<Kept>().ok_or(INVALID)?;
    let grok = kept.find(call)?;
    let text = call.text(0)?;
    let Some(found) = grok.pattern.captures(&text) else {
        return Ok(Map::new(MapKind::Map, Entries::new()).into());
    };
    let mut entries = Entries::new();
    for (name, group) in found.named() {
        let group = group.unwrap_or_default();
        if !group.is_empty() {
            let value = convert(group, grok.hint(name))?;
            entries.push((Text::from(library::shown(name)), value));
        }
    }
    Ok(unique::map(entries).into())
}

/// What a group matched, as the type that the pattern asks for.
fn convert<'e>(group: &str, hint: Option<&Hint>) -> Result<Value<'e>, Error> {
    match hint {
        None | Some(Hint::Text) => Ok(Value::text(group)),
        Some(Hint::Int) => go::parse_int(group)
            .map(Value::Int)
            .ok_or(Error::failed("the text is no integer")),
        Some(Hint::Double) => go::parse_double(group)
            .map(Value::Double)
            .ok_or(Error::failed("the text is no number")),
        Some(Hint::Bool) => go::parse_bool(group)
            .map(Value::Bool)
            .ok_or(Error::failed("the text is no boolean")),
        Some(Hint::Unknown) => Err(Error::failed("the pattern asks for a type that is unknown")),
    }
}
