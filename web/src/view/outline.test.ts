import { describe, expect, it } from 'vitest';

import { inverse } from './geodesy';
import { anchorOf, axisOf, crownOf, ringOf } from './outline';

describe('outlines', () => {
  it('of circles are as far away everywhere', () => {
    const ring = ringOf({ circle: { centre: [340_000_000, 350_000_000], radius_cm: 1_000_000 } });
    expect(ring[0]).toEqual(ring.at(-1));
    for (const place of ring) expect(Math.abs(inverse([35, 34], place).metres - 10_000)).toBeLessThan(20);
  });
  it('have a crown: the middle of what is north', () => {
    const crown = crownOf({
      polygon: [
        [348_000_000, 351_000_000],
        [348_000_000, 366_000_000],
        [362_000_000, 366_000_000],
        [362_000_000, 351_000_000],
      ],
    } as Parameters<typeof crownOf>[0]);
    expect(crown?.[0]).toBeCloseTo(35.85, 1);
    expect(crown?.[1]).toBeGreaterThanOrEqual(36.2);
    expect(crownOf({ polygon: [] } as Parameters<typeof crownOf>[0])).toBeUndefined();
  });
  it('of corridors are beside the line, on the side that is said', () => {
    const corridor = {
      corridor: {
        line: [
          [0, 0],
          [0, 10_000_000],
        ] as [number, number][],
        left_cm: 1_000_000,
        right_cm: 500_000,
      },
    };
    const ring = ringOf(corridor);
    const lats = ring.map((p) => p[1]);
    expect(Math.max(...lats)).toBeCloseTo(0.0904, 3);
    expect(Math.min(...lats)).toBeCloseTo(-0.0452, 3);
    expect(anchorOf(corridor)?.[0]).toBeCloseTo(0.5, 5);
    expect(axisOf(corridor)).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });
  it('of corridors turn corners without leaving their width', () => {
    const ring = ringOf({
      corridor: {
        line: [
          [0, 0],
          [0, 10_000_000],
          [10_000_000, 10_000_000],
        ],
        left_cm: 1_000_000,
        right_cm: 1_000_000,
      },
    });
    for (const place of ring) {
      const nearest = Math.min(
        ...[...Array(101).keys()].flatMap((k) => [
          inverse([k / 100, 0], place).metres,
          inverse([1, k / 100], place).metres,
        ]),
      );
      expect(nearest).toBeGreaterThan(9_000);
      expect(nearest).toBeLessThan(14_300);
    }
  });
  it('of polygons are closed, and of nothing empty', () => {
    expect(
      ringOf({
        polygon: [
          [0, 0],
          [0, 1_000_000],
          [1_000_000, 0],
        ],
      }),
    ).toHaveLength(4);
    expect(ringOf({})).toEqual([]);
    expect(anchorOf({})).toBeUndefined();
  });
});
