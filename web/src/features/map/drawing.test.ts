import { describe, expect, it } from 'vitest';

import { begin, move, outlineOf, put, reach, rim, take } from './drawing';

describe('a shape under way', () => {
  it('is a polygon from the third point on', () => {
    let of = begin({ shape: 'polygon' });
    of = put(of, [0, 0]);
    of = put(of, [0, 10]);
    expect(outlineOf(of)).toBeUndefined();
    of = put(of, [10, 0]);
    expect(outlineOf(of)).toEqual({
      polygon: [
        [0, 0],
        [0, 10],
        [10, 0],
      ],
    });
    of = put({ ...of, active: 0 }, [0, 5]);
    expect(of.points[1]).toEqual([0, 5]);
    of = take(move(of, 1, [1, 1]), 1);
    expect(of.points).toHaveLength(3);
  });
  it('is a corridor with its widths', () => {
    let of = begin({ shape: 'corridor', half_width_cm: 500 });
    of = put(put(of, [0, 0]), [0, 0]);
    expect(outlineOf(of)).toBeUndefined();
    expect(outlineOf(put(of, [0, 9]))).toEqual({
      corridor: {
        line: [
          [0, 0],
          [0, 9],
        ],
        left_cm: 500,
        right_cm: 500,
      },
    });
  });
  it('is a circle whose rim is pulled', () => {
    const of = put(begin({ shape: 'circle' }), [0, 0]);
    const pulled = reach(of, [0, 10_000_000]);
    expect(pulled.radius_cm).toBeGreaterThan(11_131_000);
    expect(Math.abs((rim(pulled)?.[1] ?? 0) - 10_000_000)).toBeLessThan(2_000);
    expect(outlineOf(put(pulled, [5, 5]))).toMatchObject({ circle: { centre: [5, 5] } });
  });
  it('goes on from what there is, of its shape alone', () => {
    const outline = { circle: { centre: [1, 2] as [number, number], radius_cm: 700 } };
    expect(outlineOf(begin({ shape: 'circle', outline }))).toEqual(outline);
    expect(outlineOf(begin({ shape: 'polygon', outline }))).toBeUndefined();
  });
});
