//! Whatever is written and whatever a record holds: a mistake or an error, and never a panic.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test may panic"
)]

use proptest::prelude::*;
use tollgate_ottl::testing::{Failure, Record};
use tollgate_ottl::{
    Candidate, Context, List, ListKind, Map, MapKind, Registry, Value, Written, infer,
};

fn refused(statement: &str) -> String {
    match Record::default().run(statement) {
        Err(Failure::Refused(mistake)) => {
            // What is shown of it can be made, too.
            let _ = mistake.render(statement);
            mistake.message
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn what_is_nested_too_deeply_is_refused() {
    for (open, inner, close) in [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("Int(", "1", ")"),
        ("-(", "1", ")"),
    ] {
        let count = 20_000;
        let text = format!(
            "set(attributes[\"a\"], {}{inner}{})",
            open.repeat(count),
            close.repeat(count)
        );
        assert!(refused(&text).contains("nested"), "{open}");
    }
    let text = format!(
        "set(attributes[\"a\"], {}1{})",
        "{\"k\":".repeat(9_000),
        "}".repeat(9_000)
    );
    assert!(refused(&text).contains("nested"));
    let text = format!(
        "set(body, 1) where {}true{}",
        "(".repeat(9_000),
        ")".repeat(9_000)
    );
    assert!(refused(&text).contains("nested"));
    let text = format!("set(body, 1) where {}true", "not ".repeat(9_000));
    refused(&text);
    let text = format!(
        "set({}\"x\"{}, 1)",
        "attributes[".repeat(9_000),
        "]".repeat(9_000)
    );
    assert!(refused(&text).contains("nested"));
    assert!(refused(&" ".repeat(2 << 20)).contains("longer"));
}

#[test]
fn what_is_long_and_flat_is_fine() {
    let many = |what: &str, count| vec![what; count].join(" ");
    let mut record = Record::default();
    let text = format!(
        "set(attributes[\"a\"], 1) where {} true",
        many("true and", 20_000)
    );
    assert_eq!(record.run(&text), Ok(true));
    let text = format!(
        "set(attributes[\"a\"], 1) where {} true",
        many("1 == 2 or", 20_000)
    );
    assert_eq!(record.run(&text), Ok(true));
    let text = format!("set(attributes[\"a\"], [{} 1])", many("1,", 20_000));
    assert_eq!(record.run(&text), Ok(true));
    assert!(refused(&format!("set(body, {} 1)", many("1 +", 20_000))).contains("calculation"));
}

#[test]
fn a_value_that_is_stored_within_itself_stops_somewhere() {
    let mut record = Record::default().attribute("a", 1_i64);
    let mut failed = false;
    for _ in 0..1_000 {
        failed |= record
            .run(r#"set(attributes["a"], {"x": attributes["a"]})"#)
            .is_err();
        failed |= record
            .run(r#"set(attributes["b"][0], [attributes["b"], attributes["a"]])"#)
            .is_err();
        failed |= record
            .run(r#"set(attributes["c"]["d"], attributes["c"])"#)
            .is_err();
    }
    assert!(failed);
    record.run("flatten(attributes)").unwrap();
    record.run("stringify_all(attributes)").unwrap();
}

/// Pieces that statements are made of, so that what is drawn gets past the first token.
fn pieces() -> impl Strategy<Value = String> {
    let known: Vec<String> = [
        "set",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ".",
        ":",
        "=",
        "=>",
        "==",
        "!=",
        "<",
        "where",
        "and",
        "or",
        "not",
        "nil",
        "true",
        "1",
        "0x1f",
        "2.5",
        "\"a\"",
        "\"\\u00e9\"",
        "attributes",
        "attributes[\"a\"]",
        "body",
        "log.",
        "resource.attributes",
        "Int(",
        "Concat(",
        "Len(\"x\")",
        "IsMatch(",
        "-",
        "+",
        "*",
        "/",
        "A_B",
        "_",
        "é",
        "\"",
        "\\",
        "delete_key(attributes, ",
        "SHA256",
        "\n",
        " ",
    ]
    .map(str::to_owned)
    .to_vec();
    let registry = Registry::standard();
    let names = registry.names().map(|name| format!("{name}("));
    let known: Vec<String> = known.into_iter().chain(names).collect();
    prop::collection::vec(
        prop_oneof![4 => prop::sample::select(known), 1 => any::<String>()],
        0..24,
    )
    .prop_map(|pieces| pieces.concat())
}

fn values() -> impl Strategy<Value = Value<'static>> {
    let plain = prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-3_i64..40).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[ -~]{0,40}".prop_map(Value::from),
        "<[a-z/ =\"<>&;]{0,30}>".prop_map(Value::from),
        "[{\\[\",:0-9a-z\\]}]{0,30}".prop_map(Value::from),
        "[0-9:/ TZ+.-]{0,30}".prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Value::bytes),
    ];
    plain.prop_recursive(4, 24, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4);
        let map = prop::collection::vec(("[a-c]{1,2}", inner), 0..4);
        prop_oneof![
            list.prop_map(|items| List::new(ListKind::Slice, items).into()),
            map.prop_map(|entries| Map::of(entries).into()),
        ]
    })
}

/// Calls of all functions with values of the record, and with computed and literal ones.
fn calls() -> impl Strategy<Value = String> {
    let names: Vec<&'static str> = Registry::standard().names().collect();
    let arguments = vec![
        "attributes[\"a\"]",
        "attributes[\"b\"]",
        "attributes[\"c\"]",
        "attributes",
        "nil",
        "1",
        "-1",
        "0",
        "2.5",
        "\"a\"",
        "\"\"",
        "\"%Y-%m-%d\"",
        "\"base64\"",
        "true",
        "[]",
        "[\"a\", 1]",
        "{\"a\": [1]}",
        "0x01",
        "[attributes[\"a\"], attributes[\"b\"]]",
        "Split(attributes[\"a\"], \"\")",
        "Concat([\"a\"], \"\")",
        "body",
        "Duration(\"1h\")",
        "Now()",
        "SHA256",
        "9223372036854775807",
        "\"value\"",
        "\"/a/b\"",
        "\"=\"",
        "\"(?P<x>.)\"",
    ];
    (
        prop::sample::select(names),
        prop::collection::vec(prop::sample::select(arguments), 0..5),
    )
        .prop_map(|(name, arguments)| {
            let call = format!("{name}({})", arguments.join(", "));
            if name.starts_with(|first: char| first.is_ascii_lowercase()) {
                call
            } else {
                format!("set(attributes[\"r\"], {call})")
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = Record::default().run(&text);
    }

    #[test]
    fn any_pieces_are_read_or_refused(text in pieces()) {
        if let Err(Failure::Refused(mistake)) = Record::default().attribute("a", "text").run(&text) {
            prop_assert!(mistake.at.end <= text.len() && mistake.line > 0 && mistake.column > 0);
            let _ = mistake.render(&text);
        }
        let functions = Registry::standard();
        let candidates = Context::ALL.map(|context| Candidate { context, functions: &functions });
        let _ = infer([Written::Statement(&text), Written::Condition(&text), Written::Value(&text)], &candidates);
    }

    #[test]
    fn any_call_on_any_values_has_an_answer(
        statement in calls(),
        (a, b, c) in (values(), values(), values()),
    ) {
        let mut record = Record::default()
            .attribute("a", a.clone())
            .attribute("b", b)
            .attribute("c", c)
            .with("body", a);
        let _ = record.run(&statement);
    }

    #[test]
    fn any_values_compare(a in values(), b in values()) {
        let record = Record::default().attribute("a", a).attribute("b", b);
        let holds = |operator: &str| record.holds(&format!("attributes[\"a\"] {operator} attributes[\"b\"]")).unwrap();
        prop_assert_ne!(holds("=="), holds("!="));
        prop_assert!(!holds("<") || holds("<="));
        prop_assert!(!(holds("<") && holds(">")));
        for operator in ["+", "-", "*", "/"] {
            let _ = record.evaluate(&format!("attributes[\"a\"] {operator} attributes[\"b\"]"));
        }
    }
}

#[test]
fn kinds_are_what_they_say() {
    let record = Record::default().attribute("m", Map::new(MapKind::Map, Vec::new()));
    assert_eq!(
        record.holds(r#"IsMap(attributes["m"]) and IsEmpty(attributes["m"])"#),
        Ok(true)
    );
}
