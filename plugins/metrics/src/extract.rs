//! Counts, sums and quantiles of one metric as metrics of their own.

use crate::model::{At, ExponentialPoint, HistogramPoint, NumberPoint, SummaryPoint};
use crate::{Attributes, Data, Error, Metric, Number, Temporality};

/// The unit of what is merely counted.
const COUNT_UNIT: &str = "1";

impl Metric {
    /// The counts of a histogram, exponential histogram or summary, as a sum. `None` where there are no points.
    pub fn count_metric(&self, monotonic: bool, suffix: &str) -> Result<Option<Metric>, Error> {
        let temporality = self.summed("extract_count_metric")?;
        let points = match &self.data {
            Data::Histogram { points, .. } => each(points, |point| Some(point.counted())),
            Data::Exponential { points, .. } => each(points, |point| Some(point.counted())),
            Data::Summary(points) => each(points, |point| Some(point.counted())),
            _ => Vec::new(),
        };
        let mut metric = self.derived(suffix, sum(points, temporality, monotonic));
        COUNT_UNIT.clone_into(&mut metric.unit);
        Ok(metric.filled())
    }

    /// The sums of a histogram, exponential histogram or summary, as a sum; points without one are left out. `None` where there are
    /// no points.
    pub fn sum_metric(&self, monotonic: bool, suffix: &str) -> Result<Option<Metric>, Error> {
        let temporality = self.summed("extract_sum_metric")?;
        let points = match &self.data {
            Data::Histogram { points, .. } => each(points, |point| {
                Some(point.at.with(Number::Double(point.sum?)))
            }),
            Data::Exponential { points, .. } => each(points, |point| {
                Some(point.at.with(Number::Double(point.sum?)))
            }),
            Data::Summary(points) => each(points, |point| Some(point.summed())),
            _ => Vec::new(),
        };
        Ok(self
            .derived(suffix, sum(points, temporality, monotonic))
            .filled())
    }

    /// The counts of a summary, as a sum; `None` of every other metric.
    #[must_use]
    pub fn summary_counts(
        &self,
        temporality: Temporality,
        monotonic: bool,
        suffix: &str,
    ) -> Option<Metric> {
        let points = each(self.summary()?, |point| Some(point.counted()));
        Some(self.derived(suffix, sum(points, temporality, monotonic)))
    }

    /// The sums of a summary, as a sum; `None` of every other metric.
    #[must_use]
    pub fn summary_sums(
        &self,
        temporality: Temporality,
        monotonic: bool,
        suffix: &str,
    ) -> Option<Metric> {
        let points = each(self.summary()?, |point| Some(point.summed()));
        Some(self.derived(suffix, sum(points, temporality, monotonic)))
    }

    /// The quantiles of a summary, as a gauge with the quantile under an attribute; `None` of every other metric.
    #[must_use]
    pub fn summary_quantiles(&self, attribute: &str, suffix: &str) -> Option<Metric> {
        let mut gauge = Vec::new();
        for point in self.summary()? {
            for quantile in &point.quantiles {
                let mut number = point.at.with(Number::Double(quantile.value));
                number.at.attributes.set(attribute, quantile.quantile);
                gauge.push(number);
            }
        }
        Some(self.derived(suffix, Data::Gauge(gauge)))
    }

    /// A copy with another name, description or unit, where these are given.
    #[must_use]
    pub fn copy(
        &self,
        name: Option<&str>,
        description: Option<&str>,
        unit: Option<&str>,
    ) -> Metric {
        let mut copy = self.clone();
        for (given, member) in [
            (name, &mut copy.name),
            (description, &mut copy.description),
            (unit, &mut copy.unit),
        ] {
            if let Some(given) = given {
                given.clone_into(member);
            }
        }
        copy
    }

    /// A metric under this one's name with a suffix.
    pub(crate) fn derived(&self, suffix: &str, data: Data) -> Metric {
        Metric {
            name: format!("{}{suffix}", self.name),
            description: self.description.clone(),
            unit: self.unit.clone(),
            data,
            metadata: Attributes::default(),
            unknown: Vec::new(),
        }
    }

    /// The metric, if it has points.
    pub(crate) fn filled(self) -> Option<Metric> {
        (!self.data.is_empty()).then_some(self)
    }

    fn summary(&self) -> Option<&[SummaryPoint]> {
        match &self.data {
            Data::Summary(points) => Some(points),
            _ => None,
        }
    }

    /// Since when the counts and sums of a metric run; those of a summary from a start, as OpenMetrics has it.
    fn summed(&self, function: &'static str) -> Result<Temporality, Error> {
        match self.data {
            Data::Histogram { temporality, .. } | Data::Exponential { temporality, .. }
                if temporality != Temporality::UNSPECIFIED =>
            {
                Ok(temporality)
            }
            Data::Summary(_) => Ok(Temporality::CUMULATIVE),
            _ => Err(Error::Data {
                function,
                takes: "Histogram, ExponentialHistogram or Summary",
                found: self.data.kind(),
            }),
        }
    }
}

impl At {
    /// A number at the same place, with nothing else.
    pub(crate) fn with(&self, value: Number) -> NumberPoint {
        NumberPoint {
            at: At {
                attributes: self.attributes.clone(),
                start_time: self.start_time,
                time: self.time,
                ..At::default()
            },
            value: Some(value),
            exemplars: Vec::new(),
        }
    }

    fn with_count(&self, count: u64) -> NumberPoint {
        self.with(Number::Int(count.cast_signed()))
    }
}

impl HistogramPoint {
    fn counted(&self) -> NumberPoint {
        self.at.with_count(self.count)
    }
}

impl ExponentialPoint {
    fn counted(&self) -> NumberPoint {
        self.at.with_count(self.count)
    }
}

impl SummaryPoint {
    fn counted(&self) -> NumberPoint {
        self.at.with_count(self.count)
    }

    fn summed(&self) -> NumberPoint {
        self.at.with(Number::Double(self.sum))
    }
}

fn each<P, N: IntoIterator<Item = NumberPoint>>(
    points: &[P],
    number: impl Fn(&P) -> N,
) -> Vec<NumberPoint> {
    points.iter().flat_map(number).collect()
}

fn sum(points: Vec<NumberPoint>, temporality: Temporality, monotonic: bool) -> Data {
    Data::Sum {
        points,
        temporality,
        monotonic,
    }
}
