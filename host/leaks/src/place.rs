//! Where text can stand in OTLP: every field of kind string or bytes that can be reached from an export request.
//!
//! Nothing here knows a field by its name but for what a label looks like: a field that the protocol gets appears by itself. Values of
//! attributes hold values, without end: a message is followed into itself twice, so that a list in a map and a map in a list are places.

use std::fmt;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use tollgate_record::Signal;

use crate::protocol::Protocol;

/// So many times a message may stand within itself, counted with the outermost.
const DEEPEST: usize = 3;

/// What a place can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holds {
    /// A string.
    Text,
    /// Bytes of any length.
    Bytes,
    /// An id of so many bytes.
    Id(usize),
    /// An id of any other length than this, which the protocol calls invalid: as many bytes as somebody likes.
    WrongId(usize),
}

/// A place where text can stand.
#[derive(Debug, Clone)]
pub struct Place {
    /// The signal.
    pub signal: Signal,
    /// How people name it: `span.attributes["k"][0]`. Places of several signals, and of several kinds of metrics, share one.
    pub label: String,
    /// What it can hold.
    pub holds: Holds,
    /// The fields on the way, from the request.
    pub(crate) steps: Vec<FieldDescriptor>,
}

impl Place {
    /// The way through the protocol's messages: `resource_logs.scope_logs.log_records.body.string_value`.
    #[must_use]
    pub fn path(&self) -> String {
        let names: Vec<&str> = self.steps.iter().map(FieldDescriptor::name).collect();
        names.join(".")
    }
}

/// `logs resource_logs.schema_url`: the one name that no other place has.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.signal, self.path())?;
        match self.holds {
            Holds::WrongId(_) => f.write_str(WRONG),
            _ => Ok(()),
        }
    }
}

/// What is said of ids that have not the length of ids.
const WRONG: &str = " (wrong length)";

/// Every place of every signal, in the order of the protocol's messages.
#[must_use]
pub fn places(protocol: &Protocol) -> Vec<Place> {
    let mut found = Vec::new();
    for signal in Signal::ALL {
        let mut walk = Walk {
            signal,
            steps: Vec::new(),
            within: Vec::new(),
            found: &mut found,
        };
        walk.message(protocol.request(signal), "request");
    }
    found
}

struct Walk<'f> {
    signal: Signal,
    steps: Vec<FieldDescriptor>,
    /// The messages that are being walked, by name, from the outermost.
    within: Vec<String>,
    found: &'f mut Vec<Place>,
}

impl Walk<'_> {
    fn message(&mut self, message: &MessageDescriptor, label: &str) {
        let depth = self.within.iter();
        if depth.filter(|own| *own == message.full_name()).count() >= DEEPEST {
            return;
        }
        self.within.push(message.full_name().to_owned());
        for field in message.fields() {
            self.field(message, &field, label);
        }
        self.within.pop();
    }

    fn field(&mut self, message: &MessageDescriptor, field: &FieldDescriptor, label: &str) {
        self.steps.push(field.clone());
        let label = label_of(message, field, label);
        match field.kind() {
            Kind::Message(below) => self.message(&below, &label),
            Kind::String => self.find(label, Holds::Text),
            Kind::Bytes => match id_length(field) {
                Some(length) => {
                    self.find(label.clone(), Holds::Id(length));
                    self.find(format!("{label}{WRONG}"), Holds::WrongId(length));
                }
                None => self.find(label, Holds::Bytes),
            },
            _ => {}
        }
        self.steps.pop();
    }

    fn find(&mut self, label: String, holds: Holds) {
        self.found.push(Place {
            signal: self.signal,
            label,
            holds,
            steps: self.steps.clone(),
        });
    }
}

/// Descriptors do not say how long ids are; their names do.
fn id_length(field: &FieldDescriptor) -> Option<usize> {
    if field.name().ends_with("trace_id") {
        Some(16)
    } else if field.name().ends_with("span_id") {
        Some(8)
    } else {
        None
    }
}

/// The label of a field, or of the message in it: in the spelling of OTTL where that has one.
fn label_of(message: &MessageDescriptor, field: &FieldDescriptor, label: &str) -> String {
    let name = field.name();
    match (message.name(), name) {
        ("KeyValue", "key") => return format!("{label} (key)"),
        ("KeyValue", "value") => return format!("{label}[\"k\"]"),
        ("AnyValue", "bytes_value") => return format!("{label} (bytes)"),
        ("AnyValue", "string_value" | "array_value" | "kvlist_value")
        | ("KeyValueList", "values") => return label.to_owned(),
        ("AnyValue", _) => return format!("{label} ({name})"),
        ("ArrayValue", "values") => return format!("{label}[0]"),
        _ => {}
    }
    if let Kind::Message(below) = field.kind()
        && let Some(node) = node(below.name())
    {
        return node.to_owned();
    }
    format!("{label}.{name}")
}

/// Messages that have a name of their own in OTTL, wherever they stand.
fn node(message: &str) -> Option<&'static str> {
    Some(match message {
        "Resource" | "ResourceLogs" | "ResourceSpans" | "ResourceMetrics" => "resource",
        "InstrumentationScope" | "ScopeLogs" | "ScopeSpans" | "ScopeMetrics" => "scope",
        "LogRecord" => "log",
        "Span" => "span",
        "Event" => "spanevent",
        "Link" => "spanlink",
        "Metric" => "metric",
        "Exemplar" => "exemplar",
        point if point.ends_with("DataPoint") => "datapoint",
        _ => return None,
    })
}
