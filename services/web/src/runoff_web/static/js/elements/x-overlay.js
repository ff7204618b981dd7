// Layers over an image that are shown and hidden, and its zoom: `<x-overlay>`.

const MOST = 16;

class Overlay extends HTMLElement {
  #zoom = 1;

  connectedCallback() {
    const tools = this.querySelector("[data-tools]");
    if (tools instanceof HTMLElement) tools.hidden = false;
    this.addEventListener("change", (event) => this.#changed(event.target));
    this.addEventListener("click", (event) => this.#clicked(event.target));
    const frame = this.querySelector("[data-frame]");
    frame?.addEventListener("dblclick", () => this.#to(1));
    frame?.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  /** @param {EventTarget | null} target */
  #changed(target) {
    if (!(target instanceof HTMLInputElement)) return;
    if (target.dataset.grey !== undefined) {
      this.querySelector("[data-picture]")?.classList.toggle("grey", target.checked);
    }
    if (target.dataset.toggle !== undefined) this.#toggle(target.dataset.toggle, target.checked);
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

  /** @param {Event} event */
  #wheel(event) {
    // Without Ctrl the wheel scrolls the page, as people expect of it.
    if (!(event instanceof WheelEvent) || !event.ctrlKey) return;
    event.preventDefault();
    this.#to(this.#zoom * (event.deltaY < 0 ? 1.2 : 1 / 1.2));
  }

  /** @param {number} zoom */
  #to(zoom) {
    this.#zoom = Math.min(Math.max(zoom, 0.25), MOST);
    const picture = this.querySelector("[data-picture]");
    if (picture instanceof HTMLElement) picture.style.width = `${this.#zoom * 100}%`;
  }
}

/** Let the element be used. */
export function defineOverlay() {
  customElements.define("x-overlay", Overlay);
}
