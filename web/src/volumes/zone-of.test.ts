import { describe, expect, it } from 'vitest';

import type { Outline, PointE7, Zone } from '../api/documents';
import { mainZone, middleOf, within } from './zone-of';

const corridor = (line: PointE7[]): Outline => ({ corridor: { line, left_cm: 100_000, right_cm: 100_000 } });
const square = (west: number, east: number): Outline => ({
  polygon: [
    [-10_000_000, west],
    [10_000_000, west],
    [10_000_000, east],
    [-10_000_000, east],
  ],
});
const over = corridor([
  [0, 1_790_000_000],
  [0, -1_780_000_000],
]);

describe('across 180°', () => {
  it('a middle is between its ends', () => {
    expect(middleOf(over)).toEqual([0, 1_805_000_000]);
    expect(middleOf(square(-1_795_000_000, 1_785_000_000))).toEqual([0, -1_805_000_000]);
  });
  it('a place is in what is written on either side', () => {
    for (const place of [1_805_000_000, -1_795_000_000].map((lng): PointE7 => [0, lng])) {
      expect(within(place, over)).toBe(true);
      expect(
        within(
          place,
          corridor([
            [0, -1_780_000_000],
            [0, 1_790_000_000],
          ]),
        ),
      ).toBe(true);
      expect(within(place, square(1_795_000_000, -1_790_000_000))).toBe(true);
      expect(within(place, square(-1_799_000_000, -1_790_000_000))).toBe(true);
      expect(within(place, square(1_790_000_000, 1_799_000_000))).toBe(false);
    }
  });
  it('a leg is proposed in the zone that its middle is in', () => {
    const zones = [
      { id: 'W', outline: square(1_700_000_000, 1_799_000_000) },
      { id: 'E', outline: square(1_799_000_000, -1_700_000_000) },
    ] as unknown as Zone[];
    expect(mainZone(over, ['W', 'E'], zones, undefined)).toBe('E');
  });
});
