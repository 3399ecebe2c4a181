//! Texts of guests, made fit to be shown.

/// The beginning of `text`, with control characters escaped, so that nobody who was let write here can write to a terminal or
/// begin a new line of a log.
pub(crate) fn presentable(text: &str, most: usize) -> String {
    let end = text.floor_char_boundary(most);
    let beginning = text.get(..end).unwrap_or_default();
    let mut shown = String::with_capacity(beginning.len());
    for character in beginning.chars() {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    if end < text.len() {
        shown.push_str("...");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::presentable;

    #[test]
    fn control_characters_are_escaped_and_long_texts_cut() {
        assert_eq!(
            presentable("plain \"text\", ünïcödé", 100),
            "plain \"text\", ünïcödé"
        );
        assert_eq!(
            presentable("\u{1b}[31mred\nline", 100),
            "\\u{1b}[31mred\\nline"
        );
        assert_eq!(
            presentable("ünïcödé", 4),
            "ün...",
            "not in the middle of a character"
        );
        assert_eq!(presentable("", 0), "");
    }
}
