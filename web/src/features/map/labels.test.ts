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
  it('of an edge stand above it, below it where that is taken', () => {
    const edge = { ...label('Z', 200, 150), away: 0, edge: true };
    const [above] = place([edge], of);
    expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThan(150);
    const [below] = place([edge], { ...of, blocked: [[180, 130, 40, 15]] });
    expect(below?.y).toBeGreaterThan(150);
  });
  it('of areas are the name alone where there is no room for more', () => {
    const area = { ...label('K1', 200, 150), lines: ['K1', 'FL180–FL240'], away: 0 };
    expect(place([area], of)[0]?.label.lines).toHaveLength(2);
    const blocked = [
      [170, 100, 20, 100],
      [210, 100, 20, 100],
    ] as const;
    expect(place([area], { ...of, blocked })[0]?.label.lines).toEqual(['K1']);
  });
  it('go to their other place where the first is taken', () => {
    const zone = { ...label('Z', 200, 150), away: 0, edge: true, else: [200, 250] as const };
    expect(place([zone], of)[0]?.y).toBeLessThan(150);
    expect(place([zone], { ...of, blocked: [[100, 100, 200, 100]] })[0]?.y).toBeGreaterThan(200);
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
