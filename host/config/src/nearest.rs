//! What somebody may have meant who wrote something that does not exist.

/// The candidate that is nearest to `word`, if one is near enough to be what was meant.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).max(1);
    // The beginning of a word is as good as a word with one mistake.
    let far = |candidate: &str| {
        let cut = word.len() >= SHORTEST && candidate.starts_with(word);
        if cut { 1 } else { distance(word, candidate) }
    };
    candidates
        .into_iter()
        .map(|candidate| (far(candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Bytes of the shortest beginning that says which word it is.
const SHORTEST: usize = 4;
/// Longest word that is compared; nobody mistypes longer ones.
const LONGEST: usize = 80;

/// Insertions, deletions, replacements and swaps of neighbours between two words, letters in either case.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a
        .chars()
        .take(LONGEST)
        .flat_map(char::to_lowercase)
        .collect();
    let b: Vec<char> = b
        .chars()
        .take(LONGEST)
        .flat_map(char::to_lowercase)
        .collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut last_a = None;
    for (row, &ca) in a.iter().enumerate() {
        let mut current = vec![row.saturating_add(1)];
        let mut last_b = None;
        for (column, &cb) in b.iter().enumerate() {
            let at =
                |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX / 2);
            let next = column.saturating_add(1);
            let replaced = at(&above, column).saturating_add(usize::from(ca != cb));
            let mut best = replaced
                .min(at(&above, next).saturating_add(1))
                .min(at(&current, column).saturating_add(1));
            if last_a == Some(cb) && last_b == Some(ca) {
                best = best.min(at(&before, column.saturating_sub(1)).saturating_add(1));
            }
            current.push(best);
            last_b = Some(cb);
        }
        before = std::mem::replace(&mut above, current);
        last_a = Some(ca);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_and_far_ones_are_not() {
        let words = ["endpoint", "timeout", "headers"];
        assert_eq!(nearest("endpont", words), Some("endpoint"));
        assert_eq!(nearest("edn_point", words), Some("endpoint"));
        assert_eq!(nearest("TimeOut", words), Some("timeout"));
        assert_eq!(nearest("haeders", words), Some("headers"));
        assert_eq!(nearest("time", words), Some("timeout"));
        assert_eq!(nearest("sampling", words), None);
    }
}
