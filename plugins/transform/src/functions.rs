//! The functions of the policy's own: those that turn one metric into another.

use tollgate_metrics::{Aggregation, Distribution, Temporality, bucket_limit};
use tollgate_ottl::{Arguments, Call, Context, Error, Function, Kind, Parameter, Registry, Value};
use tollgate_statements::functions as shared;

/// What statements on a context may call.
pub(crate) fn all(context: Context) -> Registry {
    let functions = shared::all(context);
    match context {
        Context::Span => functions.with([&shared::SET_SEMCONV_SPAN_NAME]),
        Context::Metric => functions.with(ON_METRICS.iter().copied()),
        Context::DataPoint => functions.with(ON_POINTS.iter().copied()),
        Context::Log => functions.with(tollgate_ottl::functions::log_formats()),
        _ => functions,
    }
}

/// What the conditions of a group may call.
pub(crate) fn conditions(context: Context) -> Registry {
    let functions = shared::converters(context);
    match context {
        Context::Metric => functions.with([&shared::HAS_KEY_ON_POINT, &shared::HAS_VALUE_ON_POINT]),
        _ => functions,
    }
}

/// Whether an editor makes it necessary to see metrics as a whole.
pub(crate) fn reshapes(editor: &str) -> bool {
    ON_METRICS
        .iter()
        .chain(ON_POINTS)
        .any(|function| function.name() == editor)
}

/// What the functions ask of the metric that they run on.
pub(crate) mod action {
    pub(crate) const GAUGE_TO_SUM: u32 = 100;
    pub(crate) const SUM_TO_GAUGE: u32 = 101;
    pub(crate) const SUMMARY_COUNTS: u32 = 102;
    pub(crate) const SUMMARY_SUMS: u32 = 103;
    pub(crate) const SUMMARY_QUANTILES: u32 = 104;
    pub(crate) const COPY: u32 = 105;
    pub(crate) const SCALE: u32 = 106;
    pub(crate) const AGGREGATE: u32 = 107;
    pub(crate) const AGGREGATE_VALUE: u32 = 108;
    pub(crate) const TO_HISTOGRAM: u32 = 109;
    pub(crate) const COUNT: u32 = 110;
    pub(crate) const SUM: u32 = 111;
    pub(crate) const PERCENTILE: u32 = 112;
    pub(crate) const MERGE_BUCKETS: u32 = 113;
    pub(crate) const IS_HISTOGRAM: u32 = 114;
}

/// Calls an action with all arguments; those that were left out are nothing.
fn act<'e>(call: &mut Call<'_, 'e>, action: u32, count: usize) -> Result<Value<'e>, Error> {
    let mut arguments = Vec::with_capacity(count);
    for place in 0..count {
        arguments.push(if call.given(place) {
            call.value(place)?
        } else {
            Value::Nil
        });
    }
    call.record().act(action, &arguments)
}

/// A text that is asked for when the statement runs, if it is given.
fn texts<'e>(
    call: &mut Call<'_, 'e>,
    action: u32,
    from: usize,
    count: usize,
) -> Result<Value<'e>, Error> {
    let mut arguments = Vec::with_capacity(count);
    for place in 0..count {
        let given = call.given(place);
        arguments.push(match given {
            true if place >= from => Value::Text(call.text(place)?),
            true => call.value(place)?,
            false => Value::Nil,
        });
    }
    call.record().act(action, &arguments)
}

fn refused(error: &tollgate_metrics::Error) -> String {
    error.to_string()
}

fn temporality(arguments: &Arguments<'_>) -> Result<tollgate_ottl::State, String> {
    let word = arguments.text(0).unwrap_or_default();
    Temporality::of_word(word)
        .map(|_| None)
        .map_err(|error| refused(&error))
}

fn aggregation(arguments: &Arguments<'_>) -> Result<tollgate_ottl::State, String> {
    let word = arguments.text(0).unwrap_or_default();
    Aggregation::of_word(word)
        .map(|_| None)
        .map_err(|error| refused(&error))
}

const TEMPORALITY: Parameter = Parameter::new("StringAggTemp", Kind::LiteralText);
const MONOTONIC: Parameter = Parameter::new("Monotonic", Kind::LiteralBool);
const SUFFIX: Parameter = Parameter::optional("Suffix", Kind::LiteralText);

const ON_METRICS: &[&Function] = &[
    &GAUGE_TO_SUM,
    &SUM_TO_GAUGE,
    &SUMMARY_QUANTILES,
    &COPY,
    &SCALE,
    &AGGREGATE,
    &AGGREGATE_VALUE,
    &TO_HISTOGRAM,
    &COUNT,
    &SUM,
    &PERCENTILE,
];

const ON_POINTS: &[&Function] = &[&SUMMARY_COUNTS, &SUMMARY_SUMS, &MERGE_BUCKETS];

static GAUGE_TO_SUM: Function =
    Function::new("convert_gauge_to_sum", &[TEMPORALITY, MONOTONIC], |call| {
        act(call, action::GAUGE_TO_SUM, 2)
    })
    .impure()
    .prepared(temporality);

static SUM_TO_GAUGE: Function = Function::new("convert_sum_to_gauge", &[], |call| {
    act(call, action::SUM_TO_GAUGE, 0)
})
.impure();

static SUMMARY_COUNTS: Function = Function::new(
    "convert_summary_count_val_to_sum",
    &[TEMPORALITY, MONOTONIC, SUFFIX],
    |call| act(call, action::SUMMARY_COUNTS, 3),
)
.impure()
.prepared(temporality);

static SUMMARY_SUMS: Function = Function::new(
    "convert_summary_sum_val_to_sum",
    &[TEMPORALITY, MONOTONIC, SUFFIX],
    |call| act(call, action::SUMMARY_SUMS, 3),
)
.impure()
.prepared(temporality);

static SUMMARY_QUANTILES: Function = Function::new(
    "convert_summary_quantile_val_to_gauge",
    &[
        Parameter::optional("AttributeKey", Kind::LiteralText),
        SUFFIX,
    ],
    |call| act(call, action::SUMMARY_QUANTILES, 2),
)
.impure();

static COPY: Function = Function::new(
    "copy_metric",
    &[
        Parameter::optional("Name", Kind::Text),
        Parameter::optional("Description", Kind::Text),
        Parameter::optional("Unit", Kind::Text),
    ],
    |call| texts(call, action::COPY, 0, 3),
)
.impure();

static SCALE: Function = Function::new(
    "scale_metric",
    &[
        Parameter::new("Multiplier", Kind::LiteralDouble),
        Parameter::optional("Unit", Kind::Text),
    ],
    |call| texts(call, action::SCALE, 1, 2),
)
.impure();

static AGGREGATE: Function = Function::new(
    "aggregate_on_attributes",
    &[
        Parameter::new("AggregationFunction", Kind::LiteralText),
        Parameter::optional("Attributes", Kind::Items(&Kind::LiteralText)),
    ],
    |call| act(call, action::AGGREGATE, 2),
)
.impure()
.prepared(aggregation);

static AGGREGATE_VALUE: Function = Function::new(
    "aggregate_on_attribute_value",
    &[
        Parameter::new("AggregationFunction", Kind::LiteralText),
        Parameter::new("Attribute", Kind::LiteralText),
        Parameter::new("Values", Kind::Items(&Kind::LiteralText)),
        Parameter::new("NewValue", Kind::LiteralText),
    ],
    |call| act(call, action::AGGREGATE_VALUE, 4),
)
.impure()
.prepared(aggregation);

static TO_HISTOGRAM: Function = Function::new(
    "convert_exponential_histogram_to_histogram",
    &[
        Parameter::new("DistributionFn", Kind::LiteralText),
        Parameter::new("ExplicitBounds", Kind::Items(&Kind::LiteralDouble)),
    ],
    |call| act(call, action::TO_HISTOGRAM, 2),
)
.impure()
.prepared(|arguments| {
    let word = arguments.text(0).unwrap_or_default();
    Distribution::of_word(word).map_err(|error| refused(&error))?;
    if arguments.item(1, 0).is_none() {
        return Err("the bounds must be one number or more".to_owned());
    }
    Ok(None)
});

static COUNT: Function = Function::new("extract_count_metric", &[MONOTONIC, SUFFIX], |call| {
    act(call, action::COUNT, 2)
})
.impure();

static SUM: Function = Function::new("extract_sum_metric", &[MONOTONIC, SUFFIX], |call| {
    act(call, action::SUM, 2)
})
.impure();

static PERCENTILE: Function = Function::new(
    "extract_percentile_metric",
    &[Parameter::new("Percentile", Kind::LiteralDouble), SUFFIX],
    |call| act(call, action::PERCENTILE, 2),
)
.impure()
.prepared(|arguments| match arguments.literal(0) {
    Some(Value::Double(percentile)) if *percentile > 0.0 && *percentile < 100.0 => Ok(None),
    _ => Err("a percentile must be greater than 0 and less than 100".to_owned()),
});

static MERGE_BUCKETS: Function = Function::new(
    "merge_histogram_buckets",
    &[
        Parameter::new("TargetValue", Kind::DoubleLike),
        Parameter::optional("Method", Kind::LiteralText),
    ],
    |call| {
        // What is no histogram is overlooked, whatever the target comes to.
        if !matches!(
            call.record().act(action::IS_HISTOGRAM, &[])?,
            Value::Bool(true)
        ) {
            return Ok(Value::Nil);
        }
        let target = call
            .double_like(0)?
            .ok_or(Error::failed("the target is nil"))?;
        let method = if call.given(1) {
            call.value(1)?
        } else {
            Value::Nil
        };
        call.record()
            .act(action::MERGE_BUCKETS, &[Value::Double(target), method])
    },
)
.impure()
.prepared(|arguments| {
    let method = arguments.text(1).unwrap_or("remove_explicit_bound");
    if !matches!(method, "remove_explicit_bound" | "limit_buckets") {
        return Err("the method must be `remove_explicit_bound` or `limit_buckets`".to_owned());
    }
    let limit = match arguments.literal(0) {
        Some(Value::Nil) => return Err("the target must not be nil".to_owned()),
        Some(literal) => tollgate_ottl::convert::double_like(literal).ok().flatten(),
        None => None,
    };
    match limit {
        Some(limit) if method == "limit_buckets" => bucket_limit(limit)
            .map(|_| None)
            .map_err(|error| refused(&error)),
        _ => Ok(None),
    }
});
