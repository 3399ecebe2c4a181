//! The telemetry of cases, read once where several name it.

use std::collections::HashMap;

use tollgate_config::written::Place;
use tollgate_config::{Diagnostic, Diagnostics, Severity};
use tollgate_lab::input::{InputError, read, read_lines, read_path};
use tollgate_lab::{Telemetry, samples};

use crate::model::{At, Case, CaseFile, Input};

/// Telemetry that several cases may name.
#[derive(Default)]
pub(super) struct Inputs {
    files: HashMap<std::path::PathBuf, Vec<Telemetry>>,
}

impl Inputs {
    pub(super) fn of(
        &mut self,
        file: &CaseFile,
        case: &Case,
        found: &mut Diagnostics,
    ) -> Vec<Telemetry> {
        let mut all = Vec::new();
        for input in &case.input {
            let name = format!("{}:{}", file.name, file.written.line(input.place));
            let read = match &input.value {
                Input::Json(json) => read(json.to_string().as_bytes(), &name, None),
                Input::Text(text) => read(text.as_bytes(), &name, None),
                Input::Lines(text) => read_lines(text.as_bytes(), &name),
                Input::Sample(sample) => Ok(samples::sample(sample).unwrap_or_default()),
                Input::File(path) => match self.files.get(path) {
                    Some(known) => Ok(known.clone()),
                    None => read_path(path, None).inspect(|read| {
                        self.files.insert(path.clone(), read.clone());
                    }),
                },
            };
            match read {
                Ok(read) => all.extend(read),
                Err(error) => found.push(wrong_input(file, input, error)),
            }
        }
        all
    }
}

fn wrong_input(file: &CaseFile, input: &At<Input>, error: InputError) -> Diagnostic {
    let (message, help) = match &input.value {
        // What stands in the case file has its place already.
        Input::Json(_) | Input::Sample(_) => (error.message, None),
        Input::Text(_) | Input::Lines(_) => (
            error.message,
            Some("write `lines:` to take each line as the body of a log record".to_owned()),
        ),
        Input::File(_) => {
            let help = error.help.clone();
            let bare = InputError {
                help: None,
                ..error
            };
            (bare.to_string(), help)
        }
    };
    file.written.diagnostic(
        Severity::Error,
        first_line(file, input.place),
        format!("this input cannot be read: {message}"),
        help,
    )
}

fn first_line(file: &CaseFile, place: Place) -> Place {
    let marked = file.written.text().get(place.range()).unwrap_or_default();
    let line = marked.split('\n').next().unwrap_or_default();
    Place {
        start: place.start,
        end: place.start.saturating_add(line.trim_end().len()),
    }
}
