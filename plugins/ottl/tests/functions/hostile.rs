//! Functions of texts that anybody may send: they answer or fail, and soon.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use tollgate_ottl::Value;
use tollgate_ottl::testing::Record;

/// Calls; `$` is the text or the bytes.
const CALLS: [&str; 24] = [
    r#"Time($, "%Y-%m-%dT%H:%M:%S.%f%z")"#,
    r#"Time($, "%c %Z %D %x %r", "Europe/Berlin")"#,
    r#"Time($, "_%e%B %A é%p%I_%Y", "", "ja")"#,
    "Duration($)",
    "URL($)",
    "UserAgent($)",
    r#"IsInCIDR($, ["10.0.0.0/8", "::/3"])"#,
    r#"IsInCIDR("10.0.0.1", [$])"#,
    "CommunityID($, 1, $, 2)",
    "IsValidLuhn($)",
    "ParseInt($, 0)",
    "ParseInt($, 36)",
    "TraceID($)",
    "Hex($)",
    "Base64Encode($)",
    r#"Decode($, "base64")"#,
    r#"Decode($, "base64-raw-url")"#,
    r#"Decode($, "csutf16")"#,
    r#"Decode($, "iso-2022-jp")"#,
    r#"Decode($, "hz-gb-2312")"#,
    r#"Decode($, "ibm037")"#,
    r#"Decode("a", $)"#,
    "XXH128($)",
    "Murmur3Hash128($)",
];

fn call_all(value: &Value<'static>) {
    let record = Record::default().attribute("x", value.clone());
    for call in CALLS {
        let _ = record.evaluate(&call.replace('$', r#"attributes["x"]"#));
    }
}

proptest! {
    #[test]
    fn texts_make_no_function_panic(text in ".{0,40}|[0-9a-fxX:/@?#%\\[\\]. +-]{0,40}|[A-Z0-9:. _+-]{0,30}") {
        call_all(&Value::text(text));
    }

    #[test]
    fn bytes_make_no_function_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        call_all(&Value::bytes(bytes));
    }

    #[test]
    fn formats_are_refused_or_work(format in "(%[A-Za-z%]|[ -~é]){0,12}", text in "[ -~]{0,40}", seconds in any::<i64>()) {
        let quoted = format!("{format:?}");
        let record = Record::default().attribute("x", text).attribute("s", seconds);
        let _ = record.evaluate(&format!(r#"Time(attributes["x"], {quoted})"#));
        let _ = record.evaluate(&format!(r#"FormatTime(Unix(attributes["s"], attributes["s"]), {quoted})"#));
        let _ = record.evaluate(r#"TruncateTime(Unix(attributes["s"]), Duration("7h"))"#);
    }
}

#[test]
fn a_megabyte_is_no_matter() {
    let texts = [
        "1",
        "a",
        "Mozilla/5.0 (",
        "%41",
        "[::",
        "=&",
        " ",
        "\u{65e5}",
        "1h",
        "~{",
    ];
    for text in texts {
        let begun = Instant::now();
        call_all(&Value::text(text.repeat((1 << 20) / text.len())));
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{text}: {:?}",
            begun.elapsed()
        );
    }
}
