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
