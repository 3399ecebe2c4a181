/**
 * Holds a configuration against its JSON Schema: the form of it, that is types, keys and choices. Ranges and patterns are for the policy
 * to judge, who can say more. Mistakes point, help, and never quote a value.
 */
import { pointer, problem } from "./problem.js";

const NAMES = {
  string: "text",
  integer: "an integer",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  null: "nothing",
};

function typeOf(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

/** A copy of the value, with the schema's defaults where it has none; what is wrong with it goes to `problems`. */
export function read(schema, value, problems, at = []) {
  if (schema === true || schema === undefined) return value;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return readChoice(choices, value, problems, at);
  if (schema.enum) {
    if (!schema.enum.includes(value)) {
      problems.push(typeof value === "string" ? unknown("choice", value, schema.enum, at) : mismatch("a choice", value, at));
    }
    return value;
  }
  const type = typeOf(value);
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.includes(type) && !(type === "integer" && types.includes("number"))) {
    problems.push(mismatch(types.map((name) => NAMES[name]).join(" or "), value, at));
    return value;
  }
  if (type === "array" && schema.items) return value.map((item, place) => read(schema.items, item, problems, [...at, place]));
  return type === "object" ? readObject(schema, value, problems, at) : value;
}

function readObject(schema, value, problems, at) {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const result = {};
  for (const [key, entry] of Object.entries(value)) {
    // What has the name of a method is a key all the same.
    const known = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (known === false) problems.push(unknown("key", key, Object.keys(properties), at));
    else define(result, key, read(known, entry, problems, [...at, key]));
  }
  for (const key of required) {
    if (!Object.hasOwn(value, key)) problems.push(problem(pointer(...at), `\`${key}\` is missing`, `add \`${key}\``));
  }
  for (const [key, { default: usual }] of Object.entries(properties)) {
    if (usual !== undefined && !Object.hasOwn(result, key)) define(result, key, structuredCopy(usual));
  }
  return result;
}

const define = (object, key, value) =>
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });

const structuredCopy = (value) => JSON.parse(JSON.stringify(value));

function readChoice(choices, value, problems, at) {
  let closest;
  for (const choice of choices) {
    const mistakes = [];
    const result = read(choice, value, mistakes, at);
    if (mistakes.length === 0) return result;
    // The mistakes of the choice that was probably meant: the one whose form it has.
    if (!closest || mistakes[0].at.length > closest[0].at.length) closest = mistakes;
  }
  problems.push(...(closest ?? []));
  return value;
}

function mismatch(expected, value, at) {
  const type = typeOf(value);
  const found = { boolean: "a boolean", number: "a number with a fraction" }[type] ?? NAMES[type];
  return problem(pointer(...at), `this is ${found}, and ${expected} is expected`, `write ${expected} here`);
}

function unknown(what, name, known, at) {
  const [nearest] = known.map((candidate) => [distance(name, String(candidate)), candidate]).sort(([one], [other]) => one - other);
  let help = `remove it: no ${what} is known here`;
  if (nearest) {
    const isNear = nearest[0] <= Math.ceil([...name].length / 3);
    help = isNear ? `did you mean \`${nearest[1]}\`?` : `known here: ${known.join(", ")}`;
  }
  return problem(pointer(...at), `unknown ${what} \`${name}\``, help);
}

/** How many characters to insert, remove or replace. */
function distance(from, to) {
  let row = [...to, ""].map((_, place) => place);
  [...from].forEach((character, line) => {
    const next = [line + 1];
    [...to].forEach((other, place) => {
      next.push(Math.min(next[place] + 1, row[place + 1] + 1, row[place] + (character === other ? 0 : 1)));
    });
    row = next;
  });
  return row[row.length - 1];
}
