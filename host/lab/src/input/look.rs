//! What a file looks like that is not telemetry.

use super::InputError;

/// What was recognised, and what can be done with it.
pub(super) struct Look {
    what: &'static str,
    help: &'static str,
    line: Option<usize>,
}

impl Look {
    pub(super) fn error(&self, name: &str) -> InputError {
        let error = InputError::of(
            name,
            format!("it looks like {}, not like telemetry", self.what),
        )
        .help(self.help);
        match self.line {
            Some(line) => error.at(line, 1),
            None => error,
        }
    }
}

/// First bytes of formats that are not text, what they are, and what to do.
const MAGIC: [(&[u8], &str, &str); 13] = [
    (
        b"\0asm",
        "a WebAssembly component",
        "a component is tried with --policy FILE, and telemetry comes beside it",
    ),
    (
        b"PK\x03\x04",
        "a ZIP archive",
        "unpack it, and name the files in it",
    ),
    (b"\x7fELF", "a program", ELSE),
    (b"%PDF", "a PDF document", ELSE),
    (b"\x89PNG", "a picture", ELSE),
    (b"\xff\xd8\xff", "a picture", ELSE),
    (
        b"BZh",
        "a file compressed with bzip2",
        "decompress it first; gzip and zstd are read as they are",
    ),
    (
        b"\xfd7zXZ",
        "a file compressed with xz",
        "decompress it first; gzip and zstd are read as they are",
    ),
    (
        b"PAR1",
        "a Parquet file",
        "export it as OTLP: only OTLP/JSON, OTLP/protobuf and text are read",
    ),
    (b"SQLite format 3", "an SQLite database", ELSE),
    (
        b"\xd4\xc3\xb2\xa1",
        "captured packets of a network",
        "tollgate capture --out DIR stores OTLP requests as they come",
    ),
    (
        b"\x0a\x0d\x0d\x0a",
        "captured packets of a network",
        "tollgate capture --out DIR stores OTLP requests as they come",
    ),
    (
        b"ARROW1",
        "an Arrow file",
        "export it as OTLP: only OTLP/JSON, OTLP/protobuf and text are read",
    ),
];

const ELSE: &str = "telemetry is OTLP/JSON, OTLP/protobuf, or lines of text";

/// What bytes are by their first ones.
pub(super) fn of_bytes(bytes: &[u8]) -> Option<Look> {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if utf16 {
        return look(
            "a text in UTF-16",
            "save it as UTF-8: iconv -f UTF-16 -t UTF-8",
        );
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return look("a tar archive", "unpack it, and name the files in it");
    }
    let (_, what, help) = MAGIC.iter().find(|(magic, ..)| bytes.starts_with(magic))?;
    look(what, help)
}

/// What a text is that is neither JSON nor lines of a log.
pub(super) fn of_text(text: &str, name: &str) -> Option<Look> {
    let start: String = text
        .trim_start()
        .chars()
        .take(200)
        .collect::<String>()
        .to_lowercase();
    if start.starts_with("<!doctype html")
        || start.starts_with("<html")
        || start.starts_with("<head")
    {
        return look(
            "an HTML page",
            "was it fetched from a page that wants a login, or that does not exist?",
        );
    }
    if start.starts_with("<?xml") || start.starts_with("<svg") {
        return look("an XML document", ELSE);
    }
    if start.starts_with("-----begin ") {
        return look("a key or a certificate", ELSE);
    }
    if start.starts_with("# help ") || start.starts_with("# type ") {
        return look(
            "metrics in Prometheus' text format",
            "a Collector with a Prometheus receiver makes OTLP of them",
        );
    }
    if let Some((line, key)) = section_of_collector(text) {
        return Some(Look {
            what: "a configuration of a Collector or of tollgate",
            help: if key == "service" || key == "processors" {
                "a configuration is named with --config FILE, and telemetry comes beside it"
            } else {
                "a configuration is named with --config FILE"
            },
            line: Some(line),
        });
    }
    let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    if matches!(ending.as_str(), "yaml" | "yml") || is_yaml(text) {
        return look(
            "a YAML file",
            "telemetry is OTLP/JSON, OTLP/protobuf, or lines of text; a configuration is named with --config FILE",
        );
    }
    None
}

/// The first section of a Collector's configuration.
fn section_of_collector(text: &str) -> Option<(usize, &'static str)> {
    let sections = [
        "receivers",
        "processors",
        "exporters",
        "connectors",
        "extensions",
        "service",
    ];
    let mut found = (1usize..).zip(text.lines()).filter_map(|(number, line)| {
        let key = line
            .strip_suffix(':')
            .or_else(|| Some(line.split_once(": ")?.0))?;
        let section = sections.into_iter().find(|section| *section == key)?;
        Some((number, section))
    });
    found.next()
}

/// Whether a text without a name is YAML: keys at the beginning of its lines, and something indented below one of them.
fn is_yaml(text: &str) -> bool {
    if text.starts_with("%YAML") || text.lines().next() == Some("---") {
        return true;
    }
    let mut was_section = false;
    let mut has_section = false;
    for line in text.lines() {
        let is_inner = line.starts_with([' ', '-']);
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if is_inner {
            has_section |= was_section;
            continue;
        }
        let Some((key, value)) = line.split_once(':') else {
            return false;
        };
        let is_key = !key.is_empty()
            && key
                .chars()
                .all(|sign| sign.is_alphanumeric() || "_-./\"".contains(sign));
        if !is_key || !(value.is_empty() || value.starts_with(' ')) {
            return false;
        }
        was_section = value.trim().is_empty();
    }
    has_section
}

/// Keys of JSON that is not an export request, what has them, and what to do.
const FOREIGN: [(&str, &str, &str); 18] = [
    (
        "scopeLogs",
        "the inside of a request (ResourceLogs)",
        "put it into {\"resourceLogs\": [ … ]}",
    ),
    (
        "scopeSpans",
        "the inside of a request (ResourceSpans)",
        "put it into {\"resourceSpans\": [ … ]}",
    ),
    (
        "scopeMetrics",
        "the inside of a request (ResourceMetrics)",
        "put it into {\"resourceMetrics\": [ … ]}",
    ),
    (
        "logRecords",
        "the inside of a request (ScopeLogs)",
        "put it into {\"resourceLogs\": [{\"scopeLogs\": [ … ]}]}",
    ),
    (
        "partialSuccess",
        "the answer to an export request",
        "what was sent is needed, not what was answered",
    ),
    (
        "resourceProfiles",
        "OTLP profiles",
        "logs, traces and metrics are read",
    ),
    (
        "instrumentationLibrarySpans",
        "OTLP of before 0.15",
        "send it through a Collector, which brings it up to date",
    ),
    ("streams", "a push to Loki", ONLY_OTLP),
    ("localEndpoint", "spans of Zipkin", ONLY_OTLP),
    ("timeseries", "a Prometheus remote write", ONLY_OTLP),
    ("ddsource", "logs of Datadog", ONLY_OTLP),
    ("@timestamp", "logs of Elasticsearch", LINES),
    ("__REALTIME_TIMESTAMP", "an export of the journal", LINES),
    ("traceEvents", "a trace of a browser", ONLY_OTLP),
    ("openapi", "an OpenAPI description", ONLY_OTLP),
    (
        "$schema",
        "a JSON Schema, or a file that has one",
        ONLY_OTLP,
    ),
    (
        "data",
        "an answer of Jaeger or of another server",
        ONLY_OTLP,
    ),
    (
        "receivers",
        "a configuration of a Collector, as JSON",
        "a configuration is named with --config FILE",
    ),
];

const ONLY_OTLP: &str = "OTLP/JSON has resourceLogs, resourceSpans or resourceMetrics on top: send it through a Collector with an exporter `file`";
const LINES: &str = "send it through a Collector with an exporter `file`, or take each line as the body of a log record with --text";

/// What an object without the keys of a request is.
pub(super) fn of_keys<'k>(keys: impl Iterator<Item = &'k str> + Clone) -> (String, &'static str) {
    let expected = "resourceLogs, resourceSpans or resourceMetrics";
    for (key, what, help) in FOREIGN {
        if keys.clone().any(|found| found == key) {
            return (
                format!(
                    "it is JSON with the key `{key}`, which looks like {what}, and not OTLP/JSON, which has {expected}"
                ),
                help,
            );
        }
    }
    let some: Vec<String> = keys
        .take(4)
        .map(|key| format!("`{}`", short(key)))
        .collect();
    if some.is_empty() {
        return (
            format!("it is an empty object of JSON, and OTLP/JSON has {expected}"),
            "an empty request needs its signal: --signal logs|traces|metrics",
        );
    }
    (
        format!(
            "it is JSON with the keys {}, and not OTLP/JSON, which has {expected}",
            some.join(", ")
        ),
        LINES,
    )
}

/// A key may be as long as a text.
fn short(key: &str) -> String {
    let printable = key.chars().filter(|sign| !sign.is_control());
    let mut short: String = printable.clone().take(40).collect();
    if printable.count() > 40 {
        short.push('…');
    }
    short
}

#[expect(clippy::unnecessary_wraps, reason = "callers give it on as it is")]
fn look(what: &'static str, help: &'static str) -> Option<Look> {
    Some(Look {
        what,
        help,
        line: None,
    })
}
