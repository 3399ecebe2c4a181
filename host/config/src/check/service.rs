use super::section::Section;
use crate::Options;
use crate::model::Compat;
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

/// The section `service`.
pub(super) fn service<'a>(root: &'a Node, nothing: &'a Node) -> Section<'a> {
    Section::new(SERVICE, root.get("service").unwrap_or(nothing))
}
