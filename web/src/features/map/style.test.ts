import { describe, expect, it } from 'vitest';

import { outlinedFrom } from './style';

/** Of the equator's length. */
const width = (metres: number): number => metres / 40_075_016.68;

describe('outlinedFrom', () => {
  it('is the zoom at which an area is wide enough for a line around it', () => {
    // 8 km are 3.3 pixels at zoom 5, and 6.5 at zoom 6.
    expect(outlinedFrom(width(8_000))).toBe(6);
    expect(outlinedFrom(width(8_000_000))).toBe(0);
    expect(outlinedFrom(1)).toBe(0);
  });
  it('has bounds: what has no width is never outlined', () => {
    expect(outlinedFrom(0)).toBe(22);
    expect(outlinedFrom(width(0.001))).toBe(22);
  });
});
