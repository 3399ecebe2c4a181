//! The names that the semantic conventions give spans.

use tollgate_ottl::{Error, Map, Value, convert as getters};

/// Refuses a version of the conventions that is not known.
pub(crate) fn check(version: &str) -> Result<(), String> {
    let mut parts = version
        .trim_start_matches('v')
        .split('.')
        .map(str::parse::<u64>);
    let mut part = || parts.next().unwrap_or(Ok(0));
    let known = match (part(), part(), part()) {
        (Ok(1), Ok(minor), Ok(patch)) => (37..=42).contains(&minor) || (minor == 43 && patch == 0),
        _ => false,
    };
    if known {
        Ok(())
    } else {
        Err("the version of the conventions must be between 1.37.0 and 1.43.0".to_owned())
    }
}

const SERVER: i64 = 2;
const CLIENT: i64 = 3;
const PRODUCER: i64 = 4;
const CONSUMER: i64 = 5;

/// The name of a span by its kind and its attributes; none where the conventions have none.
pub(crate) fn span_name(kind: i64, attributes: &Map<'_>) -> Result<Option<String>, Error> {
    let span = Span(attributes);
    Ok(match kind {
        SERVER => first([
            span.http("http.route")?,
            span.rpc()?,
            span.messaging()?,
            None,
        ]),
        CLIENT => first([
            span.http("url.template")?,
            span.rpc()?,
            span.database()?,
            span.messaging()?,
        ]),
        PRODUCER | CONSUMER => span.messaging()?.filter(|name| !name.is_empty()),
        _ => None,
    })
}

fn first(names: [Option<String>; 4]) -> Option<String> {
    names.into_iter().flatten().find(|name| !name.is_empty())
}

struct Span<'m, 'e>(&'m Map<'e>);

impl Span<'_, '_> {
    /// The text of the first of these attributes that is there.
    fn text(&self, names: &[&str]) -> Result<Option<String>, Error> {
        let found = names.iter().find_map(|name| self.0.get(name));
        found.map(|value| getters::shown(&value)).transpose()
    }

    fn holds(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(Value::Bool(true)))
    }

    fn http(&self, subject: &str) -> Result<Option<String>, Error> {
        let Some(method) = self.text(&["http.request.method", "http.method"])? else {
            return Ok(None);
        };
        Ok(Some(match self.text(&[subject])? {
            Some(subject) => format!("{method} {subject}"),
            None => method,
        }))
    }

    fn rpc(&self) -> Result<Option<String>, Error> {
        let Some(system) = self.text(&["rpc.system.name", "rpc.system"])? else {
            return Ok(None);
        };
        let method = self.text(&["rpc.method", "rpc.grpc.method"])?;
        let service = self.text(&["rpc.service", "rpc.grpc.service"])?;
        Ok(Some(match (service, method) {
            (Some(service), Some(method)) => format!("{service}/{method}"),
            (None, Some(method)) => method,
            (Some(service), None) => format!("{service}/*"),
            (None, None) => system,
        }))
    }

    fn database(&self) -> Result<Option<String>, Error> {
        let Some(system) = self.text(&["db.system.name", "db.system"])? else {
            return Ok(None);
        };
        if let Some(summary) = self.text(&["db.query.summary"])? {
            return Ok(Some(summary));
        }
        let operation = self
            .text(&["db.operation.name", "db.operation"])?
            .unwrap_or_default();
        let target = self.database_target()?;
        Ok(Some(match (operation.is_empty(), target.is_empty()) {
            (false, false) => format!("{operation} {target}"),
            (false, true) => operation,
            (true, false) => target,
            (true, true) => system,
        }))
    }

    fn database_target(&self) -> Result<String, Error> {
        let namespace = self.text(&["db.namespace", "db.name"])?.unwrap_or_default();
        for name in ["db.collection.name", "db.stored_procedure.name"] {
            if let Some(inner) = self.text(&[name])? {
                return Ok(if namespace.is_empty() {
                    inner
                } else {
                    format!("{namespace}.{inner}")
                });
            }
        }
        if !namespace.is_empty() {
            return Ok(namespace);
        }
        Ok(self.server()?.unwrap_or_default())
    }

    fn server(&self) -> Result<Option<String>, Error> {
        let Some(address) = self.text(&["server.address"])? else {
            return Ok(None);
        };
        Ok(Some(match self.text(&["server.port"])? {
            Some(port) => format!("{address}:{port}"),
            None => address,
        }))
    }

    fn messaging(&self) -> Result<Option<String>, Error> {
        let Some(system) = self.text(&["messaging.system"])? else {
            return Ok(None);
        };
        let operation = self.text(&["messaging.operation.name", "messaging.operation"])?;
        let destination = self.destination()?;
        Ok(Some(match (operation, destination.is_empty()) {
            (Some(operation), false) => format!("{operation} {destination}"),
            (None, false) => destination,
            (Some(operation), true) => operation,
            (None, true) => system,
        }))
    }

    fn destination(&self) -> Result<String, Error> {
        if self.holds("messaging.destination.temporary") {
            return Ok("(temporary)".to_owned());
        }
        if self.holds("messaging.destination.anonymous") {
            return Ok("(anonymous)".to_owned());
        }
        let names = [
            "messaging.destination.template",
            "messaging.destination.name",
            "messaging.destination",
        ];
        if let Some(name) = self.text(&names)? {
            return Ok(name);
        }
        Ok(self.server()?.unwrap_or_default())
    }
}
