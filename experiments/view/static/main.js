// The page: what is shown follows its address, and everything that is done changes the address.

import { ask } from "/api.js";
import { asked, FILTERS, NOTHING, read, write } from "/address.js";
import { List } from "/list.js";
import { Plots } from "/plots.js";

const $ = (id) => document.getElementById(id);
const boot = JSON.parse(document.body.dataset.boot);
const filters = $("filters");
const range = $("range");
const detail = $("detail");
const help = $("help");
const nothing = detail.innerHTML;

/** @type {import("/address.js").Shown} */
let shown = { ...NOTHING };
let opening = new AbortController();

const list = new List(
  { grid: $("list"), rows: $("rows"), space: $("space"), empty: $("empty") },
  boot.colours,
  { opened: (number) => go({ x: String(number) }), counted: countTold, failed: say },
);
const plots = new Plots([...document.querySelectorAll(".plot")], {
  picked: (start, end) => go({ start: start.toFixed(3), end: end.toFixed(3) }),
  drawn: stretchTold,
  failed: say,
});

/** Show something else: a change of what is shown, or all of it anew. */
function go(change) {
  const address = write({ ...shown, ...change });
  if (address === (location.hash || "#")) return;
  // Opening one is a step that Back takes back; typing in a filter is not.
  const steps = "x" in change && change.x !== "" && shown.x === "";
  history[steps ? "pushState" : "replaceState"](null, "", address);
  follow();
}

/** Show what the address says. */
async function follow() {
  const before = shown;
  shown = read(location.hash);
  const differs = (names) => names.some((name) => shown[name] !== before[name]);
  const first = !plots.shown;
  fill();
  if (first || differs(["start", "end"])) plots.show(shown);
  const other = first || differs([...FILTERS, "start", "end", "sort", "down"]);
  const opened = first || differs(["x"]) ? open() : null;
  if (other) await relist(opened);
}

/** Ask for the list anew, with the exchange that is open under the cursor if it is in it. */
async function relist(opened) {
  await opened;
  let place = null;
  if (shown.x) {
    try {
      place = (await ask("place", { ...asked(shown), x: shown.x })).place;
    } catch (error) {
      say(error.message);
    }
  }
  await list.show(asked(shown), place ?? -1);
}

/** Show one exchange, or none. */
async function open() {
  opening.abort();
  opening = new AbortController();
  const { signal } = opening;
  if (!shown.x) return close();
  const width = Math.max(300, Math.round(detail.clientWidth - 38));
  try {
    const told = await ask("exchange", { x: shown.x, width }, signal);
    if (signal.aborted) return;
    if (String(told.exchange) !== shown.x) {
      shown = { ...shown, x: String(told.exchange) };
      history.replaceState(null, "", write(shown));
    }
    detail.innerHTML = told.html;
    plots.point(told.planned);
    list.mark(shown.x);
    if (document.activeElement === document.body || detail.contains(document.activeElement))
      $("opened").focus({ preventScroll: true });
    if (getComputedStyle(detail.parentElement).gridTemplateColumns.split(" ").length === 1)
      detail.scrollIntoView({ block: "start" });
  } catch (error) {
    if (!signal.aborted) {
      close();
      say(error.message);
    }
  }
}

function close() {
  detail.innerHTML = nothing;
  plots.point(null);
  list.mark("");
}

/** Move the cursor in the list; with an exchange open, open the one it comes to. */
async function step(index) {
  const row = await list.moveTo(index);
  if (row && shown.x) go({ x: String(row.exchange) });
}

/** Write what is shown into the forms. */
function fill() {
  for (const name of FILTERS) {
    const field = filters.elements[name];
    if (field.value !== shown[name]) field.value = shown[name];
    field.classList.toggle("on", shown[name] !== "");
  }
  for (const head of document.querySelectorAll("[data-sort]")) {
    const is = head.dataset.sort === (shown.sort || "planned");
    if (is) head.setAttribute("aria-sort", shown.down === "yes" ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
}

function countTold(total, beyond) {
  const all = Number(boot.exchanges);
  const words = total === all ? `${all.toLocaleString("en")}` : `${total.toLocaleString("en")} of ${all.toLocaleString("en")}`;
  $("count").textContent = words + (beyond ? "; the first 250,000 are listed, narrow the filter" : "");
}

function stretchTold(told) {
  range.elements.start.value = told.start.toFixed(2).replace(/\.?0+$/, "");
  range.elements.end.value = told.end.toFixed(2).replace(/\.?0+$/, "");
  $("bins").textContent = told.words[0].toUpperCase() + told.words.slice(1) + ".";
  for (const button of document.querySelectorAll(".stretches button")) {
    const { start, end } = button.dataset;
    const is = start === undefined ? told.whole : shown.start === start && shown.end === end;
    button.setAttribute("aria-pressed", String(is));
  }
}

/** Say what went wrong. */
function say(words) {
  const toast = $("toast");
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (toast.hidden = true), 6000);
}

function isTyping(element) {
  return element.matches?.("input, select, textarea");
}

/** Close the innermost thing that is open. */
function escape() {
  if (shown.x) {
    go({ x: "" });
    $("list").focus({ preventScroll: true });
  } else if (shown.start || shown.end) go({ start: "", end: "" });
}

const KEYS = {
  j: () => step(list.cursor + 1),
  k: () => step(list.cursor - 1),
  g: () => step(0),
  G: () => step(list.shownTotal - 1),
  f: () => go({ outcome: shown.outcome === "failed" ? "" : "failed" }),
  w: () => go({ start: "", end: "" }),
  "/": () => filters.elements.trace.select(),
  "?": () => help.showModal(),
  Escape: escape,
};

/** What works only where the list has the focus: elsewhere these keys have their own meaning. */
const LIST_KEYS = {
  ArrowDown: KEYS.j,
  ArrowUp: KEYS.k,
  PageDown: () => step(list.cursor + list.screen),
  PageUp: () => step(list.cursor - list.screen),
  Home: KEYS.g,
  End: KEYS.G,
  Enter: openCursor,
};

async function openCursor() {
  const row = await list.moveTo(Math.max(0, list.cursor));
  if (row) go({ x: String(row.exchange) });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (isTyping(event.target)) {
    if (event.key !== "Escape") return;
    event.target.blur();
    $("list").focus({ preventScroll: true });
    event.preventDefault();
    return;
  }
  const inList = $("list").contains(event.target) || event.target === document.body;
  const does = KEYS[event.key] ?? (inList ? LIST_KEYS[event.key] : undefined);
  if (!does) return;
  event.preventDefault();
  does();
});

filters.addEventListener("input", (event) => {
  const { name, value } = event.target;
  clearTimeout(filters.timer);
  const change = () => go({ [name]: name === "over" && value === "0" ? "" : value.trim() });
  filters.timer = setTimeout(change, event.target.matches("select") ? 0 : 180);
});
filters.addEventListener("submit", (event) => event.preventDefault());
filters.addEventListener("reset", (event) => {
  event.preventDefault();
  go(Object.fromEntries(FILTERS.map((name) => [name, ""])));
});
range.addEventListener("submit", (event) => {
  event.preventDefault();
  const [start, end] = ["start", "end"].map((name) => range.elements[name].value.trim());
  go({ start: Number(start) > 0 ? start : "", end: end && Number(end) < boot.end ? end : "" });
});
document.querySelector(".stretches").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) go({ start: button.dataset.start ?? "", end: button.dataset.end ?? "" });
});
$("list").addEventListener("click", (event) => {
  const sort = event.target.closest("[data-sort]")?.dataset.sort;
  if (!sort) return;
  const again = sort === (shown.sort || "planned");
  const down = again ? (shown.down === "yes" ? "" : "yes") : ["ttft", "total", "attempts"].includes(sort) ? "yes" : "";
  go({ sort: sort === "planned" ? "" : sort, down });
});
detail.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.step) step(list.cursor + Number(button.dataset.step));
  if (button && "close" in button.dataset) escape();
});
$("help-button").addEventListener("click", () => help.showModal());
$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  $("list").focus();
});
addEventListener("popstate", follow);
addEventListener("hashchange", follow);
follow();
