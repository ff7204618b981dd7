// The keyboard: what has `data-key` is clicked, or focused where one writes; j and k walk rows.

const SEQUENCE_MS = 1000;
let begun = "";
let begunAt = 0;

/** Listen on the whole page. */
export function listenForKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const key = event.timeStamp - begunAt < SEQUENCE_MS && begun
      ? `${begun} ${event.key}`
      : event.key;
    begun = "";
    if (event.key === "g" && key === "g") {
      [begun, begunAt] = ["g", event.timeStamp];
      return;
    }
    if (walk(key) || press(key)) event.preventDefault();
  });
  for (const button of document.querySelectorAll("[data-open]")) {
    if (!(button instanceof HTMLElement)) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      const dialog = document.getElementById(button.dataset.open ?? "");
      if (dialog instanceof HTMLDialogElement) dialog.showModal();
    });
  }
}

/** @param {EventTarget | null} target */
function isWriting(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio"].includes(target.type);
  return target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName);
}

/** @param {string} key */
function press(key) {
  const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!(found instanceof HTMLElement)) return false;
  if (found instanceof HTMLInputElement && found.type !== "checkbox") {
    found.focus();
    found.select();
  } else {
    found.click();
  }
  return true;
}

/** @param {string} key */
function walk(key) {
  if (key !== "j" && key !== "k" && key !== "x") return false;
  const links = [...document.querySelectorAll("main .row-link")];
  const row = document.activeElement?.closest("tr, .tile");
  if (key === "x") {
    const box = row?.querySelector("input[type=checkbox]");
    if (box instanceof HTMLElement) box.click();
    return Boolean(box);
  }
  const at = links.findIndex((link) => row?.contains(link));
  const next = links[at + (key === "j" ? 1 : -1)] ?? (at < 0 ? links[0] : undefined);
  if (next instanceof HTMLElement) next.focus();
  return Boolean(next);
}
