// Which rows of a long list are drawn. All rows are of one height.
export interface Slice {
  first: number;
  /** Behind the last. */
  last: number;
}
const SPARE = 6;

export function sliceOf(count: number, height: number, top: number, view: number): Slice {
  if (height <= 0) return { first: 0, last: Math.min(count, 40) };
  const first = Math.max(0, Math.min(count, Math.floor(top / height)) - SPARE);
  return { first, last: Math.min(count, Math.ceil((top + view) / height) + SPARE) };
}
/** Where to scroll so that a row is seen; undefined: it is. */
export function reveal(index: number, height: number, top: number, view: number): number | undefined {
  const begin = index * height;
  if (begin < top) return begin;
  if (begin + height > top + view) return begin + height - view;
  return undefined;
}
