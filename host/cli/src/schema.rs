//! `tollgate schema`: the JSON Schema of a whole configuration, or of case files.

use std::process::ExitCode;

use crate::print;
use crate::stock::Embedded;

/// Of what.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(crate) struct Schema {
    /// Of the case files of `tollgate test` instead.
    #[arg(long)]
    cases: bool,
}

pub(crate) fn schema(wanted: Schema) -> anyhow::Result<ExitCode> {
    let schema = if wanted.cases {
        tollgate_cases::json_schema()
    } else {
        tollgate_config::json_schema(&Embedded)
    };
    print(&serde_json::to_string_pretty(&schema)?);
    Ok(ExitCode::SUCCESS)
}
