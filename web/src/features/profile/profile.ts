// The vertical profile along a way: what bands it crosses, and who is there. Pure.
import type { Band, Outline, PointE7, TimeWindow, Track } from '../../api/documents';
import { densify, destination, fromE7, inverse, nearLng, type LngLat } from '../../view/geodesy';
import { axisOf, ringOf } from '../../view/outline';
import type { Area } from '../../view/scene';

export interface Span {
  area: Area;
  /** Metres along the way. */
  from: number;
  to: number;
  base_m: number;
  /** Undefined: no upper limit. */
  top_m: number | undefined;
}
export interface Craft {
  id: number;
  label: string;
  at: number;
  aside_m: number;
  height_m: number;
  /** Along the way and upwards, in metres a second. */
  along: number;
  climb: number;
  pressure: boolean;
  old: boolean;
}
const ORIGIN: LngLat = [0, 0];
const SAMPLES = 240;
const RAD = Math.PI / 180;

/** The way through an outline: its middle line, or across it from west to east. */
export function wayOf(outline: Outline): LngLat[] {
  const axis = axisOf(outline);
  if (axis !== undefined) return axis;
  const ring = ringOf(outline);
  const circle = (outline as { circle?: { centre: PointE7; radius_cm: number } }).circle;
  if (circle !== undefined) {
    const centre = fromE7(circle.centre);
    return [destination(centre, 270, circle.radius_cm / 100), centre, destination(centre, 90, circle.radius_cm / 100)];
  }
  // The two corners that are farthest apart.
  let best: [LngLat, LngLat] | undefined;
  let most = -1;
  const polygon = ((outline as { polygon?: PointE7[] }).polygon ?? []).map(fromE7).slice(0, 200);
  // Nothing between them: only without a jump at 180°.
  const corners = densify(polygon, 180);
  for (const a of corners) {
    for (const b of corners) {
      const d = (a[0] - b[0]) ** 2 * Math.cos(a[1] * RAD) ** 2 + (a[1] - b[1]) ** 2;
      if (d > most && a[0] <= b[0]) [most, best] = [d, [a, b]];
    }
  }
  return best === undefined || ring.length === 0 ? [] : best;
}
/** One way through all parts, in their order of time. */
export function wayThrough(parts: readonly { outline: Outline; window: TimeWindow | undefined }[]): LngLat[] {
  const way: LngLat[] = [];
  for (const { outline } of [...parts].sort((a, b) => (a.window?.start_ms ?? 0) - (b.window?.start_ms ?? 0))) {
    let next = wayOf(outline);
    const last = way.at(-1);
    const [first, end] = [next[0], next.at(-1)];
    // A part that is not a line has no direction of its own.
    if (
      last !== undefined &&
      first !== undefined &&
      end !== undefined &&
      axisOf(outline) === undefined &&
      inverse(last, end).metres < inverse(last, first).metres
    )
      next = [...next].reverse();
    for (const place of next) if (way.length === 0 || inverse(way.at(-1) ?? place, place).metres > 1) way.push(place);
  }
  return way;
}

export class Way {
  readonly points: readonly LngLat[];
  readonly metres: readonly number[];
  constructor(line: readonly LngLat[]) {
    this.points = densify(line, 0.25);
    let sum = 0;
    this.metres = this.points.map((point, i) =>
      i === 0 ? 0 : (sum += inverse(this.points[i - 1] ?? point, point).metres),
    );
  }
  get length(): number {
    return this.metres.at(-1) ?? 0;
  }
  at(metres: number): LngLat {
    const i = Math.max(
      1,
      this.metres.findIndex((m) => m >= metres),
    );
    const [a, b] = [this.points[i - 1] ?? ORIGIN, this.points[i] ?? ORIGIN];
    const [from, to] = [this.metres[i - 1] ?? 0, this.metres[i] ?? 0];
    const f = to === from ? 0 : (metres - from) / (to - from);
    return [a[0] + (b[0] - a[0]) * f, a[1] + (b[1] - a[1]) * f];
  }
  /** How far along a place is, how far aside, and the bearing of the way there. */
  project(place: LngLat): { at: number; aside: number; bearing: number } {
    let best = { at: 0, aside: Number.POSITIVE_INFINITY, bearing: 0 };
    for (let i = 1; i < this.points.length; i += 1) {
      const [a, b] = [this.points[i - 1] ?? place, this.points[i] ?? place];
      const k = 111_195 * Math.cos(a[1] * RAD);
      const [bx, by] = [(b[0] - a[0]) * k, (b[1] - a[1]) * 111_195];
      const dx = ((place[0] - a[0] + 540) % 360) - 180;
      const [px, py] = [dx * k, (place[1] - a[1]) * 111_195];
      const square = bx * bx + by * by;
      const f = square === 0 ? 0 : Math.max(0, Math.min(1, (px * bx + py * by) / square));
      const aside = Math.hypot(px - f * bx, py - f * by);
      if (aside >= best.aside) continue;
      const [from, to] = [this.metres[i - 1] ?? 0, this.metres[i] ?? 0];
      best = { at: from + f * (to - from), aside, bearing: Math.atan2(bx, by) / RAD };
    }
    return best;
  }
}

/** Way and ring both go on without a jump at 180°: the place is looked for in the ring's copy of the world. */
function inside(ring: readonly LngLat[], middle: number, [lng, y]: LngLat): boolean {
  const x = nearLng(lng, middle);
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [a, b] = [ring[i] ?? ORIGIN, ring[j] ?? ORIGIN];
    if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) odd = !odd;
  }
  return odd;
}
const limits = (band: Band | undefined): { base_m: number; top_m: number | undefined } => ({
  base_m: Math.max(0, (band?.lower_cm ?? 0) / 100),
  top_m: band?.upper_cm === undefined ? undefined : band.upper_cm / 100,
});

/** Where areas stand across the way. */
export function spansOf(way: Way, areas: readonly Area[]): Span[] {
  const size = way.length / SAMPLES;
  if (size <= 0) return [];
  const places = [...Array(SAMPLES).keys()].map((n) => way.at((n + 0.5) * size));
  return areas.flatMap((area) => {
    if (area.domain === 'sea') return [];
    const ring = ringOf(area.outline);
    const lngs = ring.map(([lng]) => lng);
    const middle = (Math.min(...lngs) + Math.max(...lngs)) / 2;
    const spans: Span[] = [];
    let from: number | undefined;
    for (let n = 0; n <= SAMPLES; n += 1) {
      const place = places[n];
      const there = place !== undefined && inside(ring, middle, place);
      if (there) from ??= n * size;
      else if (from !== undefined) {
        spans.push({ area, from, to: n * size, ...limits(area.band) });
        from = undefined;
      }
    }
    return spans;
  });
}

/** Who is near the way, with a height. */
export function craftOf(way: Way, tracks: Iterable<Track>, aside: number): { craft: Craft[]; heightless: number } {
  const craft: Craft[] = [];
  let heightless = 0;
  for (const track of tracks) {
    if (track.position === undefined || track.domain === 'sea' || track.on_ground) continue;
    const near = way.project(fromE7(track.position));
    if (near.aside > aside) continue;
    const cm = track.pressure_cm ?? track.geometric_cm;
    if (cm === undefined) {
      heightless += 1;
      continue;
    }
    const speed = (track.speed_cm_s ?? 0) / 100;
    craft.push({
      id: track.id,
      label: track.call_sign ?? track.name ?? track.label,
      at: near.at,
      aside_m: near.aside,
      height_m: cm / 100,
      along: track.course_mdeg === undefined ? 0 : speed * Math.cos((track.course_mdeg / 1000 - near.bearing) * RAD),
      climb: (track.climb_cm_s ?? 0) / 100,
      pressure: track.pressure_cm !== undefined,
      old: track.state !== 'live',
    });
  }
  return { craft, heightless };
}

/** The highest that is shown: above all that is there, in whole thousands of metres. */
export function ceiling(spans: readonly Span[], craft: readonly Craft[]): number {
  const heights = [...spans.map((s) => s.top_m ?? s.base_m + 1_000), ...craft.map((c) => c.height_m)];
  return Math.min(25_000, Math.max(3_000, Math.ceil((Math.max(0, ...heights) * 1.1) / 1_000) * 1_000));
}
