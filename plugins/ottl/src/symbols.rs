//! The names of numbers.

use crate::Context;

const SEVERITY: &str = "SEVERITY_NUMBER_";

/// The levels of severity, four numbers each, from 1.
const LEVELS: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/// The number that a name stands for in a context.
pub(crate) fn number(context: Context, name: &str) -> Option<i64> {
    match context {
        Context::Log => severity(name.strip_prefix(SEVERITY)?),
        Context::Span | Context::SpanEvent => place(
            name,
            &[
                ("SPAN_KIND_UNSPECIFIED", 0),
                ("SPAN_KIND_INTERNAL", 1),
                ("SPAN_KIND_SERVER", 2),
                ("SPAN_KIND_CLIENT", 3),
                ("SPAN_KIND_PRODUCER", 4),
                ("SPAN_KIND_CONSUMER", 5),
                ("STATUS_CODE_UNSET", 0),
                ("STATUS_CODE_OK", 1),
                ("STATUS_CODE_ERROR", 2),
            ],
        ),
        Context::DataPoint => {
            place(name, &[("FLAG_NONE", 0), ("FLAG_NO_RECORDED_VALUE", 1)]).or_else(|| metric(name))
        }
        Context::Metric => metric(name),
        Context::Scope | Context::Resource | Context::Request => None,
    }
}

fn place(name: &str, table: &[(&str, i64)]) -> Option<i64> {
    let found = table.iter().find(|(known, _)| *known == name);
    found.map(|(_, number)| *number)
}

fn severity(level: &str) -> Option<i64> {
    if level == "UNSPECIFIED" {
        return Some(0);
    }
    let (place, name) = (0..)
        .zip(LEVELS)
        .find(|(_, name)| level.starts_with(name))?;
    let step = match level.strip_prefix(name)? {
        "" => 1,
        "2" => 2,
        "3" => 3,
        "4" => 4,
        _ => return None,
    };
    Some(place * 4 + step)
}

fn metric(name: &str) -> Option<i64> {
    place(
        name,
        &[
            ("AGGREGATION_TEMPORALITY_UNSPECIFIED", 0),
            ("AGGREGATION_TEMPORALITY_DELTA", 1),
            ("AGGREGATION_TEMPORALITY_CUMULATIVE", 2),
            ("METRIC_DATA_TYPE_NONE", 0),
            ("METRIC_DATA_TYPE_GAUGE", 1),
            ("METRIC_DATA_TYPE_SUM", 2),
            ("METRIC_DATA_TYPE_HISTOGRAM", 3),
            ("METRIC_DATA_TYPE_EXPONENTIAL_HISTOGRAM", 4),
            ("METRIC_DATA_TYPE_SUMMARY", 5),
        ],
    )
}
