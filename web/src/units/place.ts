// Places in four notations. Inside, a place is [lat, lng] in 1e-7 degree, as the node has it.
import { forward, toPoint } from 'mgrs';

export type Notation = 'dms' | 'dm' | 'mgrs' | 'deg';
export const NOTATIONS: readonly Notation[] = ['dms', 'dm', 'mgrs', 'deg'];

const E7 = 10_000_000;

function parts(e7: number, width: number, hemispheres: string, unit: 'dms' | 'dm'): string {
  const hemisphere = hemispheres[e7 < 0 ? 1 : 0] ?? '';
  if (unit === 'dms') {
    const seconds = Math.round((Math.abs(e7) / E7) * 3600);
    const d = Math.floor(seconds / 3600);
    return `${String(d).padStart(width, '0')}°${two(Math.floor(seconds / 60) % 60)}′${two(seconds % 60)}″${hemisphere}`;
  }
  const thousandths = Math.round((Math.abs(e7) / E7) * 60_000);
  const d = Math.floor(thousandths / 60_000);
  return `${String(d).padStart(width, '0')}°${((thousandths % 60_000) / 1000).toFixed(3).padStart(6, '0')}′${hemisphere}`;
}
const two = (n: number): string => String(n).padStart(2, '0');

/** `35°20′15″N 036°12′08″E` · `35°20.250′N 036°12.133′E` · `36SYE 90412 13542` · `35.33750 36.20222`. Beyond MGRS, degrees. */
export function formatPlace(latE7: number, lngE7: number, notation: Notation): string {
  if (notation === 'dms' || notation === 'dm')
    return `${parts(latE7, 2, 'NS', notation)} ${parts(lngE7, 3, 'EW', notation)}`;
  if (notation === 'mgrs' && Math.abs(latE7) < 80 * E7) {
    const text = forward([lngE7 / E7, latE7 / E7], 5);
    return `${text.slice(0, -10)} ${text.slice(-10, -5)} ${text.slice(-5)}`;
  }
  return `${(latE7 / E7).toFixed(5)} ${(lngE7 / E7).toFixed(5)}`;
}

interface Angle {
  e7: number;
  axis: 'lat' | 'lng' | undefined;
}
/** One angle: `35°20′15″N`, `N35 20 15`, `352015N`, `0361208E`, `35.3375`, `35 20.25 N`. */
function angle(text: string): Angle | undefined {
  const s = text.trim().toUpperCase();
  const letter = /^([NSEW])|([NSEW])$/.exec(s);
  const hemisphere = letter?.[1] ?? letter?.[2];
  const body = hemisphere === undefined ? s : s.replace(hemisphere, '').trim();
  const axis = hemisphere === undefined ? undefined : 'NS'.includes(hemisphere) ? 'lat' : 'lng';
  const packed = /^(\d{2,3})(\d{2})(\d{2}(?:\.\d+)?)$/.exec(body) ?? /^(\d{2,3})(\d{2}(?:\.\d+)?)$/.exec(body);
  let numbers: string[];
  if (hemisphere !== undefined && packed !== null && body.replace(/\..*/, '').length >= 4) numbers = packed.slice(1);
  else {
    if (!/^-?\d+(?:\.\d+)?(?:[°\s]+\d+(?:\.\d+)?(?:['′\s]+\d+(?:\.\d+)?)?)?["″'′°\s]*$/.test(body)) return undefined;
    numbers = body.match(/-?\d+(?:\.\d+)?/g) ?? [];
  }
  const [d, m, sec] = numbers.map(Number);
  if (d === undefined || (m ?? 0) >= 60 || (sec ?? 0) >= 60 || (d < 0 && hemisphere !== undefined)) return undefined;
  const size = Math.abs(d) + (m ?? 0) / 60 + (sec ?? 0) / 3600;
  const negative = d < 0 || Object.is(d, -0) || hemisphere === 'S' || hemisphere === 'W';
  return { e7: Math.round(size * E7) * (negative ? -1 : 1), axis };
}

/** Reads a place in any of the notations; undefined: it is none. */
export function parsePlace(text: string): [number, number] | undefined {
  const s = text
    .trim()
    .replace(/[\u200e\u200f\u2066-\u2069]/g, '')
    .replace(/[’´]/g, '′')
    .replace(/[“”]/g, '″')
    .replace(/º/g, '°');
  const grid = /^(\d{1,2}[C-HJ-NP-X]) ?([A-HJ-NP-Z]{2}) ?(\d{1,10})(?: (\d{1,5}))?$/i.exec(s);
  if (grid !== null) {
    const [, zone = '', square = '', east = '', north] = grid;
    // With a zero left out it would be read as another place, far off.
    if (north !== undefined && north.length !== east.length) return undefined;
    try {
      const [lng, lat] = toPoint(`${zone}${square}${east}${north ?? ''}`.toUpperCase());
      return inside(Math.round(lat * E7), Math.round(lng * E7));
    } catch {
      return undefined;
    }
  }
  for (const [first, second] of splits(s)) {
    const a = angle(first);
    const b = angle(second);
    if (a === undefined || b === undefined || (a.axis !== undefined && a.axis === b.axis)) continue;
    if ((a.axis === undefined) !== (b.axis === undefined)) continue;
    const [lat, lng] = a.axis === 'lng' ? [b, a] : [a, b];
    return inside(lat.e7, lng.e7);
  }
  return undefined;
}
function inside(lat: number, lng: number): [number, number] | undefined {
  return Math.abs(lat) <= 90 * E7 && Math.abs(lng) <= 180 * E7 ? [lat, lng] : undefined;
}
/** Where the first angle may end: at a comma or slash, behind or before a hemisphere, in the middle of the words. */
function splits(s: string): [string, string][] {
  const out: [string, string][] = [];
  const comma = /^([^,;/]+)[,;/](.+)$/.exec(s);
  if (comma !== null) out.push([comma[1] ?? '', comma[2] ?? '']);
  const after = /^(.*?[NSEW])\s*(\S.*[NSEW])$/i.exec(s);
  if (after !== null && /\d/.test(after[1] ?? '')) out.push([after[1] ?? '', after[2] ?? '']);
  const before = /^([NSEW].*?)\s*([NSEW].*)$/i.exec(s);
  if (before !== null) out.push([before[1] ?? '', before[2] ?? '']);
  const words = s.split(/\s+/);
  if (words.length % 2 === 0)
    out.push([words.slice(0, words.length / 2).join(' '), words.slice(words.length / 2).join(' ')]);
  return out;
}
