//! The language through the public seam: what is compiled, what is refused and where, and what runs.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a test may panic"
)]

use tollgate_ottl::testing::{Failure, Record};
use tollgate_ottl::{Usage, Value};

fn int(record: &Record, expression: &str) -> i64 {
    match record.evaluate(expression) {
        Ok(Value::Int(number)) => number,
        other => panic!("{expression}: {other:?}"),
    }
}

fn refused(statement: &str) -> String {
    match Record::default().run(statement) {
        Err(Failure::Refused(mistake)) => mistake.render(statement),
        other => panic!("{statement}: {other:?}"),
    }
}

#[test]
fn a_statement_sets_an_attribute_where_its_condition_holds() {
    let mut record = Record::default()
        .attribute("team", "core")
        .attribute("n", 2_i64);
    let statement = r#"set(attributes["tier"], "gold") where attributes["team"] == "core""#;
    assert_eq!(record.run(statement), Ok(true));
    assert!(
        record
            .holds(r#"attributes["tier"] == "gold" and attributes["n"] + 1 > 2"#)
            .unwrap()
    );
    assert_eq!(int(&record, r#"attributes["n"] * (3 + 4)"#), 14);
    assert_eq!(
        record.run(r#"delete_key(attributes, "tier") where attributes["n"] > 5"#),
        Ok(false)
    );
    assert_eq!(record.run(r#"delete_key(attributes, "tier")"#), Ok(true));
    assert!(record.holds(r#"attributes["tier"] == nil"#).unwrap());
}

#[test]
fn a_literal_key_is_all_that_an_editor_of_one_entry_touches() {
    let used = Record::default()
        .usage(r#"delete_key(attributes, "secret")"#)
        .unwrap();
    assert_eq!(
        used,
        [(r#"log.attributes["secret"]"#.to_owned(), Usage::WRITE)]
    );
    let used = Record::default()
        .usage("delete_key(attributes, body)")
        .unwrap();
    let names: Vec<_> = used.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(names, ["log.attributes", "log.body"]);
}

#[test]
fn mistakes_point_at_their_place() {
    let text = refused(r#"set(attributes["a"], 1) wher true"#);
    assert!(text.contains("1:25") && text.contains("`where`"), "{text}");
    let text = refused(r#"sett(attributes["a"], 1)"#);
    assert!(text.contains("did you mean `set`?"), "{text}");
    let text = refused(r#"set("a", 1)"#);
    assert!(text.contains("this has to be a path"), "{text}");
    let text = refused(r#"set(attributes["a"], value = 1, valu = 2)"#);
    assert!(
        text.contains("`set` takes 2 arguments, and is given 3"),
        "{text}"
    );
    let text = refused(r#"set(attributes["a"], valu = 2)"#);
    assert!(text.contains("no parameter `valu`"), "{text}");
    let text = refused(r#"set(attributes["a"], Filter(attributes["l"], (k, v) => v > 1))"#);
    assert!(text.contains("lambda"), "{text}");
    let text = refused("set(severity_number, SEVERITY_NUMBER_ERORR)");
    assert!(
        text.contains("did you mean `SEVERITY_NUMBER_ERROR`?"),
        "{text}"
    );
    let text = refused("set(body, 1) where body = 1");
    assert!(text.contains("compared by `==`"), "{text}");
}
