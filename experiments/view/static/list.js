// The list of exchanges: only the rows in sight exist, and only pages near them are fetched.

import { ask } from "/api.js";

const ROW = 32;
const PAGE = 100;
const KEPT_PAGES = 40;
const SPARE = 6;
/** A browser cannot make an element of any height: what is beyond needs a narrower filter. */
const MOST_ROWS = 250_000;

/** Cells by class name, in the order of the columns. */
const CELLS = ["c-number", "num c-planned", "c-phase", "c-outcome", "c-served", "num c-attempts", "num", "num c-total"];

export class List {
  /**
   * @param {{grid: HTMLElement, rows: HTMLElement, space: HTMLElement, empty: HTMLElement}} parts
   * @param {Record<string, string>} colours - css class by endpoint
   * @param {{opened: (number: number) => void, counted: (total: number, beyond: boolean) => void,
   *          failed: (words: string) => void}} told
   */
  constructor(parts, colours, told) {
    Object.assign(this, parts);
    this.colours = colours;
    this.told = told;
    this.total = 0;
    this.cursor = -1;
    this.open = "";
    /** @type {Map<number, object[] | Promise<void>>} rows by page, or that they are on their way */
    this.pages = new Map();
    /** @type {HTMLElement[]} */
    this.pool = [];
    this.asking = new AbortController();
    this.rows.addEventListener("scroll", () => this.drawSoon(), { passive: true });
    this.rows.addEventListener("click", (event) => this.clicked(event));
    new ResizeObserver(() => this.drawSoon()).observe(this.rows);
  }

  /**
   * Show other exchanges; resolves when the first of them are there.
   * @param {Record<string, string>} asked
   * @param {number} at - the row to begin with, under the cursor
   */
  async show(asked, at = -1) {
    this.asking.abort();
    this.asking = new AbortController();
    this.asked = asked;
    this.pages.clear();
    const first = Math.max(0, Math.floor(Math.max(0, at) / PAGE));
    await this.fetch(first);
    this.cursor = at;
    this.rows.scrollTop = at > 0 ? at * ROW - this.height / 2 : 0;
    this.draw();
  }

  /** The exchange in a row, if it was fetched. */
  row(index) {
    const page = this.pages.get(Math.floor(index / PAGE));
    return Array.isArray(page) ? page[index % PAGE] : undefined;
  }

  /** Move the cursor to a row, and keep it in sight; resolves to its exchange. */
  async moveTo(index) {
    if (!this.total) return null;
    this.cursor = Math.max(0, Math.min(this.shownTotal - 1, index));
    this.reveal();
    this.draw();
    const page = Math.floor(this.cursor / PAGE);
    if (!this.row(this.cursor)) await this.fetch(page);
    return this.row(this.cursor);
  }

  /** How many rows fit. */
  get screen() {
    return Math.max(1, Math.floor(this.height / ROW) - 1);
  }

  /** The pixels that rows have: the head stays on top of them. */
  get height() {
    return this.rows.clientHeight - ROW;
  }

  get shownTotal() {
    return Math.min(this.total, MOST_ROWS);
  }

  reveal() {
    const top = this.cursor * ROW;
    const { scrollTop } = this.rows;
    if (top < scrollTop) this.rows.scrollTop = top;
    if (top + ROW > scrollTop + this.height) this.rows.scrollTop = top + ROW - this.height;
  }

  /** Mark the exchange that is open. */
  mark(number) {
    this.open = number;
    this.draw();
  }

  /** Fetch a page, unless it is here or on its way; resolves when it is here. */
  async fetch(page) {
    if (!this.pages.has(page)) this.pages.set(page, this.fetched(page));
    await this.pages.get(page);
  }

  async fetched(page) {
    const { signal } = this.asking;
    try {
      const facts = { ...this.asked, offset: page * PAGE, limit: PAGE };
      const told = await ask("exchanges", facts, signal);
      if (signal.aborted) return;
      this.pages.set(page, told.rows);
      this.forget(page);
      if (told.total !== this.total || this.pages.size === 1) this.count(told.total);
      this.drawSoon();
    } catch (error) {
      this.pages.delete(page);
      if (!signal.aborted) this.told.failed(error.message);
    }
  }

  count(total) {
    this.total = total;
    this.space.style.height = `${this.shownTotal * ROW}px`;
    this.empty.hidden = total > 0;
    this.grid.setAttribute("aria-rowcount", String(total + 1));
    this.told.counted(total, total > MOST_ROWS);
  }

  /** Keep the pages nearest to one. */
  forget(near) {
    const far = [...this.pages.keys()].sort((a, b) => Math.abs(b - near) - Math.abs(a - near));
    for (const page of far.slice(0, Math.max(0, far.length - KEPT_PAGES))) this.pages.delete(page);
  }

  drawSoon() {
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.draw();
    });
  }

  draw() {
    const { scrollTop, clientHeight } = this.rows;
    const first = Math.max(0, Math.floor(scrollTop / ROW) - SPARE);
    const last = Math.min(this.shownTotal, Math.ceil((scrollTop + clientHeight) / ROW) + SPARE);
    while (this.pool.length < last - first) this.pool.push(this.made());
    this.pool.forEach((element, i) => {
      element.hidden = first + i >= last;
      if (!element.hidden) this.fill(element, first + i);
    });
    const seen = this.cursor >= first && this.cursor < last;
    if (seen) this.grid.setAttribute("aria-activedescendant", `row-${this.cursor}`);
    else this.grid.removeAttribute("aria-activedescendant");
    this.want(first, last);
  }

  want(first, last) {
    if (last <= first || !this.asked) return;
    clearTimeout(this.wanting);
    const missing = () => {
      for (let p = Math.floor(first / PAGE); p <= Math.floor((last - 1) / PAGE); p++) this.fetch(p);
    };
    // While somebody drags the scroll bar, what rushes by is not asked for.
    this.wanting = setTimeout(missing, 40);
  }

  made() {
    const element = document.createElement("div");
    element.className = "row";
    element.setAttribute("role", "row");
    for (const name of CELLS) {
      const cell = document.createElement("span");
      cell.className = name;
      cell.setAttribute("role", "gridcell");
      element.append(cell);
    }
    const [, , , outcome, served] = element.children;
    outcome.append(sign("sign"), "");
    served.append(sign("dab"), "", sign("moved"));
    this.rows.append(element);
    return element;
  }

  fill(element, index) {
    const row = this.row(index);
    element.style.transform = `translateY(${index * ROW}px)`;
    element.id = `row-${index}`;
    element.setAttribute("aria-rowindex", String(index + 2));
    const opened = row !== undefined && String(row?.exchange) === this.open;
    element.setAttribute("aria-selected", String(opened));
    element.classList.toggle("cursor-row", index === this.cursor);
    element.classList.toggle("open-row", opened);
    element.classList.toggle("unread", !row);
    element.classList.toggle("bad", row ? !row.succeeded : false);
    element.classList.toggle("hit", row ? row.touched : false);
    if (element.shown === row && row) return;
    element.shown = row;
    this.write(element, row ?? { exchange: index, planned_s: 0, outcome: "", attempts: "" });
  }

  write(element, row) {
    const [number, planned, phase, outcome, served, attempts, first, total] = element.children;
    number.textContent = row.exchange;
    planned.textContent = `${row.planned_s.toFixed(3)} s`;
    phase.textContent = (row.phase ?? "").replaceAll("_", "-");
    outcome.lastChild.data = row.outcome.replaceAll("_", " ");
    served.childNodes[0].className = `dab ${this.colours[row.shown_by] ?? ""}`;
    served.childNodes[1].data = row.shown_by ?? "nobody";
    served.lastChild.textContent = row.failed_over ? "↷" : "";
    served.title = row.failed_over ? "failed over" : "";
    attempts.textContent = row.attempts;
    first.textContent = row.ttft_s || "–";
    total.textContent = row.total_s || "–";
  }

  clicked(event) {
    const element = event.target.closest(".row");
    if (!element?.shown) return;
    this.cursor = Number(element.id.replace("row-", ""));
    this.told.opened(element.shown.exchange);
  }
}

function sign(name) {
  const element = document.createElement("span");
  element.className = name;
  element.setAttribute("aria-hidden", "true");
  return element;
}
