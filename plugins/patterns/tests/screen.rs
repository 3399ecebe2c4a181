//! Screen and pattern together answer what the pattern alone answers.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test may panic"
)]

use proptest::prelude::*;
use tollgate_patterns::{Hit, Pattern, Screen};

const PATTERNS: &[&str] = &[
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
    r"AKIA[0-9A-Z]{16}",
    r"(?:[0-9]{4}[ -]?){3}[0-9]{4}",
    r"[0-9]{3}-[0-9]{2}-[0-9]{4}",
    r"Bearer [A-Za-z0-9._-]{8,}",
    r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}",
    r"(?i)pass(?:word|phrase)?\s*[:=]\s*\S+",
    r"(?:sk|pk)_(?:live|test)_[0-9a-zA-Z]{4,}",
    r"\bkey-[^ ]{1,3}\b",
    r"^start|end$",
    r"x*",
    r"(?m)^a$",
    r"[^a-z]b[^a-z]",
    r"(a|bc)(d|ef)(g|h)",
    r"é[à-ü]+",
    r"(ab?){2,3}c",
    r"@",
    r"a.c",
    r"(?s)a.{2}c",
    r"\d{2,}-",
];

/// Hits that the screen leaves, by searching only where it points.
fn screened(patterns: &[Pattern], texts: &[String]) -> Vec<Hit> {
    let mut places = Vec::new();
    let mut all = Vec::new();
    for text in texts {
        places.push((all.len(), text.len()));
        all.extend(text.bytes());
    }
    let screen = Screen::new(patterns);
    let mut hits = Vec::new();
    screen.scan(&all, texts.len(), |i| places.get(i).copied(), &mut hits);
    for text in 0..texts.len() {
        hits.extend(screen.unscreened().iter().map(|&pattern| Hit {
            text: text as u32,
            pattern,
        }));
    }
    hits.retain(|hit| patterns[hit.pattern as usize].is_match(&texts[hit.text as usize]));
    hits.sort_unstable();
    hits
}

fn searched(patterns: &[Pattern], texts: &[String]) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (text, content) in texts.iter().enumerate() {
        for (pattern, compiled) in patterns.iter().enumerate() {
            if compiled.is_match(content) {
                hits.push(Hit {
                    text: text as u32,
                    pattern: pattern as u32,
                });
            }
        }
    }
    hits
}

fn compiled(patterns: &[&str]) -> Vec<Pattern> {
    patterns
        .iter()
        .map(|pattern| Pattern::new(pattern).unwrap())
        .collect()
}

/// Patterns that are put together at random.
fn pattern() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "a", "b", "c", "1", "-", "é", ".", r"\d", r"\w", r"\s", "[a-c]", "[^a]", "^", "$",
            r"\b", "(?i:k)"
        ])
        .prop_map(str::to_owned),
        prop::sample::select(PATTERNS).prop_map(|pattern| format!("(?:{pattern})")),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|parts| format!("(?:{})", parts.join("|"))),
            (
                inner,
                prop::sample::select(vec!["*", "+", "?", "{2}", "{1,3}", "{2,}", "+?"])
            )
                .prop_map(|(part, times)| format!("({part}){times}")),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[abcdefgh1 .@é-]{0,12}",
        "[0-9.: -]{0,24}",
        prop::sample::select(vec![
            "joe@example.com",
            "AKIAIOSFODNN7EXAMPLE",
            "4111 1111 1111 1111",
            "078-05-1120",
            "Bearer abcdefghij",
            "10.0.0.1",
            "PASSWORD = x",
            "sk_live_abcd",
            "key-ab",
            "start",
            "end",
            "éàü",
            "\u{212a}",
            "\n",
            "abab",
            "bcefh",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn known_patterns(texts in prop::collection::vec(text(), 0..12)) {
        let patterns = compiled(PATTERNS);
        prop_assert_eq!(screened(&patterns, &texts), searched(&patterns, &texts));
    }

    #[test]
    fn any_patterns(patterns in prop::collection::vec(pattern(), 1..12), texts in prop::collection::vec(text(), 0..12)) {
        let patterns: Vec<Pattern> = patterns.iter().filter_map(|pattern| Pattern::new(pattern).ok()).collect();
        prop_assert_eq!(screened(&patterns, &texts), searched(&patterns, &texts));
    }
}

#[test]
fn patterns_of_the_field_are_screened() {
    let patterns = compiled(&PATTERNS[..8]);
    assert_eq!(Screen::new(&patterns).unscreened(), [0_u32; 0]);
    assert_eq!(
        Screen::new(&compiled(&["x*", ".+", r"\w+"])).unscreened(),
        [0, 1, 2]
    );
}

#[test]
fn a_window_does_not_reach_across_texts() {
    let patterns = compiled(&["secret"]);
    let texts = ["a sec".to_owned(), "ret b".to_owned()];
    assert_eq!(screened(&patterns, &texts), []);
}

#[test]
fn most_texts_of_a_log_are_left_alone() {
    let patterns = compiled(&PATTERNS[..6]);
    let screen = Screen::new(&patterns);
    let texts = [
        "2026-11-23T08:12:59.123Z",
        "0192f3a4-5b6c-7d8e-9f01-23456789abcd",
        "codex_cli_rs",
        "gpt-5.2",
        "exec_command",
        "1732349579123",
        "0.34",
    ];
    let mut all = Vec::new();
    let mut places = Vec::new();
    for text in texts {
        places.push((all.len(), text.len()));
        all.extend(text.bytes());
    }
    let mut hits = Vec::new();
    screen.scan(&all, texts.len(), |i| places.get(i).copied(), &mut hits);
    assert_eq!(hits, []);
}
