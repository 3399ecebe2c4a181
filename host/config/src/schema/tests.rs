use super::{Key, Kind, Status, reference};
use crate::check::takes;
use crate::yaml::{Node, Span, plain};

fn every(keys: &'static [Key], visit: &mut dyn FnMut(&'static Key)) {
    for key in keys {
        visit(key);
        if let Kind::Section(inner) = key.kind {
            every(inner, visit);
        }
    }
}

#[test]
fn every_default_is_a_value_that_its_key_takes() {
    for component in reference() {
        every(component.keys, &mut |key| {
            let node = Node::new(plain(key.default), Span::default());
            let text = Node::new(
                crate::yaml::Value::Text(key.default.to_owned()),
                Span::default(),
            );
            let fits = key.default.is_empty() || takes(key.kind, &node) || takes(key.kind, &text);
            assert!(
                fits,
                "{}: {} = {}",
                component.component, key.name, key.default
            );
        });
    }
}

#[test]
fn every_key_is_there_once_and_is_explained() {
    for component in reference() {
        let mut names = Vec::new();
        for key in component.keys {
            assert!(
                !names.contains(&key.name),
                "{}: {} twice",
                component.component,
                key.name
            );
            names.push(key.name);
        }
        every(component.keys, &mut |key| {
            assert!(!key.summary.is_empty(), "{}", key.name);
            if let Status::Refused(reason) | Status::Only(_, reason) | Status::Off(reason) =
                key.status
            {
                assert!(!reason.is_empty() && !reason.ends_with('.'), "{}", key.name);
            }
        });
    }
}
