// Which rules looked at what, and what they came to.

import { element } from "./elements.js";

function table(caption, columns, rows) {
  const cells = (row) => row.map((cell, place) => element(place ? "td" : "th", place ? {} : { scope: "row" }, cell ?? ""));
  return element(
    "table",
    {},
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...columns.map((column) => element("th", { scope: "col" }, column)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells(row)))),
  );
}

/** What each stage's rules did with one record. */
export function explanation({ stages }) {
  return stages.flatMap(({ pipeline, stage, why, looks }) => {
    const said = element("p", {}, element("strong", {}, `${stage} in ${pipeline}: `), `${why.join("; ")}.`);
    if (!looks.length) return [said];
    const rows = looks.map(({ rule, effect, field, node, text, by, note }) => [
      rule,
      by ? `${effect} (${by})` : effect,
      field ?? node,
      [text, note].filter(Boolean).join(" \u2014 "),
    ]);
    return [said, table(`rules of ${stage} that looked at it, in order`, ["rule", "effect", "field", "where it matched"], rows)];
  });
}

/** What all rules came to, with what is worth a look. Rules that had nothing to look at are no news. */
export function rules(stages) {
  const told = stages.map((stage) => {
    const idle = stage.findings.filter(({ finding }) => finding === "never_looks").map(({ rule }) => rule);
    return {
      ...stage,
      rules: stage.rules.filter(({ rule }) => !idle.includes(rule)),
      notes: stage.findings.filter(({ finding }) => finding !== "never_looks").map(note),
    };
  });
  const parts = told.flatMap(({ pipelines, stage, records, rules, notes }) => {
    if (!rules.length) return [];
    const rows = rules.map((rule) => [rule.rule, `${rule.matched}`, `${rule.applied}`, `${rule.records}`]);
    const list = notes.length ? [element("ul", {}, ...notes.map((note) => element("li", {}, note)))] : [];
    const title = `${stage} in ${pipelines.join(", ")}, ${records} ${records === 1 ? "record" : "records"}`;
    return [table(title, ["rule", "matched", "applied", "records"], rows), ...list];
  });
  if (!parts.length) return [];
  const found = told.reduce((sum, { notes }) => sum + notes.length, 0);
  const title = found ? `all rules: ${found} to look at` : "all rules";
  return [element("details", { "data-of": "rules", class: "rules" }, element("summary", {}, title), ...parts)];
}

const SENTENCES = {
  never_hits: ({ rule }) => `${rule} matched nothing here`,
  shadowed: ({ rule, by }) => `${rule} stands in the shadow of ${by.join(", ")}`,
  never_asked: ({ rule, by }) => `${rule} never had a turn, because of ${by.join(", ")}`,
  matches_everything: ({ rule }) => `${rule} matches all of everything that it looks at`,
  field_never_occurs: ({ field, signal }) => `no record of ${signal} has ${field}`,
  not_told: ({ trouble }) => `the policy did not tell its reasons: ${trouble}`,
};

const note = (found) => SENTENCES[found.finding]?.(found) ?? `${found.rule}: ${found.finding}`;
