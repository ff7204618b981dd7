// A button that copies a text: `<x-copy data-text data-what>`. Around a link it copies where that
// leads to, and takes its place: without scripts there is the link, or nothing.
import { say } from "../core/fragment.js";

const SHOWN_MS = 1500;

class Copy extends HTMLElement {
  connectedCallback() {
    // Pages that are not served over TLS, or from this machine, may not use it.
    if (!navigator.clipboard || this.querySelector("button")) return;
    const link = this.querySelector("a");
    const name = link?.textContent ?? "Copy";
    const button = document.createElement("button");
    button.type = "button";
    button.className = link?.className ?? "btn plain copy";
    button.textContent = name;
    button.setAttribute("aria-label", `Copy ${this.dataset.what ?? ""}`);
    const text = link?.href ?? this.dataset.text ?? "";
    button.addEventListener("click", () => this.#copy(button, name, text));
    this.replaceChildren(button);
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {string} name
   * @param {string} text
   */
  async #copy(button, name, text) {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    say(`${button.textContent}: ${this.dataset.what ?? ""}`);
    setTimeout(() => button.textContent = name, SHOWN_MS);
  }
}

/** Let the element be used. */
export function defineCopy() {
  customElements.define("x-copy", Copy);
}
