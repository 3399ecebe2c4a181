//! Who may send to a receiver.
//!
//! It is asked for each request, before its body is read and before anything is paid for it. Whoever is sent away is told that
//! credentials are missing or wrong, and never which of it: no user, token or password is better known afterwards.

mod basic;
mod bearer;
mod crypt;
mod htpasswd;

use std::sync::Arc;

use http::{HeaderMap, HeaderValue};
use tollgate_config::ServerAuth;
use tollgate_record::{RequestContext, Value};

use crate::failure::Failure;
use crate::fresh::FileError;
use basic::Basic;
use bearer::Bearer;

/// What the gate knows of an authenticated client: the attributes that policies see as `auth`.
pub(crate) type Identity = Vec<(String, Value)>;

/// Checks credentials.
pub(crate) enum Access {
    Bearer(Bearer),
    Basic(Basic),
}

impl Access {
    pub(crate) fn new(settings: &ServerAuth) -> Result<Self, FileError> {
        match settings {
            ServerAuth::Bearer(settings) => Bearer::new(settings).map(Self::Bearer),
            ServerAuth::Basic(settings) => Basic::new(settings).map(Self::Basic),
        }
    }

    /// Who sends a request with these headers, if they may.
    pub(crate) async fn check(&self, headers: &HeaderMap) -> Result<Identity, Failure> {
        match self {
            Self::Bearer(bearer) => bearer.check(headers),
            Self::Basic(basic) => basic.check(headers).await,
        }
    }

    /// What `WWW-Authenticate` asks for.
    pub(crate) fn challenge(&self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Bearer(_) => "Bearer",
            Self::Basic(_) => "Basic realm=\"tollgate\", charset=\"UTF-8\"",
        })
    }

    /// The header that holds the credentials, besides `authorization`.
    pub(crate) fn header(&self) -> &str {
        match self {
            Self::Bearer(bearer) => bearer.header(),
            Self::Basic(_) => "authorization",
        }
    }
}

/// What is known of a client that sends a request with these headers, if it may.
pub(crate) async fn admit(
    access: Option<&Access>,
    headers: &HeaderMap,
    peer: Arc<RequestContext>,
) -> Result<Arc<RequestContext>, Failure> {
    let Some(access) = access else {
        return Ok(peer);
    };
    let auth = access.check(headers).await?;
    if auth.is_empty() {
        return Ok(peer);
    }
    let peer = RequestContext::clone(&peer);
    Ok(Arc::new(RequestContext { auth, ..peer }))
}

/// Adds what a request says of itself. What proves who sends it is kept apart: policies must not see it.
pub(crate) fn with_metadata(
    context: &RequestContext,
    metadata: Vec<(String, Vec<String>)>,
    access: Option<&Access>,
) -> Arc<RequestContext> {
    let own = access.map(Access::header);
    let proves = |name: &str| CREDENTIALS.contains(&name) || own.is_some_and(|own| own == name);
    let (credentials, metadata) = metadata.into_iter().partition(|(name, _)| proves(name));
    Arc::new(RequestContext {
        metadata,
        credentials,
        ..context.clone()
    })
}

/// Headers that hold credentials, whether or not this receiver looks at them.
const CREDENTIALS: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];

/// The only value of a header. Two are none: nobody may choose which of them is looked at.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a [u8]> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value.as_bytes()),
        _ => None,
    }
}

/// What follows a scheme such as `Bearer`, whatever its case.
fn after_scheme<'a>(value: &'a [u8], scheme: &str) -> Option<&'a [u8]> {
    if scheme.is_empty() {
        return Some(value);
    }
    let (found, rest) = value.split_at_checked(scheme.len())?;
    let rest = rest.strip_prefix(b" ")?;
    found
        .eq_ignore_ascii_case(scheme.as_bytes())
        .then_some(rest)
}
