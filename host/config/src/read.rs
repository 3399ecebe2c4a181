//! From places to one tree: every text is read, all are put on top of each other, and variables are expanded.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::document::{Document, suspects};
use crate::expand::{self, Finding, Reference};
use crate::yaml::{self, Budget, Node, Span, Value};
use crate::{LARGEST, Location, Source, Surroundings};

/// One tree, and what it was read from.
pub(crate) struct Read {
    pub(crate) root: Node,
    pub(crate) document: Arc<Document>,
    /// What is wrong with variables, and warnings about them.
    pub(crate) found: Diagnostics,
}

/// Reads all places in their order. Mistakes of syntax hide the rest.
pub(crate) fn read(locations: &[Location], around: &dyn Surroundings) -> Result<Read, Diagnostics> {
    let mut reader = Reader {
        document: Document::default(),
        budget: Budget::default(),
        root: Node::new(Value::Null, Span::default()),
        findings: Vec::new(),
    };
    for location in locations {
        reader.location(location, around);
    }
    let Reader {
        mut document,
        mut budget,
        mut root,
        mut findings,
    } = reader;
    if findings.is_empty() {
        document.mask(yaml::secrets(&root));
        findings = expand::expand(&mut root, &mut document, around, &mut budget);
        // What variables brought in holds secrets, too.
        document.mask(yaml::secrets(&root));
        let document = Arc::new(document);
        let found = diagnostics(findings, &document);
        return Ok(Read {
            root,
            document,
            found,
        });
    }
    Err(diagnostics(findings, &Arc::new(document)))
}

fn diagnostics(findings: Vec<Finding>, document: &Arc<Document>) -> Diagnostics {
    findings
        .into_iter()
        .map(|finding| {
            Diagnostic::new(
                document,
                finding.severity,
                finding.span,
                finding.message,
                finding.help,
            )
        })
        .collect()
}

struct Reader {
    document: Document,
    budget: Budget,
    root: Node,
    findings: Vec<Finding>,
}

impl Reader {
    fn location(&mut self, location: &Location, around: &dyn Surroundings) {
        match location {
            Location::Text(source) => self.text(source.clone(), true),
            Location::Set(assignment) => match assignment.split_once('=') {
                Some((key, value)) => {
                    let text = format!("{}: {}", key.trim().replace('.', "::"), value.trim());
                    self.text(named("--set", &text), false);
                }
                None => self.refuse(
                    "--set",
                    assignment,
                    "a key and a value have a `=` between them",
                    "write `--set processors.batch.timeout=2s`",
                ),
            },
            Location::Uri(uri) => match expand::location(uri) {
                Err((message, help)) => {
                    self.refuse(
                        "--config",
                        uri,
                        &format!("the configuration {message}"),
                        &help,
                    );
                }
                Ok(Reference::Yaml(text)) => self.text(named("--config", text), false),
                Ok(Reference::Variable { name, default }) => {
                    let held = around.variable(name).or(default.map(str::to_owned));
                    match held {
                        Some(text) => self.text(named(uri, &text), false),
                        None => self.refuse(
                            "--config",
                            uri,
                            &format!("the environment variable `{name}` is not set"),
                            "set it to a configuration",
                        ),
                    }
                }
                Ok(Reference::File(path)) => match around.file(path) {
                    Ok(text) => self.text(named(path, &text), true),
                    Err(why) => self.refuse(
                        "--config",
                        uri,
                        &format!("the configuration cannot be read: {why}"),
                        "name a file that is there",
                    ),
                },
            },
        }
    }

    /// Reads one text, and puts it on top of what there is.
    fn text(&mut self, source: Source, is_file: bool) {
        let base = self.document.len();
        let size = base.saturating_add(source.text.len());
        if size > LARGEST {
            self.document.add(named(&source.name, ""), is_file);
            return self.error(
                Span {
                    start: base,
                    end: base,
                },
                format!("the configuration has more than {LARGEST} bytes"),
                Some("tables and lists belong into files of their own".to_owned()),
            );
        }
        match yaml::parse(&source.text, base, &mut self.budget) {
            Err(mistakes) => {
                self.document.mask(suspects(&source.text, base));
                for mistake in mistakes {
                    self.error(mistake.span, mistake.message, mistake.help);
                }
            }
            Ok(node) if node.value == Value::Null => {}
            Ok(mut node) if matches!(node.value, Value::Map(_)) => {
                yaml::nest(&mut node);
                yaml::overlay(&mut self.root, node);
            }
            Ok(node) => {
                let line = source.text.find('\n').unwrap_or(source.text.len());
                self.error(
                    Span {
                        start: base,
                        end: base.saturating_add(line),
                    },
                    format!("a configuration is a mapping of keys, not {}", node.noun()),
                    Some("start from `receivers:`, `exporters:` and `service:`".to_owned()),
                );
            }
        }
        self.document.add(source, is_file);
    }

    /// Something of the command line that cannot be used.
    fn refuse(&mut self, option: &str, written: &str, message: &str, help: &str) {
        let start = self.document.add(named(option, written), false);
        let span = Span {
            start,
            end: start.saturating_add(written.len()),
        };
        self.error(span, message.to_owned(), Some(help.to_owned()));
    }

    fn error(&mut self, span: Span, message: String, help: Option<String>) {
        self.findings.push(Finding {
            severity: Severity::Error,
            span,
            message,
            help,
        });
    }
}

fn named(name: &str, text: &str) -> Source {
    Source {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}
