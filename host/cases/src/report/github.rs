//! Annotations of GitHub: a failure at its line of the case file, in the review of a change.

use super::Finished;

/// A line for each thing that does not hold.
#[must_use]
pub fn annotations(finished: &Finished<'_>) -> String {
    let mut text = String::new();
    for outcome in finished.outcomes {
        for failure in outcome.failures() {
            let message = [&[failure.message.clone()], &*failure.detail]
                .concat()
                .join("\n");
            text.push_str(&format!(
                "::error file={},line={},col={},title={}::{}\n",
                property(&outcome.file),
                failure.line,
                failure.column,
                property(&outcome.name),
                data(&message)
            ));
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
