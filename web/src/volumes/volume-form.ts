// Volumes as people type them, and back. Pure. What cannot be read is told by the key of a message.
import type { Band, Outline, PointE7, Volume } from '../api/documents';
import { dateTimeGroup, parseTime } from '../i18n/time';
import { distanceText, heightText, parseDistance, parseHeight, type HeightRef } from '../units/convert';
import { formatPlace, parsePlace, type Notation } from '../units/place';

export type ShapeKind = 'corridor' | 'circle' | 'polygon';
export const SHAPES = ['corridor', 'circle', 'polygon'] as const;
export interface Units {
  height: 'ft' | 'm';
  distance: 'NM' | 'km';
  notation: Notation;
}
/** What was read, or the key of the message that says what is wrong, with the number of the line. */
export type Read<T> = { ok: T } | { error: string; line?: number };

const RADIUS_CM_MAX = 50_000_000;
const SIDE_CM_MAX = 10_000_000;

/** Either all three members of the contract's outline, or none; only one is there. */
export interface AnyOutline {
  circle?: { centre: PointE7; radius_cm: number };
  corridor?: { line: PointE7[]; left_cm: number; right_cm: number };
  polygon?: PointE7[];
}
export const shapeOf = (outline: Outline): ShapeKind => {
  const of = outline as AnyOutline;
  return of.circle !== undefined ? 'circle' : of.polygon !== undefined ? 'polygon' : 'corridor';
};

/** A line each, or separated by semicolons. */
export function readPlaces(text: string): Read<PointE7[]> {
  const lines = text.split(/[\n;]/).map((line) => line.trim());
  const places: PointE7[] = [];
  for (const [i, line] of lines.entries()) {
    if (line === '') continue;
    const place = parsePlace(line);
    if (place === undefined) return { error: 'volumes.error.place', line: i + 1 };
    places.push(place);
  }
  return { ok: places };
}

/** `size` is the radius of a circle, the whole width of a corridor; exactly that of `sized`, where it is one of that shape. */
export function readOutline(
  shape: ShapeKind,
  placesText: string,
  size: string,
  units: Units,
  sized?: Outline,
): Read<Outline> {
  const places = readPlaces(placesText);
  if ('error' in places) return places;
  const [first] = places.ok;
  if (shape === 'polygon')
    return places.ok.length < 3 ? { error: 'volumes.error.polygon' } : { ok: { polygon: places.ok } };
  const kept: AnyOutline = sized ?? {};
  const metres = parseDistance(size, units.distance) ?? 0;
  if (shape === 'circle') {
    const radius_cm = kept.circle?.radius_cm ?? Math.round(metres * 100);
    if (radius_cm <= 0) return { error: 'volumes.error.radius' };
    if (places.ok.length !== 1 || first === undefined) return { error: 'volumes.error.centre' };
    return radius_cm > RADIUS_CM_MAX
      ? { error: 'volumes.error.tooWide' }
      : { ok: { circle: { centre: first, radius_cm } } };
  }
  const side = Math.round(metres * 50);
  const { left_cm, right_cm } = kept.corridor ?? { left_cm: side, right_cm: side };
  if (left_cm + right_cm <= 0) return { error: 'volumes.error.width' };
  if (places.ok.length < 2) return { error: 'volumes.error.line' };
  return Math.max(left_cm, right_cm) > SIDE_CM_MAX
    ? { error: 'volumes.error.tooWide' }
    : { ok: { corridor: { line: places.ok, left_cm, right_cm } } };
}

export function outlineTexts(outline: Outline, units: Units): { shape: ShapeKind; places: string; size: string } {
  const of = outline as AnyOutline;
  const shape = shapeOf(outline);
  const points = of.circle !== undefined ? [of.circle.centre] : (of.corridor?.line ?? of.polygon ?? []);
  const cm =
    of.circle?.radius_cm ?? (of.corridor === undefined ? undefined : of.corridor.left_cm + of.corridor.right_cm);
  return {
    shape,
    places: points.map(([lat, lng]) => formatPlace(lat, lng, units.notation)).join('\n'),
    size: cm === undefined ? '' : distanceText(cm / 100, units.distance).replace(/\u202f/g, ''),
  };
}

/** Both limits have one reference; an empty one is no limit. Nothing at all: any height. */
export function readBand(
  lower: string,
  upper: string,
  units: Units,
  fallback: HeightRef = 'fl',
): Read<Band | undefined> {
  const read = (text: string): ReturnType<typeof parseHeight> | null =>
    text.trim() === '' || /^(SFC|UNL|GND)$/i.test(text.trim())
      ? null
      : parseHeight(text, { unit: units.height, ref: fallback });
  const low = read(lower);
  const high = read(upper);
  if (low === undefined) return { error: 'volumes.error.lower' };
  if (high === undefined) return { error: 'volumes.error.upper' };
  if (low === null && high === null) return { ok: undefined };
  if (low !== null && high !== null && low.ref !== high.ref) return { error: 'volumes.error.references' };
  if (low !== null && high !== null && low.cm >= high.cm) return { error: 'volumes.error.upsideDown' };
  const ref = (low ?? high)?.ref ?? fallback;
  return {
    ok: { ref, ...(low === null ? {} : { lower_cm: low.cm }), ...(high === null ? {} : { upper_cm: high.cm }) },
  };
}
export function bandTexts(band: Band | undefined, units: Units): { lower: string; upper: string } {
  const ref = band?.ref ?? 'wgs84';
  const text = (cm: number | undefined): string =>
    cm === undefined ? '' : heightText(cm, ref, units.height).replace(/\u202f/g, '');
  return { lower: text(band?.lower_cm), upper: text(band?.upper_cm) };
}

/** The end may be told from the begin: `+25m`. */
export function readWindow(from: string, to: string, now: number): Read<{ start_ms: number; end_ms: number }> {
  const start_ms = parseTime(from, now);
  if (start_ms === undefined) return { error: 'volumes.error.from' };
  const end_ms = parseTime(to, to.trim().startsWith('+') ? start_ms : Math.max(now, start_ms), start_ms);
  if (end_ms === undefined) return { error: 'volumes.error.to' };
  return end_ms <= start_ms ? { error: 'volumes.error.backwards' } : { ok: { start_ms, end_ms } };
}
/** So that reading it brings the same minute; with seconds where there are some. */
export const timeText = (ms: number): string =>
  ms % 60_000 === 0 ? dateTimeGroup(ms) : `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** How long, in signs that all languages read: `41 min`, `20 min 39 s`, `1 h 05 min`. Kept left-to-right within a sentence. */
export function spanText(ms: number): string {
  const s = Math.round(Math.abs(ms) / 1_000);
  const [h, min, rest] = [Math.floor(s / 3_600), Math.floor(s / 60) % 60, s % 60];
  const words = [
    h > 0 ? `${String(h)} h` : '',
    min > 0 || h > 0 ? `${h > 0 ? String(min).padStart(2, '0') : String(min)} min` : '',
    rest > 0 || s === 0 ? `${String(rest)} s` : '',
  ];
  return `\u2066${words.filter((word) => word !== '').join(' ')}\u2069`;
}

export interface Shift {
  time_shift_ms?: number | undefined;
  level_shift_cm?: number | undefined;
}
/** The volume moved as a whole: what a counter-proposal means. */
export function shifted(volume: Volume, { time_shift_ms = 0, level_shift_cm = 0 }: Shift): Volume {
  const { band } = volume;
  return {
    ...volume,
    window: { start_ms: volume.window.start_ms + time_shift_ms, end_ms: volume.window.end_ms + time_shift_ms },
    ...(band === undefined
      ? {}
      : {
          band: {
            ...band,
            ...(band.lower_cm === undefined ? {} : { lower_cm: band.lower_cm + level_shift_cm }),
            ...(band.upper_cm === undefined ? {} : { upper_cm: band.upper_cm + level_shift_cm }),
          },
        }),
  };
}
/** Moved in time so that the first begins at `start_ms`: a former plan as a template. */
export function startingAt(volumes: readonly Volume[], start_ms: number): Volume[] {
  const first = Math.min(...volumes.map((v) => v.window.start_ms));
  return volumes.map((v) => shifted(v, { time_shift_ms: start_ms - first }));
}
/** An id that a person can tell apart, of characters that the node takes. */
export function planId(callSign: string, now: number, taken: (id: string) => boolean): string {
  const name =
    callSign
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9_.-]+/g, '')
      .slice(0, 24) || 'plan';
  const time = dateTimeGroup(now).slice(0, 6);
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? `${name}-${time}` : `${name}-${time}-${String(n)}`;
    if (!taken(id)) return id;
  }
}
