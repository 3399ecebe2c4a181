//! From a place in a policy's configuration back to the file.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Document;
use crate::model::ComponentId;
use crate::yaml::{Node, Span, Value};

/// Where the configuration of each stage stands, so that a policy's own complaints can point there.
#[derive(Debug, Clone)]
pub struct SourceMap {
    document: Arc<Document>,
    stages: Arc<HashMap<ComponentId, Place>>,
}

/// Where one stage stands.
#[derive(Debug)]
pub(crate) struct Place {
    /// Its id under `processors`.
    pub(crate) key: Span,
    /// What the policy is configured with.
    pub(crate) config: Node,
    /// The key `config` of a `wasm` stage.
    pub(crate) config_key: Option<Span>,
    /// The key `component` of a `wasm` stage with its value.
    pub(crate) component: Option<Span>,
}

impl SourceMap {
    pub(crate) fn new(document: Arc<Document>, stages: HashMap<ComponentId, Place>) -> Self {
        Self {
            document,
            stages: Arc::new(stages),
        }
    }

    /// A policy's complaint about its configuration. `json_pointer` leads into what it was configured with and is empty for
    /// the whole; where it leads nowhere, the nearest thing that exists is pointed at.
    #[must_use]
    pub fn problem(
        &self,
        stage: &ComponentId,
        json_pointer: &str,
        message: &str,
        help: Option<&str>,
    ) -> Diagnostic {
        let span = self
            .stages
            .get(stage)
            .map(|place| place.find(json_pointer))
            .unwrap_or_default();
        self.diagnostic(Severity::Error, stage, span, message, help)
    }

    /// A complaint about the component of a stage: it cannot be read, or may not be loaded.
    #[must_use]
    pub fn component_problem(
        &self,
        stage: &ComponentId,
        message: &str,
        help: Option<&str>,
    ) -> Diagnostic {
        let span = self
            .stages
            .get(stage)
            .map(|place| place.component.unwrap_or(place.key))
            .unwrap_or_default();
        self.diagnostic(Severity::Error, stage, span, message, help)
    }

    /// Something about a stage that does not keep it from working.
    #[must_use]
    pub fn warning(
        &self,
        stage: &ComponentId,
        json_pointer: &str,
        message: &str,
        help: Option<&str>,
    ) -> Diagnostic {
        let span = self
            .stages
            .get(stage)
            .map(|place| place.find(json_pointer))
            .unwrap_or_default();
        self.diagnostic(Severity::Warning, stage, span, message, help)
    }

    fn diagnostic(
        &self,
        severity: Severity,
        stage: &ComponentId,
        span: Span,
        message: &str,
        help: Option<&str>,
    ) -> Diagnostic {
        let message = format!("processors::{stage}: {message}");
        Diagnostic::new(
            &self.document,
            severity,
            span,
            message,
            help.map(str::to_owned),
        )
    }
}

impl Place {
    fn find(&self, pointer: &str) -> Span {
        let mut node = &self.config;
        let mut span = self.config_key.unwrap_or(self.key);
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            match &node.value {
                Value::Map(_) => {
                    let Some(entry) = node.entry(&token) else {
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
                        break;
                    };
                    span = item.span;
                    node = item;
                }
                _ => break,
            }
        }
        span
    }
}

/// A whole block would be a poor thing to mark: its key says it better. Nothing at all is marked at its key, too.
fn is_container(node: &Node) -> bool {
    matches!(node.value, Value::List(_) | Value::Map(_)) || node.span.start == node.span.end
}
