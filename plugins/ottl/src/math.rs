//! Arithmetic.

use crate::syntax::tree::MathOperator;
use crate::value::{Time, Value};
use crate::{Error, go};

const BY_ZERO: Error = Error::failed("attempted to divide by 0");
const ONLY_SUMS: Error =
    Error::failed("only addition and subtraction are supported for time.Time and time.Duration");

/// Two values joined by an operator. Integers wrap, as Go's do.
pub(crate) fn operate<'e>(
    left: &Value<'_>,
    operator: MathOperator,
    right: &Value<'_>,
) -> Result<Value<'e>, Error> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => ints(*left, operator, *right).map(Value::Int),
        (Value::Int(left), Value::Double(right)) => {
            doubles(go::to_double(*left), operator, *right).map(Value::Double)
        }
        (Value::Double(left), Value::Int(right)) => {
            doubles(*left, operator, go::to_double(*right)).map(Value::Double)
        }
        (Value::Double(left), Value::Double(right)) => {
            doubles(*left, operator, *right).map(Value::Double)
        }
        (Value::Int(_) | Value::Double(_), other) => {
            Err(Error::expected("int64 or float64", other.type_name()))
        }
        (Value::Time(left), right) => time(*left, operator, right),
        (Value::Duration(left), right) => duration(*left, operator, right),
        (other, _) => Err(Error::expected(
            "int64, float64, time.Time or time.Duration",
            other.type_name(),
        )),
    }
}

/// The value with the other sign.
pub(crate) fn negate<'e>(value: &Value<'_>) -> Result<Value<'e>, Error> {
    match value {
        Value::Int(number) => Ok(Value::Int(number.wrapping_neg())),
        Value::Double(number) => Ok(Value::Double(-number)),
        other => Err(Error::expected("int64 or float64", other.type_name())),
    }
}

fn ints(left: i64, operator: MathOperator, right: i64) -> Result<i64, Error> {
    Ok(match operator {
        MathOperator::Add => left.wrapping_add(right),
        MathOperator::Subtract => left.wrapping_sub(right),
        MathOperator::Multiply => left.wrapping_mul(right),
        MathOperator::Divide if right == 0 => return Err(BY_ZERO),
        MathOperator::Divide => left.wrapping_div(right),
    })
}

fn doubles(left: f64, operator: MathOperator, right: f64) -> Result<f64, Error> {
    Ok(match operator {
        MathOperator::Add => left + right,
        MathOperator::Subtract => left - right,
        MathOperator::Multiply => left * right,
        MathOperator::Divide if right == 0.0 => return Err(BY_ZERO),
        MathOperator::Divide => left / right,
    })
}

fn time<'e>(left: Time, operator: MathOperator, right: &Value<'_>) -> Result<Value<'e>, Error> {
    match (operator, right) {
        (MathOperator::Add, Value::Duration(right)) => Ok(Value::Time(left.plus(*right))),
        (MathOperator::Subtract, Value::Time(right)) => Ok(Value::Duration(left.since(*right))),
        (MathOperator::Subtract, Value::Duration(right)) => {
            Ok(Value::Time(left.plus(right.wrapping_neg())))
        }
        (MathOperator::Add, other) => Err(Error::expected("time.Duration", other.type_name())),
        (MathOperator::Subtract, other) => Err(Error::expected(
            "time.Time or time.Duration",
            other.type_name(),
        )),
        _ => Err(ONLY_SUMS),
    }
}

fn duration<'e>(left: i64, operator: MathOperator, right: &Value<'_>) -> Result<Value<'e>, Error> {
    match (operator, right) {
        (MathOperator::Add, Value::Duration(right)) => {
            Ok(Value::Duration(left.wrapping_add(*right)))
        }
        (MathOperator::Add, Value::Time(right)) => Ok(Value::Time(right.plus(left))),
        (MathOperator::Subtract, Value::Duration(right)) => {
            Ok(Value::Duration(left.wrapping_sub(*right)))
        }
        (MathOperator::Add, other) => Err(Error::expected(
            "time.Duration or time.Time",
            other.type_name(),
        )),
        (MathOperator::Subtract, other) => Err(Error::expected("time.Duration", other.type_name())),
        _ => Err(ONLY_SUMS),
    }
}
