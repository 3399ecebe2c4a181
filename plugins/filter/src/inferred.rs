//! Conditions whose context is told by their paths, and groups of conditions.

use tollgate_ottl::{Candidate, Registry};
use tollgate_ottl::{Context, Uninferred, Written as Text, infer};
use tollgate_sdk::{Problem, Signal};
use tollgate_statements::{ErrorMode, Plan, problem};

use crate::conditions::{Compiling, Ruled, registry};
use crate::levels::Conditions;
use crate::written::{Group, Item};

/// The contexts that conditions on a signal can have.
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
    /// The items of a list such as `log_conditions`.
    pub(crate) fn items(&mut self, items: Vec<Item>, list: &str, mode: ErrorMode) -> Conditions {
        let mut conditions = Conditions::default();
        let groups = items.iter().any(|item| matches!(item, Item::Group(_)));
        for (nth, item) in items.into_iter().enumerate() {
            let at = format!("/{list}/{nth}");
            match item {
                Item::Condition(_) if groups => {
                    let message = "conditions and groups of conditions stand in one list";
                    let help = "write all of them as groups: {conditions: [...]}";
                    self.problems.push(Problem::at(at, message).help(help));
                }
                Item::Condition(text) => {
                    self.inferred(&text, at, format!("{list}[{nth}]"), mode, &mut conditions);
                }
                Item::Group(group) => {
                    let name = format!("{list}[{nth}]");
                    self.group(group, &at, &name, mode, &mut conditions);
                }
            }
        }
        conditions
    }

    fn group(
        &mut self,
        group: Group,
        at: &str,
        name: &str,
        mode: ErrorMode,
        conditions: &mut Conditions,
    ) {
        let pointer = format!("{at}/error_mode");
        let written = group.error_mode.as_deref();
        let mode = ErrorMode::of(written, mode, &pointer, self.problems);
        let context = group.context.filter(|context| !context.is_empty());
        let context = match context.map(|name| name.to_lowercase()) {
            None => None,
            Some(name) => {
                let known = contexts(self.signal)
                    .iter()
                    .find(|known| known.name() == name);
                if known.is_none() {
                    self.no_context(at);
                    return;
                }
                known.copied()
            }
        };
        for (nth, text) in group.conditions.unwrap_or_default().iter().enumerate() {
            let pointer = format!("{at}/conditions/{nth}");
            let rule = format!("{name}.conditions[{nth}]");
            match context {
                None => self.inferred(text, pointer, rule, mode, conditions),
                Some(context) => {
                    let compiled = self.condition(context, text, pointer, rule, mode);
                    put(conditions, context, compiled);
                }
            }
        }
    }

    fn no_context(&mut self, at: &str) {
        let known = contexts(self.signal).iter();
        let known: Vec<_> = known
            .map(|context| format!("`{}`", context.name()))
            .collect();
        let message = format!("not a context of {}", self.signal.as_str());
        let help = format!("write one of {}", known.join(", "));
        self.problems
            .push(Problem::at(format!("{at}/context"), message).help(help));
    }

    /// A condition whose paths name their context.
    fn inferred(
        &mut self,
        text: &str,
        pointer: String,
        rule: String,
        mode: ErrorMode,
        conditions: &mut Conditions,
    ) {
        let registries: Vec<(Context, Registry)> = contexts(self.signal)
            .iter()
            .map(|context| (*context, registry(*context)))
            .collect();
        let candidates: Vec<_> = registries
            .iter()
            .map(|(context, functions)| Candidate {
                context: *context,
                functions,
            })
            .collect();
        match infer([Text::Condition(text)], &candidates) {
            Ok(context) => {
                self.plan.named(true);
                let compiled = self.condition(context, text, pointer, rule, mode);
                self.plan.named(false);
                put(conditions, context, compiled);
            }
            Err(Uninferred::Mistakes(mistakes)) => {
                let mistakes = mistakes
                    .iter()
                    .map(|(_, mistake)| problem(pointer.clone(), mistake));
                self.problems.extend(mistakes);
            }
            Err(Uninferred::NoContext(reason)) => {
                let tried = registries.iter().rev().filter_map(|(context, functions)| {
                    let mut plan = Plan::new(self.signal);
                    plan.named(true);
                    let compiled = plan.condition(*context, functions, text);
                    compiled.err().map(|mistake| (mistake.at.start, mistake))
                });
                // The context in which the condition can be read the furthest.
                let nearest = tried.max_by_key(|(start, _)| *start);
                self.problems.push(match nearest {
                    Some((_, mistake)) => problem(pointer, &mistake),
                    None => Problem::at(pointer, reason),
                });
            }
        }
    }
}

fn put(conditions: &mut Conditions, context: Context, compiled: Option<Ruled>) {
    let list = match context {
        Context::Resource => &mut conditions.resource,
        Context::Scope => &mut conditions.scope,
        Context::Metric => &mut conditions.metric,
        Context::SpanEvent => &mut conditions.event,
        Context::Log | Context::Span | Context::DataPoint | Context::Request => {
            &mut conditions.record
        }
    };
    list.extend(compiled);
}
