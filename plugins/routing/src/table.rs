//! The table for the records of one signal.

use tollgate_ottl::Error;
use tollgate_sdk::{Batch, NodeView, Problem, Route, Rule, Setup, Signal, Verdict, log};
use tollgate_statements::{Layout, Plan, Scene};

use crate::check::{is_repeated, signal_of};
use crate::config::{Action, ErrorMode, Written};
use crate::row::Row;

/// Rows, and where records go that meet none.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) signal: Signal,
    rows: Vec<Row>,
    defaults: Vec<Route>,
    layout: Layout,
    error_mode: ErrorMode,
    /// Whether a record goes to the pipelines of every row that it meets.
    meets_all: bool,
    /// Whether an error fails the whole batch, as it does in the Collector.
    whole: bool,
    rules: Rules,
}

/// The names under which is routed, dropped and failed.
#[derive(Debug, Clone, Copy)]
struct Rules {
    matched: Rule,
    default: Rule,
    unmatched: Rule,
    failed: Rule,
}

impl Table {
    /// Reads the rows that lead to pipelines of a signal. `None` where none does.
    pub(crate) fn configure(
        written: &Written,
        signal: Signal,
        whole: bool,
        setup: &mut Setup,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let is_of = |name: &String| signal_of(name) == Some(signal);
        let names = written.table.iter().flat_map(|row| &row.pipelines);
        if !names.chain(&written.default_pipelines).any(is_of) {
            return None;
        }
        let mut plan = Plan::new(signal);
        let mut rows = Vec::new();
        for (nth, row) in written.table.iter().enumerate() {
            let left_out = whole && is_repeated(written, nth);
            if row.pipelines.iter().any(is_of) && !left_out {
                let at = format!("/table/{nth}");
                rows.extend(Row::configure(row, &at, signal, &mut plan, setup, problems));
            }
        }
        let defaults = written.default_pipelines.iter().filter(|name| is_of(name));
        let defaults = defaults.map(|name| setup.route(name)).collect();
        setup.drops(&[signal]);
        Some(Self {
            signal,
            rows,
            defaults,
            layout: plan.finish(setup),
            error_mode: written.error_mode,
            meets_all: written.match_once == Some(false),
            whole,
            rules: Rules {
                matched: setup.rule("matched"),
                default: setup.rule("default"),
                unmatched: setup.rule("unmatched"),
                failed: setup.rule("failed"),
            },
        })
    }

    /// Sends each record of a batch where it goes.
    pub(crate) fn route(&self, batch: &mut Batch<'_>) -> Result<(), String> {
        let mut scene = Scene::new(&self.layout, batch.now(), batch.seed());
        scene.rule(self.rules.matched);
        let mut walk = Walk {
            table: self,
            answers: vec![None; self.rows.len()],
            to: Vec::new(),
            errors: 0,
        };
        for record in batch.views(self.signal.record_kind()) {
            let index = record.index();
            let rule = match walk.judge(record, &mut scene) {
                Ok(rule) => rule,
                Err(error) if self.whole => return Err(error.to_string()),
                Err(_) => {
                    batch.judge(index, Verdict::Fail(self.rules.failed));
                    continue;
                }
            };
            if walk.to.is_empty() {
                batch.judge(index, Verdict::Drop(self.rules.unmatched));
            } else if let Some(mut record) = batch.node_mut(index) {
                record.route(rule, &walk.to);
            }
        }
        if walk.errors > 0 && self.error_mode == ErrorMode::Ignore {
            log::error(format!(
                "{} conditions could not be told, and count as not met",
                walk.errors
            ));
        }
        if self.rows.iter().any(Row::edits) {
            scene.flush(batch);
        }
        Ok(())
    }
}

/// What a row answered last: about which node, and what.
type Answer = Option<(u32, Result<bool, Error>)>;

/// A table while the records of a batch go through it.
struct Walk<'t> {
    table: &'t Table,
    answers: Vec<Answer>,
    /// Where the record goes.
    to: Vec<Route>,
    errors: u64,
}

impl<'t> Walk<'t> {
    /// Finds where a record goes, and the rule that says so.
    fn judge<'e>(&mut self, record: NodeView<'e>, scene: &mut Scene<'e>) -> Result<Rule, Error>
    where
        't: 'e,
    {
        self.to.clear();
        let table = self.table;
        let mut stays = true;
        for (row, answer) in table.rows.iter().zip(&mut self.answers) {
            let holds = match holds(row, record, scene, answer) {
                Err(error) if table.error_mode == ErrorMode::Propagate => return Err(error),
                Err(_) => {
                    self.errors += 1;
                    false
                }
                Ok(holds) => holds,
            };
            if holds {
                add(&mut self.to, &row.routes);
                if row.action == Action::Move {
                    stays = false;
                    if !table.meets_all {
                        break;
                    }
                }
            }
        }
        if !stays {
            return Ok(table.rules.matched);
        }
        let rule = if self.to.is_empty() {
            table.rules.default
        } else {
            table.rules.matched
        };
        add(&mut self.to, &table.defaults);
        Ok(rule)
    }
}

/// Adds routes that are not there yet.
fn add(to: &mut Vec<Route>, routes: &[Route]) {
    for route in routes {
        if !to.contains(route) {
            to.push(*route);
        }
    }
}

/// Whether a record meets a row. What is above many records is asked once.
fn holds<'e>(
    row: &'e Row,
    record: NodeView<'e>,
    scene: &mut Scene<'e>,
    answer: &mut Answer,
) -> Result<bool, Error> {
    if row.about == record.kind() {
        return row.holds(record, scene);
    }
    let Some(above) = record.ancestor_index(row.about) else {
        return Ok(false);
    };
    match answer {
        Some((last, answer)) if *last == above => *answer,
        _ => {
            let Some(node) = record.ancestor(row.about) else {
                return Ok(false);
            };
            let holds = row.holds(node, scene);
            *answer = Some((above, holds));
            holds
        }
    }
}
