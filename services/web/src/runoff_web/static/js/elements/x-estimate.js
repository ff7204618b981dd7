// Says beside a launch sheet what it would show and cost, as it stands: `<x-estimate data-src>`.
import { fragment, say } from "../core/fragment.js";
import { fieldsOf, post } from "../core/post.js";

const SETTLE_MS = 600;

class Estimate extends HTMLElement {
  #waiting = 0;
  #asking = new AbortController();
  #last = "";

  connectedCallback() {
    const form = this.querySelector("form");
    if (!form) return;
    this.addEventListener("input", () => this.#soon(form));
    this.addEventListener("change", () => this.#soon(form));
    // Twice the same key is one run, but a second click needs no second request.
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      const wish = event.submitter?.getAttribute("value");
      if (!wish) form.dataset.sent = "yes";
    });
    addEventListener("pageshow", () => delete form.dataset.sent);
    this.#ask(form);
  }

  disconnectedCallback() {
    clearTimeout(this.#waiting);
    this.#asking.abort();
  }

  /** @param {HTMLFormElement} form */
  #soon(form) {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#ask(form), SETTLE_MS);
  }

  /** @param {HTMLFormElement} form */
  async #ask(form) {
    const fields = fieldsOf(form);
    const place = this.querySelector("#estimate");
    if (!place || !fields.get("dataset") || fields.toString() === this.#last) return;
    this.#last = fields.toString();
    this.#asking.abort();
    this.#asking = new AbortController();
    place.setAttribute("aria-busy", "true");
    try {
      const { html } = await post(this.dataset.src ?? "", fields, this.#asking.signal);
      place.replaceChildren(fragment(html));
      place.removeAttribute("aria-busy");
    } catch (error) {
      if (error instanceof DOMException) return;
      say("The estimate could not be made.");
      place.removeAttribute("aria-busy");
    }
  }
}

/** Let the element be used. */
export function defineEstimate() {
  customElements.define("x-estimate", Estimate);
}
