//! Functions that reach telemetry by other ways than paths.

use tollgate_ottl::{
    Call, Context, Error, Function, Kind, Parameter, Registry, Telemetry, Text, Usage, Value,
};
use tollgate_sdk::NodeKind;
use tollgate_tracestate::TraceState;

use crate::place::{MapOf, Target};
use crate::scene::Scene;
use crate::{convert, rows, semconv};

/// What a condition on a context may call.
#[must_use]
pub fn converters(context: Context) -> Registry {
    extended(Registry::converters(), context)
}

/// What a statement on a context may call.
#[must_use]
pub fn all(context: Context) -> Registry {
    extended(Registry::standard(), context)
}

fn extended(registry: Registry, context: Context) -> Registry {
    match context {
        Context::Span => registry.with([&IS_ROOT_SPAN]),
        _ => registry,
    }
}

/// Whether a span has no parent.
pub static IS_ROOT_SPAN: Function =
    Function::new("IsRootSpan", &[], |call| call.record().act(ROOT, &[])).impure();

/// How many spans one that was sampled by OpenTelemetry's probabilities stands for.
pub static ADJUSTED_COUNT: Function = Function::new("AdjustedCount", &[], |call| {
    call.record().act(ADJUSTED, &[])
})
.impure();

/// Names a span as the semantic conventions do.
pub static SET_SEMCONV_SPAN_NAME: Function = Function::new(
    "set_semconv_span_name",
    &[
        Parameter::new("SemconvVersion", Kind::LiteralText),
        Parameter::optional("OriginalSpanNameAttribute", Kind::LiteralText),
    ],
    |call| {
        let original = if call.given(1) {
            Value::Text(call.text(1)?)
        } else {
            Value::Nil
        };
        call.record().act(SEMCONV, &[original])
    },
)
.impure()
.prepared(|arguments| {
    semconv::check(arguments.text(0).unwrap_or_default())?;
    if arguments.text(1) == Some("") {
        return Err("the name of the attribute is empty".to_owned());
    }
    Ok(None)
});

/// Whether any data point of a metric has an attribute.
pub static HAS_KEY_ON_POINT: Function = Function::new(
    "HasAttrKeyOnDatapoint",
    &[Parameter::new("Key", Kind::LiteralText)],
    |call| on_points(call, false),
)
.impure();

/// Whether any data point of a metric has an attribute with a value.
pub static HAS_VALUE_ON_POINT: Function = Function::new(
    "HasAttrOnDatapoint",
    &[
        Parameter::new("Key", Kind::LiteralText),
        Parameter::new("ExpectedVal", Kind::LiteralText),
    ],
    |call| on_points(call, true),
)
.impure();

fn on_points<'e>(call: &mut Call<'_, 'e>, with_value: bool) -> Result<Value<'e>, Error> {
    let key = Value::Text(call.text(0)?);
    if with_value {
        let value = Value::Text(call.text(1)?);
        call.record().act(ON_POINTS, &[key, value])
    } else {
        call.record().act(ON_POINTS, &[key])
    }
}

const ROOT: u32 = 0;
const ADJUSTED: u32 = 1;
const SEMCONV: u32 = 2;
/// The action by which the points of a metric are asked for an attribute; what else stands for a metric answers it, too.
pub const ON_POINTS: u32 = 3;

/// What a function needs beside its arguments.
pub(crate) fn needs(function: &str) -> Vec<(Target, Usage)> {
    let field = |path, usage| {
        let row = rows::find(Context::Span, path);
        row.map(|row| (Target::Field(row, Vec::new()), usage))
    };
    let attributes = |kind: NodeKind, usage| {
        let path = kind.attributes_path();
        Some((Target::Map(MapOf { kind, path }), usage))
    };
    let needs = match function {
        "IsRootSpan" => vec![field("parent_span_id", Usage::READ)],
        "AdjustedCount" => vec![field("trace_state", Usage::READ)],
        "set_semconv_span_name" => vec![
            field("name", Usage::EDIT),
            field("kind", Usage::READ),
            attributes(NodeKind::Span, Usage::EDIT),
        ],
        "HasAttrKeyOnDatapoint" | "HasAttrOnDatapoint" => {
            vec![attributes(NodeKind::DataPoint, Usage::READ)]
        }
        _ => Vec::new(),
    };
    needs.into_iter().flatten().collect()
}

/// What an action of one of these functions comes to.
pub(crate) fn act<'e>(
    scene: &mut Scene<'e>,
    action: u32,
    arguments: &[Value<'e>],
) -> Result<Value<'e>, Error> {
    let slot = |scene: &Scene<'e>, function, place: usize| {
        let slot = scene.layout().hidden(function).get(place).copied();
        slot.ok_or(Error::failed("the function does not work here"))
    };
    match action {
        ROOT => {
            let parent = slot(scene, "IsRootSpan", 0)?;
            Ok(Value::Bool(matches!(
                scene.get(parent)?,
                Value::SpanId([0, 0, 0, 0, 0, 0, 0, 0])
            )))
        }
        ADJUSTED => {
            let state = slot(scene, "AdjustedCount", 0)?;
            let Value::Text(state) = scene.get(state)? else {
                return Ok(Value::Double(1.0));
            };
            adjusted_count(&state).map(Value::Double)
        }
        SEMCONV => {
            let name = slot(scene, "set_semconv_span_name", 0)?;
            let kind = slot(scene, "set_semconv_span_name", 1)?;
            let attributes = slot(scene, "set_semconv_span_name", 2)?;
            let Value::Int(kind) = scene.get(kind)? else {
                return Ok(Value::Nil);
            };
            let Value::Map(map) = scene.get(attributes)? else {
                return Ok(Value::Nil);
            };
            let Some(derived) = semconv::span_name(kind, &map)? else {
                return Ok(Value::Nil);
            };
            let Value::Text(before) = scene.get(name)? else {
                return Ok(Value::Nil);
            };
            if before.as_str() == derived {
                return Ok(Value::Nil);
            }
            scene.set(name, Value::text(derived))?;
            if let Some(Value::Text(key)) = arguments.first() {
                scene.set_entry(attributes, key.clone(), Value::Text(before))?;
            }
            Ok(Value::Nil)
        }
        ON_POINTS => Ok(Value::Bool(has_on_points(scene, arguments))),
        _ => Err(Error::failed("there is no such action here")),
    }
}

fn has_on_points(scene: &Scene<'_>, arguments: &[Value<'_>]) -> bool {
    let Some(Value::Text(key)) = arguments.first() else {
        return false;
    };
    let points = scene.of_kind(NodeKind::Metric).into_iter();
    let mut points = points.flat_map(|metric| metric.children());
    points.any(|point| {
        let found = point.attribute(key.as_str());
        match (found, arguments.get(1)) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(found), Some(wanted)) => {
                let shown = tollgate_ottl::convert::shown(&convert::read(found));
                shown.is_ok_and(
                    |shown| matches!(wanted, Value::Text(wanted) if wanted.as_str() == shown),
                )
            }
        }
    })
}

/// The count that a trace state tells by its threshold; 1 where it tells none.
/// Without a threshold a span stands for itself. A trace state that is unsound says nothing.
fn adjusted_count(state: &Text<'_>) -> Result<f64, Error> {
    const UNSOUND: Error = Error::failed("the trace state breaks the rules");
    let (state, sound) = TraceState::parse(state.as_str());
    if !sound {
        return Err(UNSOUND);
    }
    let threshold = state.sampling.threshold;
    Ok(threshold.map_or(1.0, |threshold| 1.0 / threshold.number.probability()))
}
