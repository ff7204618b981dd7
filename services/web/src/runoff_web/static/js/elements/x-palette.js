// Ctrl-K: pages, actions and whatever words find, in a dialog: `<x-palette><dialog>…`.
import { fragment, load } from "../core/fragment.js";

const PAUSE_MS = 80;

class Palette extends HTMLElement {
  #at = 0;
  #waiting = 0;
  #loading = new AbortController();
  /** @type {(event: KeyboardEvent) => void} */
  #heard = (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.open();
  };

  connectedCallback() {
    document.addEventListener("keydown", this.#heard);
    for (const button of document.querySelectorAll("[data-palette]")) {
      if (button instanceof HTMLElement) {
        button.addEventListener("click", (event) => {
          event.preventDefault();
          this.open();
        });
      }
    }
    const input = this.#input();
    input?.addEventListener("input", () => this.#wait());
    input?.addEventListener("keydown", (event) => this.#pressed(event));
    this.#list()?.addEventListener("mousemove", (event) => this.#pointed(event));
    this.#dialog()?.addEventListener("click", (event) => {
      if (event.target === this.#dialog()) this.#dialog()?.close();
    });
    // A page that comes back out of the browser's store comes back without it.
    addEventListener("pagehide", () => this.#dialog()?.close());
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#heard);
    this.#loading.abort();
  }

  open() {
    const dialog = this.#dialog();
    if (!dialog || dialog.open) return;
    document.querySelectorAll("dialog[open]").forEach((each) => {
      if (each instanceof HTMLDialogElement) each.close();
    });
    dialog.showModal();
    this.#input()?.select();
    this.#look();
  }

  #wait() {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#look(), PAUSE_MS);
  }

  async #look() {
    this.#loading.abort();
    this.#loading = new AbortController();
    const query = new URLSearchParams({ q: this.#input()?.value ?? "" });
    try {
      const { html } = await load(`/search?${query}`, this.#loading.signal);
      this.#list()?.replaceChildren(fragment(html));
      this.#move(0);
      const n = this.#options().length;
      const place = this.querySelector("[data-found]");
      if (place) place.textContent = `${n} ${n === 1 ? "result" : "results"}`;
    } catch (error) {
      if (error instanceof DOMException) return;
      this.#list()?.replaceChildren("The server does not answer.");
    }
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const n = this.#options().length;
    if (event.key === "ArrowDown" && n) this.#move((this.#at + 1) % n);
    else if (event.key === "ArrowUp" && n) this.#move((this.#at + n - 1) % n);
    else if (event.key === "Enter") this.#options()[this.#at]?.click();
    else return;
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  #pointed(event) {
    const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (option instanceof HTMLElement) this.#move(this.#options().indexOf(option), false);
  }

  /**
   * @param {number} at
   * @param {boolean} [scrolls]
   */
  #move(at, scrolls = true) {
    this.#at = at;
    this.#options().forEach((each, place) => {
      each.setAttribute("aria-selected", String(place === at));
      if (place === at && scrolls) each.scrollIntoView({ block: "nearest" });
    });
    const chosen = this.#options()[at];
    if (chosen) this.#input()?.setAttribute("aria-activedescendant", chosen.id);
    else this.#input()?.removeAttribute("aria-activedescendant");
  }

  #options() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[role=option]")]);
  }

  #dialog() {
    return this.querySelector("dialog");
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
export function definePalette() {
  customElements.define("x-palette", Palette);
}
