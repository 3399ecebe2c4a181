//! Metrics in full.

use std::fmt::{Result, Write as _};

use serde_json::Value;

use super::detailed::{attributes, indented_attributes};
use super::values::{
    as_double, as_integer, double, enum_name, fixed, integer, list, text, timestamp,
};

const TEMPORALITIES: [&str; 3] = ["Unspecified", "Delta", "Cumulative"];

pub(super) fn write(metric: &Value, out: &mut String) -> Result {
    const KINDS: [(&str, &str); 5] = [
        ("gauge", "Gauge"),
        ("sum", "Sum"),
        ("histogram", "Histogram"),
        ("exponentialHistogram", "ExponentialHistogram"),
        ("summary", "Summary"),
    ];
    let data = KINDS
        .iter()
        .find_map(|(name, kind)| metric.get(name).map(|data| (*kind, data)));
    let (kind, data) = data.unwrap_or(("Empty", &Value::Null));
    writeln!(out, "Descriptor:")?;
    writeln!(out, "     -> Name: {}", text(metric, "name"))?;
    writeln!(out, "     -> Description: {}", text(metric, "description"))?;
    writeln!(out, "     -> Unit: {}", text(metric, "unit"))?;
    writeln!(out, "     -> DataType: {kind}")?;
    indented_attributes("Metadata", list(metric, "metadata"), out)?;
    if kind == "Sum" {
        let monotonic = data.get("isMonotonic") == Some(&Value::Bool(true));
        writeln!(out, "     -> IsMonotonic: {monotonic}")?;
    }
    if matches!(kind, "Sum" | "Histogram" | "ExponentialHistogram") {
        let temporality = enum_name(&TEMPORALITIES, integer(data, "aggregationTemporality"));
        writeln!(out, "     -> AggregationTemporality: {temporality}")?;
    }
    let title = match kind {
        "Gauge" | "Sum" => "NumberDataPoints",
        "Histogram" => "HistogramDataPoints",
        "ExponentialHistogram" => "ExponentialHistogramDataPoints",
        _ => "SummaryDataPoints",
    };
    for (index, point) in list(data, "dataPoints").iter().enumerate() {
        writeln!(out, "{title} #{index}")?;
        attributes("Data point attributes", list(point, "attributes"), out)?;
        writeln!(
            out,
            "StartTimestamp: {}",
            timestamp(point, "startTimeUnixNano")
        )?;
        writeln!(out, "Timestamp: {}", timestamp(point, "timeUnixNano"))?;
        match kind {
            "Gauge" | "Sum" => number(point, "Value", out)?,
            "Histogram" => histogram(point, out)?,
            "ExponentialHistogram" => exponential(point, out)?,
            _ => summary(point, out)?,
        }
        exemplars(point, out)?;
    }
    Ok(())
}

fn number(of: &Value, label: &str, out: &mut String) -> Result {
    if of.get("asInt").is_some() {
        writeln!(out, "{label}: {}", integer(of, "asInt"))
    } else if let Some(value) = double(of, "asDouble") {
        writeln!(out, "{label}: {}", fixed(value))
    } else {
        Ok(())
    }
}

fn totals(point: &Value, out: &mut String) -> Result {
    writeln!(out, "Count: {}", integer(point, "count"))?;
    for (name, label) in [("sum", "Sum"), ("min", "Min"), ("max", "Max")] {
        if let Some(value) = double(point, name) {
            writeln!(out, "{label}: {}", fixed(value))?;
        }
    }
    Ok(())
}

fn histogram(point: &Value, out: &mut String) -> Result {
    totals(point, out)?;
    for (index, bound) in list(point, "explicitBounds").iter().enumerate() {
        let bound = as_double(bound).unwrap_or_default();
        writeln!(out, "ExplicitBounds #{index}: {}", fixed(bound))?;
    }
    for (index, count) in list(point, "bucketCounts").iter().enumerate() {
        writeln!(out, "Buckets #{index}, Count: {}", as_integer(count))?;
    }
    Ok(())
}

fn exponential(point: &Value, out: &mut String) -> Result {
    totals(point, out)?;
    let buckets = Buckets::of(point);
    for ((lower, upper), count) in buckets.negative() {
        writeln!(
            out,
            "Bucket [{}, {}), Count: {count}",
            fixed(-upper),
            fixed(-lower)
        )?;
    }
    let zero = integer(point, "zeroCount");
    if zero != 0 {
        writeln!(out, "Bucket [0, 0], Count: {zero}")?;
    }
    for ((lower, upper), count) in buckets.positive() {
        writeln!(
            out,
            "Bucket ({}, {}], Count: {count}",
            fixed(lower),
            fixed(upper)
        )?;
    }
    Ok(())
}

/// The buckets of an exponential histogram with their bounds.
pub(super) struct Buckets<'p> {
    point: &'p Value,
    /// Logarithm of the base.
    factor: f64,
}

/// Bounds, the one nearer to zero first, and how many values lie between them.
type Bucket = ((f64, f64), i128);

impl<'p> Buckets<'p> {
    pub(super) fn of(point: &'p Value) -> Self {
        let scale = i32::try_from(integer(point, "scale")).unwrap_or_default();
        Self {
            point,
            factor: std::f64::consts::LN_2 * 2f64.powi(scale.saturating_neg()),
        }
    }

    /// Buckets of positive values, from zero away.
    pub(super) fn positive(&self) -> Vec<Bucket> {
        self.side("positive")
    }

    /// Buckets of negative values, towards zero; the bounds are without their sign.
    pub(super) fn negative(&self) -> Vec<Bucket> {
        let mut buckets = self.side("negative");
        buckets.reverse();
        buckets
    }

    fn side(&self, name: &str) -> Vec<Bucket> {
        let side = self.point.get(name).unwrap_or(&Value::Null);
        let offset = i32::try_from(integer(side, "offset")).unwrap_or_default();
        (0i32..)
            .zip(list(side, "bucketCounts"))
            .map(|(position, count)| {
                let index = f64::from(offset) + f64::from(position);
                let bounds = (
                    (index * self.factor).exp(),
                    ((index + 1.0) * self.factor).exp(),
                );
                (bounds, as_integer(count))
            })
            .collect()
    }
}

fn summary(point: &Value, out: &mut String) -> Result {
    writeln!(out, "Count: {}", integer(point, "count"))?;
    writeln!(
        out,
        "Sum: {}",
        fixed(double(point, "sum").unwrap_or_default())
    )?;
    for (index, quantile) in list(point, "quantileValues").iter().enumerate() {
        let number = |name| fixed(double(quantile, name).unwrap_or_default());
        let (position, value) = (number("quantile"), number("value"));
        writeln!(
            out,
            "QuantileValue #{index}: Quantile {position}, Value {value}"
        )?;
    }
    Ok(())
}

fn exemplars(point: &Value, out: &mut String) -> Result {
    let exemplars = list(point, "exemplars");
    if exemplars.is_empty() {
        return Ok(());
    }
    writeln!(out, "Exemplars:")?;
    for (index, exemplar) in exemplars.iter().enumerate() {
        writeln!(out, "Exemplar #{index}")?;
        writeln!(out, "     -> Trace ID: {}", text(exemplar, "traceId"))?;
        writeln!(out, "     -> Span ID: {}", text(exemplar, "spanId"))?;
        writeln!(
            out,
            "     -> Timestamp: {}",
            timestamp(exemplar, "timeUnixNano")
        )?;
        number(exemplar, "     -> Value", out)?;
        indented_attributes(
            "FilteredAttributes",
            list(exemplar, "filteredAttributes"),
            out,
        )?;
    }
    Ok(())
}
