// What the page asks the tollgate that serves it.

const token = document.querySelector('meta[name="token"]').content;

/** Why there is no answer, as the page shows it. */
export class NoAnswer extends Error {}

async function answer(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, cache: "no-store", credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new NoAnswer("tollgate does not answer: is `tollgate playground` still running?");
  }
  if (response.ok) return response;
  const { message } = await response.json().catch(() => ({}));
  throw new NoAnswer(message ?? `it answers ${response.status}`);
}

const bearing = { "x-tollgate-token": token };

const post = (path, body, signal) =>
  answer(path, {
    method: "POST",
    headers: { ...bearing, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });

/** Samples, and what the page begins with. */
export const begin = async () => (await answer("/api/begin", { headers: bearing })).json();

/** What becomes of the telemetry. */
export const run = async (typed, signal) => (await post("/api/run", typed, signal)).json();

/** What the rules of each stage did with one record. */
export const explain = async (typed, number) => (await post("/api/explain", { ...typed, number })).json();

/** The case file. */
export const caseFile = async (typed) => (await post("/api/case", typed)).text();

/** What a file holds. */
export const open = async (name, text) => (await post("/api/open", { name, text })).json();
