//! Conditions about the request: `request["X-Tenant"] == "acme"`.

use tollgate_sdk::{Field, NodeKind, NodeView, Setup, Signal, Value, attribute_path};

const FORM: &str =
    r#"a condition about the request has the form `request["name"] == "value"`, or `!=`"#;

/// A condition about the metadata of a request.
#[derive(Debug)]
pub(crate) struct RequestCondition {
    field: Field,
    value: String,
    equal: bool,
}

/// Name, value, and whether they are to be equal.
pub(crate) fn parse(text: &str) -> Result<(&str, &str, bool), String> {
    let comparisons = text.matches("==").count() + text.matches("!=").count();
    let (sides, equal) = match (text.split_once("=="), text.split_once("!=")) {
        (Some(sides), None) => (sides, true),
        (None, Some(sides)) => (sides, false),
        _ => return Err(FORM.to_owned()),
    };
    let name = sides.0.trim();
    let name = name
        .strip_prefix("request[\"")
        .and_then(|name| name.strip_suffix("\"]"));
    let value = sides.1.trim();
    let value = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    match (name, value) {
        (Some(name), Some(value)) if comparisons == 1 => Ok((name, value, equal)),
        _ => Err(FORM.to_owned()),
    }
}

impl RequestCondition {
    /// Reads a condition, and declares what it reads.
    pub(crate) fn configure(text: &str, signal: Signal, setup: &mut Setup) -> Result<Self, String> {
        let (name, value, equal) = parse(text)?;
        // Headers are in lower case, as receivers deliver them.
        let path = attribute_path(NodeKind::Request, &name.to_lowercase());
        Ok(Self {
            field: setup.reads(&[signal], &path),
            value: value.to_owned(),
            equal,
        })
    }

    /// Whether one of the values that the request has meets it; none does where there is none.
    pub(crate) fn holds(&self, node: &NodeView<'_>) -> bool {
        let meets = |value: Value<'_>| {
            value
                .as_text()
                .is_some_and(|text| (text == self.value) == self.equal)
        };
        match node.get(self.field) {
            Some(Value::Array(values)) => values.items().any(meets),
            Some(value) => meets(value),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_condition_compares_once() {
        assert_eq!(
            parse(r#"request["X-Tenant"] == "acme""#),
            Ok(("X-Tenant", "acme", true))
        );
        assert_eq!(parse(r#" request["a"]!="" "#), Ok(("a", "", false)));
        for refused in [
            "",
            r#"request["a"]"#,
            r#"request["a"] == b"#,
            r#"request.a == "b""#,
            r#"request["a"] == "b" == "c""#,
            r#"request["a"] == "b" != "c""#,
            r#"request["a"] < "b""#,
        ] {
            assert!(parse(refused).is_err(), "{refused}");
        }
    }
}
