// Ticked entries of a dataset, kept from page to page while the tab lives: `<x-pick data-of>`.
// A button with `data-found` ticks all that a search found, whatever page they are on.

import { fragment, load } from "../core/fragment.js";

const MOST = 5000;

class Pick extends HTMLElement {
  /** @type {Set<string>} */
  #picked = new Set();
  /** Whether there were more of those that fit than can be chosen. */
  #isCut = false;

  connectedCallback() {
    this.#picked = new Set(this.#kept());
    for (const box of this.#boxes()) box.checked = this.#picked.has(box.value);
    this.addEventListener("change", (event) => this.#changed(event.target));
    this.#button("page")?.addEventListener("click", () => this.#page());
    this.#button("found")?.addEventListener("click", (event) => this.#found(event.currentTarget));
    this.#button("clear")?.addEventListener("click", () => this.#clear());
    this.closest("form")?.addEventListener("formdata", (event) => {
      const shown = new Set(this.#boxes().map((box) => box.value));
      for (const each of this.#picked) if (!shown.has(each)) event.formData.append("entry", each);
    });
    for (const name of ["page", "found", "clear"]) this.#button(name)?.removeAttribute("hidden");
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

  /** @param {EventTarget | null} button */
  async #found(button) {
    if (!(button instanceof HTMLButtonElement)) return;
    button.disabled = true;
    try {
      const part = await load(button.dataset.found ?? "");
      if (!part.ok) return;
      const found = fragment(part.html);
      for (const each of found.querySelectorAll("data")) {
        if (this.#picked.size < MOST) this.#picked.add(each.value);
      }
      this.#isCut = found.querySelector("[data-more]") !== null || this.#picked.size >= MOST;
      for (const box of this.#boxes()) box.checked = this.#picked.has(box.value);
      this.#keep();
    } finally {
      button.disabled = false;
    }
  }

  #clear() {
    this.#isCut = false;
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
    const most = this.#isCut ? ": the first ones of those that fit" : "";
    place.textContent = n
      ? `${n} selected${away}${most}`
      : "Tick entries to launch a run on just those.";
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
