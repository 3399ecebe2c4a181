//! `tollgate print-config`: the configuration in one piece.

use std::process::ExitCode;

use tollgate_config::{Options, SCHEMA_LINE, load};

use crate::args::PrintConfig;
use crate::args::{Configuration, Product};
use crate::configuration::{locations, misconfigured};
use crate::here::Here;
use crate::print;
use crate::stock::Embedded;

pub(crate) fn print_config(wanted: PrintConfig, before: Configuration) -> anyhow::Result<ExitCode> {
    let configuration = wanted.configuration.or(before);
    let locations = locations(&configuration)?;
    if !wanted.unchecked {
        let options = Options {
            compat_collector: configuration.compat == Some(Product::Collector),
        };
        if let Err(found) = load(&locations, &Here, &Embedded, &options) {
            return Ok(misconfigured(&found));
        }
    }
    match tollgate_config::print(&locations, &Here) {
        Ok(text) => print(&format!("{SCHEMA_LINE}{text}")),
        Err(found) => return Ok(misconfigured(&found)),
    }
    Ok(ExitCode::SUCCESS)
}
