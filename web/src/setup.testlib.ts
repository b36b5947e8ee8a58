// What every unit test has to do without: parts of a browser that jsdom does not have.

/** Nothing has a size there, so nothing ever changes its size. */
class NoSizes implements ResizeObserver {
  observe(): void {
    /* nothing to see */
  }
  unobserve(): void {
    /* nothing to see */
  }
  disconnect(): void {
    /* nothing to see */
  }
}
globalThis.ResizeObserver ??= NoSizes;
