// What is typed into the blank of a phrase, read into what the record has. Pure. What cannot be read is told by a message's key.
import type { Outline, PointE7 } from '../../api/documents';
import type { Language } from '../../i18n/messages';
import { parseTime } from '../../i18n/time';
import { CM_PER_FOOT, M_PER_NM, parseDistance, parseHeading, parseHeight } from '../../units/convert';
import { bytesOf, ID } from '../../parts/parts';
import { parsePlace } from '../../units/place';
import type { BlankType } from './catalogue';

export interface BlankUnits {
  height: 'ft' | 'm';
  distance: 'NM' | 'km';
  speed: 'kt' | 'km/h' | 'm/s';
}
export interface BlankContext {
  now: number;
  units: BlankUnits;
  language: Language;
}
export type BlankRead = { value: unknown } | { error: string };

/** The record's bounds (src/talks/parameters.h). */
const TEXT_BYTES_MAX = 400;
const COUNT_MAX = 100_000;
const AREA_POINTS_MAX = 32;

const wrong = (key: string): BlankRead => ({ error: `talks.wrong.${key}` });

/** An outline is drawn, not typed: it comes as it is. */
export type Typed = string | Outline;

export function readBlank(type: BlankType, typed: Typed, of: BlankContext): BlankRead {
  if (typeof typed !== 'string') return type === 'area' ? readArea(typed) : wrong('empty');
  const text = typed.trim();
  if (text === '') return wrong(type === 'area' ? 'area' : 'empty');
  switch (type) {
    case 'position': {
      const place = parsePlace(text);
      return place === undefined ? wrong('position') : { value: place };
    }
    case 'level': {
      const height = parseHeight(text, { unit: of.units.height, ref: 'amsl' });
      if (height === undefined || (height.ref === 'fl' && height.cm < 0)) return wrong('level');
      // A flight level is a whole number of hundreds of feet.
      const cm = height.ref === 'fl' ? Math.round(height.cm / (100 * CM_PER_FOOT)) * 3048 : height.cm;
      return { value: { cm, ref: height.ref } };
    }
    case 'time': {
      const at = parseTime(text, of.now);
      return at === undefined ? wrong('time') : { value: at };
    }
    case 'window': {
      const window = readWindow(text, of.now);
      return window === undefined ? wrong('window') : { value: window };
    }
    case 'area':
      return wrong('area');
    case 'flight':
    case 'track':
    case 'authority':
    case 'zone':
    case 'incident':
      return ID.test(text) ? { value: text } : wrong('id');
    case 'count':
      return whole(text, COUNT_MAX, 'count');
    case 'distance_m': {
      const metres = parseDistance(text, of.units.distance);
      return metres === undefined || metres > 20_100_000 ? wrong('distance') : { value: Math.round(metres) };
    }
    case 'bearing_deg': {
      const heading = parseHeading(text);
      return heading === undefined ? wrong('bearing') : { value: Math.round(heading / 1000) % 360 };
    }
    case 'speed': {
      const speed = readSpeed(text, of.units.speed);
      return speed === undefined ? wrong('speed') : { value: speed };
    }
    case 'duration_s': {
      const seconds = readDuration(text);
      return seconds === undefined || seconds > 31 * 86_400 ? wrong('duration') : { value: seconds };
    }
    case 'text':
      return bytesOf(text) > TEXT_BYTES_MAX ? wrong('long') : { value: { language: of.language, text } };
  }
}
function whole(text: string, max: number, key: string): BlankRead {
  const n = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  return n <= max ? { value: n } : wrong(key);
}
function readArea(outline: Outline): BlankRead {
  const of = outline as { polygon?: PointE7[]; corridor?: { line: PointE7[] } };
  const points = (of.polygon ?? of.corridor?.line ?? []).length;
  return points > AREA_POINTS_MAX ? wrong('areaPoints') : { value: outline };
}
/** `1200-1330`, `12:00Z – 13:30Z`, `now +2h`: the end is after the start, on the next day where it has to be. */
export function readWindow(text: string, now: number): { start_ms: number; end_ms: number } | undefined {
  for (const between of [/\s*(?:–|—|\.\.)\s*/, /\s+-\s+/, /-/, /\s+(?=\+)/, /\s+/]) {
    const parts = text.trim().split(between);
    if (parts.length !== 2) continue;
    const [first = '', second = ''] = parts;
    const start = parseTime(first, now);
    if (start === undefined) continue;
    const relative = second.startsWith('+');
    const end = parseTime(second, relative ? start : Math.max(start, now), start);
    if (end === undefined) continue;
    const after = end <= start && !relative ? end + 86_400_000 : end;
    if (after > start && after - start <= 31 * 86_400_000) return { start_ms: start, end_ms: after };
  }
  return undefined;
}
/** `12 kt`, `30 km/h`, `6 m/s`; centimetres a second. */
export function readSpeed(text: string, fallback: BlankUnits['speed']): number | undefined {
  const read = /^(\d+(?:[.,]\d+)?) ?(KT|KTS|KN|KM\/H|M\/S)?$/.exec(text.trim().toUpperCase());
  if (read === null) return undefined;
  const unit =
    read[2] === undefined ? fallback : read[2].startsWith('K') && read[2] !== 'KM/H' ? 'kt' : read[2].toLowerCase();
  const value = Number((read[1] ?? '').replace(',', '.'));
  const cm = Math.round(value * (unit === 'kt' ? M_PER_NM / 36 : unit === 'km/h' ? 1_000 / 36 : 100));
  return cm <= 1_000_000 ? cm : undefined;
}
/** `90 s`, `5 min`, `5m`, `2h`, `1h30m`, `2:30` (minutes and seconds), `5` (minutes); seconds. */
export function readDuration(text: string): number | undefined {
  const s = text.trim().toLowerCase();
  const clock = /^(\d{1,3}):(\d{2})$/.exec(s);
  if (clock !== null) return Number(clock[1]) * 60 + Number(clock[2]);
  if (/^\d{1,5}$/.test(s)) return Number(s) * 60;
  const read = /^(?:(\d{1,3}) ?h)? ?(?:(\d{1,4}) ?m(?:in)?)? ?(?:(\d{1,5}) ?s)?$/.exec(s);
  if (read === null || s === '') return undefined;
  return Number(read[1] ?? 0) * 3600 + Number(read[2] ?? 0) * 60 + Number(read[3] ?? 0);
}
/** Canonical JSON: members in order, integers only. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
      .join(',')}}`;
  return JSON.stringify(value);
}
