// What became of each record, before and after side by side.

import { element, find } from "./elements.js";
import { explanation, rules } from "./reasons.js";

const WORDS = {
  unchanged: "unchanged",
  changed: "changed",
  dropped: "dropped",
  failed: "failed",
  made: "made on the way",
  consumed: "used for other telemetry",
  untaken: "taken by no pipeline",
};

/** More than this nobody looks at; the counts are of all. */
const MOST = 200;

export class Result {
  /** `doubt(number)` asks why. */
  constructor(doubt) {
    this.doubt = doubt;
    this.place = find("result");
    this.summary = find("summary");
    this.allFields = find("all-fields");
    this.allRecords = find("all-records");
    for (const choice of [this.allFields, this.allRecords]) {
      choice.addEventListener("change", () => this.draw());
    }
    this.answer = null;
  }

  /** What one run told. */
  show(answer) {
    this.answer = answer;
    this.draw();
  }

  /** Why there is nothing to show. */
  trouble(message) {
    this.say(message, "error");
  }

  say(message, kind) {
    this.summary.className = kind ?? "";
    if (this.summary.textContent !== message) this.summary.textContent = message;
  }

  draw() {
    const answer = this.answer;
    if (!answer) return;
    const stale = !answer.summary;
    this.place.classList.toggle("stale", stale);
    if (stale) {
      const wrong = answer.telemetry ? "telemetry" : "configuration";
      this.say(`The ${wrong} is wrong: nothing runs until it is mended.`, "error");
      return;
    }
    this.say(count(answer.summary), "");
    const open = new Set([...this.place.querySelectorAll("details[open]")].map((details) => details.dataset.of));
    const above = rules(answer.rules);
    const wanted = answer.records.filter((record) => this.allRecords.checked || record.verdict !== "unchanged");
    const drawn = wanted.slice(0, MOST).map((record) => this.record(record));
    if (wanted.length > MOST) {
      drawn.push(element("p", { class: "more" }, `${wanted.length - MOST} more records are not shown.`));
    }
    if (!drawn.length) drawn.push(element("p", { class: "more" }, "Nothing changed."));
    this.place.replaceChildren(...above, ...drawn);
    for (const details of this.place.querySelectorAll("details")) {
      details.open = open.has(details.dataset.of);
    }
  }

  record(record) {
    const head = element(
      "h3",
      {},
      `${record.name} `,
      record.label && element("span", { class: "label" }, record.label),
      element("span", { class: `verdict ${record.verdict}` }, WORDS[record.verdict] ?? record.verdict),
    );
    const forms = record.forms.map((form) => this.form(record, form));
    return element("article", { class: "record" }, head, ...forms, story(record, this.doubt));
  }

  form(record, form) {
    const rows = form.rows.filter((row) => row.changed || this.allFields.checked);
    const to = `to ${form.to.join(", ")}`;
    if (!rows.length) return element("p", { class: "to" }, `${to}, as it came`);
    const head = element(
      "tr",
      {},
      element("th", { scope: "col" }, "field"),
      element("th", { scope: "col" }, "before"),
      element("th", { scope: "col" }, "after"),
    );
    return element(
      "table",
      {},
      element("caption", {}, record.verdict === "dropped" ? "what was dropped" : to),
      element("thead", {}, head),
      element("tbody", {}, ...rows.map(row)),
    );
  }
}

function row({ field, before, after, by, changed }) {
  const name = element("th", { scope: "row" }, field, by.length ? element("small", {}, by.join("; ")) : null);
  return element("tr", { class: changed ? "changed" : null }, name, side(before, "del"), side(after, "ins"));
}

/** The words that are in this one alone are marked; a screen reader is told so by the elements themselves. */
function side(parts, mark) {
  if (!parts) return element("td", { class: "none" }, element("span", {}, "\u2014"));
  const words = parts.map(({ text, marked }) => (marked ? element(mark, {}, text || "\u200b") : text));
  return element("td", {}, ...words);
}

function story({ name, number, story, source }, doubt) {
  if (!number) return null;
  const told = story.map((sentence) => element("li", {}, sentence));
  const more = element("div", { class: "looks" });
  const details = element(
    "details",
    { "data-of": name },
    element("summary", {}, `why ${name} ended so`),
    element("ol", {}, ...told),
    more,
    element("p", { class: "source" }, `read from ${source}`),
  );
  details.addEventListener("toggle", async () => {
    if (!details.open || more.childElementCount) return;
    try {
      more.replaceChildren(...explanation(await doubt(number)));
    } catch (error) {
      more.replaceChildren(element("p", {}, error.message));
    }
  });
  return details;
}

function count({ records, ...ends }) {
  const told = Object.entries(ends).filter(([, number]) => number > 0);
  const parts = told.map(([end, number]) => `${number} ${end === "other" ? "ended elsewhere" : end}`);
  return `${records} ${records === 1 ? "record" : "records"}: ${parts.join(", ") || "nothing"}.`;
}
