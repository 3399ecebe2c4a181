//! The trait a policy implements, and the words it answers with.

use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::{Batch, Record, Rule, Setup};

/// A policy: judges and edits the records of a batch.
///
/// The host makes one instance for each lane, configures it, and calls it for batch after batch; an instance may be thrown away
/// between any two calls. So state is a convenience, never a promise: keep caches, not counts that must be right.
pub trait Policy: Sized + 'static {
    /// The typed configuration. Put `#[serde(deny_unknown_fields)]` on it: a key that nobody reads is a mistake of the operator,
    /// and the SDK says so on the line where it stands. [`NoConfig`] is for policies that take none.
    type Config: DeserializeOwned;

    /// Says what the policy is. The answer never changes.
    fn describe() -> Description;

    /// Makes a policy of its configuration, and declares in `setup` what it reads, writes and drops under it. Report all
    /// mistakes at once.
    fn configure(config: Self::Config, setup: &mut Setup) -> Result<Self, Vec<Problem>>;

    /// Judges one record, and edits it. What it sees is the state before the call: edits show in the next stage.
    fn record(&mut self, record: &mut Record<'_>) -> Verdict {
        let _ = record;
        Verdict::Keep
    }

    /// Works on the whole batch. The default calls [`Policy::record`] for each record; override it to edit resources and scopes,
    /// or to look at all texts at once. An error fails every record of the batch.
    ///
    /// The host may call again with a part of the same batch, so remember nothing of a batch before this returns.
    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        batch.each_record(|record| self.record(record));
        Ok(())
    }
}

/// The configuration of a policy that takes none.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoConfig {}

/// What a policy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Name, in the spelling of a Collector component type: `[a-z][a-z0-9_]*`.
    pub name: String,
    /// Version, as in SemVer.
    pub version: String,
    /// One sentence.
    pub summary: String,
    /// JSON Schema of the configuration.
    pub config_schema: String,
}

impl Description {
    /// A policy whose configuration may be any object, until [`Description::schema`] says more.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        version: impl Into<String>,
        summary: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            summary: summary.into(),
            config_schema: r#"{"type":"object"}"#.to_owned(),
        }
    }

    /// With this JSON Schema of the configuration; `include_str!("schema.json")` is the usual way.
    #[must_use]
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.config_schema = schema.into();
        self
    }
}

/// What becomes of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Keep,
    /// It leaves the pipeline here, on purpose.
    Drop(Rule),
    /// It could not be judged: the stage's `on_error` says what becomes of it. Its neighbours go on. Records alone.
    Fail(Rule),
}

/// A mistake in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it is: a JSON pointer into the configuration, empty for the whole.
    pub at: String,
    /// What is wrong. Quote keys, never values: a value may be a secret.
    pub message: String,
    /// What would mend it.
    pub help: Option<String>,
    /// Which bytes of the text at that place are meant.
    pub span: Option<Range<usize>>,
}

impl Problem {
    /// A problem at a JSON pointer, such as `/actions/0/key`.
    #[must_use]
    pub fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            at: pointer.into(),
            message: message.into(),
            help: None,
            span: None,
        }
    }

    /// Says which bytes of the text at that place are meant, so that they can be pointed at: of a statement, the word that is wrong.
    #[must_use]
    pub fn span(mut self, bytes: Range<usize>) -> Self {
        self.span = Some(bytes);
        self
    }

    /// Says what would mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
