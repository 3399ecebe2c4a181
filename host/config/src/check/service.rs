use super::section::Section;
use super::walk::Checker;
use crate::Options;
use crate::model::{Compat, Process};
use crate::schema::SERVICE;
use crate::yaml::{Node, Span, Value};

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

/// What the process takes of the machine, and how it ends.
pub(crate) fn process(checker: &mut Checker<'_>, root: &Node) -> Process {
    let nothing = Node::new(Value::Null, Span::default());
    let section = service(root, &nothing).section("gate");
    let process = Process {
        lanes: Some(section.small("lanes")).filter(|lanes| *lanes > 0),
        bytes_in_flight: section.size("bytes_in_flight"),
        drain_timeout: section.duration("drain_timeout"),
    };
    if let Some(node) = section.node("bytes_in_flight")
        && process
            .bytes_in_flight
            .is_some_and(|bytes| bytes < LEAST_BYTES)
    {
        checker.error(
            node.span,
            "service::gate::bytes_in_flight: no request of the usual size would come in",
            "write a size of 1MiB or more",
        );
    }
    process
}

const LEAST_BYTES: u64 = 1 << 20;

/// The section `service`.
pub(super) fn service<'a>(root: &'a Node, nothing: &'a Node) -> Section<'a> {
    Section::new(SERVICE, root.get("service").unwrap_or(nothing))
}
