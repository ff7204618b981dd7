// Counts ticked rows, and ticks all of a page: `<x-select>` around rows with checkboxes.

class Select extends HTMLElement {
  #shown = () => this.#count();

  connectedCallback() {
    this.addEventListener("change", (event) => {
      const all = this.#all();
      if (all && event.target === all) this.#boxes().forEach((box) => (box.checked = all.checked));
      this.#count();
    });
    const all = this.#all();
    if (all) all.hidden = false;
    this.#count();
    // A page that is gone back to has its boxes ticked again, after this ran.
    addEventListener("pageshow", this.#shown);
  }

  disconnectedCallback() {
    removeEventListener("pageshow", this.#shown);
  }

  #count() {
    const boxes = this.#boxes();
    const n = boxes.filter((box) => box.checked).length;
    const place = this.querySelector("[data-count]");
    if (place) place.textContent = n ? `${n} selected` : "";
    for (const button of this.querySelectorAll("button[data-needs]")) {
      button.toggleAttribute("disabled", n < Number(button.getAttribute("data-needs")));
    }
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
