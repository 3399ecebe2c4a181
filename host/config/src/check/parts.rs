//! Extensions that are parts of other components: storage of queues, and who may come in or goes out.

use super::section::Section;
use super::walk::Checker;
use crate::model::{
    BasicCredentials, BearerToken, ClientAuth, ComponentId, FileStorage, HeaderAction, HeaderRule,
    HeaderSource, HeadersSetter, Htpasswd, Secret, ServerAuth, Storage, Tokens,
};
use crate::nearest::nearest;
use crate::schema::{BASIC_AUTH, BEARER_TOKEN, FILE_STORAGE, HEADERS_SETTER};
use crate::yaml::{Entry, Span};

/// What an extension is to a component that names it.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    Storage(FileStorage),
    Bearer(BearerToken),
    Basic {
        server: Option<Htpasswd>,
        client: Option<BasicCredentials>,
    },
    Headers(HeadersSetter),
    /// Nothing that another component could name.
    None,
}

/// All extensions of a configuration, and whether `service` names them.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(super) known: Vec<(ComponentId, Part, bool)>,
}

impl Parts {
    /// The extension of this name, or what is wrong with it.
    fn find(
        &self,
        checker: &mut Checker<'_>,
        path: &str,
        name: &str,
        at: Span,
    ) -> Option<(&ComponentId, &Part)> {
        let known = self.known.iter().find(|(id, _, _)| id.to_string() == name);
        match known {
            None => {
                let names: Vec<_> = self.known.iter().map(|(id, _, _)| id.to_string()).collect();
                let help = nearest(name, names.iter().map(String::as_str)).map_or_else(
                    || "define it under `extensions`, and name it under `service: {extensions: [...]}`".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                checker.error(at, format!("{path}: there is no extension `{name}`"), help);
                None
            }
            Some((id, _, false)) => {
                checker.error(
                    at,
                    format!("{path}: the extension `{id}` does not run"),
                    format!("name it under `service: {{extensions: [{id}]}}`"),
                );
                None
            }
            Some((id, part, true)) => Some((id, part)),
        }
    }

    /// The storage that a queue names.
    pub(super) fn storage(
        &self,
        checker: &mut Checker<'_>,
        path: &str,
        name: &str,
        at: Span,
    ) -> Option<Storage> {
        let (id, part) = self.find(checker, path, name, at)?;
        let Part::Storage(settings) = part else {
            checker.error(
                at,
                format!("{path}: the extension `{id}` keeps no queues"),
                "name a `file_storage`",
            );
            return None;
        };
        Some(Storage {
            id: id.clone(),
            settings: settings.clone(),
        })
    }

    /// As whom an exporter sends.
    pub(super) fn client_auth(
        &self,
        checker: &mut Checker<'_>,
        path: &str,
        section: Section<'_>,
    ) -> Option<ClientAuth> {
        let (path, name, at) = authenticator(path, section)?;
        let (id, part) = self.find(checker, &path, &name, at)?;
        let client = match part {
            Part::Bearer(token) => Some(ClientAuth::Bearer(token.clone())),
            Part::Basic { client, .. } => client.clone().map(ClientAuth::Basic),
            Part::Headers(setter) => Some(ClientAuth::Headers(setter.clone())),
            Part::Storage(_) | Part::None => None,
        };
        if client.is_none() {
            checker.error(
                at,
                format!("{path}: the extension `{id}` says nothing of a client"),
                "name a `bearertokenauth`, a `basicauth` with `client_auth`, or a `headers_setter`",
            );
        }
        client
    }

    /// Who may send to a server.
    pub(super) fn server_auth(
        &self,
        checker: &mut Checker<'_>,
        path: &str,
        section: Section<'_>,
    ) -> Option<ServerAuth> {
        let (path, name, at) = authenticator(path, section)?;
        let (id, part) = self.find(checker, &path, &name, at)?;
        let server = match part {
            Part::Bearer(token) => Some(ServerAuth::Bearer(token.clone())),
            Part::Basic { server, .. } => server.clone().map(ServerAuth::Basic),
            Part::Headers(_) | Part::Storage(_) | Part::None => None,
        };
        if server.is_none() {
            checker.error(
                at,
                format!("{path}: the extension `{id}` says nothing of who may come in"),
                "name a `bearertokenauth`, or a `basicauth` with `htpasswd`",
            );
        }
        server
    }
}

fn authenticator(path: &str, section: Section<'_>) -> Option<(String, String, Span)> {
    let auth = section.section("auth");
    let node = auth.node("authenticator")?;
    let name = auth.text("authenticator")?;
    Some((format!("{path}::auth::authenticator"), name, node.span))
}

/// Checks an extension of one of these types; none where it is of another.
pub(super) fn part(
    checker: &mut Checker<'_>,
    kind: &str,
    path: &str,
    entry: &Entry,
) -> Option<Part> {
    let keys = match kind {
        "file_storage" => FILE_STORAGE,
        "bearertokenauth" => BEARER_TOKEN,
        "basicauth" => BASIC_AUTH,
        "headers_setter" => HEADERS_SETTER,
        _ => return None,
    };
    checker.section(path, keys, &entry.node, entry.span);
    let section = Section::new(keys, &entry.node);
    Some(match kind {
        "file_storage" => Part::Storage(storage(checker, path, entry, section)),
        "bearertokenauth" => Part::Bearer(bearer(checker, path, entry, section)),
        "basicauth" => basic(checker, path, entry, section),
        _ => Part::Headers(headers(checker, path, section)),
    })
}

fn storage(
    checker: &mut Checker<'_>,
    path: &str,
    entry: &Entry,
    section: Section<'_>,
) -> FileStorage {
    let fsync = section.flag("fsync");
    if !fsync {
        let at = entry.node.get("fsync").map_or(entry.span, |node| node.span);
        checker.warning(
            at,
            format!(
                "{path}::fsync: what was acknowledged last is lost when the machine loses its power"
            ),
            "remove it, or write `fsync: true`",
        );
    }
    let max_size = section.section("gate").size("max_size");
    if max_size == Some(0) {
        checker.error(
            entry.span,
            format!("{path}::gate::max_size: nothing fits"),
            "write a size such as `10GiB`",
        );
    }
    FileStorage {
        directory: section.path("directory").unwrap_or_default(),
        create_directory: section.flag("create_directory"),
        directory_permissions: section
            .text("directory_permissions")
            .and_then(|text| super::value::permissions(&text))
            .unwrap_or(0o750),
        fsync,
        max_size,
    }
}

fn bearer(
    checker: &mut Checker<'_>,
    path: &str,
    entry: &Entry,
    section: Section<'_>,
) -> BearerToken {
    let one = section.text("token");
    let several = section.texts("tokens");
    if one.is_some() && !several.is_empty() {
        checker.error(
            entry.span,
            format!("{path}: `token` and `tokens` are both there"),
            "keep one of the two",
        );
    }
    let written: Vec<_> = one.into_iter().chain(several).map(Secret::new).collect();
    let tokens = match section.path("filename") {
        Some(file) => {
            if !written.is_empty() {
                checker.warning(
                    entry.span,
                    format!("{path}: the tokens of `filename` hold, and those beside it do not"),
                    "remove `token` and `tokens`",
                );
            }
            Tokens::File(file)
        }
        None => {
            if written.iter().all(|token| token.reveal().is_empty()) {
                checker.error(
                    entry.span,
                    format!("{path}: there is no token"),
                    "write `token: ${env:TOKEN}`, `tokens` or `filename`; a variable that is empty is none",
                );
            }
            Tokens::Written(written)
        }
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

fn basic(checker: &mut Checker<'_>, path: &str, entry: &Entry, section: Section<'_>) -> Part {
    let (has_server, has_client) = (section.has("htpasswd"), section.has("client_auth"));
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
    {
        checker.error(
            entry.span,
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
    if let Some(client) = &client {
        let has_name = !client.username.is_empty() || client.username_file.is_some();
        let has_password = !client.password.reveal().is_empty() || client.password_file.is_some();
        if !has_name || !has_password {
            let missing = if has_name { "password" } else { "username" };
            checker.error(
                entry.span,
                format!("{path}::client_auth: the {missing} is missing"),
                "write it, or name a file that holds it",
            );
        }
    }
    Part::Basic { server, client }
}

fn headers(checker: &mut Checker<'_>, path: &str, section: Section<'_>) -> HeadersSetter {
    let items = section.sections("headers");
    let nodes = section.node("headers").map(|node| node.span);
    let mut headers = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let path = format!("{path}::headers::{index}");
        let at = item.node("key").map(|node| node.span).or(nodes);
        let at = at.unwrap_or_default();
        let key = item.choice("key");
        let action = match item.choice("action").as_str() {
            "insert" => HeaderAction::Insert,
            "update" => HeaderAction::Update,
            "delete" => HeaderAction::Delete,
            _ => HeaderAction::Upsert,
        };
        let sources = ["value", "value_file", "from_context"];
        let written = sources.iter().filter(|name| item.has(name)).count();
        let expected = usize::from(action != HeaderAction::Delete);
        if written != expected {
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
        let source = if let Some(value) = item.text("value") {
            HeaderSource::Value(Secret::new(value))
        } else if let Some(file) = item.path("value_file") {
            HeaderSource::File(file)
        } else if item.has("from_context") {
            HeaderSource::Client {
                name: item.choice("from_context"),
                otherwise: item.text("default_value").map(Secret::new),
            }
        } else {
            HeaderSource::Nothing
        };
        headers.push(HeaderRule {
            key,
            action,
            source,
        });
    }
    HeadersSetter { headers }
}
