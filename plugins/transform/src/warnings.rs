//! What an operator should know of a configuration that works.

use tollgate_ottl::Statement;
use tollgate_sdk::{Problem, Setup};
use tollgate_statements::ErrorMode;

/// Editors by which text goes.
const REMOVES: [&str; 10] = [
    "delete_key",
    "delete_matching_keys",
    "keep_keys",
    "keep_matching_keys",
    "limit",
    "replace_all_matches",
    "replace_all_patterns",
    "replace_match",
    "replace_pattern",
    "truncate_all",
];

/// Warns where text is to go, and a record for which that fails goes on with it.
pub(crate) fn look(statement: &Statement, mode: ErrorMode, pointer: &str, setup: &mut Setup) {
    if !mode.goes_on() || !REMOVES.contains(&statement.editor()) {
        return;
    }
    let message = format!(
        "where `{}` fails on a record, the record goes on with its text as it was",
        statement.editor()
    );
    let help = "write `error_mode: reject`: the stage's `on_error` then says what becomes of it";
    setup.warn(Problem::at(pointer, message).help(help));
}
