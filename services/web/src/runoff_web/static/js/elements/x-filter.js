// What can come next in a filter, as one writes: a combobox over `<x-filter><input data-complete>`.
import { fragment, load } from "../core/fragment.js";

const PAUSE_MS = 90;

class Filter extends HTMLElement {
  #at = -1;
  #waiting = 0;
  /** What the options were looked up for. */
  #completed = "";
  #loading = new AbortController();

  connectedCallback() {
    const input = this.#input();
    const list = this.#list();
    if (!input || !list) return;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    input.addEventListener("input", () => this.#wait());
    input.addEventListener("focus", () => this.#wait());
    input.addEventListener("keydown", (event) => this.#pressed(event));
    input.addEventListener("blur", () => this.#close());
    // Before the field would lose the focus.
    list.addEventListener("mousedown", (event) => this.#clicked(event));
    if (input.dataset.wrong !== undefined) {
      const place = Number(input.dataset.wrong);
      input.focus();
      input.setSelectionRange(place, input.value.length);
      this.#close();
    }
  }

  disconnectedCallback() {
    clearTimeout(this.#waiting);
    this.#loading.abort();
  }

  #wait() {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#look(), PAUSE_MS);
  }

  async #look() {
    const input = this.#input();
    const list = this.#list();
    if (!input || !list || document.activeElement !== input) return;
    // What is marked as wrong is to be read, not to be written over.
    if (input.selectionStart !== input.selectionEnd) return;
    this.#loading.abort();
    this.#loading = new AbortController();
    const written = input.value;
    const query = new URLSearchParams({ q: written, at: String(input.selectionStart) });
    try {
      const { html, ok } = await load(`${input.dataset.complete}?${query}`, this.#loading.signal);
      if (!ok || document.activeElement !== input) return;
      list.replaceChildren(fragment(html));
      this.#completed = written;
      this.#at = -1;
      this.#show(this.#options().length > 0);
    } catch (error) {
      if (!(error instanceof DOMException)) this.#close();
    }
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const n = this.#list()?.hidden ? 0 : this.#options().length;
    if (event.key === "ArrowDown" && !n) this.#wait();
    if (event.key === "Escape" && n) this.#close();
    else if (event.key === "ArrowDown" && n) this.#move((this.#at + 1) % n);
    else if (event.key === "ArrowUp" && n) this.#move((this.#at + n) % (n + 1) - 1);
    else if (event.key === "Tab" && n && !event.shiftKey) this.#take(Math.max(this.#at, 0));
    else if (event.key === "Enter" && n && this.#at >= 0) this.#take(this.#at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    event.preventDefault();
    const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (option instanceof HTMLElement) this.#take(this.#options().indexOf(option));
  }

  /** @param {number} at */
  #move(at) {
    this.#at = at;
    this.#options().forEach((each, place) => {
      each.setAttribute("aria-selected", String(place === at));
      if (place === at) each.scrollIntoView({ block: "nearest" });
    });
    const chosen = this.#options()[at];
    if (chosen) this.#input()?.setAttribute("aria-activedescendant", chosen.id);
    else this.#input()?.removeAttribute("aria-activedescendant");
  }

  /** @param {number} at */
  async #take(at) {
    const input = this.#input();
    /** @type {HTMLElement | undefined} */
    let option = this.#options()[at];
    if (!option || !input) return;
    if (input.value !== this.#completed) {
      // Somebody types faster than options come: those that are shown end where the word was.
      const chosen = option.dataset.text;
      clearTimeout(this.#waiting);
      await this.#look();
      option = this.#options().find((each) => each.dataset.text === chosen);
      if (!option || input.value !== this.#completed) return;
    }
    const [start, end] = [Number(option.dataset.start), Number(option.dataset.end)];
    // One space to either side, so that writing simply goes on.
    const before = start > 0 && !/[\s(]/.test(input.value[start - 1] ?? "") ? " " : "";
    const after = input.value.slice(end);
    const text = `${before}${option.dataset.text}${after.startsWith(" ") ? "" : " "}`;
    input.setRangeText(text, start, end, "end");
    this.#wait();
  }

  /** @param {boolean} open */
  #show(open) {
    const list = this.#list();
    if (list) list.hidden = !open;
    this.#input()?.setAttribute("aria-expanded", String(open));
    if (!open) this.#input()?.removeAttribute("aria-activedescendant");
  }

  #close() {
    clearTimeout(this.#waiting);
    this.#at = -1;
    this.#show(false);
  }

  #options() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[role=option]")]);
  }

  #input() {
    return this.querySelector("input");
  }

  /** @returns {HTMLElement | null} */
  #list() {
    return this.querySelector("[role=listbox]");
  }
}

/** Let the element be used. */
export function defineFilter() {
  customElements.define("x-filter", Filter);
}
