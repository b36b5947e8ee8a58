import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { graticule, readWorld, type Topology } from './topojson';

describe('the world', () => {
  it('is read: land closed, borders between two', () => {
    const topology: Topology = {
      transform: { scale: [1, 1], translate: [10, 20] },
      // Two squares side by side: their own sides, and the one between.
      arcs: [
        [
          [1, 1],
          [-1, 0],
          [0, -1],
          [1, 0],
        ],
        [
          [1, 0],
          [1, 0],
          [0, 1],
          [-1, 0],
        ],
        [
          [1, 0],
          [0, 1],
        ],
      ],
      objects: {
        countries: {
          geometries: [
            { type: 'Polygon', arcs: [[0, 2]] },
            { type: 'MultiPolygon', arcs: [[[1, ~2]]] },
          ],
        },
        land: { geometries: [{ type: 'MultiPolygon', arcs: [[[0, 1]]] }] },
      },
    };
    const { land, borders } = readWorld(topology);
    expect(borders).toEqual([
      [
        [11, 20],
        [11, 21],
      ],
    ]);
    expect(land[0]?.[0]?.[0]).toEqual(land[0]?.[0]?.at(-1));
    expect(land[0]?.[0]).toHaveLength(7);
  });
  it('is there in full', () => {
    const { land, borders } = readWorld(
      JSON.parse(readFileSync('node_modules/world-atlas/countries-50m.json', 'utf8')) as Topology,
    );
    expect(land.length).toBeGreaterThan(1000);
    expect(borders.length).toBeGreaterThan(200);
    for (const [outer] of land) expect(outer?.[0]).toEqual(outer?.at(-1));
  });
  it('has its lines', () => {
    expect(graticule(10)).toHaveLength(36 + 17);
  });
});
