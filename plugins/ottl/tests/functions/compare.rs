//! Comparisons of values of all kinds, as upstream's own tests have them.

use serde_json::Value as Json;
use tollgate_ottl::testing::Record;
use tollgate_ottl::{Map, MapKind, Value};

use crate::table;

const OPERATORS: [&str; 6] = ["==", "!=", "<", "<=", ">=", ">"];

/// A value as the table spells it. Bytes that are nil are no value that a statement can have.
fn value(json: &Json) -> Option<Value<'static>> {
    let (kind, held) = json.as_object()?.iter().next()?;
    Some(match kind.as_str() {
        "nil" => Value::Nil,
        "bool" => held.as_bool()?.into(),
        "int" => held.as_str()?.parse::<i64>().ok()?.into(),
        "double" => held.as_f64()?.into(),
        "string" => held.as_str()?.to_owned().into(),
        "bytes_hex" => {
            let digits = held.as_str()?;
            let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
            let bytes = (0..digits.len()).step_by(2).map(byte);
            Value::bytes(bytes.collect::<Option<Vec<_>>>()?)
        }
        "map" => {
            let entries = held.as_object()?.iter();
            let entries = entries.map(|(key, held)| Some((key.clone().into(), value(held)?)));
            Map::new(MapKind::Map, entries.collect::<Option<Vec<_>>>()?).into()
        }
        _ => return None,
    })
}

/// A value as a statement spells it; none for a map, whose literal is made when the statement runs.
fn literal(value: &Value<'_>) -> Option<String> {
    Some(match value {
        Value::Nil => "nil".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Double(value) => format!("{value:?}"),
        Value::Text(value) => format!("{:?}", value.as_str()),
        Value::Bytes(value) => format!("0x{}", tollgate_ottl::go::hex(value)),
        _ => return None,
    })
}

#[test]
fn values_compare_as_upstream_compares_them() {
    let (_, rows) = table::read("compare.jsonl");
    let mut compared = 0;
    for row in &rows {
        let (Some(a), Some(b)) = (value(&row["a"]), value(&row["b"])) else {
            continue;
        };
        let record = Record::default()
            .attribute("a", a.clone())
            .attribute("b", b.clone());
        for operator in OPERATORS {
            let wanted = row["want"][operator].as_bool().unwrap();
            let name = format!("{} {operator}", row["name"]);
            let condition = format!(r#"attributes["a"] {operator} attributes["b"]"#);
            assert_eq!(record.holds(&condition), Ok(wanted), "{name}");
            if let (Some(a), Some(b)) = (literal(&a), literal(&b)) {
                let condition = format!("{a} {operator} {b}");
                assert_eq!(record.holds(&condition), Ok(wanted), "{name}: {condition}");
                let condition = format!(r#"not ({a} {operator} attributes["b"])"#);
                assert_eq!(record.holds(&condition), Ok(!wanted), "{name}: {condition}");
            }
            compared += 1;
        }
    }
    println!("{compared} comparisons equal");
    assert_eq!(compared, 234);
}
