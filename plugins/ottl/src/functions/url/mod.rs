//! `URL`: the parts of an address, as the semantic conventions name them.

mod escape;
mod parse;

use parse::Url;

use crate::value::{Entries, Text, put};
use crate::{Call, Error, Function, Kind, List, ListKind, Map, MapKind, Parameter, Value};

pub(super) const LIST: &[&Function] = &[&URL];

static URL: Function = Function::new("URL", &[Parameter::new("URI", Kind::Text)], url);

const NO_URL: Error = Error::failed("the text is no URL");

fn url<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let text = call.text(0)?;
    if text.is_empty() {
        return Err(Error::failed("the URL cannot be empty"));
    }
    let entries = match text.strip_prefix('?') {
        Some(query) => query_parts(query),
        None => Url::read(&text).and_then(|url| parts(&url)),
    };
    Ok(Map::new(MapKind::Raw, entries.ok_or(NO_URL)?).into())
}

fn parts<'e>(url: &Url) -> Option<Entries<'e>> {
    let mut entries = Entries::new();
    let mut set = |key: &'static str, value: Value<'e>| entries.push((Text::Borrowed(key), value));
    let (host, port) = url.host_and_port();
    set("url.original", text(url.spelled()));
    set("url.domain", text(host.to_vec()));
    set("url.scheme", url.scheme.clone().into());
    set("url.path", text(url.path.clone()));
    if !port.is_empty() {
        let port = str::from_utf8(port).ok()?;
        set("url.port", Value::Int(port.parse().ok()?));
    }
    if !url.fragment.is_empty() {
        set("url.fragment", text(url.fragment.clone()));
    }
    if let Some(user) = &url.user {
        set("url.user_info", text(user.spelled()));
        if !user.name.is_empty() {
            set("url.username", text(user.name.clone()));
        }
        if let Some(password) = &user.password {
            set("url.password", text(password.clone()));
        }
    }
    if !url.query.is_empty() {
        set("url.query", url.query.clone().into());
    }
    let point = url.path.iter().rposition(|byte| *byte == b'.');
    let extension = point.and_then(|point| url.path.get(point + 1..));
    if let Some(extension) = extension.filter(|extension| !extension.is_empty()) {
        set("url.extension", text(extension.to_vec()));
    }
    Some(entries)
}

/// The values of the parameters of a query without an address.
fn query_parts<'e>(query: &str) -> Option<Entries<'e>> {
    let mut parameters: Vec<(String, Vec<Value<'e>>)> = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        if parameter.contains(';') {
            return None;
        }
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let key = escape::unescape(key.as_bytes(), escape::Part::Query)?;
        let key = String::from_utf8_lossy(&key).into_owned();
        let value = text(escape::unescape(value.as_bytes(), escape::Part::Query)?);
        let known = parameters.iter().position(|(known, _)| *known == key);
        let known = known.unwrap_or_else(|| {
            parameters.push((key, Vec::new()));
            parameters.len() - 1
        });
        if known >= MOST_PARAMETERS {
            return None;
        }
        parameters.get_mut(known)?.1.push(value);
    }
    let mut entries = Entries::new();
    if !parameters.is_empty() {
        let mut held = Entries::new();
        for (key, values) in parameters {
            put(
                &mut held,
                Text::from(key),
                List::new(ListKind::Any, values).into(),
            );
        }
        entries.push((Text::Borrowed("query"), Map::new(MapKind::Raw, held).into()));
    }
    Some(entries)
}

/// How many different parameters a query may have; each is looked for among those before it.
const MOST_PARAMETERS: usize = 1_000;

/// Text; bytes where it is not UTF-8.
fn text<'e>(bytes: Vec<u8>) -> Value<'e> {
    match String::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(error) => Value::bytes(error.into_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use crate::Value;
    use crate::testing::Record;

    fn part(url: &str, key: &str) -> Option<Value<'static>> {
        let record = Record::default().attribute("u", url.to_owned());
        let Value::Map(map) = record.evaluate(r#"URL(attributes["u"])"#).ok()? else {
            return None;
        };
        map.get(key).map(Value::into_static)
    }

    fn text(url: &str, key: &str) -> Option<String> {
        match part(url, key)? {
            Value::Text(text) => Some(text.as_str().to_owned()),
            _ => None,
        }
    }

    #[test]
    fn an_address_has_parts() {
        let url = "https://user:p%20w@example.com:8443/a/b.html?q=1&r=2#frag";
        assert_eq!(text(url, "url.original").as_deref(), Some(url));
        assert_eq!(text(url, "url.domain").as_deref(), Some("example.com"));
        assert_eq!(text(url, "url.password").as_deref(), Some("p w"));
        assert_eq!(text(url, "url.user_info").as_deref(), Some("user:p%20w"));
        assert_eq!(text(url, "url.extension").as_deref(), Some("html"));
        assert!(matches!(part(url, "url.port"), Some(Value::Int(8443))));
        assert_eq!(
            text("mailto:jane@example.com", "url.path").as_deref(),
            Some("")
        );
        assert_eq!(
            text("http://[::1]:80/", "url.domain").as_deref(),
            Some("::1")
        );
        assert_eq!(text("//h/a", "url.domain").as_deref(), Some("h"));
    }

    #[test]
    fn what_is_no_address_fails() {
        for url in [
            "http://h:x/",
            "http://[::1/",
            "http://h/%zz",
            ":a",
            "a:b/c:d\u{7f}",
            "1:2/",
            "http://a b/",
            "http://[1.2.3.4]/",
            "http://u\"@h/",
            "http://h#%z",
            "http://a:1:2/",
            "?a;b=c",
            "?%z",
            "http://h:99999999999999999999/",
        ] {
            assert!(part(url, "url.path").is_none(), "{url}");
        }
    }
}
