//! What is shared: one file that the page opens, and that `tollgate test` runs as it is.
//!
//! It holds both texts as they were typed, comments and layout included, and as its expectation everything that came of them: whoever
//! gets the file sees the same, and is told when it is not so any more.

use tollgate_cases::{Configuration, Input, golden};
use tollgate_lab::passage::Passage;
use tollgate_lab::samples;

use crate::opened::Opened;
use crate::yaml;

/// Whether a text is a case file: its list of cases stands at the margin.
pub(crate) fn is_one(text: &str) -> bool {
    text.lines().any(|line| {
        let rest = line.strip_prefix("cases");
        rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
    })
}

/// Reads one: its configuration, and what its first case passes through.
pub(crate) fn read(name: &str, text: &str) -> Result<Opened, String> {
    let file = tollgate_cases::read(name, text).map_err(|found| found.render(false))?;
    let first = file.cases.first();
    let own = first.and_then(|case| case.subject.as_ref());
    let configuration = match own.or(file.subject.as_ref()).map(|own| &own.configuration) {
        None => None,
        Some(Configuration::Inline { text, .. }) => Some(text.clone()),
        Some(Configuration::File(path)) => {
            return Err(format!(
                "{name} names a configuration, {}: the playground reads no files; open that one, too",
                path.display()
            ));
        }
        Some(Configuration::Alone { policy, .. }) => {
            return Err(format!(
                "{name} is about the policy `{policy}` alone: write its settings into a configuration"
            ));
        }
    };
    let inputs = first.into_iter().flat_map(|case| &case.input);
    let telemetry: Result<Vec<String>, String> =
        inputs.map(|input| of(name, &input.value)).collect();
    let telemetry = telemetry?;
    Ok(Opened {
        configuration,
        telemetry: (!telemetry.is_empty()).then(|| telemetry.join("\n")),
    })
}

fn of(name: &str, input: &Input) -> Result<String, String> {
    match input {
        Input::Text(text) | Input::Lines(text) => Ok(text.clone()),
        Input::Json(value) => {
            serde_json::to_string_pretty(value).map_err(|error| error.to_string())
        }
        Input::Sample(sample) => samples::text(sample)
            .map(str::to_owned)
            .ok_or_else(|| format!("{name} names a sample that there is not: {sample}")),
        Input::File(path) => Err(format!(
            "{name} names telemetry, {}: the playground reads no files; open that one, too",
            path.display()
        )),
    }
}

/// The file.
pub(crate) fn written(configuration: &str, telemetry: &str, passed: &[Passage]) -> String {
    // One line alone would be taken for the name of a file.
    let is_one_line = !configuration.trim_end().contains('\n');
    let mut configuration = if is_one_line {
        format!("# in one line\n{configuration}")
    } else {
        configuration.to_owned()
    };
    if !configuration.ends_with('\n') {
        configuration.push('\n');
    }
    format!(
        "# yaml-language-server: $schema=cases.schema.json\n\
         # Made in `tollgate playground`: `tollgate test FILE` runs it, and the playground opens it.\n\
         config: {}\n\
         cases:\n  - name: playground\n    input:\n      text: {}    expect:\n      golden: {}",
        yaml::text(&configuration, 2),
        yaml::text(telemetry, 8),
        yaml::text(&golden::of(passed), 8),
    )
}
