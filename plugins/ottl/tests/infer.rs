//! The context of texts whose configuration names none.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test may panic"
)]

use tollgate_ottl::{Candidate, Context, Function, Registry, Uninferred, Value, Written, infer};

/// A function that one context has, and the others have not.
static POINT_ONLY: Function = Function::new("PointOnly", &[], |_| Ok(Value::Nil));

fn inferred(contexts: &[Context], texts: &[Written<'_>]) -> Result<Context, Uninferred> {
    let standard = Registry::standard();
    let points = Registry::standard().with([&POINT_ONLY]);
    let candidate = |context: &Context| Candidate {
        context: *context,
        functions: if *context == Context::DataPoint {
            &points
        } else {
            &standard
        },
    };
    let candidates: Vec<_> = contexts.iter().map(candidate).collect();
    infer(texts.iter().copied(), &candidates)
}

const METRICS: [Context; 4] = [
    Context::Resource,
    Context::Scope,
    Context::Metric,
    Context::DataPoint,
];
const TRACES: [Context; 4] = [
    Context::Resource,
    Context::Scope,
    Context::Span,
    Context::SpanEvent,
];

#[test]
fn the_lowest_context_that_a_path_names_is_taken() {
    let statement = "set(resource.attributes[\"a\"], span.name) where spanevent.name == \"x\"";
    assert_eq!(
        inferred(&TRACES, &[Written::Statement(statement)]),
        Ok(Context::SpanEvent)
    );
    let statements = [
        Written::Statement("set(resource.attributes[\"a\"], 1)"),
        Written::Statement(
            "set(span.attributes[\"a\"], 1) where IsMatch(resource.attributes[\"b\"], \"x\")",
        ),
    ];
    assert_eq!(inferred(&TRACES, &statements), Ok(Context::Span));
    let condition = Written::Condition("scope.name == \"a\" and resource.attributes[\"a\"] == nil");
    assert_eq!(inferred(&TRACES, &[condition]), Ok(Context::Scope));
    let key = Written::Value("resource.attributes[span.name]");
    assert_eq!(inferred(&TRACES, &[key]), Ok(Context::Span));
    let scope = Written::Condition("instrumentation_scope.name == \"a\"");
    assert_eq!(inferred(&TRACES, &[scope]), Ok(Context::Scope));
}

#[test]
fn a_function_or_a_number_that_is_not_known_there_leads_further_down() {
    let statement = Written::Statement("set(metric.name, \"x\") where PointOnly() == 1");
    assert_eq!(inferred(&METRICS, &[statement]), Ok(Context::DataPoint));
    let number = Written::Condition("resource.attributes[\"a\"] == SPAN_KIND_SERVER");
    assert_eq!(inferred(&TRACES, &[number]), Ok(Context::SpanEvent));
    let number = Written::Condition("resource.attributes[\"a\"] == FLAG_NONE");
    assert_eq!(inferred(&METRICS, &[number]), Ok(Context::DataPoint));
    let named = Written::Statement("replace_pattern(span.name, \"x\", \"y\", SHA256)");
    assert_eq!(inferred(&TRACES, &[named]), Ok(Context::Span));
}

#[test]
fn what_fits_nowhere_is_told() {
    let reason = |texts: &[Written<'_>]| match inferred(&TRACES, texts) {
        Err(Uninferred::NoContext(reason)) => reason,
        other => panic!("{other:?}"),
    };
    let text = reason(&[Written::Statement("set(attributes[\"a\"], 1)")]);
    assert!(text.contains("no path names its context"), "{text}");
    let text = reason(&[Written::Statement("set(log.body, 1)")]);
    assert!(
        text.contains("`log`") && text.contains("spanevent"),
        "{text}"
    );
    let text = reason(&[Written::Statement(
        "set(span.nme, 1) where IsMtch(span.name, \"a\")",
    )]);
    assert!(text.contains("did you mean `IsMatch`?"), "{text}");
    let text = reason(&[Written::Condition("span.kind == SPAN_KIND_SERVR")]);
    assert!(text.contains("`SPAN_KIND_SERVR`"), "{text}");
    match inferred(
        &TRACES,
        &[
            Written::Condition("true"),
            Written::Condition("span.name =="),
        ],
    ) {
        Err(Uninferred::Mistakes(mistakes)) => assert_eq!(mistakes.first().unwrap().0, 1),
        other => panic!("{other:?}"),
    }
}
