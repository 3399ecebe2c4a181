//! Extensions that say who may come in, and as whom the gate goes out.

use super::section::Section;
use super::walk::Checker;
use crate::model::{
    BasicCredentials, BearerToken, HeaderAction, HeaderRule, HeaderSource, HeadersSetter, Htpasswd,
    Secret, Tokens,
};
use crate::yaml::{Entry, Node, Span, Value};

/// Checks a `bearertokenauth`.
pub(super) fn bearer(
    checker: &mut Checker<'_>,
    path: &str,
    entry: &Entry,
    section: Section<'_>,
) -> BearerToken {
    let one = section.text("token");
    let several = section.texts("tokens");
    let file = section.path("filename");
    let at = |name: &str| section.node(name).map_or(entry.span, |node| node.span);
    if !several.is_empty() && (one.is_some() || file.is_some()) {
        let other = if one.is_some() { "token" } else { "filename" };
        checker.error(
            at("tokens"),
            format!("{path}: `{other}` and `tokens` are both there"),
            "keep one of the two",
        );
    }
    if several.iter().any(String::is_empty) {
        // Whoever sends none would send this one.
        checker.error(
            at("tokens"),
            format!("{path}::tokens: one of them is empty"),
            "remove it, or set its variable",
        );
    }
    let tokens = if let Some(file) = file {
        if one.is_some() {
            checker.warning(
                at("token"),
                format!("{path}: the tokens of `filename` hold, and `token` does not"),
                "remove `token`",
            );
        }
        Tokens::File(file)
    } else {
        let is_silent = |name: &&str| match section.node(name) {
            Some(node) => node.text() == Some("") || node.value == Value::List(Vec::new()),
            None => !section.says(name),
        };
        if ["token", "tokens", "filename"].iter().all(is_silent) {
            checker.error(
                entry.span,
                format!("{path}: there is no token"),
                "write `token: ${env:TOKEN}`, `tokens` or `filename`; a variable that is empty is none",
            );
        }
        Tokens::Written(one.into_iter().chain(several).map(Secret::new).collect())
    };
    // An empty scheme that is written means that there is none.
    let scheme = match section.node("scheme").and_then(|node| node.text()) {
        Some(scheme) => scheme.to_owned(),
        None => section.text("scheme").unwrap_or_default(),
    };
    BearerToken {
        header: section.choice("header"),
        scheme,
        tokens,
    }
}

/// Checks a `basicauth`: whom it lets in, or as whom it sends.
pub(super) fn basic(
    checker: &mut Checker<'_>,
    path: &str,
    entry: &Entry,
    section: Section<'_>,
) -> (Option<Htpasswd>, Option<BasicCredentials>) {
    let (has_server, has_client) = (section.says("htpasswd"), section.says("client_auth"));
    if has_server == has_client {
        checker.error(
            entry.span,
            format!("{path}: it is either for a receiver or for an exporter"),
            "write `htpasswd` for the one, `client_auth` for the other, and two extensions for both",
        );
    }
    let server = has_server.then(|| {
        let htpasswd = section.section("htpasswd");
        Htpasswd {
            file: htpasswd.path("file"),
            inline: htpasswd.text("inline").map(Secret::new),
        }
    });
    if server
        .as_ref()
        .is_some_and(|server| server.file.is_none() && server.inline.is_none())
        && section.node("htpasswd").is_some_and(Node::is_whole)
    {
        checker.error(
            section.key("htpasswd").unwrap_or(entry.span),
            format!("{path}::htpasswd: nobody could come in"),
            "write `file` or `inline`",
        );
    }
    let client = has_client.then(|| {
        let client = section.section("client_auth");
        BasicCredentials {
            username: client.text("username").unwrap_or_default(),
            password: Secret::new(client.text("password").unwrap_or_default()),
            username_file: client.path("username_file"),
            password_file: client.path("password_file"),
        }
    });
    if let Some(client) = &client
        && section.node("client_auth").is_some_and(Node::is_whole)
    {
        let has_name = !client.username.is_empty() || client.username_file.is_some();
        let has_password = !client.password.reveal().is_empty() || client.password_file.is_some();
        if !has_name || !has_password {
            let missing = if has_name { "password" } else { "username" };
            checker.error(
                section.key("client_auth").unwrap_or(entry.span),
                format!("{path}::client_auth: the {missing} is missing"),
                "write it, or name a file that holds it",
            );
        }
    }
    (server, client)
}

/// Checks a `headers_setter`.
pub(super) fn headers(
    checker: &mut Checker<'_>,
    path: &str,
    section: Section<'_>,
) -> HeadersSetter {
    let items = section.sections("headers");
    let at = section.node("headers").map(|node| node.span);
    let at = at.unwrap_or_default();
    if items.is_empty() && section.node("headers").is_some_and(Node::is_whole) {
        checker.error(
            at,
            format!("{path}::headers: there is none"),
            "write `headers: [{key: x-tenant, from_context: x-tenant}]`, or remove the extension",
        );
    }
    let headers = items.into_iter().enumerate().map(|(index, item)| {
        let path = format!("{path}::headers::{index}");
        header(checker, &path, at, item)
    });
    HeadersSetter {
        headers: headers.collect(),
    }
}

/// Where the value of a header may be from.
const SOURCES: [&str; 3] = ["value", "value_file", "from_context"];

fn header(checker: &mut Checker<'_>, path: &str, at: Span, item: Section<'_>) -> HeaderRule {
    let at = item.node("key").map_or(at, |node| node.span);
    let action = match item.choice("action").as_str() {
        "insert" => HeaderAction::Insert,
        "update" => HeaderAction::Update,
        "delete" => HeaderAction::Delete,
        _ => HeaderAction::Upsert,
    };
    let written = SOURCES.iter().filter(|name| item.says(name)).count();
    let expected = usize::from(action != HeaderAction::Delete);
    // What is refused has been reported, and may have been meant.
    if written != expected && !item.says("from_attribute") {
        let (what, help) = if expected == 0 {
            ("a header that is deleted has no value", "remove the value")
        } else {
            (
                "a header has one value",
                "write one of `value`, `value_file` and `from_context`",
            )
        };
        checker.error(at, format!("{path}: {what}"), help);
    }
    for name in SOURCES {
        if let Some(node) = item.node(name).filter(|node| node.text() == Some("")) {
            checker.error(
                node.span,
                format!("{path}::{name}: the value is empty"),
                "write it, set its variable, or write `action: delete` instead",
            );
        }
    }
    if let Some(node) = item.node("default_value")
        && !item.says("from_context")
    {
        checker.error(
            node.span,
            format!("{path}::default_value: only what a client sends can be missing"),
            "write `from_context` beside it, or remove it",
        );
    }
    let source = if let Some(value) = item.text("value") {
        HeaderSource::Value(Secret::new(value))
    } else if let Some(file) = item.path("value_file") {
        HeaderSource::File(file)
    } else if let Some(name) = item.text("from_context") {
        HeaderSource::Client {
            name: name.to_ascii_lowercase(),
            otherwise: item.text("default_value").map(Secret::new),
        }
    } else {
        HeaderSource::Nothing
    };
    HeaderRule {
        key: item.choice("key"),
        action,
        source,
    }
}
