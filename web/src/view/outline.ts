// Outlines as rings of the map.
import type { Outline, PointE7 } from '../api/documents';
import { densify, destination, fromE7, inverse, type LngLat } from './geodesy';

interface AnyOutline {
  circle?: { centre: PointE7; radius_cm: number };
  corridor?: { line: PointE7[]; left_cm: number; right_cm: number };
  polygon?: PointE7[];
}
const CIRCLE_SIDES = 72;

/** The middle line of a corridor, the place of a circle, else nothing. */
export function axisOf(outline: Outline): LngLat[] | undefined {
  return (outline as AnyOutline).corridor?.line.map(fromE7);
}
/** A closed ring; empty where there is none. */
export function ringOf(outline: Outline): LngLat[] {
  const of = outline as AnyOutline;
  if (of.circle !== undefined) return circleRing(fromE7(of.circle.centre), of.circle.radius_cm / 100);
  if (of.corridor !== undefined)
    return corridorRing(of.corridor.line.map(fromE7), of.corridor.left_cm / 100, of.corridor.right_cm / 100);
  return closed(densify(closed((of.polygon ?? []).map(fromE7))));
}
/** Where a label stands. */
export function anchorOf(outline: Outline): LngLat | undefined {
  const of = outline as AnyOutline;
  if (of.circle !== undefined) return fromE7(of.circle.centre);
  if (of.corridor !== undefined) {
    const line = of.corridor.line.map(fromE7);
    const i = Math.floor((line.length - 1) / 2);
    const [a, b] = [line[i], line[i + 1]];
    return a === undefined || b === undefined ? a : midway(a, b);
  }
  const ring = ringOf(outline);
  if (ring.length === 0) return undefined;
  const sum = ring.slice(1).reduce<LngLat>((s, p) => [s[0] + p[0], s[1] + p[1]], [0, 0]);
  return [sum[0] / (ring.length - 1), sum[1] / (ring.length - 1)];
}
/** The middle of the northern edge: where the name of a zone stands, beside what is in it. */
export function crownOf(outline: Outline): LngLat | undefined {
  const ring = ringOf(outline);
  const lat = ring.map((p) => p[1]);
  const north = Math.max(...lat);
  const near = ring.filter((p) => north - p[1] <= 0.02 * (north - Math.min(...lat)));
  if (near.length === 0) return undefined;
  const lng = near.map((p) => p[0]);
  return [(Math.min(...lng) + Math.max(...lng)) / 2, north];
}
export function midway(a: LngLat, b: LngLat): LngLat {
  const { metres, bearing } = inverse(a, b);
  return destination(a, bearing, metres / 2);
}

function closed(ring: LngLat[]): LngLat[] {
  const [first] = ring;
  const last = ring.at(-1);
  if (first === undefined || last === undefined) return [];
  return first[0] === last[0] && first[1] === last[1] ? ring : [...ring, first];
}
export function circleRing(centre: LngLat, metres: number): LngLat[] {
  const ring: LngLat[] = [];
  for (let i = 0; i <= CIRCLE_SIDES; i += 1)
    ring.push(destination(centre, -(i % CIRCLE_SIDES) * (360 / CIRCLE_SIDES), metres));
  return ring;
}

/** Beside each piece of the line, ends square, corners round on the outside. */
function corridorRing(line: readonly LngLat[], left: number, right: number): LngLat[] {
  const way = densify(
    line.filter((p, i) => i === 0 || p[0] !== line[i - 1]?.[0] || p[1] !== line[i - 1]?.[1]),
    0.25,
  );
  if (way.length < 2) return [];
  const side = (points: readonly LngLat[], metres: number): LngLat[] => {
    const out: LngLat[] = [];
    let before: number | undefined;
    for (let i = 0; i + 1 < points.length; i += 1) {
      const [a, b] = [points[i] ?? [0, 0], points[i + 1] ?? [0, 0]] as [LngLat, LngLat];
      const bearing = inverse(a, b).bearing;
      const end = inverse(b, a).bearing + 180;
      if (before === undefined) out.push(destination(a, bearing - 90, metres));
      else {
        const turn = ((bearing - before + 540) % 360) - 180;
        if (turn > 0) {
          // On the outside: an arc.
          const pieces = Math.max(1, Math.ceil(turn / 10));
          for (let k = 0; k <= pieces; k += 1) out.push(destination(a, before + (turn * k) / pieces - 90, metres));
        } else {
          // On the inside the two sides meet.
          const half = (turn / 2) * (Math.PI / 180);
          out.push(destination(a, before + turn / 2 - 90, metres / Math.max(0.25, Math.cos(half))));
        }
      }
      before = end;
      if (i + 2 === points.length) out.push(destination(b, end - 90, metres));
    }
    return out;
  };
  const there = side(way, left);
  const back = side([...way].reverse(), right);
  return closed([...there, ...back]);
}
