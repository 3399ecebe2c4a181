//! What Go's `regexp` says, written down from its documentation, its tests' cases and the answers of a Collector.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use tollgate_patterns::Pattern;

fn replaced(pattern: &str, text: &str) -> String {
    let pattern = Pattern::new(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    pattern
        .replace_all(text, |_, out| out.push('*'))
        .unwrap_or_else(|| text.to_owned())
}

#[test]
fn replaces_what_go_replaces() {
    for (pattern, text, expected) in [
        // Classes are ASCII.
        (r"\d+", "12 ٣٤", "* ٣٤"),
        (r"\w+", "ab é", "* é"),
        (r"a\sb", "a b a\u{a0}b a\tb a\u{b}b", "* a\u{a0}b * a\u{b}b"),
        (r"\bcafe\b", "cafe cafeé écafe", "* *é é*"),
        (r"x\By", "xy x y", "* x y"),
        (r"[[:space:]]", "a\u{b}b", "a*b"),
        (r"[[:^alpha:]]+", "ab12é", "ab*"),
        (r"[\d\-x]+", "1-x,2", "*,*"),
        // The text's borders and lines.
        ("a$", "a\na", "a\n*"),
        ("(?m)a$", "a\na", "*\n*"),
        ("(?m)^a", "a\na", "*\n*"),
        (r"\Aa|a\z", "a a", "* *"),
        ("a.b", "a\nb a-b", "a\nb *"),
        ("(?s)a.b", "a\nb", "*"),
        ("^*a", "aa", "**"),
        // Braces that are none.
        ("a{,3}b", "a{,3}b aab", "* aab"),
        ("{x}", "{x}", "*"),
        ("a{01}", "a{01}", "*"),
        ("a{2}", "aaa", "*a"),
        // Brackets.
        ("[[a]z", "[z az", "* *"),
        ("[x&&y]+", "&&xy& q", "* q"),
        ("[]]", "]", "*"),
        ("[^]]", "]a", "]*"),
        ("[a-]", "a-b", "**b"),
        ("[^a]", "a\nb", "a**"),
        (r"[\x{e9}\x41\101\n]", "é A\n", "* **"),
        // Unicode.
        (r"\p{Greek}+", "AB ΑΒ", "AB *"),
        (r"\pN+", "½7", "*"),
        (r"\P{L}+", "a1é", "a*é"),
        (r"\p{^L}+", "a1é", "a*é"),
        (r"\p{Lowercase_Letter}", "aA", "*A"),
        // Folding is Unicode's.
        ("(?i)k", "kK\u{212a}", "***"),
        ("(?i)[^k]", "kK\u{212a}x", "kK\u{212a}*"),
        (r"(?i)\w", "\u{17f}", "*"),
        (r"(?i)\p{Lu}", "aA1", "**1"),
        ("(?i)ss", "ß", "ß"),
        // The first alternative that leads to a match, not the longest.
        ("a|ab", "ab", "*b"),
        ("(?:a|ab)(?:c|bcd)", "abcd", "*"),
        ("a+?", "aa", "**"),
        ("(?U)a+", "aa", "**"),
        ("(?U)a+?", "aa", "*"),
        // Flags hold to the end of their group, alternatives included.
        ("(?:(?i)a|b)c", "Ac Bc BC", "* * BC"),
        ("(?i:a)b", "Ab AB", "* AB"),
        ("(?i)a(?-i)b", "Ab aB", "* aB"),
        // Empty matches: not right after another match.
        ("x*", "axxb", "*a*b*"),
        ("x*", "", "*"),
        (".*", "ab\ncd", "*\n*"),
        ("", "é", "*é*"),
        ("(|a)*", "aa", "*a*a*"),
        // Quoting.
        (r"\Qa.b\E+", "a.bb axb", "* axb"),
        (r"\Q[", "[", "*"),
        (r"\_\-\/", "_-/", "*"),
        (r"\a\f\t\r\v", "\u{7}\u{c}\t\r\u{b}", "*"),
    ] {
        assert_eq!(replaced(pattern, text), expected, "{pattern} on {text:?}");
    }
}

#[test]
fn refuses_what_go_refuses() {
    for (pattern, reason) in [
        ("a(?=b)", "lookahead"),
        ("a(?!b)", "lookahead"),
        ("(?<=a)b", "lookbehind"),
        ("(?<!a)b", "lookbehind"),
        (r"(a)\1", "backreference"),
        ("a++", "possessive"),
        ("a**", "repetition"),
        ("a{2}{3}", "repetition"),
        ("*a", "nothing to repeat"),
        ("(*a)", "nothing to repeat"),
        ("a|*", "nothing to repeat"),
        ("a{1001}", "1000"),
        ("a{3,2}", "lower to a higher"),
        ("(a{100}){11}", "1000"),
        ("(", "without its `)`"),
        (")", "without its `(`"),
        ("[a", "without its `]`"),
        ("[z-a]", "lower to a higher"),
        ("[[:nope:]]", "no class"),
        (r"\p{Nope}", "no Unicode category"),
        (r"\pC", "Cc, Cf"),
        (r"\C", "one byte"),
        (r"\Z", "`\\z`"),
        (r"\y", "not in Go's syntax"),
        (r"\é", "not in Go's syntax"),
        (r"\x{110000}", "by number"),
        (r"\xg", "by number"),
        ("a\\", "ends in a backslash"),
        ("(?P<a-b>x)", "name of a group"),
        ("(?x)a", "imsU"),
        ("(?i-)a", "imsU"),
        ("(?>a)", "imsU"),
        ("(?P=a)", "imsU"),
    ] {
        let error = Pattern::new(pattern)
            .err()
            .unwrap_or_else(|| panic!("{pattern} was taken"));
        assert!(error.to_string().contains(reason), "{pattern}: {error}");
    }
}

#[test]
fn groups_may_share_a_name() {
    let pattern = Pattern::new("(?P<a>x)(?P<a>y)").unwrap();
    let found = pattern.captures("xy").unwrap();
    let named: Vec<_> = found.named().collect();
    assert_eq!(named, [("a", Some("x")), ("a", Some("y"))]);
}

#[test]
fn a_mistake_is_pointed_at() {
    assert_eq!(Pattern::new("ab(?=c)").unwrap_err().at, 2);
    assert_eq!(Pattern::new("é[a").unwrap_err().at, 2);
}

#[test]
fn groups_have_names_and_numbers() {
    let pattern = Pattern::new(r"(?P<user>\w+)@(?<host>\w+)(\.com)?").unwrap();
    let found = pattern.captures("to joe@example").unwrap();
    assert_eq!(
        (
            found.get(0),
            found.name("user"),
            found.name("host"),
            found.get(3)
        ),
        (Some("joe@example"), Some("joe"), Some("example"), None)
    );
    assert_eq!(
        found.named().collect::<Vec<_>>(),
        [("user", Some("joe")), ("host", Some("example"))]
    );
    assert_eq!(
        pattern.group_names().collect::<Vec<_>>(),
        [None, Some("user"), Some("host"), None]
    );
}

#[test]
fn deep_and_large_patterns_are_refused_rather_than_run() {
    assert!(Pattern::new(&"(".repeat(100_000)).is_err());
    assert!(Pattern::new(&format!("{}a{}", "(".repeat(1000), ")".repeat(1000))).is_err());
    assert!(Pattern::new(&r"(?:\pL{1000}|".repeat(50)).is_err());
    assert!(Pattern::new(&format!("{}x", r"\pL{1000}".repeat(50))).is_err());
}

#[test]
fn groups_are_found_from_a_place_on() {
    let pattern = Pattern::new(r"\b(?P<letter>[a-z])(\d)?").unwrap();
    let from = |at| pattern.captures_at("a1 b c2", at);
    assert_eq!(from(1).unwrap().name("letter"), Some("b"));
    assert_eq!(from(1).unwrap().get(2), None);
    assert_eq!(from(5).unwrap().get(0), Some("c2"));
    // What stands before the place still counts as before it.
    assert!(pattern.captures_at("a1", 1).is_none());
    assert!(pattern.captures_at("a1", 9).is_none());
}
