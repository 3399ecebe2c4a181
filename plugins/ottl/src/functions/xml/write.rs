//! A tree as text again.

use crate::Error;

use super::tree::{Budget, Id, Kind, Node, Tree};

/// What a node holds, as text.
pub(super) fn write(tree: &Tree, top: Id) -> Result<String, Error> {
    let mut budget = Budget::default();
    let mut out = String::new();
    let keep = keeps_space(tree.node(top), true);
    let mut open = vec![Step::Siblings(tree.node(top).first, keep)];
    while let Some(step) = open.pop() {
        match step {
            Step::Siblings(None, _) => {}
            Step::Siblings(Some(id), keep) => {
                let node = tree.node(id);
                budget.spend(1)?;
                let before = out.len();
                open.push(Step::Siblings(node.next, keep));
                let keep = keeps_space(node, keep);
                if begin(&mut out, node, keep) {
                    if node.kind != Kind::Declaration {
                        open.push(Step::End(id));
                    }
                    open.push(Step::Siblings(node.first, keep));
                }
                budget.spend(out.len().saturating_sub(before))?;
            }
            Step::End(id) => {
                out.push_str("</");
                name(&mut out, tree.node(id));
                out.push('>');
                budget.spend(tree.node(id).data.len())?;
            }
        }
    }
    Ok(out)
}

enum Step {
    Siblings(Option<Id>, bool),
    End(Id),
}

fn name(out: &mut String, node: &Node) {
    if !node.prefix.is_empty() {
        out.push_str(&node.prefix);
        out.push(':');
    }
    out.push_str(&node.data);
}

/// Whether space around text counts within a node.
fn keeps_space(node: &Node, outside: bool) -> bool {
    let mut attributes = node.attributes.iter();
    let space =
        attributes.find(|attribute| attribute.prefix == "xml" && attribute.local == "space");
    match space.map(|attribute| attribute.value.as_str()) {
        Some("preserve") => true,
        Some("default") => false,
        _ => outside,
    }
}

/// Writes a node, or its beginning if it can hold others, and says so.
fn begin(out: &mut String, node: &Node, keep: bool) -> bool {
    let mut around = |before: &str, text: &str, behind: &str| {
        out.push_str(before);
        out.push_str(text);
        out.push_str(behind);
    };
    match node.kind {
        Kind::Text => {
            let text = if keep { &node.data } else { node.data.trim() };
            escape(out, text);
            return false;
        }
        Kind::Cdata => {
            around("<![CDATA[", &node.data, "]]>");
            return false;
        }
        Kind::Comment => {
            around("<!--", &node.data, "-->");
            return false;
        }
        Kind::Directive => {
            around("<!", &node.data, ">");
            return false;
        }
        Kind::Instruction if node.instruction.is_empty() => {
            around("<?", &node.data, "?>");
            return false;
        }
        Kind::Instruction => {
            around("<?", &node.data, " ");
            around("", &node.instruction, "?>");
            return false;
        }
        Kind::Declaration => around("<?", &node.data, ""),
        Kind::Document | Kind::Element => {
            out.push('<');
            name(out, node);
        }
    }
    for attribute in &node.attributes {
        out.push(' ');
        if !attribute.prefix.is_empty() {
            out.push_str(&attribute.prefix);
            out.push(':');
        }
        out.push_str(&attribute.local);
        out.push_str("=\"");
        escape(out, &attribute.value);
        out.push('"');
    }
    let declaration = node.kind == Kind::Declaration;
    out.push_str(if declaration { "?>" } else { ">" });
    true
}

fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\'' => out.push_str("&#39;"),
            '"' => out.push_str("&#34;"),
            other => out.push(other),
        }
    }
}
