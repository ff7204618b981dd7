// The part of a long table that is in the page. What one looks at is asked for at once, one part at
// a time; two rows stand for all those above and below, so that the scroll bar shows where one is.
import { become } from "./become.js";
import { first, stir, whenCalm } from "./calm.js";
import { fragment, load, say } from "./fragment.js";
import { above, barFor, missing, placeAt, scale, surplus, whole } from "./places.js";

/** So long a person who is somewhere else by now waits for what was asked before. */
const PATIENCE_MS = 100;
const AGAIN_MS = 2000;

/**
 * @typedef {import("./places.js").Part} Part
 * @typedef {{src: string, total: number, first: number, told: (total: number) => void}} Options
 */

export class RowWindow {
  #scroll;
  #body;
  #options;
  #rows;
  #nColumns;
  #above;
  #below;
  #first;
  #n;
  /** Pixels above the first row that is there. */
  #top = 0;
  /** @type {{part: Part, at: number, loading: AbortController} | undefined} */
  #asked;
  #hurry = 0;
  #again = 0;

  /**
   * @param {HTMLElement} scroll what is scrolled
   * @param {HTMLTableSectionElement} body with its first rows
   * @param {Options} options `told` is called with each part that came
   */
  constructor(scroll, body, options) {
    this.#scroll = scroll;
    this.#body = body;
    this.#options = options;
    this.#first = options.first;
    this.#n = this.#shown().length;
    this.#nColumns = scroll.querySelectorAll("th").length;
    const rowHeight = this.#shown()[0]?.getBoundingClientRect().height || 32;
    this.#rows = { total: options.total, rowHeight };
    this.#above = spacer(this.#nColumns);
    this.#below = spacer(this.#nColumns);
    // Whoever scrolled before is in the rows that the page came with.
    const bar = barFor(this.#rows, this.#first, this.#height()) + scroll.scrollTop;
    this.#top = above(this.#rows, this.#first, bar, this.#height());
    this.#place();
    body.prepend(this.#above);
    body.append(this.#below);
    if (this.#first) scroll.scrollTop = bar;
    scroll.addEventListener("scroll", () => this.look(), { passive: true });
    // Not now: what the page came with is to be painted before anything is measured or asked for.
    requestAnimationFrame(() => setTimeout(() => this.#begin()));
  }

  /** How many rows there are in all. */
  get total() {
    return this.#rows.total;
  }

  /** Asks for what is looked at and not there. */
  look() {
    stir();
    const part = missing({ first: this.#first, n: this.#n }, this.#seen(), this.total);
    if (!part) return;
    if (!this.#asked) {
      this.#ask(part);
    } else if (!part.joins && !this.#hurry && !covers(this.#asked.part, this.#seen())) {
      // Rows that were to join those that are left by now are of no use to anybody.
      const patience = this.#asked.part.joins ? 0 : PATIENCE_MS;
      const left = this.#asked.at + patience - performance.now();
      if (left <= 0) this.#asked.loading.abort();
      else this.#hurry = setTimeout(() => this.#asked?.loading.abort(), left);
    }
  }

  /** What stands around the rows that the page came with can wait, unless the window shows it. */
  #begin() {
    const bottom = Math.min(this.#scroll.getBoundingClientRect().bottom, innerHeight);
    const isCovered = this.#below.getBoundingClientRect().top >= bottom;
    if (isCovered) whenCalm(() => this.look());
    else this.look();
  }

  /** Shows the first rows as they are now. */
  reload() {
    this.#n = 0;
    this.#scroll.scrollTop = 0;
    if (this.#asked) this.#asked.loading.abort();
    else this.look();
  }

  /** Nothing is asked for any more. */
  close() {
    clearTimeout(this.#again);
    this.#asked?.loading.abort();
  }

  /** @param {Part} part */
  async #ask(part) {
    clearTimeout(this.#again);
    const loading = new AbortController();
    this.#asked = { part, at: performance.now(), loading };
    const url = new URL(this.#options.src, location.href);
    url.searchParams.set("offset", String(part.offset));
    url.searchParams.set("limit", String(part.limit));
    let goesOn = true;
    try {
      const { html, total, ok } = await first(load(url.href, loading.signal));
      if (ok) goesOn = this.#show(html, part, total);
      else goesOn = this.#fail(fragment(html));
    } catch (error) {
      if (!(error instanceof DOMException)) {
        goesOn = this.#fail("The rows could not be loaded.");
        this.#again = setTimeout(() => this.look(), AGAIN_MS);
      }
    }
    this.#asked = undefined;
    clearTimeout(this.#hurry);
    this.#hurry = 0;
    // Meanwhile one may look at something else.
    if (goesOn && this.#body.isConnected) this.look();
  }

  /**
   * Puts rows in. Whatever of the page's measures is needed is read before anything is changed:
   * rows without those that stand for the others would be measured, and scrolled to, in vain.
   * @param {string} html
   * @param {Part} part
   * @param {number} total
   * @returns {boolean} whether there may be more to ask for
   */
  #show(html, part, total) {
    const isOther = total !== this.total;
    this.#rows = { ...this.#rows, total };
    // Rows of another state of the run do not join these.
    if (isOther && part.joins) {
      this.#n = 0;
      return true;
    }
    const made = fragment(html);
    const n = made.querySelectorAll("tr[data-id]").length;
    if (part.joins) this.#join(made, part, n);
    else this.#replace(made, part, n);
    this.#options.told(total);
    return n > 0;
  }

  /**
   * @param {DocumentFragment} made
   * @param {Part} part
   * @param {number} n
   */
  #replace(made, part, n) {
    const { scrollTop } = this.#scroll;
    const top = above(this.#rows, part.offset, scrollTop, this.#height());
    const focused = this.#focused();
    const old = this.#shown();
    const come = [...made.children];
    come.forEach((row, place) => {
      const there = old[place];
      if (there) become(there, row);
      else this.#below.before(row);
    });
    this.#take(old.slice(come.length));
    [this.#first, this.#n, this.#top] = [part.offset, n, top];
    this.#place();
    if (focused) this.#focus(focused);
  }

  /**
   * @param {DocumentFragment} made
   * @param {Part} part
   * @param {number} n
   */
  #join(made, part, n) {
    const { rowHeight } = this.#rows;
    const [seen, height] = [this.#seen(), this.#height()];
    const bar = barFor(this.#rows, this.#at(), height);
    if (part.joins === "before") {
      this.#above.after(...made.children);
      this.#first = part.offset;
      this.#top -= n * rowHeight;
    } else {
      // Without what stands between the rows: it would be left behind, more of it each time.
      this.#below.before(...made.children);
    }
    this.#n += n;
    const far = surplus({ first: this.#first, n: this.#n }, seen);
    const rows = this.#shown();
    this.#take(rows.slice(0, far.above));
    this.#take(rows.slice(rows.length - far.below));
    this.#first += far.above;
    this.#n -= far.above + far.below;
    this.#top += far.above * rowHeight;
    // Where the bar stands for more than it measures, it is put where it stands for these rows.
    const isScaled = scale(this.#rows, height) > 1;
    if (isScaled) this.#top = above(this.#rows, this.#first, bar, height);
    this.#place();
    if (isScaled) this.#scroll.scrollTop = bar;
  }

  /**
   * @param {Node | string} problem
   * @returns {boolean}
   */
  #fail(problem) {
    const top = this.#scroll.scrollTop;
    const row = document.createElement("tr");
    const cell = row.insertCell();
    cell.colSpan = this.#nColumns;
    cell.className = "tall";
    cell.append(problem);
    this.#take(this.#shown());
    this.#above.after(row);
    [this.#n, this.#top] = [0, top];
    this.#place();
    if (typeof problem === "string") say(problem);
    return false;
  }

  /** The spacers take what the rows leave. */
  #place() {
    const bottom = whole(this.#rows) - this.#top - this.#n * this.#rows.rowHeight;
    setHeight(this.#above, Math.max(this.#top, 0));
    setHeight(this.#below, Math.max(bottom, 0));
  }

  /** The first row that is seen, as a fraction. */
  #at() {
    const { scrollTop } = this.#scroll;
    const { rowHeight } = this.#rows;
    const isHere = this.#n > 0 && scrollTop + this.#height() > this.#top &&
      scrollTop < this.#top + this.#n * rowHeight;
    // Rows that are there stand where they stand, whatever the bar would say.
    if (isHere) return Math.max(this.#first + (scrollTop - this.#top) / rowHeight, 0);
    return placeAt(this.#rows, scrollTop, this.#height());
  }

  #seen() {
    const at = this.#at();
    const to = Math.ceil(at + this.#height() / this.#rows.rowHeight);
    return { from: Math.floor(at), to: Math.min(to, this.total) };
  }

  /** Of the rows alone: their heads stand above them. */
  #height() {
    const heads = this.#body.parentElement?.querySelector("thead")?.offsetHeight ?? 0;
    return Math.max(this.#scroll.clientHeight - heads, 0);
  }

  #shown() {
    return /** @type {HTMLElement[]} */ ([...this.#body.querySelectorAll("tr:not(.spacer)")]);
  }

  /** @param {HTMLElement[]} rows */
  #take(rows) {
    rows.forEach((each) => each.remove());
  }

  #focused() {
    const focused = document.activeElement;
    const row = this.#body.contains(focused) ? focused?.closest("tr") : undefined;
    return row?.dataset.id;
  }

  /**
   * Follows the entry that had the focus; its row may be another one's by now.
   * @param {string} id
   */
  #focus(id) {
    const link = this.#body.querySelector(`[data-id="${CSS.escape(id)}"] .row-link`);
    const left = document.activeElement;
    if (link instanceof HTMLElement) link.focus({ preventScroll: true });
    else if (left instanceof HTMLElement && this.#body.contains(left)) left.blur();
  }
}

/**
 * @param {Part} part
 * @param {import("./places.js").Seen} seen
 */
function covers({ offset, limit }, { from, to }) {
  return from < offset + limit && to > offset;
}

/** @param {number} nColumns no more than there are: others would take of their width */
function spacer(nColumns) {
  const row = document.createElement("tr");
  row.className = "spacer";
  row.setAttribute("aria-hidden", "true");
  row.insertCell().colSpan = nColumns;
  return row;
}

/**
 * @param {HTMLTableRowElement} row
 * @param {number} height
 */
function setHeight(row, height) {
  const cell = row.cells[0];
  if (cell) cell.style.height = `${height}px`;
}
