//! The functions that take texts apart, given what upstream's own `pkg/ottl` was given; and texts that are sent to do harm.

use std::time::{Duration, Instant};

use tollgate_ottl::testing::{Failure, Record};
use tollgate_ottl::{Registry, Value, functions};

use crate::table::{canonical, read, value};

#[test]
fn texts_are_taken_apart_as_upstream_does_it() {
    let (_, rows) = read("functions_parse.jsonl");
    let mut different = Vec::new();
    for row in &rows {
        let expression = row["expression"].as_str().unwrap();
        let found = Record::default().evaluate(expression);
        let equal = match &found {
            Ok(found) => {
                let result = row.get("result").map(|result| canonical(&value(result)));
                result == Some(canonical(found))
            }
            Err(Failure::Refused(_)) => row["refused"] == true,
            Err(Failure::Failed(_)) => row["error"] == true,
        };
        if !equal {
            different.push(format!("{row}\n    {found:?}"));
        }
    }
    println!("{} of {} rows differ", different.len(), rows.len());
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// Calls of a text in `x`.
const CALLS: [&str; 22] = [
    "ParseJSON($)",
    r#"ParseCSV($, "a,b")"#,
    r#"ParseCSV($, $, mode="lazyQuotes")"#,
    r#"ParseCSV($, $, mode="ignoreQuotes")"#,
    "ParseKeyValue($)",
    r#"ParseKeyValue($, ":", "é")"#,
    r#"ExtractGrokPatterns($, "%{COMBINEDAPACHELOG}")"#,
    r#"ExtractGrokPatterns("a", $)"#,
    r#"ExtractPatterns("a", $)"#,
    "ParseXML($)",
    "ParseSimplifiedXML($)",
    r#"GetXML($, "//a//a//a//a//a//a/..")"#,
    r#"GetXML($, "//a[preceding::a][following::a]/ancestor::*[position() < 3]")"#,
    r#"GetXML($, "//*[contains(., //a)] | //*[contains(., 'x')]")"#,
    r#"GetXML($, "//*[.//a = .//a]")"#,
    r#"InsertXML($, "//*", $)"#,
    r#"RemoveXML($, "//*[last()] | //@*[last()] | //text()")"#,
    "ConvertAttributesToElementsXML($)",
    "ConvertTextToElementsXML($)",
    "ParseCEF($)",
    "ParseLEEF($)",
    "ParseELF($)",
];

fn call_all(text: &str) {
    let functions = Registry::standard().with(functions::log_formats());
    let record = Record::default().functions(functions);
    let record = record.attribute("x", Value::text(text));
    for call in CALLS {
        let began = Instant::now();
        let _ = record.evaluate(&call.replace('$', r#"attributes["x"]"#));
        let took = began.elapsed();
        assert!(took < Duration::from_secs(10), "{call} took {took:?}");
    }
}

#[test]
fn harmful_texts_end_soon() {
    let many = 50_000;
    let attributes: Vec<_> = (0..many).map(|n| format!("a{n}=\"x\"")).collect();
    for text in [
        "[".repeat(many),
        "{\"a\":".repeat(many),
        format!("{{{}\"a\":1}}", "\"a\":1,".repeat(many)),
        "<a>".repeat(many),
        format!("{}{}", "<a>".repeat(many), "</a>".repeat(many)),
        format!("<a>{}</a>", "<a/>".repeat(many)),
        format!("<a>{}</a>", "<a>x</a>y".repeat(many)),
        format!("{}<a/>", "<!---->".repeat(many)),
        format!("<a {}/>", "a=\"x\" ".repeat(many)),
        format!("<a {}/>", attributes.join(" ")),
        "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>".to_owned(),
        format!("<!{}", "<".repeat(many)),
        "&#".repeat(many),
        "\"".repeat(many),
        "a=b ".repeat(many),
        format!("CEF:0|a|b|c|d|e|9|{}", "k=v ".repeat(many)),
        format!("LEEF:1.0|a|b|c|d|{}", "k=v\t".repeat(many)),
        format!(
            "#Version: 1.0\n#Fields: {}\n{}",
            "a ".repeat(many),
            "1\n".repeat(many)
        ),
        "%{WORD:".repeat(many),
        "%{COMBINEDAPACHELOG}".repeat(200),
        "(".repeat(many),
    ] {
        call_all(&text);
    }
}

#[test]
fn xpaths_are_bounded() {
    for path in [
        "(".repeat(5_000),
        "a[".repeat(5_000),
        "a/".repeat(5_000) + "a",
        "-".repeat(5_000) + "1",
        "1+".repeat(5_000) + "1",
        "not(".repeat(5_000),
    ] {
        let _ = Record::default().evaluate(&format!("GetXML(\"<a/>\", {path:?})"));
    }
}
