// What the page shows, as the part of its address after #: it can be sent on, and come back to.

/**
 * @typedef {object} Shown
 * @property {string} start - seconds from the run's start, "" for its beginning
 * @property {string} end - seconds, "" for its end
 * @property {string} outcome
 * @property {string} phase
 * @property {string} served
 * @property {string} touched - "yes", "no" or ""
 * @property {string} moved - failed over: "yes", "no" or ""
 * @property {string} over - more attempts than this
 * @property {string} trace - a piece of a trace id
 * @property {string} sort
 * @property {string} down - "yes": the largest first
 * @property {string} x - the number of the exchange that is open, "" for none
 */

/** @type {Readonly<Shown>} */
export const NOTHING = Object.freeze({
  start: "", end: "", outcome: "", phase: "", served: "", touched: "", moved: "", over: "",
  trace: "", sort: "", down: "", x: "",
});

/** The filters proper: what "Clear" clears. */
export const FILTERS = ["outcome", "phase", "served", "touched", "moved", "over", "trace"];

/**
 * Read an address; what it does not say, and what nobody understands, is "".
 * A link of the report, `#trace-<id>`, opens that exchange.
 * @param {string} hash
 * @returns {Shown}
 */
export function read(hash) {
  const said = hash.replace(/^#/, "");
  const trace = /^trace-([0-9a-f]{32})$/.exec(said);
  if (trace) return { ...NOTHING, x: trace[1] };
  const found = { ...NOTHING };
  for (const [name, value] of new URLSearchParams(said)) if (name in found) found[name] = value;
  return found;
}

/**
 * Write an address; nothing is said of what is "".
 * @param {Shown} shown
 * @returns {string}
 */
export function write(shown) {
  const said = Object.entries(shown).filter(([name, value]) => name in NOTHING && value !== "");
  return "#" + new URLSearchParams(said);
}

/**
 * The parameters that ask the server for the list: all but the exchange that is open.
 * @param {Shown} shown
 * @returns {Record<string, string>}
 */
export function asked(shown) {
  return Object.fromEntries(Object.entries(shown).filter(([k, v]) => v !== "" && k !== "x"));
}
