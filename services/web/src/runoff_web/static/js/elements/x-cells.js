// Forms in the cells of a table: `<x-cells>` around links with `data-edit`, each within a
// `data-cell`. The server makes the form, takes it, and makes what then stands in the cell.
import { fragment, load, say } from "../core/fragment.js";

class Cells extends HTMLElement {
  /** @type {WeakMap<Element, Node[]>} */
  #before = new WeakMap();

  connectedCallback() {
    this.addEventListener("click", (event) => {
      if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey) return;
      const cell = event.target.closest("[data-cell]");
      const edit = event.target.closest("a[data-edit]");
      if (cell && edit instanceof HTMLAnchorElement) {
        event.preventDefault();
        void this.#open(cell, edit.href);
      } else if (cell && event.target.closest("[data-cancel]")) {
        event.preventDefault();
        this.#close(cell);
      }
    });
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !(event.target instanceof Element)) return;
      const cell = event.target.closest("[data-cell]");
      if (cell) this.#close(cell);
    });
    this.addEventListener("submit", (event) => {
      const form = event.target;
      const cell = form instanceof HTMLFormElement && form.closest("[data-cell]");
      if (!cell) return;
      event.preventDefault();
      void this.#send(cell, form, event.submitter);
    });
  }

  /**
   * @param {Element} cell
   * @param {string} url
   */
  async #open(cell, url) {
    const { html, ok } = await load(url);
    if (!ok) return location.assign(url);
    this.#before.set(cell, [...cell.childNodes]);
    this.#show(cell, html);
  }

  /**
   * @param {Element} cell
   * @param {string} html
   */
  #show(cell, html) {
    cell.replaceChildren(fragment(html));
    const first = cell.querySelector("textarea, button, a");
    if (first instanceof HTMLElement) first.focus();
  }

  /** @param {Element} cell */
  #close(cell) {
    const before = this.#before.get(cell);
    if (!before) return;
    cell.replaceChildren(...before);
    const edit = cell.querySelector("[data-edit]");
    if (edit instanceof HTMLElement) edit.focus();
  }

  /**
   * @param {Element} cell
   * @param {HTMLFormElement} form
   * @param {HTMLElement | null} pressed
   */
  async #send(cell, form, pressed) {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form, pressed)) {
      if (typeof value === "string") body.append(name, value);
    }
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { "X-Fragment": "1" },
    });
    if (![200, 409, 422].includes(answer.status)) return form.submit();
    this.#show(cell, await answer.text());
    say(answer.ok ? "Saved" : "Not saved");
  }
}

/** Let the element be used. */
export function defineCells() {
  customElements.define("x-cells", Cells);
}
