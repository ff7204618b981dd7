// What was just done: said, shown for a while, and gone: `<x-toast>`.
import { say } from "../core/fragment.js";

const SHOWN_MS = 10_000;

class Toast extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    const words = this.querySelector("[data-text]")?.textContent ?? "";
    const undo = this.querySelector("[data-undo]") ? ", undo is possible by the key u" : "";
    // A place that is filled while the page loads is not read out.
    setTimeout(() => say(words + undo), 300);
    const close = this.querySelector("[data-close]");
    if (close instanceof HTMLElement) {
      close.hidden = false;
      close.addEventListener("click", () => this.remove());
    }
    this.addEventListener("pointerenter", () => this.#hold());
    this.addEventListener("focusin", () => this.#hold());
    this.addEventListener("pointerleave", () => this.#go());
    this.addEventListener("focusout", () => this.#go());
    // A page that is gone back to does not say it once more.
    addEventListener("pagehide", () => this.remove());
    this.#go();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  #hold() {
    clearTimeout(this.#timer);
  }

  #go() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.remove(), SHOWN_MS);
  }
}

/** Let the element be used. */
export function defineToast() {
  customElements.define("x-toast", Toast);
}
