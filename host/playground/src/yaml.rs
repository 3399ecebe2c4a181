//! Texts in YAML: as blocks that people can read and edit, wherever YAML can hold them so.

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
            c if u32::from(c) > 0xffff => out.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => out.push_str(&format!("\\u{:04x}", u32::from(c))),
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
