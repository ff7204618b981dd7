// A field of JSON with colours, the place where it breaks, and what the server says of it:
// `<x-json data-check data-file>` around a textarea, which stays the form's field.
import { fragment, say } from "../core/fragment.js";
import { post } from "../core/post.js";

const SETTLE_MS = 300;
const TOKENS =
  /"(?:[^"\\\n]|\\.)*"(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const MOST = 100_000;
/** @type {Set<EditorOf>} */
const all = new Set();

/** @typedef {{ranges: Map<string, Range[]>}} EditorOf */

class Json extends HTMLElement {
  #first = "";
  #waiting = 0;
  #editor = document.createElement("div");
  /** @type {EditorOf} */
  #marks = { ranges: new Map() };

  connectedCallback() {
    const field = this.#field();
    if (!field) return;
    this.#first = field.value;
    const tools = this.querySelector(".json-tools");
    if (tools instanceof HTMLElement) tools.hidden = false;
    this.addEventListener("click", (event) => this.#clicked(event.target));
    if (CSS.highlights) this.#colour(field);
    field.addEventListener("input", () => this.#changed());
    this.#changed();
  }

  disconnectedCallback() {
    clearTimeout(this.#waiting);
    all.delete(this.#marks);
    paint();
  }

  /**
   * A layer of the same text in colours lies under the field, whose own letters are clear.
   * @param {HTMLTextAreaElement} field
   */
  #colour(field) {
    this.#editor.className = "json-under";
    this.#editor.setAttribute("aria-hidden", "true");
    field.before(this.#editor);
    field.classList.add("json-over");
    field.addEventListener("scroll", () => {
      this.#editor.scrollTop = field.scrollTop;
      this.#editor.scrollLeft = field.scrollLeft;
    });
    all.add(this.#marks);
  }

  #changed() {
    const field = this.#field();
    if (!field) return;
    // A last line without letters has no height of its own in the layer below.
    this.#editor.textContent = `${field.value}\n`;
    this.#marks.ranges = this.#read(field.value);
    paint();
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#check(field.value), SETTLE_MS);
  }

  /** @param {string} text */
  #read(text) {
    /** @type {Map<string, Range[]>} */
    const ranges = new Map();
    const node = this.#editor.firstChild;
    if (!node || !this.#editor.isConnected || text.length > MOST) return ranges;
    for (const found of text.matchAll(TOKENS)) {
      const kind = found[0][0] === '"'
        ? (found[1] === undefined ? "json-text" : "json-name")
        : (/[a-z]/.test(found[0][0] ?? "") ? "json-word" : "json-number");
      ranges.set(kind, [...(ranges.get(kind) ?? []), range(node, found.index, found[0].length)]);
    }
    return ranges;
  }

  /** @param {string} text */
  async #check(text) {
    const said = this.querySelector("[data-said]");
    if (!said) return;
    if (!this.dataset.check) {
      said.textContent = text.trim() ? broken(text) : "";
      return;
    }
    try {
      const { html } = await post(this.dataset.check, new URLSearchParams({ text }));
      said.replaceChildren(fragment(html));
    } catch {
      return;
    }
    const place = said.querySelector("[data-line]");
    if (place instanceof HTMLElement) {
      this.#mark(text, Number(place.dataset.line), Number(place.dataset.column));
    }
  }

  /**
   * @param {string} text
   * @param {number} line
   * @param {number} column
   */
  #mark(text, line, column) {
    const node = this.#editor.firstChild;
    if (!node || this.#field()?.value !== text) return;
    const before = text.split("\n").slice(0, line - 1);
    const at = before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
    this.#marks.ranges.set("json-bad", [range(node, Math.min(at, text.length), 1)]);
    paint();
  }

  /** @param {EventTarget | null} target */
  async #clicked(target) {
    const field = this.#field();
    const wish = target instanceof HTMLElement ? target.dataset.do : undefined;
    if (!field || !wish) return;
    if (wish === "reset") this.#put(field, this.#first);
    if (wish === "format") this.#format(field);
    if (wish === "copy") {
      await navigator.clipboard?.writeText(field.value);
      say("Copied.");
    }
    if (wish === "download") download(field.value, this.dataset.file ?? "config.json");
  }

  /** @param {HTMLTextAreaElement} field */
  #format(field) {
    try {
      this.#put(field, JSON.stringify(JSON.parse(field.value), null, 2));
    } catch {
      field.focus();
    }
  }

  /**
   * @param {HTMLTextAreaElement} field
   * @param {string} text
   */
  #put(field, text) {
    field.focus();
    field.select();
    // Typed rather than set, so that the browser can undo it.
    if (text === "" || !document.execCommand("insertText", false, text)) field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #field() {
    return this.querySelector("textarea");
  }
}

/**
 * @param {Node} node
 * @param {number} start
 * @param {number} length
 */
function range(node, start, length) {
  const made = new Range();
  const end = node.textContent?.length ?? 0;
  made.setStart(node, Math.min(start, end));
  made.setEnd(node, Math.min(start + length, end));
  return made;
}

/** All editors of a page share the browser's one list of highlights. */
function paint() {
  for (const kind of ["json-name", "json-text", "json-number", "json-word", "json-bad"]) {
    const ranges = [...all].flatMap((each) => each.ranges.get(kind) ?? []);
    CSS.highlights?.set(kind, new Highlight(...ranges));
  }
}

/** @param {string} text */
function broken(text) {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

/**
 * @param {string} text
 * @param {string} name
 */
function download(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Let the element be used. */
export function defineJson() {
  customElements.define("x-json", Json);
}
