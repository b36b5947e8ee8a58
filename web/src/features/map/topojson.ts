// Reads the world out of TopoJSON (https://github.com/topojson/topojson-specification): land as polygons, borders as lines.
import type { LngLat } from '../../view/geodesy';

type Arcs = number[];
interface Geometry {
  type: string;
  arcs?: Arcs[] | Arcs[][];
}
export interface Topology {
  arcs: [number, number][][];
  transform: { scale: [number, number]; translate: [number, number] };
  objects: Record<string, { geometries: Geometry[] } | undefined>;
}

/** Arcs are chains of differences on a grid. */
function unpack(topology: Topology): LngLat[][] {
  const { scale, translate } = topology.transform;
  return topology.arcs.map((arc) => {
    let x = 0;
    let y = 0;
    return arc.map(([dx, dy]): LngLat => {
      x += dx;
      y += dy;
      return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
    });
  });
}
const polygonsOf = (geometry: Geometry): Arcs[][] =>
  geometry.type === 'Polygon'
    ? [geometry.arcs as Arcs[]]
    : geometry.type === 'MultiPolygon'
      ? (geometry.arcs as unknown as Arcs[][])
      : [];

export interface World {
  /** Polygons, each of rings. */
  land: LngLat[][][];
  borders: LngLat[][];
}
export function readWorld(topology: Topology): World {
  const arcs = unpack(topology);
  const ring = (of: Arcs): LngLat[] =>
    of.flatMap((i, n) => {
      const arc = arcs[i < 0 ? ~i : i] ?? [];
      const line = i < 0 ? [...arc].reverse() : arc;
      return n === 0 ? line : line.slice(1);
    });
  const land = (topology.objects['land']?.geometries ?? []).flatMap(polygonsOf).map((polygon) => polygon.map(ring));
  // What two countries share is a border.
  const users = new Map<number, Set<number>>();
  (topology.objects['countries']?.geometries ?? []).forEach((country, n) => {
    for (const i of polygonsOf(country).flat(2)) {
      const arc = i < 0 ? ~i : i;
      users.set(arc, (users.get(arc) ?? new Set()).add(n));
    }
  });
  const borders = [...users].filter(([, by]) => by.size > 1).map(([arc]) => arcs[arc] ?? []);
  return { land, borders };
}

/** Meridians and parallels, as far apart as `step` degrees. */
export function graticule(step: number): LngLat[][] {
  const lines: LngLat[][] = [];
  for (let lng = -180; lng < 180; lng += step)
    lines.push([
      [lng, -85],
      [lng, 85],
    ]);
  for (let lat = -80; lat <= 80; lat += step)
    lines.push([
      [-180, lat],
      [0, lat],
      [180, lat],
    ]);
  return lines;
}
