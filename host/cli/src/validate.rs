//! `tollgate validate`: loads everything and starts nothing.

use std::process::ExitCode;

use crate::args::Configuration;
use crate::configuration;

pub(crate) fn validate(wanted: &Configuration) -> anyhow::Result<ExitCode> {
    match configuration::plan(wanted)? {
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(code) => Ok(code),
    }
}
