//! Extensions that are parts of other components: storage of queues, and who may come in or goes out.

use super::section::Section;
use super::walk::Checker;
use super::{credentials, storage};
use crate::model::{
    BasicCredentials, BearerToken, ClientAuth, ComponentId, FileStorage, HeadersSetter, Htpasswd,
    ServerAuth, Storage,
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
        "file_storage" => Part::Storage(storage::storage(checker, path, entry, section)),
        "bearertokenauth" => Part::Bearer(credentials::bearer(checker, path, entry, section)),
        "basicauth" => {
            let (server, client) = credentials::basic(checker, path, entry, section);
            Part::Basic { server, client }
        }
        _ => Part::Headers(credentials::headers(checker, path, section)),
    })
}
