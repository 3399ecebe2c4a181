//! The model: one metric with its points.

mod attributes;
mod decode;
mod encode;

pub use attributes::Attributes;

/// A metric. Times are Unix times in nanoseconds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// What it measures.
    pub description: String,
    /// Its unit, in UCUM's spelling.
    pub unit: String,
    /// Its points.
    pub data: Data,
    /// What is known of it beside.
    pub metadata: Attributes,
    /// Fields that this crate does not know, with their tags.
    pub unknown: Vec<u8>,
}

/// The points of a metric, and what holds for all of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Data {
    /// Nothing.
    #[default]
    Empty,
    /// Values at a time.
    Gauge(Vec<NumberPoint>),
    /// Sums over a time.
    Sum {
        /// The sums.
        points: Vec<NumberPoint>,
        /// Since when they run.
        temporality: Temporality,
        /// Whether they never fall.
        monotonic: bool,
    },
    /// Values counted in buckets with bounds of their own.
    Histogram {
        /// The counts.
        points: Vec<HistogramPoint>,
        /// Since when they run.
        temporality: Temporality,
    },
    /// Values counted in buckets that grow by a factor.
    Exponential {
        /// The counts.
        points: Vec<ExponentialPoint>,
        /// Since when they run.
        temporality: Temporality,
    },
    /// Values as their quantiles.
    Summary(Vec<SummaryPoint>),
}

impl Data {
    /// What it is, as OTTL and the Collector spell it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Data::Empty => "Empty",
            Data::Gauge(_) => "Gauge",
            Data::Sum { .. } => "Sum",
            Data::Histogram { .. } => "Histogram",
            Data::Exponential { .. } => "ExponentialHistogram",
            Data::Summary(_) => "Summary",
        }
    }

    /// How many points there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Data::Empty => 0,
            Data::Gauge(points) | Data::Sum { points, .. } => points.len(),
            Data::Histogram { points, .. } => points.len(),
            Data::Exponential { points, .. } => points.len(),
            Data::Summary(points) => points.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The attributes of each point.
    pub fn attributes_mut(&mut self) -> Box<dyn Iterator<Item = &mut Attributes> + '_> {
        match self {
            Data::Empty => Box::new(std::iter::empty()),
            Data::Gauge(points) | Data::Sum { points, .. } => {
                Box::new(points.iter_mut().map(|point| &mut point.at.attributes))
            }
            Data::Histogram { points, .. } => {
                Box::new(points.iter_mut().map(|point| &mut point.at.attributes))
            }
            Data::Exponential { points, .. } => {
                Box::new(points.iter_mut().map(|point| &mut point.at.attributes))
            }
            Data::Summary(points) => {
                Box::new(points.iter_mut().map(|point| &mut point.at.attributes))
            }
        }
    }
}

/// Since when a sum or a count runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Temporality(pub i32);

impl Temporality {
    /// Not said.
    pub const UNSPECIFIED: Self = Self(0);
    /// Since the last report.
    pub const DELTA: Self = Self(1);
    /// Since a start.
    pub const CUMULATIVE: Self = Self(2);
}

/// Where a point stands: what all kinds of points have.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct At {
    /// Its attributes.
    pub attributes: Attributes,
    /// When it starts, or 0.
    pub start_time: u64,
    /// When it ends.
    pub time: u64,
    /// OTLP's flags.
    pub flags: u32,
    /// Fields that this crate does not know, with their tags.
    pub unknown: Vec<u8>,
}

/// A number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// An integer.
    Int(i64),
    /// A double.
    Double(f64),
}

/// A point of a gauge or a sum.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NumberPoint {
    /// Where it stands.
    pub at: At,
    /// Its value.
    pub value: Option<Number>,
    /// Examples of what was measured.
    pub exemplars: Vec<Exemplar>,
}

/// A point of a histogram.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HistogramPoint {
    /// Where it stands.
    pub at: At,
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: Option<f64>,
    /// How many values in each bucket, one bucket more than bounds.
    pub bucket_counts: Vec<u64>,
    /// Upper bounds of the buckets but the last.
    pub explicit_bounds: Vec<f64>,
    /// Examples of what was measured.
    pub exemplars: Vec<Exemplar>,
    /// The smallest value.
    pub min: Option<f64>,
    /// The largest value.
    pub max: Option<f64>,
}

/// A point of an exponential histogram.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExponentialPoint {
    /// Where it stands.
    pub at: At,
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: Option<f64>,
    /// A bucket's upper bound is its lower one times 2 to the power of 2 to the power of minus this.
    pub scale: i32,
    /// How many values are as good as 0.
    pub zero_count: u64,
    /// Counts of the values above 0.
    pub positive: Buckets,
    /// Counts of the values below 0, by size.
    pub negative: Buckets,
    /// Examples of what was measured.
    pub exemplars: Vec<Exemplar>,
    /// The smallest value.
    pub min: Option<f64>,
    /// The largest value.
    pub max: Option<f64>,
    /// What is as good as 0.
    pub zero_threshold: f64,
}

/// Buckets that stand together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Buckets {
    /// Index of the first.
    pub offset: i32,
    /// How many values in each.
    pub counts: Vec<u64>,
}

/// A point of a summary.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SummaryPoint {
    /// Where it stands.
    pub at: At,
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// Their quantiles.
    pub quantiles: Vec<Quantile>,
}

/// A quantile of a summary.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Quantile {
    /// Which one, from 0 to 1.
    pub quantile: f64,
    /// What it is.
    pub value: f64,
}

/// An example of what was measured.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exemplar {
    /// Attributes that the point does not have.
    pub attributes: Attributes,
    /// When it was measured.
    pub time: u64,
    /// What was measured.
    pub value: Option<Number>,
    /// The span it was measured in.
    pub span_id: Vec<u8>,
    /// The trace it was measured in.
    pub trace_id: Vec<u8>,
    /// Fields that this crate does not know, with their tags.
    pub unknown: Vec<u8>,
}
