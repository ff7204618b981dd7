// What a page does besides what a person waits for: once nobody scrolled, and nothing was asked for,
// for a moment; one thing after the other. Else rows would wait for what nobody asked for.

const CALM_MS = 100;
/** @type {(() => Promise<void> | void)[]} */
const later = [];
let underWay = 0;
let timer = 0;

/** Somebody moves: what is left for later waits a moment more. */
export function stir() {
  clearTimeout(timer);
  if (later.length > 0 && underWay === 0) timer = setTimeout(next, CALM_MS);
}

/**
 * Nothing that is left for later begins before this is there.
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export async function first(work) {
  underWay += 1;
  clearTimeout(timer);
  try {
    return await work;
  } finally {
    underWay -= 1;
    stir();
  }
}

/**
 * Leaves something for later.
 * @param {() => Promise<void> | void} work
 */
export function whenCalm(work) {
  later.push(work);
  stir();
}

function next() {
  const work = later.shift();
  if (work) first(Promise.resolve(work()));
}
