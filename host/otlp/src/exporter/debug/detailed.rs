//! Everything.

use std::fmt::{Result, Write as _};

use serde_json::Value;
use tollgate_record::Signal;

use super::values::{enum_name, integer, list, text, timestamp, typed, value_of};

const SEVERITIES: [&str; 25] = [
    "Unspecified",
    "Trace",
    "Trace2",
    "Trace3",
    "Trace4",
    "Debug",
    "Debug2",
    "Debug3",
    "Debug4",
    "Info",
    "Info2",
    "Info3",
    "Info4",
    "Warn",
    "Warn2",
    "Warn3",
    "Warn4",
    "Error",
    "Error2",
    "Error3",
    "Error4",
    "Fatal",
    "Fatal2",
    "Fatal3",
    "Fatal4",
];
const KINDS: [&str; 6] = [
    "Unspecified",
    "Internal",
    "Server",
    "Client",
    "Producer",
    "Consumer",
];
const CODES: [&str; 3] = ["Unset", "Ok", "Error"];

pub(super) fn write(signal: Signal, request: &Value, out: &mut String) -> Result {
    let (title, resources, scope_title, scopes) = match signal {
        Signal::Logs => ("ResourceLog", "resourceLogs", "ScopeLogs", "scopeLogs"),
        Signal::Traces => ("ResourceSpans", "resourceSpans", "ScopeSpans", "scopeSpans"),
        Signal::Metrics => (
            "ResourceMetrics",
            "resourceMetrics",
            "ScopeMetrics",
            "scopeMetrics",
        ),
    };
    for (index, resource) in list(request, resources).iter().enumerate() {
        writeln!(out, "{title} #{index}")?;
        writeln!(out, "Resource SchemaURL: {}", text(resource, "schemaUrl"))?;
        let inner = resource.get("resource").unwrap_or(&Value::Null);
        attributes("Resource attributes", list(inner, "attributes"), out)?;
        entity_refs(list(inner, "entityRefs"), out)?;
        for (index, scope) in list(resource, scopes).iter().enumerate() {
            writeln!(out, "{scope_title} #{index}")?;
            writeln!(out, "{scope_title} SchemaURL: {}", text(scope, "schemaUrl"))?;
            let inner = scope.get("scope").unwrap_or(&Value::Null);
            writeln!(
                out,
                "InstrumentationScope {} {}",
                text(inner, "name"),
                text(inner, "version")
            )?;
            attributes(
                "InstrumentationScope attributes",
                list(inner, "attributes"),
                out,
            )?;
            let (title, records, write): (&str, &str, fn(&Value, &mut String) -> Result) =
                match signal {
                    Signal::Logs => ("LogRecord", "logRecords", log_record),
                    Signal::Traces => ("Span", "spans", span),
                    Signal::Metrics => ("Metric", "metrics", super::metrics::write),
                };
            for (index, record) in list(scope, records).iter().enumerate() {
                writeln!(out, "{title} #{index}")?;
                write(record, out)?;
            }
        }
    }
    Ok(())
}

/// Attributes under a heading, if there are any.
pub(super) fn attributes(heading: &str, attributes: &[Value], out: &mut String) -> Result {
    block("", heading, attributes, out)
}

/// The same, as an item of a list.
pub(super) fn indented_attributes(heading: &str, attributes: &[Value], out: &mut String) -> Result {
    block("     ", &format!("     -> {heading}"), attributes, out)
}

fn block(indent: &str, heading: &str, attributes: &[Value], out: &mut String) -> Result {
    if attributes.is_empty() {
        return Ok(());
    }
    writeln!(out, "{heading}:")?;
    attributes.iter().try_for_each(|attribute| {
        let (key, value) = (text(attribute, "key"), typed(value_of(attribute)));
        writeln!(out, "{indent}     -> {key}: {value}")
    })
}

fn entity_refs(refs: &[Value], out: &mut String) -> Result {
    if refs.is_empty() {
        return Ok(());
    }
    writeln!(out, "Resource entity refs:")?;
    for (index, entity) in refs.iter().enumerate() {
        writeln!(out, "     -> Entity ref #{index}:")?;
        writeln!(out, "          -> Type: {}", text(entity, "type"))?;
        let schema_url = text(entity, "schemaUrl");
        if !schema_url.is_empty() {
            writeln!(out, "          -> Schema URL: {schema_url}")?;
        }
        for (name, label) in [
            ("idKeys", "ID keys"),
            ("descriptionKeys", "Description keys"),
        ] {
            let keys = list(entity, name);
            if !keys.is_empty() {
                writeln!(out, "          -> {label}:")?;
            }
            for key in keys {
                writeln!(
                    out,
                    "               -> {}",
                    key.as_str().unwrap_or_default()
                )?;
            }
        }
    }
    Ok(())
}

fn log_record(record: &Value, out: &mut String) -> Result {
    writeln!(
        out,
        "ObservedTimestamp: {}",
        timestamp(record, "observedTimeUnixNano")
    )?;
    writeln!(out, "Timestamp: {}", timestamp(record, "timeUnixNano"))?;
    writeln!(out, "SeverityText: {}", text(record, "severityText"))?;
    let severity = integer(record, "severityNumber");
    writeln!(
        out,
        "SeverityNumber: {}({severity})",
        enum_name(&SEVERITIES, severity)
    )?;
    let event_name = text(record, "eventName");
    if !event_name.is_empty() {
        writeln!(out, "EventName: {event_name}")?;
    }
    writeln!(
        out,
        "Body: {}",
        typed(record.get("body").unwrap_or(&Value::Null))
    )?;
    attributes("Attributes", list(record, "attributes"), out)?;
    writeln!(out, "Trace ID: {}", text(record, "traceId"))?;
    writeln!(out, "Span ID: {}", text(record, "spanId"))?;
    writeln!(out, "Flags: {}", integer(record, "flags"))
}

fn span(span: &Value, out: &mut String) -> Result {
    let status = span.get("status").unwrap_or(&Value::Null);
    let trace_state = text(span, "traceState");
    let mut item = |label: &str, value: &str| writeln!(out, "    {label:<15}: {value}");
    item("Trace ID", text(span, "traceId"))?;
    item("Parent ID", text(span, "parentSpanId"))?;
    item("ID", text(span, "spanId"))?;
    item("Name", text(span, "name"))?;
    item("Kind", enum_name(&KINDS, integer(span, "kind")))?;
    if !trace_state.is_empty() {
        item("TraceState", trace_state)?;
    }
    item(
        "Start time",
        &timestamp(span, "startTimeUnixNano").to_string(),
    )?;
    item("End time", &timestamp(span, "endTimeUnixNano").to_string())?;
    item("Status code", enum_name(&CODES, integer(status, "code")))?;
    item("Status message", text(status, "message"))?;
    for (label, name) in [
        ("DroppedAttributesCount", "droppedAttributesCount"),
        ("DroppedEventsCount", "droppedEventsCount"),
        ("DroppedLinksCount", "droppedLinksCount"),
    ] {
        item(label, &integer(span, name).to_string())?;
    }
    attributes("Attributes", list(span, "attributes"), out)?;
    events(list(span, "events"), out)?;
    links(list(span, "links"), out)
}

fn events(events: &[Value], out: &mut String) -> Result {
    if !events.is_empty() {
        writeln!(out, "Events:")?;
    }
    for (index, event) in events.iter().enumerate() {
        writeln!(out, "SpanEvent #{index}")?;
        writeln!(out, "     -> Name: {}", text(event, "name"))?;
        writeln!(
            out,
            "     -> Timestamp: {}",
            timestamp(event, "timeUnixNano")
        )?;
        dropped_attributes(event, out)?;
    }
    Ok(())
}

fn links(links: &[Value], out: &mut String) -> Result {
    if !links.is_empty() {
        writeln!(out, "Links:")?;
    }
    for (index, link) in links.iter().enumerate() {
        writeln!(out, "SpanLink #{index}")?;
        writeln!(out, "     -> Trace ID: {}", text(link, "traceId"))?;
        writeln!(out, "     -> ID: {}", text(link, "spanId"))?;
        writeln!(out, "     -> TraceState: {}", text(link, "traceState"))?;
        dropped_attributes(link, out)?;
    }
    Ok(())
}

fn dropped_attributes(of: &Value, out: &mut String) -> Result {
    let dropped = integer(of, "droppedAttributesCount");
    writeln!(out, "     -> DroppedAttributesCount: {dropped}")?;
    // The Collector has two colons here.
    indented_attributes("Attributes:", list(of, "attributes"), out)
}
