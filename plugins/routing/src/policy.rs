//! The policy: a table for each signal.

use tollgate_sdk::{Batch, Compat, Description, Policy, Problem, Setup, Signal};

use crate::check::check;
use crate::config::Written;
use crate::table::Table;

/// Sends records to pipelines.
#[derive(Debug)]
pub struct Routing {
    tables: Vec<Table>,
}

impl Policy for Routing {
    type Config = Written;

    fn describe() -> Description {
        let summary =
            "Sends log records, spans and data points to the pipelines whose conditions they meet.";
        Description::new("routing", env!("CARGO_PKG_VERSION"), summary)
            .schema(include_str!("../schema.json"))
    }

    fn configure(written: Written, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        check(&written, setup, &mut problems);
        let whole = setup.compat() == Compat::Collector;
        let mut tables = Vec::new();
        if problems.is_empty() {
            for signal in Signal::ALL {
                tables.extend(Table::configure(
                    &written,
                    *signal,
                    whole,
                    setup,
                    &mut problems,
                ));
            }
        }
        if problems.is_empty() {
            Ok(Self { tables })
        } else {
            Err(problems)
        }
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        let signal = batch.signal();
        match self.tables.iter().find(|table| table.signal == signal) {
            Some(table) => table.route(batch),
            None => Ok(()),
        }
    }
}
