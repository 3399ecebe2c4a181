//! From a place in a policy's configuration back to the file.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Document;
use crate::model::ComponentId;
use crate::schema::Role;
use crate::yaml::{Node, Span, Value, trace};

/// Where the configuration of each stage stands, so that a policy's own complaints can point there.
#[derive(Debug, Clone)]
pub struct SourceMap {
    document: Arc<Document>,
    stages: Arc<Places>,
}

/// Where each stage stands, by the section that it is in and its id.
pub(crate) type Places = HashMap<(Role, ComponentId), Place>;

/// Where one stage stands.
#[derive(Debug)]
pub(crate) struct Place {
    /// Its id under `processors` or `connectors`.
    pub(crate) key: Span,
    /// What the policy is configured with.
    pub(crate) config: Node,
    /// The key `config` of a `wasm` stage.
    pub(crate) config_key: Option<Span>,
    /// The key `component` of a `wasm` stage with its value.
    pub(crate) component: Option<Span>,
}

/// What a policy has to say about its configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark<'a> {
    /// JSON pointer into what it was configured with; empty for the whole. Where it leads nowhere, the nearest thing that exists
    /// is pointed at.
    pub at: &'a str,
    /// Which bytes of the text there, if it is a text and a part of it is meant.
    pub range: Option<Range<usize>>,
    /// What is to be said.
    pub message: &'a str,
    /// What would mend it.
    pub help: Option<&'a str>,
}

impl SourceMap {
    pub(crate) fn new(document: Arc<Document>, stages: Places) -> Self {
        Self {
            document,
            stages: Arc::new(stages),
        }
    }

    /// A policy's remark about its configuration; `role` tells the processor and the connector of one id apart.
    #[must_use]
    pub fn remark(
        &self,
        severity: Severity,
        role: Role,
        stage: &ComponentId,
        remark: &Remark<'_>,
    ) -> Diagnostic {
        let span = self.place(role, stage).map(|place| {
            let (span, node) = place.find(remark.at);
            let part = remark.range.as_ref().zip(node);
            part.and_then(|(range, node)| part_of(&self.document, node, range))
                .unwrap_or(span)
        });
        let span = span.unwrap_or_default();
        self.diagnostic(severity, role, stage, span, remark.message, remark.help)
    }

    /// A complaint about the component of a stage: it cannot be read, or may not be loaded.
    #[must_use]
    pub fn component_problem(
        &self,
        role: Role,
        stage: &ComponentId,
        message: &str,
        help: Option<&str>,
    ) -> Diagnostic {
        let span = self
            .place(role, stage)
            .map(|place| place.component.unwrap_or(place.key))
            .unwrap_or_default();
        self.diagnostic(Severity::Error, role, stage, span, message, help)
    }

    fn place(&self, role: Role, stage: &ComponentId) -> Option<&Place> {
        self.stages.get(&(role, stage.clone()))
    }

    fn diagnostic(
        &self,
        severity: Severity,
        role: Role,
        stage: &ComponentId,
        span: Span,
        message: &str,
        help: Option<&str>,
    ) -> Diagnostic {
        Diagnostic::new(
            &self.document,
            severity,
            span,
            format!("{}::{stage}: {message}", role.section()),
            help.map(str::to_owned),
        )
    }
}

/// Where a part of a text is written; none where the text is not written as such, but comes from a variable.
pub(crate) fn part_of(document: &Document, node: &Node, range: &Range<usize>) -> Option<Span> {
    let Value::Text(text) = &node.value else {
        return None;
    };
    let local = document.local(node.span);
    let whole = document.text(node.span);
    let traced = trace(whole, local.start, local.end)?.unescaped();
    if traced.text != *text {
        return None;
    }
    let (start, end) = traced.written(range.start, range.end)?;
    let base = node.span.start.saturating_sub(local.start);
    Some(Span {
        start: base.saturating_add(start),
        end: base.saturating_add(end),
    })
}

impl Place {
    /// What a pointer leads to, and the value itself where it is just that.
    fn find(&self, pointer: &str) -> (Span, Option<&Node>) {
        let mut node = &self.config;
        let mut found = true;
        let mut span = self.config_key.unwrap_or(self.key);
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            match &node.value {
                Value::Map(_) => {
                    let Some(entry) = node.entry(&token) else {
                        found = false;
                        break;
                    };
                    span = if is_container(&entry.node) {
                        entry.span
                    } else {
                        entry.node.span
                    };
                    node = &entry.node;
                }
                Value::List(items) => {
                    let Some(item) = token.parse().ok().and_then(|index: usize| items.get(index))
                    else {
                        found = false;
                        break;
                    };
                    span = item.span;
                    node = item;
                }
                _ => {
                    found = false;
                    break;
                }
            }
        }
        (span, found.then_some(node))
    }
}

/// A whole block would be a poor thing to mark: its key says it better. Nothing at all is marked at its key, too.
fn is_container(node: &Node) -> bool {
    matches!(node.value, Value::List(_) | Value::Map(_)) || node.span.start == node.span.end
}
