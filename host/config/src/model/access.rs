//! Who may come in, and as whom the gate goes out.

use std::path::PathBuf;

use super::Secret;

/// Who may send to a receiver: an extension, by what it checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerAuth {
    /// `bearertokenauth`
    Bearer(BearerToken),
    /// `basicauth` with `htpasswd`
    Basic(Htpasswd),
}

/// As whom an exporter sends: an extension, by what it adds to each request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientAuth {
    /// `bearertokenauth`
    Bearer(BearerToken),
    /// `basicauth` with `client_auth`
    Basic(BasicCredentials),
    /// `headers_setter`
    Headers(HeadersSetter),
}

/// `bearertokenauth`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BearerToken {
    /// The header that holds the token, in lower case.
    pub header: String,
    /// What stands before the token; empty is nothing.
    pub scheme: String,
    /// Where tokens are from. A server takes any of them, a client sends the first.
    pub tokens: Tokens,
}

/// Where tokens are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tokens {
    /// The configuration.
    Written(Vec<Secret>),
    /// A file, one a line; it is read again when it changes.
    File(PathBuf),
}

/// `basicauth::htpasswd`: users and hashes of passwords, as `htpasswd` of Apache writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Htpasswd {
    /// A file; it is read again when it changes.
    pub file: Option<PathBuf>,
    /// The same, inline; it counts before the file.
    pub inline: Option<Secret>,
}

/// `basicauth::client_auth`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasicCredentials {
    /// The user's name.
    pub username: String,
    /// The user's password.
    pub password: Secret,
    /// A file that holds the name instead; it is read again when it changes.
    pub username_file: Option<PathBuf>,
    /// A file that holds the password instead; it is read again when it changes.
    pub password_file: Option<PathBuf>,
}

/// `headers_setter`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadersSetter {
    /// What is done to the headers of each request, in this order.
    pub headers: Vec<HeaderRule>,
}

/// One header of `headers_setter`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderRule {
    /// The header, in lower case.
    pub key: String,
    /// What is done to it.
    pub action: HeaderAction,
    /// Where its value is from.
    pub source: HeaderSource,
}

/// What is done to a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderAction {
    /// It is added if there is none.
    Insert,
    /// It is replaced if there is one.
    Update,
    /// It is added or replaced.
    Upsert,
    /// It is removed.
    Delete,
}

/// Where the value of a header is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderSource {
    /// The configuration.
    Value(Secret),
    /// A file; it is read again when it changes.
    File(PathBuf),
    /// The client's metadata of this name, in lower case, which its receiver has to include; or else this value, if there is one.
    Client {
        /// The name.
        name: String,
        /// The value where the client sent none.
        otherwise: Option<Secret>,
    },
    /// There is none to be had: the header is deleted.
    Nothing,
}
