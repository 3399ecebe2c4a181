/**
 * How each client tells of a model call, and what counts twice if one is careless.
 *
 * | client | record | input | output | beware |
 * |---|---|---|---|---|
 * | Codex CLI | `codex.sse_event`, `response.completed` | holds the cached part | holds the reasoning part | the event comes twice, once without tokens; counts are texts or integers; `tool_token_count` is the total |
 * | Claude Code | `api_request` | without the cached parts | | |
 * | Gemini CLI | `gemini_cli.api_response` | holds the cached part; tool use is beside it | without the thoughts | the same call comes again as `gen_ai.client.inference.operation.details` |
 */
import { toNumber } from "@tollgate/sdk";

/** Declares the fields that tell of calls; returns what finds the call that a record tells of. */
export function clients(setup) {
  const reads = (key) => setup.reads("logs", `attributes["${key}"]`);
  const event = reads("event.name");
  const kind = reads("event.kind");
  const model = reads("model");
  // As Codex CLI and Gemini CLI name them.
  const input = reads("input_token_count");
  const output = reads("output_token_count");
  const codexFields = { cached: reads("cached_token_count"), cacheWrite: reads("cache_write_token_count") };
  const claudeFields = {
    input: reads("input_tokens"),
    output: reads("output_tokens"),
    cacheRead: reads("cache_read_tokens"),
    cacheCreation: reads("cache_creation_tokens"),
  };
  const geminiFields = {
    cached: reads("cached_content_token_count"),
    thoughts: reads("thoughts_token_count"),
    tool: reads("tool_token_count"),
  };

  function codex(record) {
    // The first of the two events has no tokens.
    if (record.get(kind) !== "response.completed") return undefined;
    return withoutCached(record, codexFields.cached, codexFields.cacheWrite);
  }

  function withoutCached(record, cachedField, cacheWriteField) {
    const all = count(record, input);
    const produced = count(record, output);
    if (all === undefined || produced === undefined) return undefined;
    const cachedInput = Math.min(count(record, cachedField) ?? 0, all);
    const cacheWrite = cacheWriteField ? Math.min(count(record, cacheWriteField) ?? 0, all - cachedInput) : 0;
    return { input: all - cachedInput - cacheWrite, cachedInput, cacheWrite, output: produced };
  }

  function claude(record) {
    const all = count(record, claudeFields.input);
    const produced = count(record, claudeFields.output);
    if (all === undefined || produced === undefined) return undefined;
    const cachedInput = count(record, claudeFields.cacheRead) ?? 0;
    return { input: all, cachedInput, cacheWrite: count(record, claudeFields.cacheCreation) ?? 0, output: produced };
  }

  function gemini(record) {
    const tokens = withoutCached(record, geminiFields.cached);
    if (!tokens) return undefined;
    const tool = count(record, geminiFields.tool) ?? 0;
    const thoughts = count(record, geminiFields.thoughts) ?? 0;
    return { ...tokens, input: tokens.input + tool, output: tokens.output + thoughts };
  }

  const byEvent = new Map([
    ["codex.sse_event", codex],
    ["api_request", claude],
    ["gemini_cli.api_response", gemini],
  ]);

  return (record) => {
    const tokens = byEvent.get(record.get(event))?.(record);
    const name = tokens && record.get(model);
    return typeof name === "string" ? { model: name, tokens } : undefined;
  };
}

/** A count of tokens: an integer, or a text of one, as clients send both. Less than none is none. */
function count(record, field) {
  const number = toNumber(record.get(field));
  return number !== undefined && number >= 0 ? number : undefined;
}
