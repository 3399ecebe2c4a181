//! `headers_setter`: headers from the configuration, from files, or from what the client itself sent.

use http::{HeaderMap, HeaderName, HeaderValue};
use tollgate_config::{HeaderAction, HeaderRule, HeaderSource};
use tollgate_record::RequestContext;

use super::{header_name, header_value, no_header, unusable};
use crate::client::ClientError;
use crate::exporter::Setback;
use crate::fresh::{self, Fresh, Held};

/// What is done to one header.
pub(crate) struct Rule {
    key: HeaderName,
    action: HeaderAction,
    source: Source,
}

enum Source {
    Held(Held<HeaderValue>),
    Client {
        name: String,
        otherwise: Option<HeaderValue>,
    },
    Nothing,
}

impl Rule {
    pub(crate) fn new(settings: &HeaderRule) -> Result<Self, ClientError> {
        let key = header_name(&settings.key)?;
        let value = |text: &str| {
            header_value(text).ok_or_else(|| ClientError::Header(settings.key.clone()))
        };
        let source = match &settings.source {
            HeaderSource::Value(secret) => Source::Held(Held::written(value(secret.reveal())?)),
            HeaderSource::File(path) => Source::Held(Held::File(Fresh::read(path, |content| {
                header_value(fresh::text(content)?).ok_or_else(no_header)
            })?)),
            HeaderSource::Client { name, otherwise } => Source::Client {
                name: name.clone(),
                otherwise: otherwise
                    .as_ref()
                    .map(|secret| value(secret.reveal()))
                    .transpose()?,
            },
            HeaderSource::Nothing => Source::Nothing,
        };
        Ok(Self {
            key,
            action: settings.action,
            source,
        })
    }

    pub(crate) fn apply(
        &self,
        headers: &mut HeaderMap,
        context: Option<&RequestContext>,
    ) -> Result<(), Setback> {
        let there = headers.contains_key(&self.key);
        match self.action {
            HeaderAction::Delete => {
                headers.remove(&self.key);
                return Ok(());
            }
            HeaderAction::Insert if there => return Ok(()),
            HeaderAction::Update if !there => return Ok(()),
            HeaderAction::Insert | HeaderAction::Update | HeaderAction::Upsert => {}
        }
        // A client that sent nothing sets nothing.
        if let Some(value) = self.value(context)? {
            headers.insert(&self.key, value);
        }
        Ok(())
    }

    fn value(&self, context: Option<&RequestContext>) -> Result<Option<HeaderValue>, Setback> {
        let (name, otherwise) = match &self.source {
            Source::Held(held) => return Ok(Some(HeaderValue::clone(&held.get()))),
            Source::Nothing => return Ok(None),
            Source::Client { name, otherwise } => (name, otherwise),
        };
        let sent = context
            .into_iter()
            .flat_map(|context| context.metadata.iter().chain(&context.credentials));
        let values = sent
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .flat_map(|(_, values)| values);
        match values.collect::<Vec<_>>().as_slice() {
            [] => Ok(otherwise.clone()),
            [value] => header_value(value)
                .map(Some)
                .ok_or_else(|| unusable(&self.key)),
            _ => Err(Setback::permanent(format!(
                "the header `{}` cannot be set: the client sent several values for it",
                self.key
            ))),
        }
    }
}
