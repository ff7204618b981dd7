// A button that copies a text: `<x-copy data-text data-what>`. Without scripts there is none.
import { say } from "../core/fragment.js";

const SHOWN_MS = 1500;

class Copy extends HTMLElement {
  connectedCallback() {
    // Pages that are not served over TLS, or from this machine, may not use it.
    if (!navigator.clipboard || this.firstChild) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn plain copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${this.dataset.what ?? ""}`);
    button.addEventListener("click", () => this.#copy(button));
    this.append(button);
  }

  /** @param {HTMLButtonElement} button */
  async #copy(button) {
    try {
      await navigator.clipboard.writeText(this.dataset.text ?? "");
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    say(`${button.textContent}: ${this.dataset.what ?? ""}`);
    setTimeout(() => button.textContent = "Copy", SHOWN_MS);
  }
}

/** Let the element be used. */
export function defineCopy() {
  customElements.define("x-copy", Copy);
}
