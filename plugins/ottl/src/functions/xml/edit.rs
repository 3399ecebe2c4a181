//! The functions that select parts of a document, and change them.

use crate::{Arguments, Call, Error, Function, Kind, Parameter, State, Value};

use super::tree::{Budget, Id, Kind as NodeKind, Node, Tree};
use super::xpath::{Expression, Place};
use super::{NO_XPATH, TOO_DEEP, build, prepare, write};

const TARGET: Parameter = Parameter::new("Target", Kind::Text);
const XPATH: Parameter = Parameter::new("XPath", Kind::LiteralText);
const ANY_XPATH: Parameter = Parameter::optional("XPath", Kind::LiteralText);

pub(super) static GET_XML: Function =
    Function::new("GetXML", &[TARGET, XPATH], get).prepared(|arguments| prepare(arguments, 1, ""));

pub(super) static INSERT_XML: Function = Function::new(
    "InsertXML",
    &[TARGET, XPATH, Parameter::new("SubDocument", Kind::Text)],
    insert,
)
.prepared(|arguments| prepare(arguments, 1, ""));

pub(super) static REMOVE_XML: Function = Function::new("RemoveXML", &[TARGET, XPATH], remove)
    .prepared(|arguments| prepare(arguments, 1, ""));

pub(super) static CONVERT_ATTRIBUTES: Function = Function::new(
    "ConvertAttributesToElementsXML",
    &[TARGET, ANY_XPATH],
    convert_attributes,
)
.prepared(|arguments| prepare(arguments, 1, "//@*"));

pub(super) static CONVERT_TEXT: Function = Function::new(
    "ConvertTextToElementsXML",
    &[
        TARGET,
        ANY_XPATH,
        Parameter::optional("ElementName", Kind::LiteralText),
    ],
    convert_text,
)
.prepared(prepare_text);

const NO_ELEMENT: Error = Error::failed("the XPath selected something else than an element");

fn select(call: &Call<'_, '_>, tree: &Tree) -> Result<Vec<Place>, Error> {
    call.state::<Expression>().ok_or(NO_XPATH)?.select(tree)
}

fn get<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let text = call.text(0)?;
    if text.is_empty() {
        return Ok(Value::Text(text));
    }
    let mut tree = build::parse(&text)?;
    let found = select(call, &tree)?;
    let result = tree.add(Node::new(NodeKind::Document, ""));
    for place in found {
        let node = tree.node(place.node);
        let id = match (place.attribute, node.kind) {
            (Some(attribute), NodeKind::Element) => {
                let value = node
                    .attributes
                    .get(attribute)
                    .map(|found| found.value.clone());
                tree.add(Node::new(NodeKind::Text, value.unwrap_or_default()))
            }
            (_, NodeKind::Cdata) => {
                let text = node.data.clone();
                tree.add(Node::new(NodeKind::Text, text))
            }
            (_, NodeKind::Element | NodeKind::Text) => place.node,
            _ => continue,
        };
        tree.append(result, id);
    }
    write::write(&tree, result).map(Value::text)
}

fn insert<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let text = call.text(0)?;
    let mut tree = if text.is_empty() {
        Tree::new(Node::new(NodeKind::Element, ""))
    } else {
        build::parse(&text)?
    };
    let other = build::parse(&call.text(2)?)?;
    let found = select(call, &tree)?;
    let top = tree.graft(other);
    let mut budget = Budget::default();
    let mut failed = false;
    for place in found {
        let kind = tree.node(place.node).kind;
        if place.attribute.is_some() || !matches!(kind, NodeKind::Element | NodeKind::Document) {
            failed = true;
            continue;
        }
        let mut next = tree.node(top).first;
        while let Some(id) = next {
            budget.spend(1)?;
            next = tree.node(id).next;
            tree.append(place.node, id);
        }
    }
    if failed {
        return Err(NO_ELEMENT);
    }
    write::write(&tree, 0).map(Value::text)
}

fn remove<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let text = call.text(0)?;
    if text.is_empty() {
        return Ok(Value::Text(text));
    }
    let mut tree = build::parse(&text)?;
    let mut budget = Budget::default();
    for (place, name) in named(&tree, select(call, &tree)?) {
        match (name, tree.node(place.node).kind) {
            (Some(name), _) => tree.remove_attribute(place.node, &name, &mut budget)?,
            (None, NodeKind::Element | NodeKind::Comment | NodeKind::Cdata) => {
                tree.remove(place.node);
            }
            (None, NodeKind::Text) => tree.change(place.node, |node| node.data.clear()),
            _ => {}
        }
    }
    write::write(&tree, 0).map(Value::text)
}

/// The nodes with the names of those that are attributes, which lose their places when one of them goes.
fn named(tree: &Tree, found: Vec<Place>) -> Vec<(Place, Option<String>)> {
    let name = |place: &Place| {
        let node = tree.node(place.node);
        let element = place.attribute.filter(|_| node.kind == NodeKind::Element);
        let attribute = node.attributes.get(element?)?;
        Some(attribute.local.clone())
    };
    let found = found.into_iter();
    found.map(|place| (place, name(&place))).collect()
}

fn convert_attributes<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let mut tree = build::parse(&call.text(0)?)?;
    let found = select(call, &tree)?;
    let value = |place: &Place| {
        let node = tree.node(place.node);
        let element = place.attribute.filter(|_| node.kind == NodeKind::Element);
        let attribute = node.attributes.get(element?)?;
        Some((place.node, attribute.local.clone(), attribute.value.clone()))
    };
    let found: Vec<_> = found.iter().filter_map(value).collect();
    let mut budget = Budget::default();
    for (parent, name, value) in found {
        let text = tree.add(Node::new(NodeKind::Text, value));
        let mut element = Node::new(NodeKind::Element, name.clone());
        element.first = Some(text);
        let element = tree.add(element);
        tree.append(parent, element);
        tree.remove_attribute(parent, &name, &mut budget)?;
    }
    write::write(&tree, 0).map(Value::text)
}

/// An expression, and what elements around text are called.
struct Converted {
    expression: Expression,
    element: String,
}

fn prepare_text(arguments: &Arguments<'_>) -> Result<State, String> {
    let text = arguments.text(1).filter(|text| !text.is_empty());
    let expression =
        Expression::new(text.unwrap_or("/")).map_err(|error| format!("invalid xpath: {error}"))?;
    let element = arguments.text(2).filter(|text| !text.is_empty());
    Ok(Some(Box::new(Converted {
        expression,
        element: element.unwrap_or("value").to_owned(),
    })))
}

fn convert_text<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let converted = call.state::<Converted>().ok_or(NO_XPATH)?;
    let mut tree = build::parse(&call.text(0)?)?;
    let mut budget = Budget::default();
    for place in converted.expression.select(&tree)? {
        if place.attribute.is_none() {
            wrap(&mut tree, place.node, &converted.element, &mut budget)?;
        }
    }
    write::write(&tree, 0).map(Value::text)
}

/// How deep elements may stand whose text is wrapped.
const DEEPEST: usize = 10_000;

/// Wraps each text that is not alone in its element, in a node and in what it holds.
fn wrap(tree: &mut Tree, top: Id, element: &str, budget: &mut Budget) -> Result<(), Error> {
    let mut open = vec![(top, 0_usize)];
    while let Some((parent, depth)) = open.pop() {
        budget.spend(1)?;
        if depth > DEEPEST {
            return Err(TOO_DEEP);
        }
        let kind = tree.node(parent).kind;
        if !matches!(kind, NodeKind::Element | NodeKind::Document) {
            continue;
        }
        let mut texts = Vec::new();
        let mut elements = 0_usize;
        for child in tree.children(parent) {
            budget.spend(1)?;
            match tree.node(child).kind {
                NodeKind::Element => {
                    elements = elements.saturating_add(1);
                    open.push((child, depth.saturating_add(1)));
                }
                NodeKind::Text => texts.push(child),
                _ => {}
            }
        }
        if elements.saturating_add(texts.len()) <= 1 {
            continue;
        }
        for text in texts {
            let data = tree.node(text).data.clone();
            let held = tree.add(Node::new(NodeKind::Text, data));
            tree.change(text, |node| {
                node.kind = NodeKind::Element;
                element.clone_into(&mut node.data);
                node.first = Some(held);
                node.last = Some(held);
            });
        }
    }
    Ok(())
}
