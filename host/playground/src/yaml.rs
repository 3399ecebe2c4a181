//! Texts in YAML: as blocks that people can read and edit, wherever YAML can hold them so.

use std::fmt::Write as _;

/// A text as the value of a key: `key: |` and its lines, indented by `indent`, or in quotation marks where a block cannot hold it.
pub(crate) fn text(text: &str, indent: usize) -> String {
    if text.is_empty() || !text.chars().all(is_plain) || text.trim_matches('\n').is_empty() {
        return format!("{}\n", quoted(text));
    }
    let ending = if text.ends_with("\n\n") {
        "+"
    } else if text.ends_with('\n') {
        ""
    } else {
        "-"
    };
    // Where the first line begins with blanks, the indentation cannot be seen from it.
    let first = text.trim_start_matches('\n');
    let depth = if first.starts_with([' ', '\t']) || first.len() < text.len() {
        "2"
    } else {
        ""
    };
    let mut block = format!("|{depth}{ending}\n");
    for line in text.split_inclusive('\n') {
        if line != "\n" {
            block.push_str(&" ".repeat(indent));
        }
        block.push_str(line);
    }
    if !block.ends_with('\n') {
        block.push('\n');
    }
    block
}

/// A text in quotation marks.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_plain(c) => out.push(c),
            // Writing to a string does not fail.
            c if u32::from(c) > 0xffff => drop(write!(out, "\\U{:08x}", u32::from(c))),
            c => drop(write!(out, "\\u{:04x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

/// What a block of YAML holds as it is. Everything that a reader may take for the end of a line, or not see, is not.
fn is_plain(c: char) -> bool {
    matches!(c, '\n' | '\t' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
        && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// What a reader of YAML finds under a key, among other keys.
    fn again(written: &str) -> String {
        let file = format!("a:\n  b: {written}  c: behind\n");
        let read: Result<BTreeMap<String, BTreeMap<String, String>>, _> =
            serde_saphyr::from_str(&file);
        let mut read = read.unwrap_or_else(|error| panic!("{error}\n{file}"));
        let mut inner = read.remove("a").unwrap();
        assert_eq!(inner.remove("c").unwrap(), "behind", "{file}");
        inner.remove("b").unwrap()
    }

    #[test]
    fn a_block_is_what_people_read() {
        assert_eq!(
            text("one:\n  two: 3\n\nfour: 5\n", 4),
            "|\n    one:\n      two: 3\n\n    four: 5\n"
        );
        assert_eq!(text("no end", 2), "|-\n  no end\n");
        assert_eq!(text("a\u{7}", 2), "\"a\\u0007\"\n");
    }

    #[test]
    fn hard_texts_come_back() {
        let hard = [
            "",
            "\n",
            "\n\n",
            " ",
            "  \n",
            "a\n\n",
            "\na\n",
            " a\nb",
            "\ta\n",
            "a \n b\n",
            "a\r\nb",
            "# no comment\n",
            "- a\n",
            "key: value\n",
            "\u{feff}a",
            "\u{2028}",
            "\u{85}",
            "---\n",
            "...\n",
            "\"",
            "a\\b",
            "\u{1f50e}",
            "a\n \n",
            "%x\n",
            "  a\n b\n",
        ];
        for own in hard {
            assert_eq!(again(&text(own, 4)), own, "{own:?}");
            assert_eq!(again(&format!("{}\n", quoted(own))), own, "{own:?}");
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(own in "(?s).{0,40}") {
            prop_assert_eq!(again(&text(&own, 4)), own.clone());
            prop_assert_eq!(again(&format!("{}\n", quoted(&own))), own);
        }

        #[test]
        fn blanks_and_ends_of_lines_come_back(own in "[ \t\n#:\\-a]{0,20}") {
            prop_assert_eq!(again(&text(&own, 4)), own);
        }
    }
}
