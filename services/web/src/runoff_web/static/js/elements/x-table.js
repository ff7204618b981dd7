// A table of any length of which only a window is in the page: `<x-table data-src data-total>`.
import { whenCalm } from "../core/calm.js";
import { fragment, load, say } from "../core/fragment.js";
import { RowWindow } from "../core/window.js";

const PANEL_MS = 120;
const AGAIN_MS = 2000;

/** @typedef {{id: string, href: string}} Entry */

class Table extends HTMLElement {
  /** @type {RowWindow | undefined} */
  #window;
  #choosing = 0;
  #panelLoading = new AbortController();
  /** The entry beside the table, and the one that a person chose: a first click chooses it. */
  #shown = "";
  #chosen = "";
  /** The one beside the table is lacking: it is asked for again, and at once where one clicks. */
  #isLacking = false;
  #again = 0;
  /** @type {(event: Event) => void} */
  #heard = (event) => this.#grew(/** @type {CustomEvent<number>} */ (event).detail);

  connectedCallback() {
    const [body, scroll] = [this.querySelector("tbody"), this.querySelector("[data-scroll]")];
    if (!body || !(scroll instanceof HTMLElement)) return;
    this.#chosen = new URLSearchParams(location.search).get("entry") ?? "";
    this.#shown = this.#chosen;
    this.querySelector("[data-pager]")?.setAttribute("hidden", "");
    this.#window = new RowWindow(scroll, body, {
      src: this.dataset.src ?? "",
      total: Number(this.dataset.total),
      first: Number(this.dataset.offset),
      told: (total) => this.#told(total),
    });
    this.addEventListener("focusin", (event) => this.#choose(event.target));
    this.addEventListener("click", (event) => this.#clicked(event));
    this.#news()?.addEventListener("click", () => this.#refresh());
    document.addEventListener("entries", this.#heard);
    this.#mark();
    const entry = this.#entry(this.#rows()[0]);
    // Once the rows are painted: browser and server have to do with those until then.
    if (entry) {
      requestAnimationFrame(() => setTimeout(() => whenCalm(() => this.#showFirst(entry))));
    }
  }

  disconnectedCallback() {
    document.removeEventListener("entries", this.#heard);
    this.#window?.close();
    clearTimeout(this.#again);
  }

  /** @param {number} total */
  #told(total) {
    this.#mark();
    const [count, table] = [
      document.getElementById(this.dataset.count ?? ""),
      this.querySelector("table"),
    ];
    // Not by `toLocaleString`: to load its languages takes 20 ms, within the first jump.
    const said = String(total).replace(/\B(?=(\d{3})+$)/g, "\u202f");
    if (count && count.textContent !== said) count.textContent = said;
    table?.setAttribute("aria-rowcount", String(total + 1));
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const target = event.target instanceof Element ? event.target : null;
    const row = target?.closest("tbody tr");
    if (!(row instanceof HTMLElement) || !this.#panel()) return;
    const link = this.#link(row);
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (isNarrow()) {
      // There is nothing beside the table: wherever a finger meets the row, it opens it.
      if (!target?.closest("a")) link?.click();
      return;
    }
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
    const entry = this.#entry(row);
    if (entry) this.#choosing = setTimeout(() => this.#showPanel(entry), PANEL_MS);
  }

  /**
   * Where the address names no entry, the first one is shown beside the table.
   * @param {Entry} entry
   */
  async #showFirst(entry) {
    if (!this.#shown && this.#panel()?.childElementCount === 0 && !isNarrow()) {
      await this.#showPanel(entry, false);
    }
  }

  /**
   * @param {Entry} entry
   * @param {boolean} [isChosen] by a person: then the address says it
   */
  async #showPanel({ id, href }, isChosen = true) {
    const panel = this.#panel();
    if (!panel) return;
    if (isChosen) this.#choice(id);
    if (id === this.#shown && !this.#isLacking) return;
    this.#shown = id;
    this.#isLacking = false;
    this.#mark();
    clearTimeout(this.#again);
    this.#panelLoading.abort();
    this.#panelLoading = new AbortController();
    try {
      const part = href.replace("/entries/", "/panel/");
      const { html, ok } = await load(part, this.#panelLoading.signal);
      panel.replaceChildren(fragment(html));
      this.#isLacking = !ok;
    } catch (error) {
      if (error instanceof DOMException) return;
      this.#isLacking = true;
      panel.replaceChildren(sorry("The entry could not be loaded."));
    }
    if (this.#isLacking) {
      this.#again = setTimeout(() => this.#showPanel({ id, href }, false), AGAIN_MS);
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
      const isShown = row.dataset.id === this.#shown;
      if (isShown) row.setAttribute("aria-selected", "true");
      else if (row.hasAttribute("aria-selected")) row.removeAttribute("aria-selected");
    }
  }

  /**
   * Rows never move by themselves: people are told, and decide.
   * @param {number} n
   */
  #grew(n) {
    const news = this.#news();
    const more = n - (this.#window?.total ?? n);
    if (
      !news || more <= 0 ||
      new URL(this.dataset.src ?? "", location.href).search.match(
        /find|agreement|status|section|split/,
      )
    ) return;
    news.textContent = more === 1 ? "1 new result: show" : `${more} new results: show`;
    news.hidden = false;
  }

  #refresh() {
    const news = this.#news();
    if (news) news.hidden = true;
    this.#window?.reload();
  }

  /** @returns {HTMLElement | null} */
  #news() {
    return this.querySelector("[data-news]");
  }

  #panel() {
    return document.getElementById(this.dataset.panel ?? "");
  }

  #rows() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll("tbody tr[data-id]")]);
  }

  /**
   * What a row is of; by the time that it is shown the row may be another one's.
   * @param {HTMLElement | undefined} row
   * @returns {Entry | undefined}
   */
  #entry(row) {
    const link = this.#link(row);
    if (link instanceof HTMLAnchorElement) return { id: row?.dataset.id ?? "", href: link.href };
  }

  /**
   * @param {HTMLElement | undefined} row
   * @returns {HTMLElement | null | undefined}
   */
  #link(row) {
    return row?.querySelector(".row-link");
  }
}

/** @param {string} text */
function sorry(text) {
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.textContent = text;
  say(text);
  return notice;
}

function isNarrow() {
  return matchMedia("(max-width: 1279px)").matches;
}

/** Let the element be used. */
export function defineTable() {
  customElements.define("x-table", Table);
}
