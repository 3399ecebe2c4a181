//! Values of fields in what left.

use regex::Regex;
use serde_json::Value as Json;
use tollgate_config::written::Place;
use tollgate_lab::fields::RecordFields;
use tollgate_lab::json;
use tollgate_record::{Signal, Value};

use super::some;
use crate::model::Metric;
use crate::output::path::{Path, is_equal, shown};
use crate::output::{Left, Produced};
use crate::run::Failure;

/// The values of a field in each record that is meant, each with the record's name.
fn values(
    path: &str,
    record: Option<u32>,
    produced: &Produced,
) -> Vec<(String, Vec<(String, Value)>)> {
    let Ok(path) = Path::parse(path) else {
        return Vec::new();
    };
    let left = produced.left();
    // What a client sent is meant, wherever something of it left.
    let only_made = left.iter().all(|own| own.origin.is_none());
    let mut records = left.iter();
    let mut found = Vec::new();
    for (_, _, snapshot) in produced.exits() {
        let own: Vec<&Left> = records.by_ref().take(snapshot.origins.len()).collect();
        let Some(values) = path.values(snapshot) else {
            continue;
        };
        for (left, RecordFields { fields }) in own.into_iter().zip(values) {
            let is_meant = match record {
                Some(_) => left.origin == record,
                None => only_made || left.origin.is_some(),
            };
            if is_meant {
                let own = fields
                    .into_iter()
                    .map(|(at, value)| (at.to_string(), value));
                found.push((left.called(), own.collect()));
            }
        }
    }
    found
}

pub(super) fn equals(
    place: Place,
    path: &str,
    wanted: &Json,
    record: Option<u32>,
    produced: &Produced,
) -> Option<Failure> {
    let all = values(path, record, produced);
    if all.is_empty() {
        return Some(Failure::new(place, format!("nothing left that has {path}")));
    }
    let mut wrong = Vec::new();
    for (name, values) in all {
        if values.is_empty() {
            if !wanted.is_null() {
                wrong.push(format!("{name}: it is not there"));
            }
            continue;
        }
        for (at, value) in values.iter().filter(|(_, value)| !is_equal(value, wanted)) {
            let at = if at == path {
                String::new()
            } else {
                format!("{at}: ")
            };
            wrong.push(format!("{name}: {at}{}", shown(value)));
        }
    }
    let wanted = if wanted.is_null() {
        "absent".to_owned()
    } else {
        wanted.to_string()
    };
    (!wrong.is_empty())
        .then(|| Failure::new(place, format!("{path} is not {wanted}")).with(some(wrong)))
}

pub(super) fn matches(
    place: Place,
    path: &str,
    regex: &Regex,
    record: Option<u32>,
    produced: &Produced,
) -> Option<Failure> {
    let all = values(path, record, produced);
    if all.is_empty() {
        return Some(Failure::new(place, format!("nothing left that has {path}")));
    }
    let mut wrong = Vec::new();
    for (name, values) in all {
        if values.is_empty() {
            wrong.push(format!("{name}: it is not there"));
        }
        for (_, value) in values {
            let text = match &value {
                Value::Text(text) => text.clone(),
                other => shown(other),
            };
            if !regex.is_match(&text) {
                wrong.push(format!("{name}: {}", shown(&value)));
            }
        }
    }
    (!wrong.is_empty())
        .then(|| Failure::new(place, format!("{path} does not match /{regex}/")).with(some(wrong)))
}

pub(super) fn metric(
    place: Place,
    metric: &Metric,
    left: &[&Left],
    record: Option<u32>,
) -> Option<Failure> {
    let points: Vec<&Left> = left
        .iter()
        .copied()
        .filter(|own| own.signal == Signal::Metrics)
        .filter(|own| record.is_none() || own.origin == record)
        .collect();
    let named: Vec<&Left> = points
        .iter()
        .copied()
        .filter(|own| text(own, "metric.name") == Some(&metric.name))
        .collect();
    if named.iter().any(|own| is_it(own, metric)) {
        return None;
    }
    if named.is_empty() {
        let mut others: Vec<String> = points
            .iter()
            .filter_map(|own| text(own, "metric.name").map(str::to_owned))
            .collect();
        others.sort();
        others.dedup();
        let lines = if others.is_empty() {
            vec!["no data point left".to_owned()]
        } else {
            others
        };
        return Some(
            Failure::new(place, format!("no metric {} left", metric.name)).with(some(lines)),
        );
    }
    let lines = named.iter().map(|own| point(own));
    Some(
        Failure::new(
            place,
            format!("no data point of {} is as expected", metric.name),
        )
        .with(some(lines)),
    )
}

fn text<'l>(left: &'l Left, path: &str) -> Option<&'l str> {
    match left.fields.get(path)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// Where the number of a data point stands: of a histogram it is the sum.
const NUMBERS: [&str; 3] = ["value_double", "value_int", "sum"];

fn number(left: &Left) -> Option<f64> {
    let value = NUMBERS.iter().find_map(|path| left.fields.get(path));
    value.and_then(|value| json(value).as_f64())
}

fn is_it(left: &Left, metric: &Metric) -> bool {
    let unit = metric
        .unit
        .as_ref()
        .is_none_or(|unit| text(left, "metric.unit").unwrap_or_default() == unit);
    // A number that is zero may not stand on the wire.
    let value = metric.value.is_none_or(|wanted| {
        let own = number(left).unwrap_or_default();
        (own - wanted).abs() <= wanted.abs() * 1e-9
    });
    let count = metric.count.is_none_or(|wanted| {
        let own = left.fields.get("count").map(json);
        own.and_then(|own| own.as_u64()).unwrap_or_default() == wanted
    });
    let has = |(key, wanted): &(String, Json)| {
        let key = Json::from(key.as_str());
        let paths = [
            format!("attributes[{key}]"),
            format!("resource.attributes[{key}]"),
        ];
        let mut values = paths.iter().filter_map(|path| left.fields.get(path));
        if wanted.is_null() {
            return values.next().is_none();
        }
        values.any(|value| is_equal(value, wanted))
    };
    unit && value && count && metric.attributes.iter().all(has)
}

fn point(left: &Left) -> String {
    let attributes = left.fields.fields.iter().filter(|(at, _)| {
        at.path.starts_with("attributes[") || at.path.starts_with("resource.attributes[")
    });
    let attributes: Vec<String> = attributes
        .map(|(at, value)| format!("{at}: {}", shown(value)))
        .collect();
    let value = number(left).map_or_else(|| "0".to_owned(), |value| value.to_string());
    let count = left.fields.get("count");
    let count = count.map(|count| format!("count {}", shown(count)));
    let all = [format!("value {value}")].into_iter().chain(count);
    all.chain(attributes).collect::<Vec<_>>().join(", ")
}
