// How long a run goes on, second by second: `<x-elapsed data-from data-to>`.

const TICK_MS = 1000;
const GAP = "\u202f";

class Elapsed extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    if (this.dataset.to !== undefined || this.dataset.held !== undefined) return;
    // A clock that differs from the server's by minutes is told by the next part of the page.
    const from = Date.parse(this.dataset.from ?? "");
    if (Number.isNaN(from)) return;
    this.#timer = setInterval(() => {
      this.textContent = inWords((Date.now() - from) / 1000);
    }, TICK_MS);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }
}

/**
 * As the server writes durations.
 * @param {number} seconds
 * @returns {string}
 */
export function inWords(seconds) {
  const whole = Math.max(Math.round(seconds), 0);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  if (whole < 60) return `${whole}${GAP}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}${GAP}m ${two(whole % 60)}${GAP}s`;
  if (whole < 86400) {
    return `${Math.floor(whole / 3600)}${GAP}h ${two(Math.floor((whole % 3600) / 60))}${GAP}m`;
  }
  return `${Math.floor(whole / 86400)}${GAP}d ${Math.floor((whole % 86400) / 3600)}${GAP}h`;
}

/** Let the element be used. */
export function defineElapsed() {
  customElements.define("x-elapsed", Elapsed);
}
