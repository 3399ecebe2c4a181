//! Names of spans that are URLs or statements.

use tollgate_sdk::{Field, NodeView, Rule, Setup, Signal, Value};

use crate::config::Config;
use crate::keys::Action;
use crate::values::Suspects;
use crate::{Redaction, db, url};

/// Kinds of spans, as OTLP numbers them.
const INTERNAL: i64 = 1;
const SERVER: i64 = 2;
const CLIENT: i64 = 3;

/// Which sanitizers work on names of spans.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SpanNames {
    kind: Field,
    urls: bool,
    databases: bool,
}

impl SpanNames {
    pub(crate) fn new(
        config: &Config,
        redaction: &Redaction,
        setup: &mut Setup,
    ) -> Option<SpanNames> {
        let urls =
            redaction.urls.is_some() && config.url_sanitizer.sanitize_span_name.unwrap_or(true);
        let databases = !redaction.databases.is_empty()
            && config.db_sanitizer.sanitize_span_name.unwrap_or(true);
        if !urls && !databases {
            return None;
        }
        let traces = &[Signal::Traces];
        setup.edits(traces, "name");
        for key in db::SYSTEM_KEYS
            .into_iter()
            .filter(|_| databases)
            .chain(url::HTTP_KEYS.into_iter().filter(|_| urls))
        {
            setup.reads(
                traces,
                &tollgate_sdk::attribute_path(tollgate_sdk::NodeKind::Span, key),
            );
        }
        Some(SpanNames {
            kind: setup.reads(traces, "kind"),
            urls,
            databases,
        })
    }

    /// The name that a span gets; none if it keeps its own.
    pub(crate) fn sanitized(
        &self,
        redaction: &Redaction,
        span: NodeView<'_>,
        name: &str,
    ) -> Option<(String, Rule)> {
        if redaction.values.is_allowed(name) {
            return None;
        }
        let kind = span
            .get(self.kind)
            .and_then(Value::as_i64)
            .unwrap_or_default();
        let new = self
            .as_url(redaction, span, kind, name)
            .or_else(|| self.as_statement(redaction, span, kind, name));
        new.filter(|(new, _)| new != name && !new.is_empty() && new != "...")
    }

    fn as_url(
        &self,
        redaction: &Redaction,
        span: NodeView<'_>,
        kind: i64,
        name: &str,
    ) -> Option<(String, Rule)> {
        let urls = redaction.urls.as_ref().filter(|_| self.urls)?;
        let is_http = || {
            url::HTTP_KEYS
                .iter()
                .any(|key| span.attribute(key).is_some() && !redaction.removes(key))
        };
        if !matches!(kind, SERVER | CLIENT) || !(name.contains('/') || is_http()) {
            return None;
        }
        Some((url::sanitized_name(name)?, urls.rule))
    }

    fn as_statement(
        &self,
        redaction: &Redaction,
        span: NodeView<'_>,
        kind: i64,
        name: &str,
    ) -> Option<(String, Rule)> {
        if !self.databases || !matches!(kind, INTERNAL | SERVER | CLIENT) {
            return None;
        }
        // The Collector asks for the system when the attributes are redacted already.
        let system = db::SYSTEM_KEYS.iter().find_map(|key| {
            let system = span
                .attribute(key)?
                .as_text()
                .filter(|system| !system.is_empty())?;
            redaction.leaves(key, system).then(|| system.to_lowercase())
        })?;
        let new = redaction.databases.of_system(name, &system);
        (new != name).then_some((new, redaction.databases.rule))
    }
}

impl Redaction {
    fn removes(&self, key: &str) -> bool {
        matches!(self.keys.action(key), Action::Remove(_))
    }

    /// Whether an attribute is after the redaction what it was before.
    fn leaves(&self, key: &str, text: &str) -> bool {
        match self.keys.action(key) {
            Action::Ignore => true,
            Action::Remove(_) | Action::Mask(_) => false,
            Action::Look => self.values.masked(text, Suspects::All).is_none(),
        }
    }
}
