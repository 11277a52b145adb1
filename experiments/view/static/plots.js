// The timeline: charts come drawn from the server, dragging across one picks a stretch of time.

import { ask } from "/api.js";

const LEAST_DRAG = 5;

export class Plots {
  /**
   * @param {HTMLElement[]} plots - one element per chart, its name in data-chart
   * @param {{picked: (start: number, end: number) => void, drawn: (told: any) => void,
   *          failed: (words: string) => void}} told
   */
  constructor(plots, told) {
    this.plots = plots;
    this.told = told;
    this.asking = new AbortController();
    for (const plot of plots) {
      plot.addEventListener("pointerdown", (event) => this.drag(plot, event));
      plot.closest("details")?.addEventListener("toggle", () => this.draw());
    }
    let width = this.width;
    new ResizeObserver(() => {
      if (Math.abs(this.width - width) < 8 || !this.shown) return;
      width = this.width;
      clearTimeout(this.resizing);
      this.resizing = setTimeout(() => this.show(this.shown), 150);
    }).observe(plots[0]);
  }

  get width() {
    return Math.max(300, Math.min(2400, Math.round(this.plots[0].clientWidth)));
  }

  /** Draw a stretch: seconds as text, "" for the run's own beginning or end. */
  async show(shown) {
    this.shown = shown;
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const facts = { width: this.width };
    if (shown.start) facts.start = shown.start;
    if (shown.end) facts.end = shown.end;
    for (const plot of this.plots) plot.classList.add("waiting");
    try {
      this.drawn = await ask("timeline", facts, signal);
    } catch (error) {
      if (!signal.aborted) this.told.failed(error.message);
      return;
    }
    this.told.drawn(this.drawn);
    await this.draw();
  }

  /** Put the charts that are in sight where they belong. */
  async draw() {
    const { drawn } = this;
    for (const plot of this.plots) {
      const folded = plot.closest("details:not([open])");
      if (!drawn || folded || plot.shows === drawn) continue;
      // A chart a frame, so that none of them holds up what somebody types meanwhile.
      await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
      if (this.drawn !== drawn) return;
      plot.innerHTML = drawn.charts[plot.dataset.chart];
      plot.shows = drawn;
      plot.classList.remove("waiting");
    }
    this.point(this.at);
  }

  /** Mark a moment in every chart; null for none. */
  point(at) {
    this.at = at;
    for (const plot of this.plots) {
      plot.querySelector(".cursor")?.remove();
      if (at == null || !this.drawn || at < this.drawn.start || at > this.drawn.end) continue;
      const mark = document.createElement("div");
      mark.className = "cursor";
      mark.style.left = `${this.pixel(plot, at)}px`;
      plot.append(mark);
    }
  }

  pixel(plot, at) {
    const { start, end, left, right, width } = this.drawn;
    const share = (at - start) / (end - start);
    return ((left + share * (width - left - right)) * plot.clientWidth) / width;
  }

  moment(plot, pixel) {
    const { start, end, left, right, width } = this.drawn;
    const share = ((pixel * width) / plot.clientWidth - left) / (width - left - right);
    return start + Math.max(0, Math.min(1, share)) * (end - start);
  }

  drag(plot, down) {
    if (!this.drawn || down.button !== 0) return;
    const origin = plot.getBoundingClientRect().left;
    const brush = document.createElement("div");
    brush.className = "brush";
    plot.append(brush);
    plot.setPointerCapture(down.pointerId);
    const edges = (event) => [down.clientX - origin, event.clientX - origin].sort((a, b) => a - b);
    const moved = (event) => {
      const [from, to] = edges(event);
      brush.style.left = `${from}px`;
      brush.style.width = `${to - from}px`;
    };
    const ended = (event) => {
      plot.removeEventListener("pointermove", moved);
      plot.removeEventListener("pointerup", ended);
      plot.removeEventListener("pointercancel", ended);
      brush.remove();
      const [from, to] = edges(event);
      if (event.type === "pointerup" && to - from >= LEAST_DRAG)
        this.told.picked(this.moment(plot, from), this.moment(plot, to));
    };
    plot.addEventListener("pointermove", moved);
    plot.addEventListener("pointerup", ended);
    plot.addEventListener("pointercancel", ended);
  }
}
