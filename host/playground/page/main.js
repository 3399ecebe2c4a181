// The page: two texts, and what becomes of the one under the other, a moment after the last key.

import { begin, caseFile, explain, open, run } from "./ask.js";
import { Editor } from "./editor.js";
import { element, find } from "./elements.js";
import { Result } from "./result.js";
import { download, opening } from "./share.js";
import { theme } from "./theme.js";

/** Milliseconds after the last key. */
const PAUSE = 250;

const result = new Result((number) => explain(typed(), number));
const telemetry = new Editor("telemetry", later);
const configuration = new Editor("configuration", later);
let waiting = 0;
let asked = null;

const typed = () => ({ configuration: configuration.text, telemetry: telemetry.text });

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(now, PAUSE);
}

async function now() {
  clearTimeout(waiting);
  asked?.abort();
  asked = new AbortController();
  const own = asked;
  document.body.setAttribute("aria-busy", "true");
  try {
    const answer = await run(typed(), own.signal);
    if (own !== asked) return;
    configuration.show(answer.configuration);
    telemetry.show(answer.telemetry ? [placed(answer.telemetry)] : []);
    result.show(answer);
  } catch (error) {
    if (error.name === "AbortError") return;
    result.trouble(error.message);
  }
  if (own === asked) document.body.removeAttribute("aria-busy");
}

/** The place of a line and a column in the telemetry. */
function placed(trouble) {
  const problem = { ...trouble, severity: "error" };
  if (trouble.line) {
    const before = telemetry.text.split("\n").slice(0, trouble.line - 1);
    problem.start = before.reduce((sum, line) => sum + line.length + 1, 0) + (trouble.column ?? 1) - 1;
    problem.end = problem.start + 1;
  }
  return problem;
}

async function save() {
  try {
    download("playground.test.yaml", await caseFile(typed()));
  } catch (error) {
    result.trouble(error.message);
  }
}

function put(text) {
  if (text.configuration !== null) configuration.text = text.configuration;
  if (text.telemetry !== null) telemetry.text = text.telemetry;
  now();
}

const pick = opening(
  async (name, text) => {
    try {
      put(await open(name, text));
    } catch (error) {
      result.trouble(error.message);
    }
  },
  (message) => result.trouble(message),
);

function nextProblem() {
  for (const editor of [configuration, telemetry]) {
    if (!editor.problems.length) continue;
    const at = editor.field.selectionStart;
    const next = editor.problems.findIndex(({ start }) => start > at);
    return editor.jump(Math.max(0, next));
  }
}

const keys = find("keys");
const CHORDS = {
  "ctrl+Enter": now,
  "ctrl+s": save,
  "ctrl+o": pick,
  "alt+1": () => telemetry.focus(),
  "alt+2": () => configuration.focus(),
  "alt+3": () => find("result").focus(),
  F8: nextProblem,
  F1: () => keys.showModal(),
};

addEventListener("keydown", (event) => {
  const ctrl = event.ctrlKey || event.metaKey;
  const key = event.altKey && /^Digit\d$/.test(event.code) ? event.code.slice(5) : event.key;
  const chord = `${ctrl ? "ctrl+" : ""}${event.altKey ? "alt+" : ""}${key}`;
  const does = Object.hasOwn(CHORDS, chord) && CHORDS[chord];
  if (does) {
    event.preventDefault();
    does();
  }
});

async function start() {
  const { first, samples } = await begin();
  // What a file does not hold is that of the first sample.
  const begun = {
    configuration: first?.configuration ?? samples[0].configuration,
    telemetry: first?.telemetry ?? samples[0].telemetry,
  };
  const choice = find("sample");
  const options = samples.map(({ name, title }) => element("option", { value: name }, title));
  if (first) options.unshift(element("option", { value: "" }, "yours"));
  choice.replaceChildren(...options);
  const shown = () => samples.find(({ name }) => name === choice.value) ?? begun;
  choice.addEventListener("change", () => put(shown()));
  put(shown());
}

theme();
find("run").addEventListener("click", now);
find("download").addEventListener("click", save);
find("open").addEventListener("click", pick);
find("help").addEventListener("click", () => keys.showModal());
find("close-keys").addEventListener("click", () => keys.close());
start().catch((error) => result.trouble(error.message));
