// Keeps parts of a page fresh while its box is ticked: `<x-live data-topic data-since>`; topics may
// be several, with commas.
import { fragment, say } from "../core/fragment.js";
import { isLeaving } from "../core/leaving.js";
import { follow } from "../core/live.js";

const LOST_MS = 3000;

class Live extends HTMLElement {
  /** @type {(() => void)[]} */
  #stops = [];
  #lost = 0;
  #final = false;

  connectedCallback() {
    if (this.dataset.settled !== undefined) return;
    this.#box()?.addEventListener(
      "change",
      () => this.#box()?.checked ? this.#follow() : this.#leave(),
    );
    // A page that comes back out of the browser's store missed what happened meanwhile.
    addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
    this.#follow();
  }

  disconnectedCallback() {
    this.#leave();
  }

  #follow() {
    if (this.#final) return;
    this.#say("live");
    this.#stops = (this.dataset.topic ?? "").split(",").map((topic) =>
      follow(topic, this.dataset.since ?? "", {
        frame: (frame) => this.#show(frame),
        state: (state) => this.#told(state),
      })
    );
  }

  #leave() {
    this.#stops.forEach((stop) => stop());
    this.#stops = [];
    clearTimeout(this.#lost);
    this.#say("paused");
  }

  /** @param {"open" | "lost" | "resync"} state */
  #told(state) {
    clearTimeout(this.#lost);
    if (state === "lost") this.#lost = setTimeout(() => this.#say("reconnecting…"), LOST_MS);
    else this.#say("live");
  }

  /** @param {import("../core/live.js").Frame} frame */
  #show(frame) {
    let news = 0;
    for (const [id, html] of Object.entries(frame.parts ?? {})) {
      const made = fragment(html).firstElementChild;
      const shown = document.getElementById(id);
      if (made && shown) replace(shown, made);
      else if (made instanceof HTMLElement && made.dataset.into) begin(made);
      else if (made && isNewer(made)) news += 1;
    }
    if (news) this.#tellNews();
    if (frame.n_entries !== undefined) {
      document.dispatchEvent(new CustomEvent("entries", { detail: frame.n_entries }));
      // The table is made by the server, and there is none before the first answer.
      const isFirst = frame.n_entries && document.getElementById("no-entries");
      if (isFirst && !isLeaving()) location.reload();
    }
    if (frame.final) this.#end();
  }

  #tellNews() {
    const pill = document.querySelector("[data-new-runs]");
    if (pill instanceof HTMLElement) pill.hidden = false;
  }

  #end() {
    if (this.#final) return;
    this.#final = true;
    this.#leave();
    this.#say("final");
    const box = this.#box();
    if (box) box.disabled = true;
    say("The run has ended.");
  }

  /** @param {string} text */
  #say(text) {
    const place = this.querySelector("[data-state]");
    if (place && place.textContent !== text) place.textContent = text;
  }

  #box() {
    return this.querySelector("input");
  }
}

/**
 * Puts an element in the place of its older self; choice and focus stay.
 * @param {HTMLElement} shown
 * @param {Element} made
 */
function replace(shown, made) {
  if (!(made instanceof HTMLElement) || made.dataset.seq === shown.dataset.seq) return;
  const ticked = shown.querySelector("input:checked");
  const box = made.querySelector("input");
  if (ticked && box) box.checked = true;
  const focused = shown.contains(document.activeElement) ? document.activeElement : null;
  const at = focused ? focusable(shown).indexOf(focused) : -1;
  if (made.tagName === "TR") made.classList.add("flash");
  shown.replaceWith(made);
  const again = focusable(made)[at];
  if (again instanceof HTMLElement) again.focus();
}

/**
 * Shows what is under way and was not there yet, before the others.
 * @param {HTMLElement} made
 */
function begin(made) {
  if (made.dataset.active === undefined) return;
  document.getElementById(made.dataset.into ?? "")?.prepend(made);
}

/** @param {Element} within */
function focusable(within) {
  return [...within.querySelectorAll("a, button, input, summary")];
}

/**
 * Whether a run that the page lacks was launched after all that it shows.
 * @param {Element} made
 */
function isNewer(made) {
  if (made.hasAttribute("data-archived")) return false;
  const created = made.getAttribute("data-created") ?? "";
  const shown = [...document.querySelectorAll("tr[data-created]")];
  return shown.every((row) => (row.getAttribute("data-created") ?? "") < created);
}

/** Let the element be used. */
export function defineLive() {
  customElements.define("x-live", Live);
}
