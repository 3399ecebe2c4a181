//! A row of the table: its condition, and what that is about.

use tollgate_ottl::{
    Candidate, Condition, Context, Error, Function, Registry, Statement, Value, Written as Text,
    infer,
};
use tollgate_sdk::{NodeKind, NodeView, Problem, Route, Setup, Signal};
use tollgate_statements::{Plan, Scene, functions, problem};

use crate::config::{Action, WrittenRow};
use crate::request::RequestCondition;

/// What a statement says that only routes.
static ROUTE: Function = Function::new("route", &[], |_| Ok(Value::Nil)).impure();
/// The editors that a statement may begin with.
const EDITORS: [&str; 2] = ["delete_key", "delete_matching_keys"];

/// A row, for the records of one signal.
#[derive(Debug)]
pub(crate) struct Row {
    test: Test,
    /// The kind of the nodes that the condition is about: one answer is good for all records below.
    pub(crate) about: NodeKind,
    pub(crate) routes: Vec<Route>,
    pub(crate) action: Action,
}

#[derive(Debug)]
enum Test {
    Request(RequestCondition),
    Condition(Condition),
    Statement(Statement),
}

impl Row {
    /// Reads a row for one signal. `None` where it cannot concern its records, or where it is wrong.
    pub(crate) fn configure(
        written: &WrittenRow,
        at: &str,
        signal: Signal,
        plan: &mut Plan,
        setup: &mut Setup,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let (context, named) = context(written);
        let (test, about) = if written.context == "request" {
            let condition = RequestCondition::configure(&written.condition, signal, setup);
            let condition = condition.map_err(|message| {
                let help = r#"write condition: request["name"] == "value""#;
                problems.push(Problem::at(format!("{at}/condition"), message).help(help));
            });
            (Test::Request(condition.ok()?), NodeKind::Request)
        } else {
            let about = kind_in(context, signal)?;
            plan.named(named);
            let functions = registry(context);
            let test = if written.statement.is_empty() {
                plan.condition(context, &functions, &written.condition)
                    .map(Test::Condition)
                    .map_err(|mistake| (format!("{at}/condition"), mistake))
            } else {
                plan.statement(context, &functions, &written.statement)
                    .map(Test::Statement)
                    .map_err(|mistake| (format!("{at}/statement"), mistake))
            };
            let test = test.map_err(|(at, mistake)| problems.push(problem(&at, &mistake)));
            (test.ok()?, about)
        };
        let routes = written.pipelines.iter().map(|name| setup.route(name));
        Some(Self {
            test,
            about,
            routes: routes.collect(),
            action: written.action,
        })
    }

    /// Whether a node meets it. What a statement edits is left in the scene.
    pub(crate) fn holds<'e>(
        &'e self,
        node: NodeView<'e>,
        scene: &mut Scene<'e>,
    ) -> Result<bool, Error> {
        match &self.test {
            Test::Request(condition) => Ok(condition.holds(&node)),
            Test::Condition(condition) => {
                scene.enter(node);
                condition.holds(scene)
            }
            Test::Statement(statement) => {
                scene.enter(node);
                statement.run(scene)
            }
        }
    }

    /// Whether it edits what it routes.
    pub(crate) fn edits(&self) -> bool {
        matches!(&self.test, Test::Statement(statement) if statement.editor() != ROUTE.name())
    }
}

/// The context of a row, and whether its paths have to name one. Paths tell the context where the row does not; paths without one begin
/// at the resource, as they always did.
fn context(row: &WrittenRow) -> (Context, bool) {
    match row.context.as_str() {
        "otelcol" => return (Context::Resource, true),
        "" => {}
        name => return (Context::by_name(name).unwrap_or(Context::Resource), false),
    }
    let contexts = [
        Context::Resource,
        Context::Span,
        Context::Metric,
        Context::DataPoint,
        Context::Log,
    ];
    let registries = contexts.map(registry);
    let candidates: Vec<Candidate<'_>> = contexts
        .into_iter()
        .zip(&registries)
        .map(|(context, functions)| Candidate { context, functions })
        .collect();
    let text = if row.statement.is_empty() {
        Text::Condition(&row.condition)
    } else {
        Text::Statement(&row.statement)
    };
    match infer([text], &candidates) {
        Ok(context) => (context, true),
        Err(_) => (Context::Resource, false),
    }
}

fn registry(context: Context) -> Registry {
    let standard = Registry::standard();
    let editors = EDITORS.iter().filter_map(|name| standard.get(name));
    functions::converters(context).with(editors).with([&ROUTE])
}

/// The nodes of a signal that a context is about; none, where the signal has none.
fn kind_in(context: Context, signal: Signal) -> Option<NodeKind> {
    let (kind, of) = match context {
        Context::Resource | Context::Request => return Some(NodeKind::Resource),
        Context::Scope => return Some(NodeKind::Scope),
        Context::Log => (NodeKind::LogRecord, Signal::Logs),
        Context::Span => (NodeKind::Span, Signal::Traces),
        Context::SpanEvent => (NodeKind::SpanEvent, Signal::Traces),
        Context::Metric => (NodeKind::Metric, Signal::Metrics),
        Context::DataPoint => (NodeKind::DataPoint, Signal::Metrics),
    };
    (of == signal).then_some(kind)
}
