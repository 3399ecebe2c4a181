//! `tollgate schema`: the JSON Schema of a whole configuration.

use std::process::ExitCode;

use crate::print;
use crate::stock::Embedded;

pub(crate) fn schema() -> anyhow::Result<ExitCode> {
    let schema = tollgate_config::json_schema(&Embedded);
    print(&serde_json::to_string_pretty(&schema)?);
    Ok(ExitCode::SUCCESS)
}
