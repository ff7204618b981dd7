// Reads itself anew while something in it is under way: `<x-fresh data-src>`.
import { fragment, load, say } from "../core/fragment.js";

const PACE_MS = 500;
const TRIES = 600;

class Fresh extends HTMLElement {
  #left = TRIES;
  #waiting = 0;

  connectedCallback() {
    this.#wait();
  }

  disconnectedCallback() {
    clearTimeout(this.#waiting);
  }

  #wait() {
    if (this.querySelector("[data-under-way]") && this.#left > 0) {
      this.#waiting = setTimeout(() => this.#read(), PACE_MS);
    }
  }

  async #read() {
    this.#left -= 1;
    // Whoever writes in one of its forms is not interrupted.
    const isWriting = this.contains(document.activeElement) &&
      document.activeElement?.matches("input, textarea, select");
    if (!isWriting && !document.hidden) {
      try {
        const { html, ok } = await load(this.dataset.src ?? "");
        const made = fragment(html);
        if (ok && !made.querySelector("[data-under-way]")) {
          this.replaceChildren(made);
          say("The answer is there.");
        }
      } catch {
        // The next reading may find the server again.
      }
    }
    this.#wait();
  }
}

/** Let the element be used. */
export function defineFresh() {
  customElements.define("x-fresh", Fresh);
}
