//! The table of faults.

use super::tally::Tally;

/// Its first lines, in Markdown.
pub const HEAD: &str = "\
| fault | runs | requests | acknowledged | delivered | duplicates | lost | uncleared | accounts exact |
|---|---|---|---|---|---|---|---|---|";

/// A line of it.
#[must_use]
pub fn row(fault: &str, tally: &Tally) -> String {
    let (asked, exact) = tally.accounts;
    format!(
        "| {fault} | {} | {} | {} | {} | {} | {} | {} | {exact} of {asked} |",
        tally.runs,
        tally.requests,
        tally.acknowledged,
        tally.delivered,
        tally.duplicates,
        tally.lost,
        tally.uncleared,
    )
}
