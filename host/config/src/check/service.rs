use super::section::Section;
use crate::Options;
use crate::model::{Compat, LogEncoding, LogLevel, Logs, Telemetry};
use crate::schema::SERVICE;
use crate::yaml::{Node, Span, Value};

/// The program's own telemetry.
pub(crate) fn telemetry(root: &Node) -> Telemetry {
    let nothing = Node::new(Value::Null, Span::default());
    let logs = service(root, &nothing).section("telemetry").section("logs");
    let logs = Logs {
        level: match logs.choice("level").as_str() {
            "debug" => LogLevel::Debug,
            "warn" => LogLevel::Warn,
            "error" | "dpanic" | "panic" | "fatal" => LogLevel::Error,
            _ => LogLevel::Info,
        },
        encoding: if logs.choice("encoding") == "json" {
            LogEncoding::Json
        } else {
            LogEncoding::Console
        },
    };
    Telemetry {
        logs,
        ..Telemetry::default()
    }
}

/// Whose answers the policies give: the command line can only add to what the file says.
pub(crate) fn compat(root: &Node, options: &Options) -> Compat {
    let nothing = Node::new(Value::Null, Span::default());
    let written = service(root, &nothing).choice("compat");
    if options.compat_collector || written == "collector" {
        Compat::Collector
    } else {
        Compat::None
    }
}

fn service<'a>(root: &'a Node, nothing: &'a Node) -> Section<'a> {
    Section::new(SERVICE, root.get("service").unwrap_or(nothing))
}
