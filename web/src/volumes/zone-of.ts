// In which of several zones a volume mostly lies: where its middle is. Only a proposal; a person, and the node, decide.
import type { Outline, PointE7, Zone } from '../api/documents';
import { nearLng } from '../view/geodesy';
import type { AnyOutline } from './volume-form';

const CM_PER_E7 = 1.1132;
const ROUND_E7 = 3.6e9;

/** Without a jump at 180°. */
function onward(points: readonly PointE7[]): PointE7[] {
  let last = points[0]?.[1] ?? 0;
  return points.map(([lat, lng]) => [lat, (last = nearLng(lng, last, ROUND_E7))]);
}

/** The middle of an outline: of a corridor's line, of a polygon's vertices. */
export function middleOf(outline: Outline): PointE7 | undefined {
  const of = outline as AnyOutline;
  if (of.circle !== undefined) return of.circle.centre;
  const points = onward(of.corridor?.line ?? of.polygon ?? []);
  if (of.corridor !== undefined && points.length > 1) {
    const lengths = points.slice(1).map((p, i) => Math.sqrt(square(p, points[i] ?? p)));
    let rest = lengths.reduce((a, b) => a + b, 0) / 2;
    for (const [i, length] of lengths.entries()) {
      const [a, b] = [points[i], points[i + 1]];
      if (a === undefined || b === undefined) break;
      if (rest <= length && length > 0)
        return [a[0] + ((b[0] - a[0]) * rest) / length, a[1] + ((b[1] - a[1]) * rest) / length];
      rest -= length;
    }
  }
  const sum = points.reduce<PointE7>((s, p) => [s[0] + p[0], s[1] + p[1]], [0, 0]);
  return points.length === 0 ? undefined : [sum[0] / points.length, sum[1] / points.length];
}
function square(a: PointE7, b: PointE7): number {
  const k = Math.cos(((a[0] + b[0]) / 2e7) * (Math.PI / 180));
  const lng = nearLng(a[1] - b[1], 0, ROUND_E7);
  return (a[0] - b[0]) ** 2 + (lng * k) ** 2;
}
/** On a plane: near enough to propose. */
export function within(place: PointE7, outline: Outline): boolean {
  const of = outline as AnyOutline;
  if (of.circle !== undefined) return Math.sqrt(square(place, of.circle.centre)) * CM_PER_E7 <= of.circle.radius_cm;
  if (of.corridor !== undefined) {
    const most = Math.max(of.corridor.left_cm, of.corridor.right_cm);
    const line = onward(of.corridor.line);
    return line.slice(1).some((b, i) => toSegment(place, line[i] ?? b, b) * CM_PER_E7 <= most);
  }
  const ring = onward(of.polygon ?? []);
  const lngs = ring.map((p) => p[1]);
  const x = nearLng(place[1], (Math.min(...lngs) + Math.max(...lngs)) / 2, ROUND_E7);
  let inside = false;
  for (const [i, a] of ring.entries()) {
    const b = ring.at(i - 1) ?? a;
    if (a[0] > place[0] !== b[0] > place[0] && x < ((b[1] - a[1]) * (place[0] - a[0])) / (b[0] - a[0]) + a[1])
      inside = !inside;
  }
  return inside;
}
function toSegment(p: PointE7, a: PointE7, b: PointE7): number {
  const k = Math.cos((p[0] / 1e7) * (Math.PI / 180));
  const [dy, dx] = [b[0] - a[0], (b[1] - a[1]) * k];
  const [py, px] = [p[0] - a[0], nearLng(p[1] - a[1], 0, ROUND_E7) * k];
  const f = Math.max(0, Math.min(1, (py * dy + px * dx) / (dy * dy + dx * dx || 1)));
  return Math.hypot(py - f * dy, px - f * dx);
}

/** Of the zones that a volume meets: the one that its middle is in, else the one of the leg before, else the first. */
export function mainZone(
  outline: Outline,
  met: readonly string[],
  zones: readonly Zone[],
  before: string | undefined,
): string | undefined {
  const middle = middleOf(outline);
  const found = met.filter((id) => {
    const zone = zones.find((z) => z.id === id);
    return middle !== undefined && zone?.outline !== undefined && within(middle, zone.outline);
  });
  if (found.length > 0) return found[0];
  return before !== undefined && met.includes(before) ? before : met[0];
}
/** Volumes that follow each other in one zone are one leg. */
export function legsOf<V>(volumes: readonly { volume: V; zone: string }[]): { zone: string; volumes: V[] }[] {
  const legs: { zone: string; volumes: V[] }[] = [];
  for (const { volume, zone } of volumes) {
    const last = legs.at(-1);
    if (last?.zone === zone) last.volumes.push(volume);
    else legs.push({ zone, volumes: [volume] });
  }
  return legs;
}
