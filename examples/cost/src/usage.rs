//! How each client tells of a model call, and what counts twice if one is careless.
//!
//! | client | record | input | output | beware |
//! |---|---|---|---|---|
//! | Codex CLI | `codex.sse_event`, `response.completed` | holds the cached part | holds the reasoning part | the event comes twice, once without tokens; counts are texts or integers; `tool_token_count` is the total |
//! | Claude Code | `api_request` | without the cached parts | | |
//! | Gemini CLI | `gemini_cli.api_response` | holds the cached part; tool use is beside it | without the thoughts | the same call comes again as `gen_ai.client.inference.operation.details` |

use tollgate_sdk::{Field, Record, Setup, Signal};

/// Tokens of one call, each counted once.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Tokens {
    pub(crate) input: f64,
    pub(crate) cached_input: f64,
    pub(crate) cache_write: f64,
    pub(crate) output: f64,
}

/// One call of a model.
pub(crate) struct Call<'a> {
    pub(crate) model: &'a str,
    pub(crate) tokens: Tokens,
}

/// The fields that tell of calls.
pub(crate) struct Clients {
    event: Field,
    kind: Field,
    model: Field,
    /// As Codex CLI and Gemini CLI name it.
    input: Field,
    /// As Codex CLI and Gemini CLI name it.
    output: Field,
    codex: Codex,
    claude: Claude,
    gemini: Gemini,
}

struct Codex {
    cached: Field,
    cache_write: Field,
}

struct Claude {
    input: Field,
    output: Field,
    cache_read: Field,
    cache_creation: Field,
}

struct Gemini {
    cached: Field,
    thoughts: Field,
    tool: Field,
}

impl Clients {
    /// Declares what has to be read.
    pub(crate) fn new(setup: &mut Setup) -> Self {
        let mut reads = |key: &str| setup.reads(&[Signal::Logs], &format!("attributes[\"{key}\"]"));
        Self {
            event: reads("event.name"),
            kind: reads("event.kind"),
            model: reads("model"),
            input: reads("input_token_count"),
            output: reads("output_token_count"),
            codex: Codex {
                cached: reads("cached_token_count"),
                cache_write: reads("cache_write_token_count"),
            },
            claude: Claude {
                input: reads("input_tokens"),
                output: reads("output_tokens"),
                cache_read: reads("cache_read_tokens"),
                cache_creation: reads("cache_creation_tokens"),
            },
            gemini: Gemini {
                cached: reads("cached_content_token_count"),
                thoughts: reads("thoughts_token_count"),
                tool: reads("tool_token_count"),
            },
        }
    }

    /// The call that a record tells of, if it does.
    pub(crate) fn call<'a>(&self, record: &Record<'a>) -> Option<Call<'a>> {
        let event = record.get(self.event)?.as_text()?;
        let tokens = match event {
            "codex.sse_event" => self.codex(record)?,
            "api_request" => self.claude(record)?,
            "gemini_cli.api_response" => self.gemini(record)?,
            _ => return None,
        };
        Some(Call {
            model: record.get(self.model)?.as_text()?,
            tokens,
        })
    }

    fn codex(&self, record: &Record<'_>) -> Option<Tokens> {
        if record.get(self.kind)?.as_text()? != "response.completed" {
            return None;
        }
        // The first of the two events has no tokens.
        let input = count(record, self.input)?;
        let cached_input = count(record, self.codex.cached)
            .unwrap_or_default()
            .min(input);
        let cache_write = count(record, self.codex.cache_write)
            .unwrap_or_default()
            .min(input - cached_input);
        let output = count(record, self.output)?;
        Some(Tokens {
            input: input - cached_input - cache_write,
            cached_input,
            cache_write,
            output,
        })
    }

    fn claude(&self, record: &Record<'_>) -> Option<Tokens> {
        Some(Tokens {
            input: count(record, self.claude.input)?,
            cached_input: count(record, self.claude.cache_read).unwrap_or_default(),
            cache_write: count(record, self.claude.cache_creation).unwrap_or_default(),
            output: count(record, self.claude.output)?,
        })
    }

    fn gemini(&self, record: &Record<'_>) -> Option<Tokens> {
        let input = count(record, self.input)?;
        let cached_input = count(record, self.gemini.cached)
            .unwrap_or_default()
            .min(input);
        let tool = count(record, self.gemini.tool).unwrap_or_default();
        let thoughts = count(record, self.gemini.thoughts).unwrap_or_default();
        let output = count(record, self.output)? + thoughts;
        Some(Tokens {
            input: input - cached_input + tool,
            cached_input,
            cache_write: 0.0,
            output,
        })
    }
}

/// A count of tokens: an integer, or a text of one, as clients send both. Less than none is none.
fn count(record: &Record<'_>, field: Field) -> Option<f64> {
    let number = record.get(field)?.to_number()?;
    (number.is_finite() && number >= 0.0).then_some(number)
}
