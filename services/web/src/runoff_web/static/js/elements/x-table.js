// A table of any length of which only a window is in the page: `<x-table data-src data-total>`.
import { fragment, load, say } from "../core/fragment.js";
import { above, barFor, placeAt, whole } from "../core/places.js";

const PAGE = 60;
const AHEAD = 18;
const SETTLE_MS = 40;
const REST_MS = 250;
const PANEL_MS = 120;

class Table extends HTMLElement {
  #total = 0;
  #first = 0;
  #rowHeight = 32;
  #waiting = 0;
  #filledAt = 0;
  #choosing = 0;
  #loading = new AbortController();
  #panelLoading = new AbortController();
  /** The entry beside the table, and the one that a person chose: a first click chooses it. */
  #shown = "";
  #chosen = "";
  /** @type {(event: Event) => void} */
  #heard = (event) => this.#grew(/** @type {CustomEvent<number>} */ (event).detail);

  connectedCallback() {
    this.#total = Number(this.dataset.total);
    this.#first = Number(this.dataset.offset);
    this.#chosen = new URLSearchParams(location.search).get("entry") ?? "";
    this.#shown = this.#chosen;
    this.querySelector("[data-pager]")?.setAttribute("hidden", "");
    this.#rowHeight = this.#rows()[0]?.getBoundingClientRect().height || this.#rowHeight;
    const scroll = this.#scroll();
    this.#place();
    if (this.#first) {
      scroll.scrollTop = barFor(this.#all(), this.#first, this.#height());
      this.#place();
    }
    scroll.addEventListener("scroll", () => this.#moved(), { passive: true });
    this.addEventListener("focusin", (event) => this.#choose(event.target));
    this.addEventListener("click", (event) => this.#clicked(event));
    this.#news()?.addEventListener("click", () => this.#refresh());
    document.addEventListener("entries", this.#heard);
    this.#mark();
    this.#showFirst();
  }

  disconnectedCallback() {
    document.removeEventListener("entries", this.#heard);
    this.#loading.abort();
  }

  /** A jump is followed at once, what goes on being scrolled when it pauses. */
  #moved() {
    clearTimeout(this.#waiting);
    const isJump = performance.now() - this.#filledAt > REST_MS;
    this.#waiting = setTimeout(() => this.#fill(), isJump ? 0 : SETTLE_MS);
  }

  /** Loads what is looked at, unless it is there. */
  async #fill() {
    this.#filledAt = performance.now();
    const seen = placeAt(this.#all(), this.#scroll().scrollTop, this.#height());
    const n = this.#rows().length;
    const last = Math.min(seen + this.#height() / this.#rowHeight, this.#total);
    if (seen >= this.#first && last <= this.#first + n) return;
    await this.#fetch(Math.max(Math.floor(seen) - AHEAD, 0));
  }

  /** @param {number} offset */
  async #fetch(offset) {
    this.#loading.abort();
    this.#loading = new AbortController();
    const url = new URL(this.dataset.src ?? "", location.href);
    url.searchParams.set("offset", String(offset));
    url.searchParams.set("limit", String(PAGE));
    try {
      const { html, total, ok } = await load(url.href, this.#loading.signal);
      if (ok) {
        this.#show(html, offset, total);
      } else {
        const row = problemRow(html, this.querySelectorAll("th").length);
        this.querySelector("tbody")?.replaceChildren(row);
      }
    } catch (error) {
      if (!(error instanceof DOMException)) say("The rows could not be loaded.");
    }
  }

  /**
   * @param {string} html
   * @param {number} offset
   * @param {number} total
   */
  #show(html, offset, total) {
    const focused = this.#rows().find((row) => row.contains(document.activeElement))?.dataset.id;
    this.#first = offset;
    this.#total = total;
    this.querySelector("tbody")?.replaceChildren(fragment(html));
    this.#place();
    this.#mark();
    const count = document.getElementById(this.dataset.count ?? "");
    if (count) count.textContent = total.toLocaleString("en").replaceAll(",", "\u202f");
    this.querySelector("table")?.setAttribute("aria-rowcount", String(total + 1));
    if (focused) {
      this.#link(this.#rows().find((row) => row.dataset.id === focused))?.focus({
        preventScroll: true,
      });
    }
  }

  /** Puts spacers around the rows, so that the scroll bar shows where they are. */
  #place() {
    const body = this.querySelector("tbody");
    if (!body) return;
    body.querySelectorAll(".spacer").forEach((each) => each.remove());
    const n = this.#rows().length;
    const top = above(this.#all(), this.#first, this.#scroll().scrollTop, this.#height());
    const bottom = Math.max(whole(this.#all()) - top - n * this.#rowHeight, 0);
    const nColumns = this.querySelectorAll("th").length;
    body.prepend(spacer(top, nColumns));
    body.append(spacer(bottom, nColumns));
  }

  #all() {
    return { total: this.#total, rowHeight: this.#rowHeight };
  }

  #height() {
    return this.#scroll().clientHeight;
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const target = event.target instanceof Element ? event.target : null;
    const row = target?.closest("tbody tr");
    if (!(row instanceof HTMLElement) || !this.#panel() || isNarrow()) return;
    const link = this.#link(row);
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    // A first click shows it beside the table, a second one, or Enter, opens it.
    if (target?.closest("a") && (row.dataset.id === this.#chosen || event.detail === 0)) return;
    event.preventDefault();
    link?.focus({ preventScroll: true });
    this.#choose(link ?? null);
  }

  /** @param {EventTarget | null} target */
  #choose(target) {
    const row = target instanceof Element ? target.closest("tbody tr") : null;
    if (!(row instanceof HTMLElement) || !this.#panel() || isNarrow()) return;
    clearTimeout(this.#choosing);
    this.#choosing = setTimeout(() => this.#showPanel(row), PANEL_MS);
  }

  /** Where the address names no entry, the first one is shown beside the table. */
  #showFirst() {
    const row = this.#rows()[0];
    if (row && !this.#shown && this.#panel()?.childElementCount === 0 && !isNarrow()) {
      this.#showPanel(row, false);
    }
  }

  /**
   * @param {HTMLElement} row
   * @param {boolean} [isChosen] by a person: then the address says it
   */
  async #showPanel(row, isChosen = true) {
    const panel = this.#panel();
    const link = this.#link(row);
    if (!panel || !(link instanceof HTMLAnchorElement)) return;
    const id = row.dataset.id ?? "";
    if (isChosen) this.#choice(id);
    if (id === this.#shown) return;
    this.#shown = id;
    this.#mark();
    this.#panelLoading.abort();
    this.#panelLoading = new AbortController();
    try {
      const part = link.href.replace("/entries/", "/panel/");
      const { html } = await load(part, this.#panelLoading.signal);
      panel.replaceChildren(fragment(html));
    } catch (error) {
      if (!(error instanceof DOMException)) say("The entry could not be loaded.");
    }
  }

  /**
   * The address says it.
   * @param {string} id
   */
  #choice(id) {
    this.#chosen = id;
    const url = new URL(location.href);
    url.searchParams.set("entry", id);
    history.replaceState(null, "", url);
  }

  #mark() {
    for (const row of this.#rows()) {
      row.toggleAttribute("aria-selected", false);
      if (row.dataset.id === this.#shown) row.setAttribute("aria-selected", "true");
    }
  }

  /**
   * Rows never move by themselves: people are told, and decide.
   * @param {number} n
   */
  #grew(n) {
    const news = this.#news();
    const more = n - this.#total;
    if (
      !news || more <= 0 ||
      new URL(this.dataset.src ?? "", location.href).search.match(
        /find|agreement|status|section|split/,
      )
    ) return;
    news.textContent = `${more} new results: show`;
    news.hidden = false;
  }

  #refresh() {
    const news = this.#news();
    if (news) news.hidden = true;
    this.#scroll().scrollTop = 0;
    return this.#fetch(0);
  }

  /** @returns {HTMLElement | null} */
  #news() {
    return this.querySelector("[data-news]");
  }

  #panel() {
    return document.getElementById(this.dataset.panel ?? "");
  }

  /** @returns {HTMLElement} */
  #scroll() {
    return this.querySelector("[data-scroll]") ?? this;
  }

  #rows() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll("tbody tr[data-id]")]);
  }

  /**
   * @param {HTMLElement | undefined} row
   * @returns {HTMLElement | null | undefined}
   */
  #link(row) {
    return row?.querySelector(".row-link");
  }
}

function isNarrow() {
  return matchMedia("(max-width: 1279px)").matches;
}

/**
 * @param {number} height
 * @param {number} nColumns no more than there are: others would take of their width
 */
function spacer(height, nColumns) {
  const row = document.createElement("tr");
  row.className = "spacer";
  row.setAttribute("aria-hidden", "true");
  const cell = row.insertCell();
  cell.colSpan = nColumns;
  cell.style.height = `${height}px`;
  return row;
}

/**
 * @param {string} html
 * @param {number} nColumns
 */
function problemRow(html, nColumns) {
  const row = document.createElement("tr");
  const cell = row.insertCell();
  cell.colSpan = nColumns;
  cell.className = "tall";
  cell.append(fragment(html));
  return row;
}

/** Let the element be used. */
export function defineTable() {
  customElements.define("x-table", Table);
}
