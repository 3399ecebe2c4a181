//! From groups as written to programs.

use tollgate_ottl::{Candidate, Context, Registry, Uninferred, Written as Text, infer};
use tollgate_sdk::{Problem, Setup, Signal};
use tollgate_statements::{ErrorMode, Failures, Plan, problem};

use crate::functions;
use crate::program::{Group, Program};
use crate::warnings;
use crate::written::{Group as WrittenGroup, Item};

/// Compiles the statements on one signal.
pub(crate) struct Compiling<'c> {
    pub(crate) signal: Signal,
    pub(crate) mode: ErrorMode,
    pub(crate) failures: &'c mut Failures,
    pub(crate) setup: &'c mut Setup,
    pub(crate) problems: &'c mut Vec<Problem>,
}

/// A group with where its parts stand.
struct Placed {
    group: WrittenGroup,
    /// The pointer of the group; empty where its statements stand in the list themselves.
    at: String,
    name: String,
    /// Pointer and rule of each statement.
    statements: Vec<(String, String)>,
}

/// The contexts that statements on a signal can have.
const fn contexts(signal: Signal) -> &'static [Context] {
    match signal {
        Signal::Logs => &[Context::Resource, Context::Scope, Context::Log],
        Signal::Traces => &[
            Context::Resource,
            Context::Scope,
            Context::Span,
            Context::SpanEvent,
        ],
        Signal::Metrics => &[
            Context::Resource,
            Context::Scope,
            Context::Metric,
            Context::DataPoint,
        ],
    }
}

impl Compiling<'_> {
    /// The items of a list such as `log_statements`.
    pub(crate) fn program(mut self, items: Vec<Item>, list: &str) -> Option<Program> {
        let mut plan = Plan::new(self.signal);
        let registries: Vec<(Context, Registry)> = contexts(self.signal)
            .iter()
            .map(|context| (*context, functions::all(*context)))
            .collect();
        let mut groups = Vec::new();
        for part in self.parts(items, list) {
            groups.extend(self.group(part, &registries, &mut plan));
        }
        if groups.is_empty() {
            return None;
        }
        let editors = groups.iter().flat_map(|group: &Group| &group.statements);
        let mut editors = editors.map(|(statement, _)| statement.editor());
        if editors.any(functions::reshapes) {
            plan.whole_metrics();
        }
        Some(Program::new(groups, plan.finish(self.setup)))
    }

    /// Groups with their places; statements without a group are one together.
    fn parts(&mut self, items: Vec<Item>, list: &str) -> Vec<Placed> {
        let mut parts = Vec::new();
        let mut plain = Vec::new();
        let mut places = Vec::new();
        for (nth, item) in items.into_iter().enumerate() {
            let (at, name) = (format!("/{list}/{nth}"), format!("{list}[{nth}]"));
            match item {
                Item::Statement(text) => {
                    plain.push(text);
                    places.push((at, name));
                }
                Item::Group(_) if !plain.is_empty() => {
                    let message = "statements and groups of statements stand in one list";
                    let help = "write all of them as groups: {statements: [...]}";
                    self.problems.push(Problem::at(at, message).help(help));
                }
                Item::Group(group) => {
                    let texts = group.statements.as_deref().unwrap_or_default();
                    let statements = (0..texts.len()).map(|nth| {
                        (
                            format!("{at}/statements/{nth}"),
                            format!("{name}.statements[{nth}]"),
                        )
                    });
                    parts.push(Placed {
                        statements: statements.collect(),
                        group,
                        at,
                        name,
                    });
                }
            }
        }
        if !plain.is_empty() {
            parts.push(Placed {
                group: WrittenGroup {
                    statements: Some(plain),
                    ..WrittenGroup::default()
                },
                at: format!("/{list}"),
                name: list.to_owned(),
                statements: places,
            });
        }
        parts
    }

    fn group(
        &mut self,
        part: Placed,
        registries: &[(Context, Registry)],
        plan: &mut Plan,
    ) -> Option<Group> {
        let Placed {
            group,
            at,
            name,
            statements: places,
        } = part;
        let pointer = format!("{at}/error_mode");
        let written = group.error_mode.as_deref();
        let mode = ErrorMode::of(written, self.mode, &pointer, self.problems);
        let texts = group.statements.unwrap_or_default();
        let conditions = group.conditions.unwrap_or_default();
        let written = group.context.filter(|context| !context.is_empty());
        let named = written.is_none();
        let context = match written {
            Some(written) => self.context(&written, &at)?,
            None if texts.is_empty() => return None,
            None => self.inferred(&texts, &places, &conditions, &at, registries)?,
        };
        let (_, registry) = registries.iter().find(|(known, _)| *known == context)?;
        plan.named(named);
        let before = plan.len();
        let mut group = Group {
            context,
            conditions: Vec::new(),
            statements: Vec::new(),
            shared_cache: group.shared_cache.unwrap_or_default(),
            above: false,
        };
        let converters = functions::conditions(context);
        for (nth, text) in conditions.iter().enumerate() {
            match plan.condition(context, &converters, text) {
                Ok(condition) => {
                    let rule = format!("{name}.conditions[{nth}]");
                    let fallible = self.failures.rule(rule, mode, self.setup);
                    group.conditions.push((condition, fallible));
                }
                Err(mistake) => {
                    let pointer = format!("{at}/conditions/{nth}");
                    self.problems.push(problem(pointer, &mistake));
                }
            }
        }
        for (text, (pointer, rule)) in texts.iter().zip(places) {
            match plan.statement(context, registry, text) {
                Ok(statement) => {
                    warnings::look(&statement, mode, &pointer, self.setup);
                    let fallible = self.failures.rule(rule, mode, self.setup);
                    group.statements.push((statement, fallible));
                }
                Err(mistake) => self.problems.push(problem(pointer, &mistake)),
            }
        }
        group.above = plan.writes_beyond(before, context);
        Some(group)
    }

    fn context(&mut self, written: &str, at: &str) -> Option<Context> {
        let name = written.to_lowercase();
        let known = contexts(self.signal)
            .iter()
            .find(|known| known.name() == name);
        if known.is_none() {
            let offered = contexts(self.signal).iter();
            let offered: Vec<_> = offered
                .map(|context| format!("`{}`", context.name()))
                .collect();
            let message = if matches!(name.as_str(), "exemplar" | "profile") {
                format!("the context `{name}` is not supported")
            } else {
                format!("not a context of {}", self.signal.as_str())
            };
            let help = format!("write one of {}", offered.join(", "));
            self.problems
                .push(Problem::at(format!("{at}/context"), message).help(help));
        }
        known.copied()
    }

    fn inferred(
        &mut self,
        texts: &[String],
        places: &[(String, String)],
        conditions: &[String],
        at: &str,
        registries: &[(Context, Registry)],
    ) -> Option<Context> {
        let candidates: Vec<_> = registries
            .iter()
            .map(|(context, functions)| Candidate {
                context: *context,
                functions,
            })
            .collect();
        let statements = texts.iter().map(|text| Text::Statement(text));
        let written = statements.chain(conditions.iter().map(|text| Text::Condition(text)));
        match infer(written, &candidates) {
            Ok(context) => Some(context),
            Err(Uninferred::Mistakes(mistakes)) => {
                for (place, mistake) in mistakes {
                    let pointer = match places.get(place) {
                        Some((pointer, _)) => pointer.clone(),
                        None => {
                            format!("{at}/conditions/{}", place.saturating_sub(places.len()))
                        }
                    };
                    self.problems.push(problem(pointer, &mistake));
                }
                None
            }
            Err(Uninferred::NoContext(reason)) => {
                let nearest = nearest(self.signal, texts, places, conditions, at, registries);
                if nearest.is_empty() {
                    self.problems.push(Problem::at(at, reason));
                }
                self.problems.extend(nearest);
                None
            }
        }
    }
}

/// What is wrong with texts that fit no context, in the one where the least is wrong.
fn nearest(
    signal: Signal,
    texts: &[String],
    places: &[(String, String)],
    conditions: &[String],
    at: &str,
    registries: &[(Context, Registry)],
) -> Vec<Problem> {
    let tried = registries.iter().rev().map(|(context, registry)| {
        let mut plan = Plan::new(signal);
        plan.named(true);
        let mut problems = Vec::new();
        for (text, (pointer, _)) in texts.iter().zip(places) {
            let compiled = plan.statement(*context, registry, text);
            problems.extend(compiled.err().map(|mistake| problem(pointer, &mistake)));
        }
        let converters = functions::conditions(*context);
        for (nth, text) in conditions.iter().enumerate() {
            let compiled = plan.condition(*context, &converters, text);
            let pointer = format!("{at}/conditions/{nth}");
            problems.extend(compiled.err().map(|mistake| problem(pointer, &mistake)));
        }
        problems
    });
    tried.min_by_key(Vec::len).unwrap_or_default()
}
