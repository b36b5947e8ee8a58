import { describe, expect, it } from 'vitest';

import { place, type Label, type Places } from './labels';

const of: Places = {
  width: 400,
  height: 300,
  lineHeight: 12,
  measure: (text) => text.length * 6,
  before: new Map(),
  most: 100,
  blocked: [],
};
const label = (key: string, x: number, y: number, rank = 1): Label => ({
  key,
  x,
  y,
  lines: [key],
  colour: '#000000',
  rank,
  away: 10,
});

describe('labels', () => {
  it('are never one over another', () => {
    const placed = place(
      [...Array(200).keys()].map((n) => label(`N${String(n)}`, (n * 37) % 400, (n * 53) % 300)),
      of,
    );
    expect(placed.length).toBeGreaterThan(30);
    for (const a of placed) {
      for (const b of placed) {
        if (a === b) continue;
        expect(a.x >= b.x + b.width || b.x >= a.x + a.width || a.y >= b.y + b.height || b.y >= a.y + a.height).toBe(
          true,
        );
      }
    }
  });
  it('go by what matters, and are at most so many', () => {
    const crowd = [...Array(20).keys()].map((n) => label(`N${String(n)}`, 200, 150, 20 - n));
    const placed = place(crowd, { ...of, most: 3 });
    expect(placed.map((p) => p.label.key)).toEqual(['N19', 'N18', 'N17']);
  });
  it('stay where they were, while there is room', () => {
    expect(place([label('A', 200, 150)], { ...of, before: new Map([['A', 2]]) })[0]?.corner).toBe(2);
    expect(
      place([label('A', 200, 150)], { ...of, before: new Map([['A', 2]]), blocked: [[150, 150, 45, 30]] })[0]?.corner,
    ).not.toBe(2);
  });
  it('are not half outside', () => {
    expect(place([label('FAR', 398, 150)], of)[0]?.x).toBeLessThan(390);
    expect(place([label('OUT', 500, 150)], of)).toEqual([]);
  });
});
