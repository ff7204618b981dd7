// Where rows of a long table are, and where its scroll bar is for them. Rows have one height, so a
// place is a multiplication; browsers end elements at some 16 million pixels, so beyond `TALLEST`
// the scroll bar stands for more than it measures.

const TALLEST = 12_000_000;

/**
 * @typedef {{total: number, rowHeight: number}} Rows
 */

/**
 * Height of all of them together, as the scroll bar has it.
 * @param {Rows} rows
 */
export function whole({ total, rowHeight }) {
  return Math.min(total * rowHeight, TALLEST);
}

/**
 * Pixels of rows for one pixel of the scroll bar; 1 unless there are very many.
 * @param {Rows} rows
 * @param {number} height of what is seen at once
 */
export function scale(rows, height) {
  const bar = whole(rows) - height;
  return bar <= 0 ? 1 : Math.max((rows.total * rows.rowHeight - height) / bar, 1);
}

/**
 * The first row that is seen, as a fraction, where the bar stands at `scrollTop`.
 * @param {Rows} rows
 * @param {number} scrollTop
 * @param {number} height
 */
export function placeAt(rows, scrollTop, height) {
  return (scrollTop * scale(rows, height)) / rows.rowHeight;
}

/**
 * Where the bar has to stand for this row to be the first that is seen.
 * @param {Rows} rows
 * @param {number} place
 * @param {number} height
 */
export function barFor(rows, place, height) {
  return (place * rows.rowHeight) / scale(rows, height);
}

/**
 * Pixels above the row `first`, while the bar stands at `scrollTop`. Rows keep their own height:
 * where the bar stands for more, they are put where one looks.
 * @param {Rows} rows
 * @param {number} first
 * @param {number} scrollTop
 * @param {number} height
 */
export function above(rows, first, scrollTop, height) {
  if (scale(rows, height) === 1) return first * rows.rowHeight;
  const seen = placeAt(rows, scrollTop, height);
  return Math.max(scrollTop - (seen - first) * rows.rowHeight, 0);
}

/** Rows that are there around those that are seen, so that a small step finds them. */
const NEAR = 4;

/**
 * A part of the rows that is asked for. Without `joins` it comes in place of those that are there.
 * @typedef {{offset: number, limit: number, joins: "" | "before" | "behind"}} Part
 * @typedef {{from: number, to: number}} Seen rows from the first to behind the last one
 * @typedef {{first: number, n: number}} Have
 */

/**
 * What to ask for, so that what is seen and a little around it is there; nothing where it is.
 * @param {Have} have
 * @param {Seen} seen
 * @param {number} total
 * @returns {Part | undefined}
 */
export function missing({ first, n }, { from, to }, total) {
  const end = first + n;
  const step = to - from + NEAR;
  if (n === 0 || to <= first || from >= end) {
    const offset = Math.max(from - NEAR, 0);
    const limit = Math.min(to + NEAR, total) - offset;
    return limit > 0 ? { offset, limit, joins: "" } : undefined;
  }
  if (first > 0 && from - NEAR < first) {
    const offset = Math.max(first - step, 0);
    return { offset, limit: first - offset, joins: "before" };
  }
  if (end < total && to + NEAR > end) {
    return { offset: end, limit: Math.min(step, total - end), joins: "behind" };
  }
}

/**
 * How many rows at either end are far from what is seen.
 * @param {Have} have
 * @param {Seen} seen
 */
export function surplus({ first, n }, { from, to }) {
  // Whatever `missing` asks for is nearer.
  const room = to - from + 2 * NEAR;
  return { above: Math.max(from - room - first, 0), below: Math.max(first + n - to - room, 0) };
}
