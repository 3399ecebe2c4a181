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

/** What all rules came to, with what is worth a look. */
export function rules(stages) {
  const told = stages.filter((stage) => stage.rules.length);
  if (!told.length) return [];
  const parts = told.flatMap(({ pipeline, stage, records, rules, findings }) => {
    const rows = rules.map((rule) => [rule.rule, `${rule.matched}`, `${rule.applied}`, `${rule.records}`]);
    const noted = findings.map(finding).filter(Boolean);
    return [
      table(`${stage} in ${pipeline}, ${records} records`, ["rule", "matched", "applied", "records"], rows),
      noted.length ? element("ul", {}, ...noted.map((note) => element("li", {}, note))) : null,
    ];
  });
  const found = told.reduce((sum, { findings }) => sum + findings.length, 0);
  const title = found ? `all rules: ${found} worth a look` : "all rules";
  return [element("details", { "data-of": "rules", class: "rules" }, element("summary", {}, title), ...parts.filter(Boolean))];
}

const SENTENCES = {
  never_hits: ({ rule }) => `${rule} matched nothing here`,
  shadowed: ({ rule, by }) => `${rule} stands in the shadow of ${by.join(", ")}`,
  never_asked: ({ rule, by }) => `${rule} never had a turn, because of ${by.join(", ")}`,
  matches_everything: ({ rule }) => `${rule} matches all of everything that it looks at`,
  field_never_occurs: ({ field, signal }) => `no record of ${signal} has ${field}`,
  not_told: ({ trouble }) => `the policy did not tell its reasons: ${trouble}`,
};

const finding = (found) => SENTENCES[found.finding]?.(found);
