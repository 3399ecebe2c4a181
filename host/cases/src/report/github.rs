//! Annotations of GitHub: a failure at its line of the case file, in the review of a change.

use std::fmt::Write as _;

use super::Finished;

/// A line for each thing that does not hold.
#[must_use]
pub fn annotations(finished: &Finished<'_>) -> String {
    let mut text = String::new();
    for outcome in finished.outcomes {
        for failure in outcome.failures() {
            let message = [std::slice::from_ref(&failure.message), &*failure.detail]
                .concat()
                .join("\n");
            _ = writeln!(
                text,
                "::error file={},line={},col={},title={}::{}",
                property(&outcome.file),
                failure.line,
                failure.column,
                property(&outcome.name),
                data(&message)
            );
        }
    }
    text
}

/// A message in one line, as the runner reads it.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
