//! What a value is, and what it is as another type.

use crate::value::Time;
use crate::{Error, Function, Kind, Parameter, Value, go};

pub(super) const LIST: &[&Function] = &[
    &BOOL, &COALESCE, &DOUBLE, &INT, &IS_BOOL, &IS_DOUBLE, &IS_EMPTY, &IS_INT, &IS_LIST, &IS_MAP,
    &IS_STRING, &LOG, &STRING,
];

static BOOL: Function = Function::new(
    "Bool",
    &[Parameter::new("Target", Kind::BoolLike)],
    |call| Ok(call.bool_like(0)?.map_or(Value::Nil, Value::Bool)),
);

static DOUBLE: Function = Function::new(
    "Double",
    &[Parameter::new("Target", Kind::DoubleLike)],
    |call| Ok(call.double_like(0)?.map_or(Value::Nil, Value::Double)),
);

static INT: Function = Function::new("Int", &[Parameter::new("Target", Kind::IntLike)], |call| {
    Ok(call.int_like(0)?.map_or(Value::Nil, Value::Int))
});

static STRING: Function = Function::new(
    "String",
    &[Parameter::new("Target", Kind::TextLike)],
    |call| Ok(call.text_like(0)?.map_or(Value::Nil, Value::Text)),
);

static IS_BOOL: Function =
    Function::new("IsBool", &[Parameter::new("Target", Kind::Bool)], |call| {
        Ok(matches!(call.value(0)?, Value::Bool(_)).into())
    });

static IS_DOUBLE: Function = Function::new(
    "IsDouble",
    &[Parameter::new("Target", Kind::Double)],
    |call| Ok(matches!(call.value(0)?, Value::Double(_)).into()),
);

static IS_INT: Function = Function::new("IsInt", &[Parameter::new("Target", Kind::Int)], |call| {
    Ok(matches!(call.value(0)?, Value::Int(_)).into())
});

static IS_STRING: Function = Function::new(
    "IsString",
    &[Parameter::new("Target", Kind::Text)],
    |call| Ok(matches!(call.value(0)?, Value::Text(_)).into()),
);

static IS_MAP: Function =
    Function::new(
        "IsMap",
        &[Parameter::new("Target", Kind::Map)],
        |call| match call.value(0)? {
            Value::Map(map) => crate::convert::map(map.into()).map(|_| true.into()),
            _ => Ok(false.into()),
        },
    );

static IS_LIST: Function =
    Function::new("IsList", &[Parameter::new("Target", Kind::Any)], |call| {
        Ok(match call.value(0)? {
            Value::List(_) => true,
            Value::Opaque(opaque) => opaque.len.is_some(),
            _ => false,
        }
        .into())
    });

static IS_EMPTY: Function =
    Function::new("IsEmpty", &[Parameter::new("Target", Kind::Any)], |call| {
        Ok(is_empty(&call.value(0)?).into())
    });

fn is_empty(value: &Value<'_>) -> bool {
    match value {
        Value::Nil => true,
        Value::Bool(value) => !value,
        Value::Int(number) | Value::Duration(number) => *number == 0,
        Value::Double(number) => *number == 0.0,
        Value::Text(text) => text.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Time(time) => time.instant() == Time::ZERO.instant(),
        Value::TraceId(id) | Value::ProfileId(id) => *id == [0; 16],
        Value::SpanId(id) => *id == [0; 8],
        Value::Opaque(_) => false,
    }
}

static COALESCE: Function = Function::new(
    "Coalesce",
    &[Parameter::new("Values", Kind::Items(&Kind::Any))],
    |call| {
        for place in 0..call.item_count(0).unwrap_or_default() {
            let value = call.item(0, place)?;
            if !value.is_nil() {
                return Ok(value);
            }
        }
        Ok(Value::Nil)
    },
)
.prepared(|arguments| match arguments.item_count(0) {
    Some(0) => Err("at least one value is needed".to_owned()),
    _ => Ok(None),
});

static LOG: Function = Function::new(
    "Log",
    &[Parameter::new("Target", Kind::DoubleLike)],
    |call| {
        let Some(number) = call.double_like(0)? else {
            return Err(Error::failed("there is no number"));
        };
        if number <= 0.0 {
            return Err(Error::failed("the number must be above zero"));
        }
        Ok(go::ln(number).into())
    },
);
