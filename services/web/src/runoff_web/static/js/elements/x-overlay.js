// Layers over an image that are shown, hidden and coloured, and its zoom: `<x-overlay>`.
//
// The wheel zooms where the image has the focus, or with Ctrl; elsewhere it scrolls the page.

const LEAST = 0.25;
const MOST = 24;
const STEP = 1.2;
const PAN_PX = 60;

class Overlay extends HTMLElement {
  #zoom = 1;
  #fit = 0;
  #label = 0;
  /** @type {{x: number, y: number} | undefined} */
  #held;

  connectedCallback() {
    const tools = this.querySelector("[data-tools]");
    if (tools instanceof HTMLElement) tools.hidden = false;
    this.#label = Number(this.querySelector("[data-drawn]")?.getAttribute("font-size"));
    this.addEventListener("change", (event) => this.#changed(event.target));
    this.addEventListener("input", (event) => this.#changed(event.target));
    this.addEventListener("click", (event) => this.#clicked(event.target));
    const frame = this.#frame();
    frame.addEventListener("dblclick", () => this.#to(1));
    frame.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    frame.addEventListener("keydown", (event) => this.#key(event));
    frame.addEventListener("pointerdown", (event) => this.#hold(event));
    frame.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) {
      frame.addEventListener(end, () => this.#held = undefined);
    }
    this.#measure();
  }

  /** The whole image is to be seen at first: as wide as the frame, or as high as it may be. */
  #measure() {
    const frame = this.#frame(), image = this.querySelector("img");
    const picture = this.#picture();
    if (!image || picture.classList.contains("tiny")) return;
    const highest = parseFloat(getComputedStyle(frame).maxHeight) || frame.clientHeight;
    const wide = frame.clientWidth;
    const high = wide *
      (Number(image.getAttribute("height")) / Number(image.getAttribute("width")));
    this.#fit = Math.min(1, highest / Math.max(high, 1));
    this.#to(1);
  }

  /** @param {EventTarget | null} target */
  #changed(target) {
    if (!(target instanceof HTMLInputElement)) return;
    if (target.dataset.grey !== undefined) {
      this.#picture().classList.toggle("grey", target.checked);
    }
    if (target.dataset.byClass !== undefined) this.#colour(target.checked);
    if (target.dataset.opacity !== undefined) {
      const drawn = this.querySelector("[data-drawn]");
      if (drawn instanceof SVGElement) drawn.style.opacity = String(Number(target.value) / 100);
    }
    if (target.dataset.toggle !== undefined) this.#toggle(target.dataset.toggle, target.checked);
  }

  /** @param {boolean} isByClass */
  #colour(isByClass) {
    this.querySelector("[data-drawn]")?.classList.toggle("by-class", isByClass);
    this.querySelector("[data-classes]")?.toggleAttribute("hidden", !isByClass);
  }

  /**
   * @param {string} name
   * @param {boolean} isShown
   */
  #toggle(name, isShown) {
    this.querySelector(`[data-layer="${CSS.escape(name)}"]`)?.toggleAttribute("hidden", !isShown);
  }

  /** @param {EventTarget | null} target */
  #clicked(target) {
    const button = target instanceof Element ? target.closest("button") : null;
    if (button?.dataset.zoom !== undefined) {
      const factor = Number(button.dataset.zoom);
      this.#to(factor ? this.#zoom * factor : 1);
    }
    if (button?.dataset.allLayers !== undefined) {
      const boxes =
        /** @type {NodeListOf<HTMLInputElement>} */ (this.querySelectorAll("[data-toggle]"));
      const isShown = [...boxes].some((box) => !box.checked);
      for (const box of boxes) {
        box.checked = isShown;
        this.#toggle(box.dataset.toggle ?? "", isShown);
      }
    }
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    const frame = this.#frame();
    if (!event.ctrlKey && !frame.contains(document.activeElement)) return;
    event.preventDefault();
    const box = frame.getBoundingClientRect();
    const factor = event.deltaY < 0 ? STEP : 1 / STEP;
    this.#to(this.#zoom * factor, event.clientX - box.left, event.clientY - box.top);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (move) this.#frame().scrollBy(move[0] * PAN_PX, move[1] * PAN_PX);
    else if (event.key === "+" || event.key === "=") this.#to(this.#zoom * STEP);
    else if (event.key === "-") this.#to(this.#zoom / STEP);
    else if (event.key === "0") this.#to(1);
    else return;
    // The page has other uses for some of these keys.
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {PointerEvent} event */
  #hold(event) {
    if (event.button !== 0 || event.pointerType === "touch") return;
    this.#held = { x: event.clientX, y: event.clientY };
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!this.#held) return;
    const frame = this.#frame();
    if (!frame.hasPointerCapture(event.pointerId)) frame.setPointerCapture(event.pointerId);
    frame.scrollBy(this.#held.x - event.clientX, this.#held.y - event.clientY);
    this.#held = { x: event.clientX, y: event.clientY };
  }

  /**
   * What is at this place of the frame stays there; its middle where none is given.
   * @param {number} zoom
   * @param {number} [x]
   * @param {number} [y]
   */
  #to(zoom, x, y) {
    const frame = this.#frame();
    const before = this.#zoom;
    this.#zoom = Math.min(Math.max(zoom, LEAST), MOST);
    const at = { x: x ?? frame.clientWidth / 2, y: y ?? frame.clientHeight / 2 };
    const picture = this.#picture();
    const ratio = this.#zoom / before;
    const left = (frame.scrollLeft + at.x) * ratio - at.x;
    const top = (frame.scrollTop + at.y) * ratio - at.y;
    picture.style.width = `${this.#zoom * (this.#fit || 1) * 100}%`;
    frame.scrollTo(left, top);
    frame.classList.toggle("zoomed", this.#zoom > 1);
    // Letters keep their height on the screen.
    const drawn = this.querySelector("[data-drawn]");
    drawn?.setAttribute("font-size", String(this.#label / Math.max(this.#zoom, 1)));
    const shown = this.querySelector("[data-shown-zoom]");
    if (shown) shown.textContent = `${Math.round(this.#zoom * 100)}\u202f%`;
  }

  /** @returns {HTMLElement} */
  #frame() {
    return this.querySelector("[data-frame]") ?? this;
  }

  /** @returns {HTMLElement} */
  #picture() {
    return this.querySelector("[data-picture]") ?? this;
  }
}

/** Let the element be used. */
export function defineOverlay() {
  customElements.define("x-overlay", Overlay);
}
