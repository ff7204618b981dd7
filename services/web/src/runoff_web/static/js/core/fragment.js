// The one way by which HTML gets into a page: made by our server, fetched from our server.

/** @typedef {{createHTML: (text: string) => string, createScriptURL: (url: string) => string}} Policy */

// TypeScript's library does not know Trusted Types everywhere.
const factory = /** @type {{createPolicy: (name: string, rules: Policy) => Policy} | undefined} */ (
  /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (globalThis)).trustedTypes
);
const same = (/** @type {string} */ text) => text;
const policy = factory?.createPolicy("app-fragment", { createHTML: same, createScriptURL: same });

/**
 * Elements of a part that the server made.
 * @param {string} html
 * @returns {DocumentFragment}
 */
export function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = policy ? policy.createHTML(html) : html;
  return template.content;
}

/**
 * The address of a script of ours, as a worker's constructor wants it.
 * @param {string} url
 * @returns {string}
 */
export function scriptUrl(url) {
  return policy ? policy.createScriptURL(url) : url;
}

let underWay = 0;

/**
 * Fetches a part; a line at the top shows when it takes a while.
 * @param {string} url
 * @param {AbortSignal} [signal]
 * @returns {Promise<{html: string, total: number, ok: boolean}>}
 */
export async function load(url, signal) {
  underWay += 1;
  const shown = setTimeout(() => document.body.append(bar()), 150);
  try {
    const answer = await fetch(url, { signal, headers: { "X-Fragment": "1" } });
    const total = Number(answer.headers.get("X-Total") ?? "0");
    return { html: await answer.text(), total, ok: answer.ok };
  } finally {
    clearTimeout(shown);
    underWay -= 1;
    if (underWay === 0) document.querySelectorAll(".loading").forEach((each) => each.remove());
  }
}

/** The line that says that something is loading. */
export function bar() {
  document.querySelectorAll(".loading").forEach((each) => each.remove());
  const line = document.createElement("div");
  line.className = "loading";
  return line;
}

/**
 * Says something to people who do not see the page.
 * @param {string} text
 */
export function say(text) {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
}
