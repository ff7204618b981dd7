// Counts ticked rows, and ticks all of a page: `<x-select>` around rows with checkboxes.

class Select extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      const all = this.#all();
      if (all && event.target === all) this.#boxes().forEach((box) => (box.checked = all.checked));
      this.#count();
    });
    const all = this.#all();
    if (all) all.hidden = false;
    this.#count();
  }

  #count() {
    const boxes = this.#boxes();
    const n = boxes.filter((box) => box.checked).length;
    const place = this.querySelector("[data-count]");
    if (place) place.textContent = n ? `${n} selected` : "";
    const all = this.#all();
    if (all) all.indeterminate = n > 0 && n < boxes.length;
    if (all) all.checked = n > 0 && n === boxes.length;
  }

  /** @returns {HTMLInputElement | null} */
  #all() {
    return this.querySelector("input[data-all]");
  }

  #boxes() {
    const found = this.querySelectorAll("input[type=checkbox]:not([data-all])");
    return /** @type {HTMLInputElement[]} */ ([...found]);
  }
}

/** Let the element be used. */
export function defineSelect() {
  customElements.define("x-select", Select);
}
