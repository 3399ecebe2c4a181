//! What stands in a text in another form is found where it stands.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use std::fmt::Write as _;

use proptest::prelude::*;
use tollgate_detect::{Decoder, Detector, Detectors, Form, Hit};

fn found(text: &str) -> Vec<Hit<Detector>> {
    let detectors = Detectors::new(Detector::all());
    let mut look = |text: &str| {
        let found = detectors.find(text);
        found
            .into_iter()
            .map(|found| (found.range, found.detector))
            .collect()
    };
    Decoder::new(Form::ALL).find(text, &mut look, |what| *what == Detector::HighEntropy)
}

fn base64(text: &str) -> String {
    const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let byte = |place: usize| u32::from(chunk.get(place).copied().unwrap_or_default());
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4_usize {
            let symbol = SYMBOLS[(word >> (18 - 6 * place)) as usize & 63];
            out.push(if place > chunk.len() {
                '='
            } else {
                char::from(symbol)
            });
        }
    }
    out
}

fn url(text: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(byte).collect()
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Every character escaped, as some serialisers write what is not for HTML.
fn escaped(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |mut text, unit| {
        write!(text, "\\u{unit:04x}").unwrap();
        text
    })
}

const SECRETS: [(&str, Detector); 6] = [
    ("jane.doe@example.com", Detector::Email),
    ("4111 1111 1111 1111", Detector::CreditCard),
    ("078-05-1120", Detector::UsSsn),
    ("AKIAIOSFODNN7EXAMPLE", Detector::AwsAccessKeyId),
    ("DE89 3704 0044 0532 0130 00", Detector::Iban),
    ("10.20.30.40", Detector::Ipv4),
];

#[test]
fn each_form_and_forms_in_forms() {
    let forms: [fn(&str) -> String; 4] = [base64, url, json, escaped];
    for (secret, detector) in SECRETS {
        for outer in forms {
            for inner in [|text: &str| text.to_owned(), base64, url, json] {
                let written = outer(&inner(&format!("to {secret} now")));
                for text in [
                    written.clone(),
                    format!("<{written}>"),
                    format!("before: {written} \nand behind"),
                ] {
                    let found = found(&text);
                    assert!(
                        found.iter().any(|hit| hit.what == detector
                            && hit.decoded.as_deref().unwrap_or(secret) == secret),
                        "{secret} in {text}: {found:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_is_found_stands_where_it_says() {
    let cases = [
        (
            "a=jane%40example.com&b=1",
            "jane%40example.com",
            Some("jane@example.com"),
        ),
        (
            r#"{"to":"jane\u0040example.com"}"#,
            r"jane\u0040example.com",
            Some("jane@example.com"),
        ),
        (
            "x amFuZUBleGFtcGxlLmNvbQ== y",
            "amFuZUBleGFtcGxlLmNvbQ==",
            Some("jane@example.com"),
        ),
        (
            r#""{\"to\":\"jane@example.com\"}""#,
            "jane@example.com",
            None,
        ),
    ];
    for (text, piece, decoded) in cases {
        let found = found(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(text.get(found[0].range.clone()), Some(piece), "{text}");
        assert_eq!(found[0].decoded.as_deref(), decoded, "{text}");
    }
}

#[test]
fn what_hides_behind_too_many_forms_costs_no_more_than_the_budget() {
    let mut text = "jane@example.com ".repeat(4000);
    for _ in 0..3 {
        text = base64(&text);
    }
    assert!(found(&text).len() <= 1);
    assert_eq!(found(&"\\".repeat(200_000)), []);
    assert_eq!(found(&"%41".repeat(100_000)), []);
}

proptest! {
    #[test]
    fn ranges_rise_and_stand_between_characters(text in r#"([a-z@. ]|%[0-9a-f]{2}|\\u00[0-9a-f]{2}|[A-Za-z0-9+/]{12,20}|ü|jane%40example\.com|"){0,40}"#) {
        let mut end = 0;
        for hit in found(&text) {
            prop_assert!(hit.range.start >= end && hit.range.end > hit.range.start, "{:?}", hit);
            prop_assert!(text.get(hit.range.clone()).is_some());
            end = hit.range.end;
        }
    }
}
