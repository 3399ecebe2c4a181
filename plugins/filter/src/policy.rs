//! The policy.

use tollgate_ottl::Context;
use tollgate_sdk::{Batch, Compat, Description, Policy, Problem, Setup, Signal};
use tollgate_statements::{ErrorMode, Failures, Plan};

use crate::conditions::Compiling;
use crate::legacy;
use crate::levels::{BySignal, Conditions, Deciding};
use crate::walk;
use crate::written::{Item, Written};

/// Drops what its conditions hold for.
#[derive(Debug)]
pub struct Filter {
    deciding: BySignal,
    failures: Failures,
    /// Whether a condition that fails takes the whole request with it.
    whole: bool,
}

impl Policy for Filter {
    type Config = Written;

    fn describe() -> Description {
        let summary =
            "Drops log records, spans, span events, metrics and data points by conditions.";
        Description::new("filter", env!("CARGO_PKG_VERSION"), summary)
            .schema(include_str!("../schema.json"))
    }

    fn configure(written: Written, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        setup.takes(Signal::ALL);
        let mut problems = Vec::new();
        let mut failures = Failures::new();
        let mode = ErrorMode::of(
            written.error_mode.as_deref(),
            ErrorMode::default(),
            "/error_mode",
            &mut problems,
        );
        profiles(&written, &mut problems);
        let mut configuring = Configuring {
            mode,
            setup,
            failures: &mut failures,
            problems: &mut problems,
        };
        let deciding = BySignal {
            logs: configuring.logs(written.logs, written.log_conditions),
            metrics: configuring.metrics(written.metrics, written.metric_conditions),
            traces: configuring.traces(written.traces, written.spans, written.trace_conditions),
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        let signals = [
            (Signal::Logs, &deciding.logs),
            (Signal::Traces, &deciding.traces),
            (Signal::Metrics, &deciding.metrics),
        ];
        for (signal, deciding) in signals {
            if deciding.is_some() {
                setup.drops(&[signal]);
            }
        }
        Ok(Self {
            deciding,
            failures,
            whole: setup.compat() == Compat::Collector,
        })
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        match self.deciding.of(batch) {
            None => {}
            Some(Deciding::Properties(properties)) => walk::properties(properties, batch),
            Some(Deciding::Conditions(deciding)) => {
                let (conditions, layout) = &**deciding;
                walk::conditions(conditions, layout, &mut self.failures, self.whole, batch);
                self.failures.report(batch);
            }
        }
        Ok(())
    }
}

fn profiles(written: &Written, problems: &mut Vec<Problem>) {
    let lists = [
        ("/profiles", &written.profiles),
        ("/profile_conditions", &written.profile_conditions),
    ];
    for (at, value) in lists {
        let empty = |value: &serde_json::Value| {
            value.is_null()
                || value.as_array().is_some_and(Vec::is_empty)
                || value.as_object().is_some_and(serde_json::Map::is_empty)
        };
        if value.as_ref().is_some_and(|value| !empty(value)) {
            problems.push(Problem::at(at, "profiles are not supported").help("leave this out"));
        }
    }
}

struct Configuring<'c> {
    mode: ErrorMode,
    setup: &'c mut Setup,
    failures: &'c mut Failures,
    problems: &'c mut Vec<Problem>,
}

impl Configuring<'_> {
    fn compile(
        &mut self,
        signal: Signal,
        compile: impl FnOnce(&mut Compiling<'_>, ErrorMode) -> Conditions,
    ) -> Option<Deciding> {
        let mut compiling = Compiling {
            plan: Plan::new(signal),
            signal,
            failures: &mut *self.failures,
            setup: &mut *self.setup,
            problems: &mut *self.problems,
        };
        let conditions = compile(&mut compiling, self.mode);
        if conditions.is_empty() {
            return None;
        }
        let layout = compiling.plan.finish(self.setup);
        Some(Deciding::Conditions(Box::new((conditions, layout))))
    }

    fn items(&mut self, signal: Signal, items: Vec<Item>, list: &str) -> Option<Deciding> {
        self.compile(signal, |compiling, mode| compiling.items(items, list, mode))
    }

    /// Refuses two ways of saying what is dropped.
    fn both(&mut self, at: &str, message: String) {
        let help = "keep one of the two";
        self.problems.push(Problem::at(at, message).help(help));
    }

    fn logs(
        &mut self,
        written: Option<crate::written::Logs>,
        items: Option<Vec<Item>>,
    ) -> Option<Deciding> {
        let written = written.unwrap_or_default();
        let old = written.resource.is_some() || written.log_record.is_some();
        let properties = written.include.is_some() || written.exclude.is_some();
        if items.is_some() && (old || properties) {
            self.both(
                "/log_conditions",
                "both `log_conditions` and conditions under `logs`".into(),
            );
            return None;
        }
        if old && properties {
            self.both("/logs", "both conditions and `include` or `exclude`".into());
            return None;
        }
        if let Some(items) = items {
            return self.items(Signal::Logs, items, "log_conditions");
        }
        if !old {
            let Self {
                setup, problems, ..
            } = self;
            return legacy::logs(written.include, written.exclude, setup, problems);
        }
        self.compile(Signal::Logs, |compiling, mode| Conditions {
            resource: compiling.list(Context::Resource, written.resource, "/logs/resource", mode),
            record: compiling.list(Context::Log, written.log_record, "/logs/log_record", mode),
            ..Conditions::default()
        })
    }

    fn metrics(
        &mut self,
        written: Option<crate::written::Metrics>,
        items: Option<Vec<Item>>,
    ) -> Option<Deciding> {
        let written = written.unwrap_or_default();
        let old =
            written.resource.is_some() || written.metric.is_some() || written.datapoint.is_some();
        let properties = written.include.is_some() || written.exclude.is_some();
        if items.is_some() && (old || properties) {
            self.both(
                "/metric_conditions",
                "both `metric_conditions` and conditions under `metrics`".into(),
            );
            return None;
        }
        if old && properties {
            self.both(
                "/metrics",
                "both conditions and `include` or `exclude`".into(),
            );
            return None;
        }
        if let Some(items) = items {
            return self.items(Signal::Metrics, items, "metric_conditions");
        }
        if !old {
            let Self {
                setup, problems, ..
            } = self;
            return legacy::metrics(written.include, written.exclude, setup, problems);
        }
        self.compile(Signal::Metrics, |compiling, mode| Conditions {
            resource: compiling.list(
                Context::Resource,
                written.resource,
                "/metrics/resource",
                mode,
            ),
            metric: compiling.list(Context::Metric, written.metric, "/metrics/metric", mode),
            record: compiling.list(
                Context::DataPoint,
                written.datapoint,
                "/metrics/datapoint",
                mode,
            ),
            ..Conditions::default()
        })
    }

    fn traces(
        &mut self,
        written: Option<crate::written::Traces>,
        spans: Option<crate::written::Match>,
        items: Option<Vec<Item>>,
    ) -> Option<Deciding> {
        let written = written.unwrap_or_default();
        let spans = spans.unwrap_or_default();
        let old =
            written.resource.is_some() || written.span.is_some() || written.spanevent.is_some();
        let properties = spans.include.is_some() || spans.exclude.is_some();
        if items.is_some() && old {
            self.both(
                "/trace_conditions",
                "both `trace_conditions` and conditions under `traces`".into(),
            );
            return None;
        }
        if old && properties {
            self.both(
                "/spans",
                "both conditions under `traces` and `include` or `exclude` under `spans`".into(),
            );
            return None;
        }
        if let Some(items) = items.filter(|items| !items.is_empty()) {
            return self.items(Signal::Traces, items, "trace_conditions");
        }
        if !old {
            let Self {
                setup, problems, ..
            } = self;
            return legacy::spans(spans, setup, problems);
        }
        self.compile(Signal::Traces, |compiling, mode| Conditions {
            resource: compiling.list(
                Context::Resource,
                written.resource,
                "/traces/resource",
                mode,
            ),
            record: compiling.list(Context::Span, written.span, "/traces/span", mode),
            event: compiling.list(
                Context::SpanEvent,
                written.spanevent,
                "/traces/spanevent",
                mode,
            ),
            ..Conditions::default()
        })
    }
}
