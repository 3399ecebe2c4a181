//! One line a record.

use std::fmt::{Result, Write as _};

use serde_json::Value;
use tollgate_record::Signal;

use super::values::{
    as_double, as_integer, as_string, double, fixed, integer, list, shortest, text, value_of,
};

pub(super) fn write(signal: Signal, request: &Value, out: &mut String) -> Result {
    let (title, resources, scope_title, scopes) = match signal {
        Signal::Logs => ("ResourceLog", "resourceLogs", "ScopeLog", "scopeLogs"),
        Signal::Traces => (
            "ResourceTraces",
            "resourceSpans",
            "ScopeTraces",
            "scopeSpans",
        ),
        Signal::Metrics => (
            "ResourceMetrics",
            "resourceMetrics",
            "ScopeMetrics",
            "scopeMetrics",
        ),
    };
    for (index, resource) in list(request, resources).iter().enumerate() {
        let attributes = resource.get("resource").map(attributes).unwrap_or_default();
        write!(out, "{title} #{index}")?;
        schema_url(resource, out)?;
        words(&attributes, out)?;
        out.push('\n');
        for (index, scope) in list(resource, scopes).iter().enumerate() {
            write!(out, "{scope_title} #{index}")?;
            scope_line(scope, out)?;
            match signal {
                Signal::Logs => list(scope, "logRecords")
                    .iter()
                    .try_for_each(|record| log_record(record, out))?,
                Signal::Traces => list(scope, "spans")
                    .iter()
                    .try_for_each(|record| span(record, out))?,
                Signal::Metrics => list(scope, "metrics")
                    .iter()
                    .try_for_each(|record| metric(record, out))?,
            }
        }
    }
    Ok(())
}

fn schema_url(of: &Value, out: &mut String) -> Result {
    match text(of, "schemaUrl") {
        "" => Ok(()),
        url => write!(out, " [{url}]"),
    }
}

fn scope_line(scope: &Value, out: &mut String) -> Result {
    let inner = scope.get("scope").unwrap_or(&Value::Null);
    let (name, version) = (text(inner, "name"), text(inner, "version"));
    match (name, version) {
        ("", "") => {}
        (name, "") => write!(out, " {name}")?,
        (name, version) => write!(out, " {name}@{version}")?,
    }
    schema_url(scope, out)?;
    words(&attributes(inner), out)?;
    out.push('\n');
    Ok(())
}

fn attributes(of: &Value) -> Vec<String> {
    list(of, "attributes")
        .iter()
        .map(|attribute| {
            format!(
                "{}={}",
                text(attribute, "key"),
                as_string(value_of(attribute))
            )
        })
        .collect()
}

/// Words, each with a space before it.
fn words(words: &[String], out: &mut String) -> Result {
    words.iter().try_for_each(|word| write!(out, " {word}"))
}

fn log_record(record: &Value, out: &mut String) -> Result {
    let body = record.get("body").map(as_string).unwrap_or_default();
    writeln!(out, "{body} {}", attributes(record).join(" "))
}

fn span(span: &Value, out: &mut String) -> Result {
    write!(
        out,
        "{} {} {}",
        text(span, "name"),
        text(span, "traceId"),
        text(span, "spanId")
    )?;
    words(&attributes(span), out)?;
    out.push('\n');
    Ok(())
}

type WritePoint = fn(&Value, &mut String) -> Result;

fn metric(metric: &Value, out: &mut String) -> Result {
    const KINDS: [(&str, WritePoint); 5] = [
        ("gauge", number_point),
        ("sum", number_point),
        ("histogram", histogram_point),
        ("exponentialHistogram", exponential_point),
        ("summary", summary_point),
    ];
    for (kind, write_point) in KINDS {
        let points = metric
            .get(kind)
            .map_or(&[][..], |data| list(data, "dataPoints"));
        for point in points {
            let (name, attributes) = (text(metric, "name"), attributes(point).join(","));
            write!(out, "{name}{{{attributes}}} ")?;
            write_point(point, out)?;
            out.push('\n');
        }
    }
    Ok(())
}

fn number_point(point: &Value, out: &mut String) -> Result {
    if point.get("asInt").is_some() {
        write!(out, "{}", integer(point, "asInt"))
    } else {
        out.write_str(&double(point, "asDouble").map(shortest).unwrap_or_default())
    }
}

/// Count and, where they are known, sum, least and most.
fn totals(point: &Value, out: &mut String) -> Result {
    write!(out, "count={}", integer(point, "count"))?;
    for name in ["sum", "min", "max"] {
        if let Some(value) = double(point, name) {
            write!(out, " {name}={}", shortest(value))?;
        }
    }
    Ok(())
}

fn histogram_point(point: &Value, out: &mut String) -> Result {
    totals(point, out)?;
    let mut bounds = list(point, "explicitBounds").iter();
    for count in list(point, "bucketCounts") {
        out.push(' ');
        if let Some(bound) = bounds.next().and_then(as_double) {
            write!(out, "le{}=", shortest(bound))?;
        }
        write!(out, "{}", as_integer(count))?;
    }
    Ok(())
}

fn exponential_point(point: &Value, out: &mut String) -> Result {
    totals(point, out)?;
    let buckets = super::metrics::Buckets::of(point);
    for ((nearer, _), count) in buckets.negative() {
        write!(out, " le{}={count}", shortest(-nearer))?;
    }
    let zero = integer(point, "zeroCount");
    if zero != 0 {
        write!(out, " zero={zero}")?;
    }
    for ((_, farther), count) in buckets.positive() {
        write!(out, " le{}={count}", shortest(farther))?;
    }
    Ok(())
}

fn summary_point(point: &Value, out: &mut String) -> Result {
    let sum = double(point, "sum").unwrap_or_default();
    write!(out, "count={} sum={}", integer(point, "count"), fixed(sum))?;
    for quantile in list(point, "quantileValues") {
        let number = |name| shortest(double(quantile, name).unwrap_or_default());
        write!(out, " q{}={}", number("quantile"), number("value"))?;
    }
    Ok(())
}
