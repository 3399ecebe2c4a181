//! Writing golden outputs anew: files of their own, and blocks in case files, of which nothing else changes.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use tollgate_config::written::Place;

use crate::check::difference;
use crate::prepare::Prepared;
use crate::run::Outcome;

/// A golden output that is not what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The case, as `file: name`.
    pub case: String,
    /// The case file.
    pub case_file: PathBuf,
    /// The file that the output stands in: the case file, or one of its own.
    pub file: PathBuf,
    /// Lines that differ.
    pub difference: Vec<String>,
    /// Where the key `golden` stands, if the output stands in the case file.
    place: Option<Place>,
    actual: String,
}

/// The golden outputs that are not what came.
#[must_use]
pub fn updates(prepared: &Prepared, outcomes: &[Outcome]) -> Vec<Update> {
    let one = |outcome: &Outcome| {
        let compared = outcome.compared.as_ref()?;
        let planned = prepared.cases.get(outcome.number)?;
        let (file, case) = prepared.case(planned)?;
        let place = case.expect.golden.as_ref()?.place;
        let case_file = PathBuf::from(&file.name);
        Some(Update {
            case: format!("{}: {}", file.name, case.name.value),
            file: compared.file.clone().unwrap_or_else(|| case_file.clone()),
            case_file,
            difference: difference(
                compared.expected.as_deref().unwrap_or_default(),
                &compared.actual,
            ),
            place: compared.file.is_none().then_some(place),
            actual: compared.actual.clone(),
        })
    };
    outcomes.iter().filter_map(one).collect()
}

impl Update {
    /// Writes them.
    pub fn write(all: &[Self]) -> io::Result<()> {
        let mut blocks: BTreeMap<&PathBuf, Vec<(Place, &str)>> = BTreeMap::new();
        for update in all {
            match update.place {
                Some(place) => blocks
                    .entry(&update.file)
                    .or_default()
                    .push((place, &update.actual)),
                None => std::fs::write(&update.file, &update.actual)?,
            }
        }
        for (file, mut blocks) in blocks {
            let mut text = std::fs::read_to_string(file)?;
            // From the last one on, so that the places of the others stay what they are.
            blocks.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
            for (place, actual) in blocks {
                text = put(&text, place, actual)
                    .map_err(|why| io::Error::other(format!("{}: {why}", file.display())))?;
            }
            std::fs::write(file, text)?;
        }
        Ok(())
    }
}

/// The text with another block under the key at `place`.
fn put(text: &str, place: Place, actual: &str) -> Result<String, String> {
    let before = text.get(..place.start).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
    let lead = before.get(start..).unwrap_or_default();
    let key = text.get(place.range()).unwrap_or_default();
    let rest = text.get(place.end..).unwrap_or_default();
    let mut lines = rest.split_inclusive('\n');
    let own = lines.next().unwrap_or_default();
    let number = before.matches('\n').count().saturating_add(1);
    if !key.starts_with("golden") || lead.contains('{') {
        return Err(format!(
            "line {number}: a golden output stands on lines of its own: write `golden:` below `expect:`"
        ));
    }
    let column = lead.chars().count();
    // What is indented deeper than the key is its block.
    let mut end = place.end.saturating_add(own.len());
    let mut blank = 0_usize;
    for line in lines {
        let indent = line
            .len()
            .saturating_sub(line.trim_start_matches(' ').len());
        // Blanks deeper than the key are of the block, too.
        if line.trim().is_empty() && indent <= column {
            blank = blank.saturating_add(line.len());
            continue;
        }
        if indent <= column {
            break;
        }
        end = end.saturating_add(blank).saturating_add(line.len());
        blank = 0;
    }
    let indent = " ".repeat(column.saturating_add(2));
    let mut out = text.get(..place.end).unwrap_or_default().to_owned();
    out.push_str(": |\n");
    for line in actual.lines() {
        out.push_str(&indent);
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(text.get(end..).unwrap_or_default());
    Ok(out)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]
mod tests {
    use super::*;

    fn updated(text: &str, actual: &str) -> String {
        let start = text.find("golden").unwrap();
        let place = Place {
            start,
            end: start + "golden".len(),
        };
        put(text, place, actual).unwrap()
    }

    #[test]
    fn only_the_block_changes() {
        let text = "cases:\n  - name: a\n    expect:\n      golden: |\n        old\n\n        older\n\n      kept: true # stays\n";
        assert_eq!(
            updated(text, "new\n  - newer\n"),
            "cases:\n  - name: a\n    expect:\n      golden: |\n        new\n          - newer\n\n      kept: true # stays\n"
        );
        assert_eq!(
            updated("expect:\n  golden:\n  kept: 1\n", "a\nb\n"),
            "expect:\n  golden: |\n    a\n    b\n  kept: 1\n"
        );
        assert_eq!(
            updated("expect:\n  golden: \"\"", "a\n"),
            "expect:\n  golden: |\n    a\n"
        );
    }

    proptest::proptest! {
        /// Whatever came, what is written is read again, and the rest of the file is what it was.
        #[test]
        fn what_is_written_is_read_again(
            before in "( {8}[a-z#: -]{0,20}\n){0,3}",
            rest in proptest::collection::vec("  [ -~éß☃]{0,20}[!-~]", 0..6),
        ) {
            let actual = [&["logs:".to_owned()], &*rest, &[String::new()]].concat().join("\n");
            let head = "config: a\ncases:\n  - name: a\n    input: x\n    expect:\n";
            let tail = "      kept: true # stays\n";
            let text = format!("{head}      golden: |\n        old:\n{before}\n{tail}");
            let written = updated(&text, &actual);
            proptest::prop_assert!(written.starts_with(head));
            proptest::prop_assert!(written.ends_with(tail));
            let file = crate::read("a.test.yaml", &written).unwrap();
            let golden = &file.cases[0].expect.golden.as_ref().unwrap().value;
            let crate::model::Golden::Inline(Some(golden)) = golden else {
                panic!("it is inline");
            };
            proptest::prop_assert_eq!(golden, &actual);
        }
    }

    #[test]
    fn what_stands_in_braces_is_left_alone() {
        let text = "expect: {golden: }\n";
        let place = Place { start: 9, end: 15 };
        assert!(put(text, place, "a\n").unwrap_err().contains("line 1"));
    }
}
