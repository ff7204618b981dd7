// A line at the top while the next page takes its time, and pages that wait for their server.
import { bar } from "./fragment.js";

const SLOW_MS = 150;
const RETRY_MS = 3000;
const LEAVING_MS = 5000;
let left = -Infinity;

/** Whether a person is on the way to another page, which a reload of this one would call off. */
export function isLeaving() {
  return performance.now() - left < LEAVING_MS;
}

/** Show that the click was heard, where the answer is not there at once. */
export function showLeaving() {
  let shown = 0;
  const leave = () => {
    left = performance.now();
    clearTimeout(shown);
    shown = setTimeout(() => document.body.append(bar()), SLOW_MS);
  };
  // Not by `beforeunload`, which keeps pages out of some browsers' store.
  document.addEventListener("submit", (event) => {
    const form = event.target instanceof HTMLFormElement ? event.target : null;
    if (!event.defaultPrevented && form?.method !== "dialog") leave();
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
    if (!(link instanceof HTMLAnchorElement) || elsewhere || event.defaultPrevented) return;
    if (!link.hasAttribute("download") && !link.getAttribute("href")?.startsWith("#")) leave();
  });
  addEventListener("pageshow", () => {
    clearTimeout(shown);
    document.querySelectorAll(".loading").forEach((each) => each.remove());
  });
}

/** On the page that says that the server is away: look whether it is back. */
export function waitForServer() {
  if (!document.querySelector("[data-away]")) return;
  setInterval(async () => {
    const answer = await fetch(location.href, { headers: { "X-Fragment": "1" } }).catch(() => null);
    if (answer && answer.status !== 503) location.reload();
  }, RETRY_MS);
}
