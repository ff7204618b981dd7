// Ticked entries of a dataset, kept from page to page while the tab lives: `<x-pick data-of>`.

const MOST = 5000;

class Pick extends HTMLElement {
  /** @type {Set<string>} */
  #picked = new Set();

  connectedCallback() {
    this.#picked = new Set(this.#kept());
    for (const box of this.#boxes()) box.checked = this.#picked.has(box.value);
    this.addEventListener("change", (event) => this.#changed(event.target));
    this.#button("page")?.addEventListener("click", () => this.#page());
    this.#button("clear")?.addEventListener("click", () => this.#clear());
    this.closest("form")?.addEventListener("formdata", (event) => {
      const shown = new Set(this.#boxes().map((box) => box.value));
      for (const each of this.#picked) if (!shown.has(each)) event.formData.append("entry", each);
    });
    for (const name of ["page", "clear"]) this.#button(name)?.removeAttribute("hidden");
    this.#count();
  }

  /** @param {EventTarget | null} target */
  #changed(target) {
    if (!(target instanceof HTMLInputElement) || target.name !== "entry") return;
    if (target.checked && this.#picked.size < MOST) this.#picked.add(target.value);
    else this.#picked.delete(target.value);
    target.checked = this.#picked.has(target.value);
    this.#keep();
  }

  #page() {
    const boxes = this.#boxes();
    const isFull = boxes.every((box) => box.checked);
    for (const box of boxes) {
      if (isFull) this.#picked.delete(box.value);
      else if (this.#picked.size < MOST) this.#picked.add(box.value);
      box.checked = this.#picked.has(box.value);
    }
    this.#keep();
  }

  #clear() {
    this.#picked.clear();
    for (const box of this.#boxes()) box.checked = false;
    this.#keep();
  }

  #keep() {
    try {
      sessionStorage.setItem(this.#name(), JSON.stringify([...this.#picked]));
    } catch {
      // A browser without storage keeps what is on the page.
    }
    this.#count();
  }

  /** @returns {string[]} */
  #kept() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.#name()) ?? "[]");
      return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
    } catch {
      return [];
    }
  }

  #count() {
    const place = this.querySelector("[data-count]");
    if (!place) return;
    const n = this.#picked.size;
    const here = this.#boxes().filter((box) => box.checked).length;
    const away = n > here ? `, ${n - here} of them on other pages` : "";
    place.textContent = n ? `${n} selected${away}` : "Tick entries to launch a run on just those.";
  }

  #name() {
    return `picked:${this.dataset.of ?? ""}`;
  }

  /** @param {string} name */
  #button(name) {
    return this.querySelector(`button[data-${name}]`);
  }

  #boxes() {
    const found = this.querySelectorAll("input[name=entry]");
    return /** @type {HTMLInputElement[]} */ ([...found]);
  }
}

/** Let the element be used. */
export function definePick() {
  customElements.define("x-pick", Pick);
}
