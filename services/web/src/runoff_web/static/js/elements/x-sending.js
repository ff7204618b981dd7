// A form with files says how much of them is sent; without it, the browser sends it as any other.
import { fragment, say } from "../core/fragment.js";

class Sending extends HTMLElement {
  connectedCallback() {
    this.closest("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(/** @type {HTMLFormElement} */ (event.currentTarget));
    });
  }

  /** @param {HTMLFormElement} form */
  #send(form) {
    const bar = this.querySelector("progress");
    const button = this.querySelector("button");
    if (!bar || !button || button.disabled) return;
    button.disabled = true;
    bar.hidden = false;
    // `fetch` does not say how much of a body is sent.
    const wire = new XMLHttpRequest();
    wire.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = total ? loaded / total : 0;
      this.#tell(
        loaded < total ? `${Math.floor(100 * bar.value)} % sent` : "Sent; being checked …",
      );
    });
    wire.addEventListener("load", () => {
      const main = document.getElementById("main");
      const said = fragment(wire.responseText).querySelector("#main");
      if (wire.status < 400) location.assign(wire.responseURL);
      else if (main && said) {
        main.replaceChildren(...said.childNodes);
        scrollTo(0, 0);
        say(main.querySelector("[role=alert]")?.textContent ?? "");
      } else this.#failed(wire.responseText.slice(0, 300));
    });
    wire.addEventListener("error", () => this.#failed("It was not sent: the server is away."));
    wire.open("POST", form.action);
    wire.send(new FormData(form));
  }

  /** @param {string} text */
  #tell(text) {
    const said = this.querySelector("[data-said]");
    if (said) said.textContent = text;
  }

  /** @param {string} text */
  #failed(text) {
    const [bar, button] = [this.querySelector("progress"), this.querySelector("button")];
    if (bar) bar.hidden = true;
    if (button) button.disabled = false;
    this.#tell(text);
  }
}

/** Let the element be used. */
export function defineSending() {
  customElements.define("x-sending", Sending);
}
