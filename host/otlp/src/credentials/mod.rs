//! As whom an exporter sends: what the configuration's `auth` adds to each request.

mod headers;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use tollgate_config::{BasicCredentials, BearerToken, ClientAuth, Secret, Tokens};
use tollgate_record::RequestContext;

use crate::client::ClientError;
use crate::exporter::Setback;
use crate::fresh::{self, Fresh, Held};
use headers::Rule;

/// What is added to the headers of each try. Files are read again when they change.
pub(crate) enum Credentials {
    /// A header with a value that is the same for every request.
    Fixed(HeaderName, Held<HeaderValue>),
    /// A user's name and password.
    Basic(Held<String>, Held<String>),
    /// `headers_setter`
    Rules(Vec<Rule>),
}

impl Credentials {
    pub(crate) fn new(settings: &ClientAuth) -> Result<Self, ClientError> {
        match settings {
            ClientAuth::Bearer(settings) => bearer(settings),
            ClientAuth::Basic(settings) => basic(settings),
            ClientAuth::Headers(settings) => settings
                .headers
                .iter()
                .map(Rule::new)
                .collect::<Result<_, _>>()
                .map(Self::Rules),
        }
    }

    /// Puts them on a request, for a client of whom this is known.
    pub(crate) fn apply(
        &self,
        headers: &mut HeaderMap,
        context: Option<&RequestContext>,
    ) -> Result<(), Setback> {
        match self {
            Self::Fixed(name, value) => {
                headers.insert(name, HeaderValue::clone(&value.get()));
            }
            Self::Basic(username, password) => {
                let pair = STANDARD.encode(format!("{}:{}", username.get(), password.get()));
                let mut value = HeaderValue::try_from(format!("Basic {pair}"))
                    .map_err(|_| unusable(&AUTHORIZATION))?;
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
            }
            Self::Rules(rules) => {
                for rule in rules {
                    rule.apply(headers, context)?;
                }
            }
        }
        Ok(())
    }
}

fn bearer(settings: &BearerToken) -> Result<Credentials, ClientError> {
    let name = header_name(&settings.header)?;
    let scheme = match settings.scheme.as_str() {
        "" => String::new(),
        scheme => format!("{scheme} "),
    };
    let value = match &settings.tokens {
        Tokens::Written(tokens) => {
            let token = tokens.first().map(Secret::reveal);
            let token = token.ok_or_else(|| ClientError::Header(name.to_string()))?;
            let value = header_value(&format!("{scheme}{token}"));
            Held::written(value.ok_or_else(|| ClientError::Header(name.to_string()))?)
        }
        Tokens::File(path) => Held::File(Fresh::read(path, move |content| {
            let token = fresh::text(content)?.lines().next().unwrap_or_default();
            header_value(&format!("{scheme}{}", token.trim())).ok_or_else(no_header)
        })?),
    };
    Ok(Credentials::Fixed(name, value))
}

fn basic(settings: &BasicCredentials) -> Result<Credentials, ClientError> {
    let held = |file: Option<&_>, written: &str| match file {
        Some(path) => Fresh::read(path, |content| fresh::text(content).map(str::to_owned))
            .map(Held::File)
            .map_err(ClientError::from),
        None => Ok(Held::written(written.to_owned())),
    };
    Ok(Credentials::Basic(
        held(settings.username_file.as_deref(), &settings.username)?,
        held(
            settings.password_file.as_deref(),
            settings.password.reveal(),
        )?,
    ))
}

fn header_name(name: &str) -> Result<HeaderName, ClientError> {
    HeaderName::try_from(name).map_err(|_| ClientError::Header(name.to_owned()))
}

/// A value that logs of HTTP libraries do not show.
fn header_value(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(text.as_bytes()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn no_header() -> String {
    "what it holds cannot be the value of a header".to_owned()
}

fn unusable(name: &HeaderName) -> Setback {
    Setback::permanent(format!(
        "the header `{name}` cannot be set: what it should hold cannot be the value of a header"
    ))
}
