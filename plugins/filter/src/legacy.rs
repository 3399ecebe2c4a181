//! `include` and `exclude`: properties that what stays has, and has not.

use tollgate_sdk::{Problem, Setup, Signal};
use tollgate_selection::{Texts, WrittenAttribute, WrittenProperties, WrittenSeverity, filter};

use crate::levels::{Deciding, Properties};
use crate::written::{Level, LogProperties, Match, MetricProperties};

/// The levels of severity, four numbers each, from 1.
const LEVELS: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

pub(crate) fn spans(
    written: Match,
    setup: &mut Setup,
    problems: &mut Vec<Problem>,
) -> Option<Deciding> {
    let include = written.include.map(|written| (written, "/spans/include"));
    let exclude = written.exclude.map(|written| (written, "/spans/exclude"));
    let filter = filter(include, exclude, Signal::Traces, setup, problems)?;
    let rule = setup.rule("spans");
    Some(Deciding::Properties(Properties {
        filters: vec![(filter, rule)],
    }))
}

pub(crate) fn logs(
    include: Option<LogProperties>,
    exclude: Option<LogProperties>,
    setup: &mut Setup,
    problems: &mut Vec<Problem>,
) -> Option<Deciding> {
    let mut found = Vec::new();
    let mut part = |written: Option<LogProperties>, at: &'static str| {
        let properties = log_properties(written?, at, &mut found)?;
        Some((properties, at))
    };
    let include = part(include, "/logs/include");
    let exclude = part(exclude, "/logs/exclude");
    let filter = filter(include, exclude, Signal::Logs, setup, &mut found);
    for mut problem in found {
        let renamed = [
            ("/log_bodies", "/bodies"),
            ("/log_severity_texts", "/severity_texts"),
            ("/attributes/", "/record_attributes/"),
            ("/resources/", "/resource_attributes/"),
        ];
        for (shared, own) in renamed {
            problem.at = problem.at.replacen(shared, own, 1);
        }
        problems.push(problem);
    }
    let rule = setup.rule("logs");
    Some(Deciding::Properties(Properties {
        filters: vec![(filter?, rule)],
    }))
}

/// The properties under the names that all processors share; none where nothing is asked.
fn log_properties(
    written: LogProperties,
    at: &str,
    problems: &mut Vec<Problem>,
) -> Option<WrittenProperties> {
    let severity = written.severity_number.map(|severity| {
        let min = severity.min.and_then(|level| {
            let number = number(&level);
            if number.is_none() {
                let help = "write TRACE, DEBUG, INFO, WARN, ERROR or FATAL, or one of these with 2, 3 or 4 behind it";
                let at = format!("{at}/severity_number/min");
                problems.push(Problem::at(at, "not a severity").help(help));
            }
            number
        });
        WrittenSeverity {
            min,
            match_undefined: severity.match_undefined,
        }
    });
    let properties = WrittenProperties {
        match_type: written.match_type,
        log_bodies: written.bodies.map(Texts),
        log_severity_texts: written.severity_texts.map(Texts),
        log_severity_number: severity,
        attributes: written.record_attributes,
        resources: written.resource_attributes,
        ..WrittenProperties::default()
    };
    let none = |texts: &Option<Texts>| texts.as_ref().is_none_or(|Texts(texts)| texts.is_empty());
    let empty =
        |attributes: &Option<Vec<WrittenAttribute>>| attributes.as_ref().is_none_or(Vec::is_empty);
    let nothing = none(&properties.log_bodies)
        && none(&properties.log_severity_texts)
        && properties.log_severity_number.is_none()
        && empty(&properties.attributes)
        && empty(&properties.resources);
    (!nothing).then_some(properties)
}

/// The number of a severity; 0 for none.
fn number(Level(text): &Level) -> Option<i32> {
    let text = text.to_uppercase();
    if text.is_empty() {
        return Some(0);
    }
    if let Ok(number) = text.parse::<i32>() {
        return (1..=24).contains(&number).then_some(number);
    }
    let levels = (0_i32..).zip(LEVELS);
    let mut steps = levels.filter_map(|(place, level)| {
        let step = match text.strip_prefix(level)? {
            "" => 1,
            "2" => 2,
            "3" => 3,
            "4" => 4,
            _ => return None,
        };
        Some(place.saturating_mul(4).saturating_add(step))
    });
    steps.next()
}

/// Metrics: their resources decide first, then their names.
pub(crate) fn metrics(
    include: Option<MetricProperties>,
    exclude: Option<MetricProperties>,
    setup: &mut Setup,
    problems: &mut Vec<Problem>,
) -> Option<Deciding> {
    let parts =
        |written: Option<MetricProperties>, at: &'static str, problems: &mut Vec<Problem>| {
            let Some(mut written) = written else {
                return (None, None);
            };
            let expression = written.match_type.as_deref() == Some("expr");
            if expression
                && written
                    .expressions
                    .as_ref()
                    .is_some_and(|list| !list.is_empty())
            {
                let help = "write the condition in OTTL, under `metric_conditions`";
                let message = "`match_type: expr` and its expressions are not supported";
                problems.push(Problem::at(format!("{at}/match_type"), message).help(help));
                return (None, None);
            }
            if expression {
                written.match_type = None;
            }
            let resources = written.resource_attributes.filter(|list| !list.is_empty());
            let resources = resources.map(|resources| WrittenProperties {
                match_type: written.match_type.clone(),
                resources: Some(resources),
                ..WrittenProperties::default()
            });
            let names = written.metric_names.filter(|list| !list.is_empty());
            let names = names.map(|names| WrittenProperties {
                match_type: written.match_type,
                metric_names: Some(Texts(names)),
                ..WrittenProperties::default()
            });
            (
                resources.map(|part| (part, at)),
                names.map(|part| (part, at)),
            )
        };
    let mut found = Vec::new();
    let (include_resources, include_names) = parts(include, "/metrics/include", &mut found);
    let (exclude_resources, exclude_names) = parts(exclude, "/metrics/exclude", &mut found);
    let by_resource = filter(
        include_resources,
        exclude_resources,
        Signal::Metrics,
        setup,
        &mut found,
    );
    let by_name = filter(
        include_names,
        exclude_names,
        Signal::Metrics,
        setup,
        &mut found,
    );
    for mut problem in found {
        problem.at = problem
            .at
            .replacen("/resources/", "/resource_attributes/", 1);
        problems.push(problem);
    }
    let rule = setup.rule("metrics");
    let filters = [by_resource, by_name].into_iter().flatten();
    let filters: Vec<_> = filters.map(|filter| (filter, rule)).collect();
    (!filters.is_empty()).then_some(Deciding::Properties(Properties { filters }))
}
