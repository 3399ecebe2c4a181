//! The last step of `make test`: looks for every planted secret in what the gates of the tests left behind.
#![allow(clippy::print_stdout, reason = "it says what it found")]

use std::process::ExitCode;

use tollgate_tests::evidence::{Search, parent};

fn main() -> ExitCode {
    let parent = parent();
    let search = match Search::all(&parent) {
        Ok(search) => search,
        Err(error) => {
            println!("{}: {error}: run the tests first", parent.display());
            return ExitCode::FAILURE;
        }
    };
    println!(
        "{} folders of gates, {} files searched",
        search.folders, search.files
    );
    for found in &search.found {
        println!("{found}");
    }
    // A search that looked at nothing has proven nothing.
    if search.files == 0 || !search.found.is_empty() {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
