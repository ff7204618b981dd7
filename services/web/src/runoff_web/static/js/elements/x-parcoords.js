// Ranges on the axes of parallel coordinates: `<x-parcoords>` around the picture, the form that
// has the ranges as fields, and the table of the same lines. Its address is the form's.
import { say } from "../core/fragment.js";

const STEP = 0.05;
const SMALLEST = 0.01;
const SNAP = 0.02;

/** @typedef {{group: SVGGElement, at: number, low: number, high: number, isLog: boolean}} Axis */

class Parcoords extends HTMLElement {
  /** @type {Axis[]} */
  #axes = [];
  /** @type {([number, number] | null)[]} */
  #ranges = [];
  /** @type {{path: Element, row: HTMLElement | null, at: (number | null)[]}[]} */
  #lines = [];

  connectedCallback() {
    const groups = /** @type {NodeListOf<SVGGElement>} */ (this.querySelectorAll("[data-axis]"));
    this.#axes = [...groups].map((group, at) => ({
      group,
      at,
      low: Number(group.dataset.low),
      high: Number(group.dataset.high),
      isLog: "log" in group.dataset,
    }));
    const rows = new Map(
      [.../** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("tr[data-line]"))]
        .map((row) => [row.dataset.line, row]),
    );
    this.#lines = [...this.querySelectorAll("path[data-line]")].map((path) => ({
      path,
      row: rows.get(path.getAttribute("data-line") ?? "") ?? null,
      at: (path.getAttribute("data-at") ?? "").split(",").map((each) => each ? Number(each) : null),
    }));
    this.#ranges = this.#axes.map((axis) => this.#typed(axis));
    for (const axis of this.#axes) this.#listen(axis);
    for (const { path, row } of this.#lines) {
      row?.addEventListener("pointerenter", () => path.classList.add("hot"));
      row?.addEventListener("pointerleave", () => path.classList.remove("hot"));
    }
  }

  /** @param {Axis} axis */
  #listen(axis) {
    const hit = axis.group.querySelector("[data-hit]");
    if (!(hit instanceof SVGRectElement)) return;
    let start = -1;
    hit.addEventListener("pointerdown", (event) => {
      start = share(hit, event);
      hit.setPointerCapture(event.pointerId);
    });
    hit.addEventListener("pointermove", (event) => {
      if (start < 0) return;
      const now = share(hit, event);
      if (Math.abs(now - start) >= SMALLEST) this.#set(axis, ordered(start, now));
    });
    hit.addEventListener("pointerup", (event) => {
      if (start >= 0 && Math.abs(share(hit, event) - start) < SMALLEST) this.#set(axis, null);
      start = -1;
      this.#keep();
    });
    axis.group.addEventListener("keydown", (event) => {
      const next = stepped(this.#ranges[axis.at], event);
      if (next === undefined) return;
      event.preventDefault();
      this.#set(axis, next);
      this.#keep();
    });
  }

  /**
   * @param {Axis} axis
   * @param {[number, number] | null} range
   */
  #set(axis, range) {
    this.#ranges[axis.at] = range;
    const brush = axis.group.querySelector("[data-brush]");
    const hit = axis.group.querySelector("[data-hit]");
    if (brush && hit) {
      const top = Number(hit.getAttribute("y"));
      const height = Number(hit.getAttribute("height"));
      brush.setAttribute("visibility", range ? "visible" : "hidden");
      if (range) {
        brush.setAttribute("y", String(top + (1 - range[1]) * height));
        brush.setAttribute("height", String((range[1] - range[0]) * height));
      }
    }
    this.#show();
  }

  #show() {
    let n = 0;
    for (const { path, row, at } of this.#lines) {
      const isIn = this.#ranges.every((range, axis) => {
        const place = at[axis];
        return !range || (place !== null && place >= range[0] - 1e-4 && place <= range[1] + 1e-4);
      });
      path.classList.toggle("out", !isIn);
      if (row) row.hidden = !isIn;
      n += Number(isIn);
    }
    const told = document.querySelector("[data-n-in]");
    if (told) told.textContent = String(n);
  }

  /** Write the ranges into the form, and what it says into the address. */
  #keep() {
    const form = this.querySelector("form[data-ranges]");
    if (!(form instanceof HTMLFormElement)) return;
    for (const axis of this.#axes) {
      const range = this.#ranges[axis.at];
      for (const [side, end] of /** @type {const} */ ([["lo", 0], ["hi", 1]])) {
        const field = this.#field(axis, side);
        // An end of the axis is no bound: rounded, it could leave out the line that lies there.
        const isOpen = !range || range[end] === end;
        if (field) field.value = isOpen ? "" : value(axis, range[end]);
      }
    }
    const asked = new URLSearchParams(location.search);
    for (const name of [...asked.keys()]) if (/^(lo|hi)\./.test(name)) asked.delete(name);
    for (const [name, given] of new FormData(form)) {
      if (/^(lo|hi)\./.test(name) && given) asked.set(name, String(given));
    }
    history.replaceState(null, "", `${location.pathname}?${asked}`);
    say(`${document.querySelector("[data-n-in]")?.textContent} lines are within the ranges`);
  }

  /**
   * @param {Axis} axis
   * @returns {[number, number] | null}
   */
  #typed(axis) {
    const [low, high] = ["lo", "hi"].map((side) => this.#field(axis, side)?.value ?? "");
    if (!low && !high) return null;
    return [low ? place(axis, Number(low)) : 0, high ? place(axis, Number(high)) : 1];
  }

  /**
   * @param {Axis} axis
   * @param {string} side
   */
  #field(axis, side) {
    const name = CSS.escape(`${side}.${axis.group.dataset.axis}`);
    return /** @type {HTMLInputElement | null} */ (this.querySelector(`input[name=${name}]`));
  }
}

/**
 * Where along an axis the pointer is: 0 at its lower end.
 * @param {SVGRectElement} hit
 * @param {PointerEvent} event
 */
function share(hit, event) {
  const box = hit.getBoundingClientRect();
  const at = clipped(1 - (event.clientY - box.top) / box.height);
  // Nobody hits an end to the pixel, and the first and the last line lie there.
  return at < SNAP ? 0 : at > 1 - SNAP ? 1 : at;
}

/** @param {number} given */
function clipped(given) {
  return Math.min(Math.max(given, 0), 1);
}

/**
 * @param {number} a
 * @param {number} b
 * @returns {[number, number]}
 */
function ordered(a, b) {
  return a < b ? [a, b] : [b, a];
}

/**
 * The range after a key: arrows move it, with Shift they grow and shrink it; undefined for others.
 * @param {[number, number] | null} range
 * @param {KeyboardEvent} event
 * @returns {[number, number] | null | undefined}
 */
function stepped(range, event) {
  if (["Escape", "Delete", "Backspace"].includes(event.key)) return null;
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return undefined;
  const by = event.key === "ArrowUp" ? STEP : -STEP;
  if (!range) return by > 0 ? [0.75, 1] : [0, 0.25];
  if (event.shiftKey) return [range[0], clipped(Math.max(range[1] + by, range[0] + STEP))];
  const moved = Math.min(Math.max(by, -range[0]), 1 - range[1]);
  return [range[0] + moved, range[1] + moved];
}

/**
 * @param {Axis} axis
 * @param {number} at
 */
function value(axis, at) {
  const given = axis.isLog
    ? axis.low * (axis.high / axis.low) ** at
    : axis.low * (1 - at) + axis.high * at;
  return String(Number(given.toPrecision(6)));
}

/**
 * @param {Axis} axis
 * @param {number} given
 */
function place(axis, given) {
  if (!axis.isLog) return clipped((given - axis.low) / (axis.high - axis.low));
  return clipped(Math.log(given / axis.low) / Math.log(axis.high / axis.low));
}

/** Let the element be used. */
export function defineParcoords() {
  customElements.define("x-parcoords", Parcoords);
}
