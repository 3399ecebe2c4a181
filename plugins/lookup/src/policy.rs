//! The policy: reads the tables, and looks up for each node.

use tollgate_sdk::{Batch, Description, NodeKind, Policy, Problem, Setup, Verdict};

use crate::config::Written;
use crate::lookup::{Compiled, Search};
use crate::rows::rows;
use crate::table::Table;

/// Writes attributes from tables.
#[derive(Debug)]
pub struct Lookup {
    tables: Vec<Table>,
    lookups: Vec<(Compiled, Search)>,
}

impl Policy for Lookup {
    type Config = Written;

    fn describe() -> Description {
        let summary = "Writes attributes from tables: CSV, JSON or YAML, by one or several keys, exactly, by prefix or by network.";
        Description::new("lookup", env!("CARGO_PKG_VERSION"), summary)
            .schema(include_str!("../schema.json"))
    }

    fn configure(written: Written, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut tables = Vec::new();
        for (name, table) in &written.tables {
            let at = format!("/tables/{}", name.replace('~', "~0").replace('/', "~1"));
            let read = rows(table, &at, setup).and_then(|rows| Table::new(&table.keys, rows, &at));
            let table = read.map_err(|problem| problems.push(problem)).ok();
            tables.push((name.clone(), table));
        }
        if written.lookups.is_empty() {
            problems.push(Problem::at("/lookups", "nothing is looked up"));
        }
        let mut lookups = Vec::new();
        for (nth, lookup) in written.lookups.iter().enumerate() {
            let at = format!("/lookups/{nth}");
            let compiled = Compiled::configure(lookup, &at, &tables, setup, &mut problems);
            lookups.extend(compiled.map(|compiled| (compiled, Search::default())));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            tables: tables.into_iter().filter_map(|(_, table)| table).collect(),
            lookups,
        })
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        let Self { tables, lookups } = self;
        let signal = batch.signal();
        let mut of_records = Vec::new();
        for (lookup, search) in lookups
            .iter_mut()
            .filter(|(lookup, _)| lookup.is_for(signal))
        {
            search.start();
            match lookup.kind {
                NodeKind::LogRecord => of_records.push((&*lookup, search)),
                kind => batch.each(kind, |node| lookup.apply(node, tables, search)),
            }
        }
        if !of_records.is_empty() {
            batch.each_record(|record| {
                for (lookup, search) in &mut of_records {
                    lookup.apply(record, tables, search);
                }
                Verdict::Keep
            });
        }
        Ok(())
    }
}
