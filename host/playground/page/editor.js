// A text that is typed: line numbers, and what is wrong at its place.

import { element, find } from "./elements.js";

const INDENT = "  ";

export class Editor {
  constructor(id, changed) {
    this.field = find(id);
    this.pane = find(`${id}-pane`);
    this.list = find(`${id}-problems`);
    this.gutter = this.pane.querySelector(".gutter");
    this.marks = this.pane.querySelector(".marks");
    this.problems = [];
    this.leaving = false;
    this.changed = changed;
    this.field.addEventListener("input", () => {
      // What was wrong stands elsewhere now.
      this.mark([]);
      changed();
    });
    this.field.addEventListener("scroll", () => this.follow());
    this.field.addEventListener("keydown", (event) => this.pressed(event));
    this.field.addEventListener("blur", () => (this.leaving = false));
  }

  get text() {
    return this.field.value;
  }

  set text(text) {
    this.field.value = text;
    this.mark([]);
    this.field.setSelectionRange(0, 0);
    this.field.scrollTo(0, 0);
    this.follow();
  }

  focus() {
    this.field.focus();
  }

  /** Tab indents; after Escape it leaves the field, so that nobody without a mouse is caught in it. */
  pressed(event) {
    if (event.key === "Escape") {
      this.leaving = true;
    } else if (event.key === "Tab" && !this.leaving && !event.shiftKey && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      this.insert(INDENT);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.isComposing) {
      const before = this.text.slice(0, this.field.selectionStart);
      const indent = /[^\n]*$/.exec(before)[0].match(/^ */)[0];
      if (indent) {
        event.preventDefault();
        this.insert(`\n${indent}`);
      }
    } else if (event.key !== "Shift" && event.key !== "Tab") {
      this.leaving = false;
    }
  }

  insert(text) {
    // The one way of a browser that keeps what can be undone.
    if (!document.execCommand("insertText", false, text)) {
      this.field.setRangeText(text, this.field.selectionStart, this.field.selectionEnd, "end");
      this.field.dispatchEvent(new Event("input"));
    }
  }

  /** Problems have `start`, `end` (or a line alone), `line`, `severity`, `message`, `help` and `excerpt`. */
  show(problems) {
    this.mark(problems);
    // What is said already is not said again.
    const said = JSON.stringify(problems);
    if (said === this.said) return;
    this.said = said;
    this.list.replaceChildren(...problems.map((problem, place) => this.item(problem, place)));
    const wrong = problems.some((problem) => problem.severity === "error");
    this.field.setAttribute("aria-invalid", String(wrong));
  }

  mark(problems) {
    this.problems = problems;
    this.number();
    const text = this.text;
    const pieces = [];
    let at = 0;
    for (const { start, end, severity } of [...problems].sort((a, b) => a.start - b.start)) {
      if (!(start >= at)) continue;
      const until = Math.max(end, start + 1);
      pieces.push(text.slice(at, start));
      pieces.push(element("mark", { class: severity }, text.slice(start, until) || " "));
      at = until;
    }
    pieces.push(`${text.slice(at)}\n`);
    this.marks.replaceChildren(...(problems.length ? pieces : []));
    this.follow();
  }

  number() {
    const lines = this.text.split("\n").length;
    const worst = new Map();
    for (const { line, severity } of this.problems) {
      if (worst.get(line) !== "error") worst.set(line, severity);
    }
    const key = `${lines} ${[...worst].join()}`;
    if (key === this.numbered) return;
    this.numbered = key;
    const numbers = Array.from({ length: lines }, (_, place) =>
      element("span", { class: worst.get(place + 1) }, `${place + 1}\n`),
    );
    this.gutter.replaceChildren(...numbers);
  }

  item(problem, place) {
    const where = problem.line ? `Line ${problem.line}: ` : "";
    const jump = element(
      "button",
      { type: "button", class: `problem ${problem.severity}` },
      element("strong", {}, `${where}${problem.severity}: `),
      problem.message,
    );
    jump.addEventListener("click", () => this.jump(place));
    const help = problem.help && element("p", { class: "cure" }, problem.help);
    // Its first line says once more what the button says.
    const lines = problem.excerpt?.split("\n").slice(1).join("\n");
    const excerpt = lines && element("pre", { class: "excerpt", "aria-hidden": "true" }, lines);
    return element("div", {}, jump, excerpt || help || null);
  }

  /** Puts the cursor to a problem. */
  jump(place) {
    const problem = this.problems[place];
    if (!problem || problem.start === undefined) return this.focus();
    this.focus();
    this.field.setSelectionRange(problem.start, problem.end);
    const height = parseFloat(getComputedStyle(this.field).lineHeight);
    this.field.scrollTop = Math.max(0, (problem.line - 4) * height);
  }

  follow() {
    const { scrollTop, scrollLeft } = this.field;
    this.marks.style.transform = `translate(${-scrollLeft}px, ${-scrollTop}px)`;
    this.gutter.scrollTop = scrollTop;
  }
}
