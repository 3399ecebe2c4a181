"""How each client tells of a model call, and what counts twice if one is careless.

| client | record | input | output | beware |
|---|---|---|---|---|
| Codex CLI | ``codex.sse_event``, ``response.completed`` | holds the cached part | holds the reasoning part | the event comes twice, once \
without tokens; counts are texts or integers; ``tool_token_count`` is the total |
| Claude Code | ``api_request`` | without the cached parts | | |
| Gemini CLI | ``gemini_cli.api_response`` | holds the cached part; tool use is beside it | without the thoughts | the same call comes \
again as ``gen_ai.client.inference.operation.details`` |
"""

from __future__ import annotations

from typing import NamedTuple

import tollgate
from tollgate import LOGS, Field, Record, Setup


class Tokens(NamedTuple):
    """Tokens of one call, each counted once."""

    input: float
    cached_input: float
    cache_write: float
    output: float


class Call(NamedTuple):
    """One call of a model."""

    model: str
    tokens: Tokens


class Clients:
    """The fields that tell of calls."""

    def __init__(self, setup: Setup) -> None:
        def reads(key: str) -> Field:
            return setup.reads(LOGS, f'attributes["{key}"]')

        self.event = reads("event.name")
        self.kind = reads("event.kind")
        self.model = reads("model")
        # As Codex CLI and Gemini CLI name them.
        self.input = reads("input_token_count")
        self.output = reads("output_token_count")
        self.codex_cached = reads("cached_token_count")
        self.codex_cache_write = reads("cache_write_token_count")
        self.claude_input = reads("input_tokens")
        self.claude_output = reads("output_tokens")
        self.claude_cache_read = reads("cache_read_tokens")
        self.claude_cache_creation = reads("cache_creation_tokens")
        self.gemini_cached = reads("cached_content_token_count")
        self.gemini_thoughts = reads("thoughts_token_count")
        self.gemini_tool = reads("tool_token_count")

    def call(self, record: Record) -> Call | None:
        """The call that a record tells of, if it does."""
        match record.get(self.event):
            case "codex.sse_event":
                tokens = self._codex(record)
            case "api_request":
                tokens = self._claude(record)
            case "gemini_cli.api_response":
                tokens = self._gemini(record)
            case _:
                return None
        model = record.get(self.model)
        return Call(model, tokens) if tokens is not None and isinstance(model, str) else None

    def _codex(self, record: Record) -> Tokens | None:
        if record.get(self.kind) != "response.completed":
            return None
        # The first of the two events has no tokens.
        input, output = _count(record, self.input), _count(record, self.output)
        if input is None or output is None:
            return None
        cached = min(_count(record, self.codex_cached) or 0.0, input)
        cache_write = min(_count(record, self.codex_cache_write) or 0.0, input - cached)
        return Tokens(input - cached - cache_write, cached, cache_write, output)

    def _claude(self, record: Record) -> Tokens | None:
        input, output = _count(record, self.claude_input), _count(record, self.claude_output)
        if input is None or output is None:
            return None
        cache_read = _count(record, self.claude_cache_read) or 0.0
        return Tokens(input, cache_read, _count(record, self.claude_cache_creation) or 0.0, output)

    def _gemini(self, record: Record) -> Tokens | None:
        input, output = _count(record, self.input), _count(record, self.output)
        if input is None or output is None:
            return None
        cached = min(_count(record, self.gemini_cached) or 0.0, input)
        tool = _count(record, self.gemini_tool) or 0.0
        thoughts = _count(record, self.gemini_thoughts) or 0.0
        return Tokens(input - cached + tool, cached, 0.0, output + thoughts)


def _count(record: Record, field: Field) -> float | None:
    """A count of tokens: an integer, or a text of one, as clients send both. Less than none is none."""
    number = tollgate.to_number(record.get(field))
    return number if number is not None and number >= 0 else None
