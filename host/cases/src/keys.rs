//! The words of a case file: what may stand where. The reader knows no other keys than these, and the JSON Schema is made of them.

/// A key.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// What it takes, in JSON Schema.
    pub(crate) schema: &'static str,
    pub(crate) text: &'static str,
}

const fn key(name: &'static str, schema: &'static str, text: &'static str) -> Key {
    Key { name, schema, text }
}

/// What is tried: at the top of a file, and in a case that is about something else.
pub(crate) const SUBJECT: &[Key] = &[
    key(
        "config",
        r#"{"type": ["string", "object"]}"#,
        "The configuration: a file beside this one, or the configuration itself, as a mapping or as a block of text.",
    ),
    key(
        "policy",
        r#"{"type": "string"}"#,
        "One policy instead of a configuration: the name of a stock policy, or a component's file beside this one.",
    ),
    key(
        "settings",
        r#"{"type": "object"}"#,
        "The configuration of `policy`.",
    ),
    key(
        "gate",
        r#"{"type": "object"}"#,
        "What the host allows `policy`: the key `gate` of a stage.",
    ),
    key(
        "set",
        r#"{"oneOf": [{"type": "array", "items": {"type": "string"}}, {"type": "object"}]}"#,
        "Values on top of the configuration: `processors.batch.timeout=2s`, or a mapping of keys to values.",
    ),
    key(
        "env",
        r#"{"type": "object"}"#,
        "Variables of the environment that the configuration refers to.",
    ),
    key(
        "compat",
        r#"{"enum": ["collector"]}"#,
        "Answer exactly as this product does.",
    ),
];

/// The top of a file, besides.
pub(crate) const FILE: &[Key] = &[key(
    "cases",
    r##"{"type": "array", "items": {"$ref": "#/$defs/case"}}"##,
    "The cases.",
)];

/// A case, besides.
pub(crate) const CASE: &[Key] = &[
    key("name", r#"{"type": "string"}"#, "What the case is called."),
    key(
        "input",
        r##"{"oneOf": [{"$ref": "#/$defs/input"}, {"type": "array", "items": {"$ref": "#/$defs/input"}}]}"##,
        "The telemetry: a record, or a list of them.",
    ),
    key(
        "stage",
        r#"{"type": "string"}"#,
        "This processor or connector alone.",
    ),
    key(
        "pipeline",
        r#"{"type": "string"}"#,
        "Enter the configuration at this pipeline.",
    ),
    key(
        "ignored",
        r#"{"type": "string"}"#,
        "Why the case is not run.",
    ),
    key(
        "expect",
        r##"{"$ref": "#/$defs/expect"}"##,
        "What must come of it.",
    ),
];

const QUANTITY: &str = r#"{"type": ["boolean", "integer"]}"#;
const REGEXES: &str =
    r#"{"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}"#;

/// What must hold of a record, or of all of them.
pub(crate) const ASSERTIONS: &[Key] = &[
    key(
        "kept",
        QUANTITY,
        "Left somewhere: true for all, false for none, or how many.",
    ),
    key(
        "dropped",
        QUANTITY,
        "Dropped by a policy on purpose: true for all, false for none, or how many.",
    ),
    key(
        "rejected",
        QUANTITY,
        "Refused, so that the client is told: true for all, false for none, or how many.",
    ),
    key(
        "failed",
        QUANTITY,
        "A policy failed for it, whatever became of it then: true for all, false for none, or how many.",
    ),
    key(
        "failed_with",
        r#"{"type": "string"}"#,
        "A part of what the policy that failed said.",
    ),
    key(
        "consumed",
        QUANTITY,
        "Other telemetry was made of it: true for all, false for none, or how many.",
    ),
    key(
        "dropped_by",
        r#"{"oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": false, "properties": {"stage": {"type": "string"}, "rule": {"type": "string"}}}]}"#,
        "Dropped by this stage or rule; `{stage, rule}` names both.",
    ),
    key(
        "absent",
        r#"{"oneOf": [{"type": "string"}, {"type": "object"}, {"type": "array", "items": {"type": ["string", "object"]}}]}"#,
        "Regular expressions of which none matches in anything that left, keys included. `{regex, decoded: true}` also reads URL, base64, hexadecimal and JSON in texts.",
    ),
    key(
        "present",
        REGEXES,
        "Regular expressions, each of which matches somewhere in what left.",
    ),
    key(
        "equals",
        r#"{"type": "object"}"#,
        "Fields in OTTL's spelling with their values in what left; null for a field that is not there.",
    ),
    key(
        "matches",
        r#"{"type": "object", "additionalProperties": {"type": "string"}}"#,
        "Fields in OTTL's spelling with regular expressions that match their values in what left.",
    ),
    key(
        "routed_to",
        REGEXES,
        "The pipelines that it went to, no others: where connectors sent it, or where it left.",
    ),
    key(
        "metric",
        r##"{"oneOf": [{"$ref": "#/$defs/metric"}, {"type": "array", "items": {"$ref": "#/$defs/metric"}}]}"##,
        "Data points that left.",
    ),
    key(
        "unchanged",
        r#"{"type": "boolean"}"#,
        "Left as it came, or not.",
    ),
    key(
        "holds",
        REGEXES,
        "Conditions in OTTL that hold of every record that left.",
    ),
    key(
        "explained_by",
        r#"{"oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}"#,
        "The rule that changed, dropped, routed or refused it, or a mapping of fields to the rules that changed them.",
    ),
];

/// What must come of a case, besides.
pub(crate) const EXPECT: &[Key] = &[
    key(
        "golden",
        r#"{"type": ["string", "null"]}"#,
        "All that left: a block of text, or a file beside this one. `tollgate test --update` writes it.",
    ),
    key(
        "records",
        r##"{"type": "array", "items": {"$ref": "#/$defs/record"}}"##,
        "What must hold of single records: the first of the list of the first record of the input, or of the one that `record` names, from 1.",
    ),
    key(
        "config_error",
        r#"{"oneOf": [{"type": ["string", "object"]}, {"type": "array", "items": {"type": ["string", "object"]}}]}"#,
        "What must be wrong with the configuration: a part of its text, or `{text, regex, line}`.",
    ),
    key(
        "cost",
        r#"{"type": "object", "additionalProperties": false, "properties": {"fuel_per_record": {"type": "integer", "minimum": 1}}}"#,
        "`fuel_per_record`: the most instructions that all policies together may take for a record.",
    ),
    key(
        "memory",
        r#"{"type": ["string", "integer"]}"#,
        "The most memory that a policy may hold, as in `4MiB`.",
    ),
];

/// The record of an element of `records`.
pub(crate) const RECORD: &[Key] = &[key(
    "record",
    r#"{"type": "integer", "minimum": 1}"#,
    "Which record of the input, from 1.",
)];

/// A data point that must have left.
pub(crate) const METRIC: &[Key] = &[
    key("name", r#"{"type": "string"}"#, "Name of the metric."),
    key("unit", r#"{"type": "string"}"#, "Its unit."),
    key(
        "value",
        r#"{"type": "number"}"#,
        "Its value; of a histogram, the sum of what was measured.",
    ),
    key(
        "count",
        r#"{"type": "integer"}"#,
        "How many measurements, of a histogram.",
    ),
    key(
        "attributes",
        r#"{"type": "object"}"#,
        "Attributes that it has, among others.",
    ),
];

/// Telemetry that is not a record in the short form.
pub(crate) const INPUT: &[Key] = &[
    key(
        "text",
        r#"{"type": "string"}"#,
        "Telemetry as files hold it: OTLP/JSON, a request a line, or lines of text as bodies of log records.",
    ),
    key(
        "lines",
        r#"{"type": "string"}"#,
        "Lines of text, each the body of a log record, whatever it looks like.",
    ),
    key(
        "file",
        r#"{"type": "string"}"#,
        "A file of telemetry beside this one, or a folder of them.",
    ),
    key(
        "sample",
        r#"{"enum": ["codex", "claude", "gemini", "otel-demo"]}"#,
        "Telemetry that comes with the program.",
    ),
];

/// Requests in OTLP/JSON.
pub(crate) const REQUEST: &[Key] = &[
    key(
        "resourceLogs",
        r#"{"type": "array"}"#,
        "A request of log records in OTLP/JSON.",
    ),
    key(
        "resourceSpans",
        r#"{"type": "array"}"#,
        "A request of spans in OTLP/JSON.",
    ),
    key(
        "resourceMetrics",
        r#"{"type": "array"}"#,
        "A request of metrics in OTLP/JSON.",
    ),
];

const MAP: &str = r#"{"type": "object"}"#;
const TEXT: &str = r#"{"type": "string"}"#;
const TIME: &str = r#"{"type": ["string", "integer"]}"#;

/// What records of all signals have.
pub(crate) const ANY_RECORD: &[Key] = &[
    key("attributes", MAP, "Its attributes."),
    key("resource", MAP, "Attributes of its resource."),
    key(
        "scope",
        r#"{"type": ["string", "object"]}"#,
        "Its scope: a name, or `{name, version, attributes}`.",
    ),
];

/// A log record in the short form, besides.
pub(crate) const LOG: &[Key] = &[
    key("body", "{}", "The body of a log record."),
    key("severity_text", TEXT, "Its severity."),
    key(
        "severity_number",
        r#"{"type": ["string", "integer"]}"#,
        "Its severity: 1 to 24, or a word as in `WARN`.",
    ),
    key("event_name", TEXT, "The name of its event."),
    key(
        "time",
        TIME,
        "When it happened: 2026-01-01T12:00:00Z, or nanoseconds of Unix time.",
    ),
    key("observed_time", TIME, "When it was seen."),
    key("trace_id", TEXT, "Of the trace that it belongs to."),
    key("span_id", TEXT, "Of the span that it belongs to."),
    key("flags", r#"{"type": "integer"}"#, "Flags."),
];

/// A span in the short form, besides.
pub(crate) const SPAN: &[Key] = &[
    key("span", TEXT, "The name of a span."),
    key(
        "kind",
        r#"{"enum": ["internal", "server", "client", "producer", "consumer"]}"#,
        "Its kind.",
    ),
    key(
        "status",
        r#"{"type": ["string", "object"]}"#,
        "Its status: `ok` or `error`, or `{code, message}`.",
    ),
    key("trace_id", TEXT, "Its trace."),
    key("span_id", TEXT, "Its id."),
    key("parent_span_id", TEXT, "The span that it stands under."),
    key("trace_state", TEXT, "What tracing systems say of it."),
    key("flags", r#"{"type": "integer"}"#, "Flags."),
    key("start", TIME, "When it began."),
    key("end", TIME, "When it ended."),
    key(
        "events",
        r#"{"type": "array", "items": {"type": ["string", "object"]}}"#,
        "What happened in it: names, or `{name, time, attributes}`.",
    ),
    key(
        "links",
        r#"{"type": "array", "items": {"type": "object"}}"#,
        "Other spans: `{trace_id, span_id, trace_state, attributes}`.",
    ),
];

/// A data point in the short form, besides.
pub(crate) const POINT: &[Key] = &[
    key("metric", TEXT, "The name of the metric of a data point."),
    key("unit", TEXT, "Its unit."),
    key("description", TEXT, "Its description."),
    key(
        "sum",
        r#"{"type": "number"}"#,
        "The value of a data point of a sum.",
    ),
    key(
        "gauge",
        r#"{"type": "number"}"#,
        "The value of a data point of a gauge.",
    ),
    key(
        "histogram",
        MAP,
        "A data point of a histogram: `{count, sum, min, max, bounds, buckets}`.",
    ),
    key(
        "monotonic",
        r#"{"type": "boolean"}"#,
        "Whether a sum only grows; true if it is not said.",
    ),
    key(
        "temporality",
        r#"{"enum": ["cumulative", "delta"]}"#,
        "Since when a sum or a histogram counts; cumulative if it is not said.",
    ),
    key("time", TIME, "When it was measured."),
    key("start", TIME, "Since when it counts."),
];
