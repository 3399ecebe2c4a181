//! Values survive being written and read again.

use proptest::prelude::*;
use tollgate_sdk::{AnyValue, NewValue, Value};

/// Any value, nested a few levels.
fn values() -> impl Strategy<Value = NewValue<'static>> {
    let leaf = prop_oneof![
        Just(NewValue::Empty),
        any::<String>().prop_map(NewValue::from),
        any::<i64>().prop_map(NewValue::from),
        // NaN is not equal to itself, and its own test.
        any::<f64>()
            .prop_filter("a number", |double| !double.is_nan())
            .prop_map(NewValue::from),
        any::<bool>().prop_map(NewValue::from),
        any::<Vec<u8>>().prop_map(NewValue::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(NewValue::list),
            prop::collection::vec((any::<String>(), inner), 0..6).prop_map(NewValue::map),
        ]
    })
}

/// What was read, rebuilt step by step instead of copied.
fn rebuilt(value: Value<'_>) -> NewValue<'static> {
    match value {
        Value::Array(array) => NewValue::list(array.items().map(rebuilt)),
        Value::Map(map) => NewValue::map(
            map.entries()
                .map(|(key, value)| (key.to_owned(), rebuilt(value))),
        ),
        Value::Text(text) => text.to_owned().into(),
        Value::Bytes(bytes) => bytes.to_vec().into(),
        Value::Int(number) => number.into(),
        Value::Double(number) => number.into(),
        Value::Boolean(boolean) => boolean.into(),
        Value::Empty | Value::Withheld => NewValue::Empty,
    }
}

/// The same value as the host's own type, which has an encoder of its own.
fn of_host(value: &NewValue<'_>) -> tollgate_record::Value {
    use tollgate_record::Value as Host;
    match value {
        NewValue::Empty => Host::Empty,
        NewValue::Text(text) => Host::Text(text.to_string()),
        NewValue::Int(number) => Host::Int(*number),
        NewValue::Double(number) => Host::Double(*number),
        NewValue::Boolean(boolean) => Host::Boolean(*boolean),
        NewValue::Bytes(bytes) => Host::Bytes(bytes.to_vec()),
        NewValue::Array(items) => Host::Array(items.iter().map(of_host).collect()),
        NewValue::Map(entries) => {
            let entries = entries.iter();
            Host::Map(
                entries
                    .map(|(key, value)| (key.to_string(), of_host(value)))
                    .collect(),
            )
        }
        NewValue::CopiedArray(_) | NewValue::CopiedMap(_) => {
            unreachable!("only read values are copied")
        }
    }
}

proptest! {
    #[test]
    fn a_value_survives_its_message(value in values()) {
        let message = value.to_message();
        let read = AnyValue::new(&message).value();
        prop_assert_eq!(&rebuilt(read), &value);
        prop_assert_eq!(&NewValue::from(read).to_message(), &message);
    }

    #[test]
    fn a_message_is_the_hosts(value in values()) {
        let mut expected = Vec::new();
        of_host(&value).encode(&mut expected);
        prop_assert_eq!(value.to_message(), expected);
    }

    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let value = AnyValue::new(&bytes);
        let _ = value.value();
        prop_assert!(value.items().count() <= bytes.len());
        prop_assert!(value.entries().count() <= bytes.len());
    }
}

#[test]
fn of_doubled_keys_get_answers_the_first() {
    let map = NewValue::map([("a", NewValue::from(1)), ("b", 2.into()), ("a", 3.into())]);
    let message = map.to_message();
    let map = AnyValue::new(&message);
    assert_eq!(map.get("a"), Some(Value::Int(1)));
    assert_eq!(map.get("b"), Some(Value::Int(2)));
    assert_eq!(map.get("c"), None);
    assert_eq!(map.items().count(), 0);
}

#[test]
fn not_a_number_stays_the_same_not_a_number() {
    let odd = f64::from_bits(0x7ff8_0000_0000_1234);
    let message = NewValue::from(odd).to_message();
    let Value::Double(read) = AnyValue::new(&message).value() else {
        panic!("a double")
    };
    assert_eq!(read.to_bits(), odd.to_bits());
}
