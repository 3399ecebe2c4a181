//! From conditions as written to conditions as meant.

use tollgate_attraction::Constant;
use tollgate_patterns::Pattern;
use tollgate_sdk::{Compat, Problem, Signal};

use crate::texts::{Expected, Matches};
use crate::written::{Texts, WrittenAttribute, WrittenLibrary, WrittenProperties};

/// The conditions of an `include` or an `exclude`, for all signals.
#[derive(Debug, Clone, Default)]
pub(crate) struct Properties {
    pub(crate) services: Option<Matches>,
    pub(crate) span_names: Option<Matches>,
    pub(crate) span_kinds: Option<Matches>,
    pub(crate) log_bodies: Option<Matches>,
    pub(crate) log_severity_texts: Option<Matches>,
    pub(crate) log_severity_number: Option<Severity>,
    pub(crate) metric_names: Option<Matches>,
    pub(crate) attributes: Vec<(String, Expected)>,
    pub(crate) resources: Vec<(String, Expected)>,
    pub(crate) libraries: Vec<Library>,
}

/// The severities that match.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Severity {
    pub(crate) min: i64,
    pub(crate) match_undefined: bool,
}

/// An instrumentation scope.
#[derive(Debug, Clone)]
pub(crate) struct Library {
    pub(crate) name: Matches,
    pub(crate) version: Option<Matches>,
}

const SPAN_KINDS: [&str; 5] = [
    "SPAN_KIND_INTERNAL",
    "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",
    "SPAN_KIND_PRODUCER",
    "SPAN_KIND_CONSUMER",
];
const MATCH_TYPES: &str = "write `match_type: strict` or `match_type: regexp`";

impl WrittenProperties {
    /// Checks conditions that stand at the JSON pointer `at`.
    pub(crate) fn check(self, at: &str, problems: &mut Vec<Problem>) -> Properties {
        let kind = match self.match_type.as_deref() {
            None | Some("") => Kind::Missing,
            Some("strict") => Kind::Strict,
            Some("regexp") => Kind::Regexp,
            Some(_) => {
                problems.push(
                    Problem::at(format!("{at}/match_type"), "not a type of matching")
                        .help(MATCH_TYPES),
                );
                return Properties::default();
            }
        };
        let mut checker = Checker { at, kind, problems };
        if kind == Kind::Strict {
            checker.span_kinds(self.span_kinds.as_ref());
        }
        let properties = Properties {
            services: checker.texts("services", self.services),
            span_names: checker.texts("span_names", self.span_names),
            span_kinds: checker.texts("span_kinds", self.span_kinds),
            log_bodies: checker.texts("log_bodies", self.log_bodies),
            log_severity_texts: checker.texts("log_severity_texts", self.log_severity_texts),
            log_severity_number: self.log_severity_number.map(|severity| Severity {
                min: i64::from(severity.min.unwrap_or_default()),
                match_undefined: severity.match_undefined.unwrap_or_default(),
            }),
            metric_names: checker.texts("metric_names", self.metric_names),
            attributes: checker.attributes("attributes", self.attributes.unwrap_or_default()),
            resources: checker.attributes("resources", self.resources.unwrap_or_default()),
            libraries: checker.libraries(self.libraries.unwrap_or_default()),
        };
        if checker.problems.is_empty() {
            properties.check_signals(at, problems);
        }
        properties
    }
}

impl Properties {
    /// Whether a signal has everything that is compared, and something is.
    pub(crate) fn fits(&self, signal: Signal) -> bool {
        let all_fit = self.given().all(|(_, signals)| signals.contains(&signal));
        all_fit && self.given().next().is_some()
    }

    /// The conditions for one signal. The Collector passes over the resources of metrics.
    pub(crate) fn of(&self, signal: Signal, compat: Compat) -> Option<Self> {
        let mut part = self.clone();
        if compat == Compat::Collector && signal == Signal::Metrics {
            part.resources.clear();
        }
        let any = part.given().next().is_some();
        any.then_some(part)
    }

    /// The keys that are given, and the signals that have such a thing.
    fn given(&self) -> impl Iterator<Item = (&'static str, &'static [Signal])> {
        const LOGS: &[Signal] = &[Signal::Logs];
        const TRACES: &[Signal] = &[Signal::Traces];
        const METRICS: &[Signal] = &[Signal::Metrics];
        const LOGS_AND_TRACES: &[Signal] = &[Signal::Logs, Signal::Traces];
        let keys = [
            ("services", self.services.is_some(), TRACES),
            ("span_names", self.span_names.is_some(), TRACES),
            ("span_kinds", self.span_kinds.is_some(), TRACES),
            ("log_bodies", self.log_bodies.is_some(), LOGS),
            (
                "log_severity_texts",
                self.log_severity_texts.is_some(),
                LOGS,
            ),
            (
                "log_severity_number",
                self.log_severity_number.is_some(),
                LOGS,
            ),
            ("metric_names", self.metric_names.is_some(), METRICS),
            ("attributes", !self.attributes.is_empty(), LOGS_AND_TRACES),
            ("libraries", !self.libraries.is_empty(), LOGS_AND_TRACES),
            ("resources", !self.resources.is_empty(), Signal::ALL),
        ];
        keys.into_iter()
            .filter(|(_, given, _)| *given)
            .map(|(key, _, signals)| (key, signals))
    }

    fn check_signals(&self, at: &str, problems: &mut Vec<Problem>) {
        if self.given().next().is_none() {
            let help = "write at least one of `attributes`, `resources`, `libraries`, `services`, `span_names`, `span_kinds`, \
                        `log_bodies`, `log_severity_texts`, `log_severity_number` and `metric_names`";
            problems.push(Problem::at(at, "nothing to match").help(help));
        } else if !Signal::ALL.iter().any(|signal| self.fits(*signal)) {
            let keys: Vec<String> = self.given().map(|(key, _)| format!("`{key}`")).collect();
            let message = format!("no signal has all of {}", keys.join(", "));
            problems.push(
                Problem::at(at, message).help("use one instance of the policy for each signal"),
            );
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Missing,
    Strict,
    Regexp,
}

struct Checker<'c> {
    at: &'c str,
    kind: Kind,
    problems: &'c mut Vec<Problem>,
}

impl Checker<'_> {
    fn texts(&mut self, key: &str, texts: Option<Texts>) -> Option<Matches> {
        let Texts(texts) = texts.filter(|texts| !texts.0.is_empty())?;
        let at = format!("/{key}");
        self.matches(
            texts
                .into_iter()
                .enumerate()
                .map(|(nth, text)| (format!("{at}/{nth}"), text))
                .collect(),
        )
    }

    /// Texts with where they stand.
    fn matches(&mut self, texts: Vec<(String, String)>) -> Option<Matches> {
        match self.kind {
            Kind::Strict => Some(Matches::Strict(
                texts.into_iter().map(|(_, text)| text).collect(),
            )),
            Kind::Regexp => {
                let patterns: Vec<Option<Pattern>> = texts
                    .into_iter()
                    .map(|(below, text)| self.pattern(&below, &text))
                    .collect();
                patterns
                    .into_iter()
                    .collect::<Option<_>>()
                    .map(Matches::Regexp)
            }
            Kind::Missing => {
                let problem = Problem::at(self.at, "`match_type` is missing").help(MATCH_TYPES);
                if !self.problems.contains(&problem) {
                    self.problems.push(problem);
                }
                None
            }
        }
    }

    fn pattern(&mut self, below: &str, text: &str) -> Option<Pattern> {
        Pattern::new(text)
            .map_err(|error| {
                self.problem(
                    below,
                    error.to_string(),
                    "patterns have the syntax of Go's regexp package, RE2",
                );
            })
            .ok()
    }

    fn attributes(
        &mut self,
        list: &str,
        attributes: Vec<WrittenAttribute>,
    ) -> Vec<(String, Expected)> {
        let mut checked = Vec::with_capacity(attributes.len());
        for (nth, attribute) in attributes.into_iter().enumerate() {
            let below = format!("/{list}/{nth}");
            let key = attribute.key.unwrap_or_default();
            if key.is_empty() {
                self.problem(
                    &below,
                    "an attribute without a `key`",
                    "write the attribute's `key`",
                );
            }
            if let Some(expected) = self.expected(&below, attribute.value) {
                checked.push((key, expected));
            }
        }
        checked
    }

    fn expected(&mut self, below: &str, value: Option<serde_json::Value>) -> Option<Expected> {
        let at = format!("{below}/value");
        match (self.kind, value) {
            (_, None) => Some(Expected::Anything),
            (Kind::Strict, Some(value)) => Some(Expected::Equal(Constant::of(&value))),
            (_, Some(serde_json::Value::String(text))) => {
                self.matches(vec![(at, text)]).map(Expected::Like)
            }
            (Kind::Missing, Some(_)) => self.matches(Vec::new()).map(Expected::Like),
            (Kind::Regexp, Some(_)) => {
                self.problem(
                    &at,
                    "a pattern must be text",
                    "write it in quotes; numbers and booleans are compared as text",
                );
                None
            }
        }
    }

    fn libraries(&mut self, libraries: Vec<WrittenLibrary>) -> Vec<Library> {
        let mut checked = Vec::with_capacity(libraries.len());
        for (nth, library) in libraries.into_iter().enumerate() {
            let name = self.matches(vec![(
                format!("/libraries/{nth}/name"),
                library.name.unwrap_or_default(),
            )]);
            let version = library
                .version
                .map(|version| self.matches(vec![(format!("/libraries/{nth}/version"), version)]));
            if let Some(name) = name {
                checked.push(Library {
                    name,
                    version: version.flatten(),
                });
            }
        }
        checked
    }

    fn span_kinds(&mut self, kinds: Option<&Texts>) {
        for (nth, kind) in kinds.map_or(&[][..], |kinds| &kinds.0).iter().enumerate() {
            if !SPAN_KINDS.contains(&kind.as_str()) {
                let help = format!(
                    "write one of {}",
                    SPAN_KINDS.map(|kind| format!("`{kind}`")).join(", ")
                );
                self.problem(&format!("/span_kinds/{nth}"), "not a kind of span", &help);
            }
        }
    }

    fn problem(&mut self, below: &str, message: impl Into<String>, help: &str) {
        self.problems
            .push(Problem::at(format!("{}{below}", self.at), message).help(help));
    }
}
