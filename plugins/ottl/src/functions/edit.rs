//! The editors that replace or remove one value.

use crate::value::{List, Map};
use crate::{Call, Error, Function, Kind, Parameter, Time, Value};

pub(super) const LIST: &[&Function] = &[&SET, &DELETE_KEY, &CLEAR];

static SET: Function = Function::new(
    "set",
    &[
        Parameter::new("Target", Kind::Target),
        Parameter::new("Value", Kind::Any),
    ],
    |call| {
        call.assign(0, 1)?;
        Ok(Value::Nil)
    },
);

static DELETE_KEY: Function = Function::new(
    "delete_key",
    &[
        Parameter::new("Target", Kind::MapPath),
        Parameter::new("Key", Kind::Text),
    ],
    delete_key,
)
.narrowing();

fn delete_key<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    if !call.delete_narrowed()? {
        call.map(0)?;
        let key = call.text(1)?;
        call.delete_entry(0, &key)?;
    }
    Ok(Value::Nil)
}

static CLEAR: Function = Function::new("clear", &[Parameter::new("Target", Kind::Path)], |call| {
    let zero = zero(&call.value(0)?);
    call.set(0, zero)?;
    Ok(Value::Nil)
});

/// The zero value of the type that a value has.
fn zero<'e>(value: &Value<'_>) -> Value<'e> {
    match value {
        Value::Nil => Value::Nil,
        Value::Bool(_) => Value::Bool(false),
        Value::Int(_) => Value::Int(0),
        Value::Double(_) => Value::Double(0.0),
        Value::Text(_) => Value::from(""),
        Value::Bytes(_) => Value::bytes([].as_slice()),
        Value::List(list) => List::new(list.kind(), Vec::new()).into(),
        Value::Map(map) => Map::new(map.kind(), Vec::new()).into(),
        Value::Time(_) => Value::Time(Time::ZERO),
        Value::Duration(_) => Value::Duration(0),
        Value::TraceId(_) => Value::TraceId([0; 16]),
        Value::SpanId(_) => Value::SpanId([0; 8]),
        Value::ProfileId(_) => Value::ProfileId([0; 16]),
        Value::Opaque(opaque) => Value::Opaque(*opaque),
    }
}
