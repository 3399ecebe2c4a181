//! One lookup: what is compared, and what is written.

use tollgate_attraction::Constant;
use tollgate_sdk::{Field, Node, NodeKind, Problem, Rule, Setup, Signal};

use crate::config::{Action, WrittenLookup, WrittenSignal, level, signals_of};
use crate::explain;
use crate::table::Table;

/// A lookup that was checked.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// The index of its table.
    table: usize,
    rule: Rule,
    signals: Vec<Signal>,
    from: Vec<Field>,
    set: Vec<Target>,
    /// The nodes that it is done for.
    pub(crate) kind: NodeKind,
    /// The nodes that share what is compared.
    compared: NodeKind,
}

/// A field that is written.
#[derive(Debug)]
struct Target {
    field: Field,
    action: Action,
    /// The column, row by row.
    values: Vec<Option<Constant>>,
    default: Option<Constant>,
}

/// What was found last: neighbours mostly share what is compared, and then they are not looked for again.
#[derive(Debug, Default)]
pub(crate) struct Search {
    exact: Vec<u8>,
    beginning: Vec<u8>,
    last: Option<(u32, Option<usize>)>,
}

impl Search {
    /// Forgets what was found in another batch.
    pub(crate) fn start(&mut self) {
        self.last = None;
    }
}

impl Compiled {
    /// Checks a lookup over the tables there are; adds what is wrong to `problems`.
    pub(crate) fn configure(
        written: &WrittenLookup,
        at: &str,
        tables: &[(String, Option<Table>)],
        setup: &mut Setup,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let before = problems.len();
        let Some(place) = tables.iter().position(|(name, _)| *name == written.table) else {
            let names: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
            let problem = Problem::at(
                format!("{at}/table"),
                format!("there is no table `{}`", written.table),
            );
            problems.push(problem.help(format!("the tables are: {}", names.join(", "))));
            return None;
        };
        // A table that is wrong itself was found to be so.
        let table = tables.get(place).and_then(|(_, table)| table.as_ref())?;
        if written.from.len() != table.keys() {
            let message = format!(
                "the table has {} keys, and {} paths are looked up",
                table.keys(),
                written.from.len()
            );
            problems.push(
                Problem::at(format!("{at}/from"), message)
                    .help("name a path for each key, in their order"),
            );
        }
        if written.set.is_empty() {
            problems.push(Problem::at(format!("{at}/set"), "nothing is set"));
        }
        let kind = written
            .set
            .first()
            .map_or(NodeKind::LogRecord, |set| level(&set.field));
        let compared = written
            .from
            .iter()
            .map(|path| level(path))
            .max()
            .unwrap_or(NodeKind::Request);
        if compared > kind {
            let message = "what is looked up is not the same for all that this field belongs to";
            problems.push(
                Problem::at(format!("{at}/set/0/field"), message).help("set a field of the record"),
            );
        }
        let signals = signals(written, at, problems);
        let set: Vec<Target> = written
            .set
            .iter()
            .enumerate()
            .filter_map(|(nth, set)| {
                let at = format!("{at}/set/{nth}");
                check_target(&set.field, kind, &at, problems);
                let values = table.column(&set.column);
                if values.is_none() {
                    let message = format!("no row of the table has a column `{}`", set.column);
                    let help = format!("its columns are: {}", table.columns().join(", "));
                    problems.push(Problem::at(format!("{at}/column"), message).help(help));
                }
                let action = set.action.unwrap_or(written.action);
                let field = match action {
                    Action::Upsert => setup.writes(&signals, &set.field),
                    Action::Insert | Action::Update => setup.edits(&signals, &set.field),
                };
                Some(Target {
                    field,
                    action,
                    values: values?,
                    default: set.default.as_ref().map(Constant::of),
                })
            })
            .collect();
        let from = written
            .from
            .iter()
            .map(|path| setup.reads(&signals, path))
            .collect();
        (problems.len() == before).then(|| Self {
            table: place,
            rule: setup.rule(&written.table),
            signals,
            from,
            set,
            kind,
            compared,
        })
    }

    /// Whether it is done for records of a signal.
    pub(crate) fn is_for(&self, signal: Signal) -> bool {
        self.signals.contains(&signal)
    }

    /// Looks up, and writes.
    pub(crate) fn apply(&self, node: &mut Node<'_>, tables: &[Table], search: &mut Search) {
        let row = self.find(node, tables, search);
        explain::looked(self.rule, &self.from, row.is_some(), node);
        for target in &self.set {
            let value = row
                .and_then(|row| target.values.get(row)?.as_ref())
                .or(target.default.as_ref());
            let Some(value) = value.map(Constant::value) else {
                continue;
            };
            let wanted = match target.action {
                Action::Upsert => true,
                Action::Insert => node.get(target.field).is_none(),
                Action::Update => node.get(target.field).is_some(),
            };
            if wanted {
                node.set(self.rule, target.field, value);
            }
        }
    }

    fn find(&self, node: &Node<'_>, tables: &[Table], search: &mut Search) -> Option<usize> {
        // What belongs to a record itself is hardly the same twice.
        let shared = match self.compared {
            NodeKind::LogRecord => None,
            kind if kind == self.kind => Some(node.index()),
            kind => node.ancestor_index(kind),
        };
        if let (Some(shared), Some((last, row))) = (shared, search.last)
            && shared == last
        {
            return row;
        }
        let values = self.from.iter().map(|field| node.get(*field));
        let row = tables
            .get(self.table)?
            .find(values, &mut search.exact, &mut search.beginning);
        search.last = shared.map(|shared| (shared, row));
        row
    }
}

/// A lookup writes to one kind of node.
fn check_target(field: &str, kind: NodeKind, at: &str, problems: &mut Vec<Problem>) {
    let at = format!("{at}/field");
    if level(field) == NodeKind::Request {
        problems.push(Problem::at(
            at,
            "what came beside the request cannot be written",
        ));
    } else if level(field) != kind {
        let message = "the fields of one lookup belong to one of resource, scope and record";
        problems.push(Problem::at(at, message).help("make it a lookup of its own"));
    }
}

/// The signals that are said, or those that have all paths.
fn signals(written: &WrittenLookup, at: &str, problems: &mut Vec<Problem>) -> Vec<Signal> {
    if let Some(said) = &written.signals {
        return said.iter().copied().map(WrittenSignal::signal).collect();
    }
    let paths: Vec<&str> = written
        .from
        .iter()
        .chain(written.set.iter().map(|set| &set.field))
        .map(String::as_str)
        .collect();
    let of_all = Signal::ALL
        .iter()
        .copied()
        .filter(|signal| paths.iter().all(|path| signals_of(path).contains(signal)));
    let signals: Vec<Signal> = of_all.collect();
    if signals.is_empty() {
        problems.push(Problem::at(at, "no signal has all these paths"));
    }
    signals
}
