//! Rules for the telemetry of coding agents.

/// Keys of what was said, done and answered, wherever they stand.
pub(super) const CONTENT: [&str; 49] = [
    // Codex
    "arguments",
    "output",
    "prompt",
    "response",
    "rationale",
    // Claude Code
    "user_prompt",
    "tool_input",
    "tool_parameters",
    "full_command",
    "bash_command",
    "body",
    "tool_output",
    "file_path",
    "new_context",
    "response.model_output",
    "system_prompt*",
    // Gemini CLI
    "request_text",
    "response_text",
    "function_args",
    "hook_input",
    "hook_output",
    "stdout",
    "stderr",
    "process.command_args",
    "process.command_line",
    // The conventions for models and agents, in their versions
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
    "gen_ai.tool.description",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.agent.description",
    "gen_ai.prompt*",
    "gen_ai.completion*",
    "gen_ai.content*",
    "gen_ai.evaluation.explanation",
    "gen_ai.retrieval.*",
    "llm.prompts*",
    "llm.completions*",
    "llm.input_messages*",
    "llm.output_messages*",
    "input.value",
    "output.value",
    "content",
    "db.query.text",
    "db.statement",
    "url.query",
    "messages",
];

/// Keys of what programs say of errors and of their reasons, and in which they quote what was said.
pub(super) const MESSAGES: [&str; 8] = [
    "error",
    "error.message",
    "exception.message",
    "exception.stacktrace",
    "reasoning",
    "routing.reasoning",
    "description",
    "metadata",
];

/// How much of content stays where it is cut.
pub(super) const CONTENT_LENGTH: u32 = 100;

/// Keys that begin like content and are none.
pub(super) const NO_CONTENT: [&str; 2] = ["gen_ai.prompt.name", "gen_ai.prompt.id"];

/// Keys of ids: long words drawn by lot are what they are made of.
pub(super) const IDS: [&str; 6] = ["*.id", "*_id", "id", "*_ids", "*_uuid", "*.uuid"];
