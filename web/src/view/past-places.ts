// Where tracks were, of what the node kept of them (GET /v1/picture/history). Pure.
import type { Answer } from '../api/client';
import type { PointE7, Track } from '../api/documents';

export type PastAnswer = Answer<'/v1/picture/history', 'get'>;
export type PastRow = PastAnswer['tracks'][number];
export type PastPlace = PastRow['places'][number];

/** One craft with all its places, of whoever told of it, by time. */
export interface PastCraft {
  row: Omit<PastRow, 'places'>;
  places: readonly PastPlace[];
}

/** Places that are further apart are of two times: between them nobody knows where it was. */
const GAP_MS = { air: 150_000, sea: 420_000 };
/** So long after its last place a craft is still shown, as one that is not heard. */
const LINGER_MS = { air: 90_000, sea: 420_000 };
const FRESH_MS = 30_000;

const kindOf = (domain: string): 'air' | 'sea' => (domain === 'sea' ? 'sea' : 'air');

/** The rows of a craft together; its own sources' names before a peer's. */
export function craftOf(rows: readonly PastRow[]): Map<number, PastCraft> {
  const of = new Map<number, PastRow[]>();
  for (const row of rows) of.set(row.id, [...(of.get(row.id) ?? []), row]);
  const out = new Map<number, PastCraft>();
  for (const [id, list] of of) {
    const [first] = [...list].sort((a, b) => Number(a.peer !== undefined) - Number(b.peer !== undefined));
    if (first === undefined) continue;
    out.set(id, { row: first, places: list.flatMap((row) => row.places).sort((a, b) => a.time_ms - b.time_ms) });
  }
  return out;
}

/** By halving: how many places are not after `at`. */
function upTo(places: readonly PastPlace[], at: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle]?.time_ms ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Straight between two places, over 180° where that is nearer. */
export function between(a: PointE7, b: PointE7, part: number): PointE7 {
  let east = b[1] - a[1];
  if (east > 1_800_000_000) east -= 3_600_000_000;
  if (east < -1_800_000_000) east += 3_600_000_000;
  let lng = a[1] + east * part;
  if (lng >= 1_800_000_000) lng -= 3_600_000_000;
  if (lng < -1_800_000_000) lng += 3_600_000_000;
  return [Math.round(a[0] + (b[0] - a[0]) * part), Math.round(lng)];
}

const along = (a: number | undefined, b: number | undefined, part: number): number | undefined =>
  a === undefined || b === undefined ? a : Math.round(a + (b - a) * part);

/** The craft as it was at a moment; undefined: nobody knew of it then. */
export function trackAt(craft: PastCraft, at: number): Track | undefined {
  const { row, places } = craft;
  const n = upTo(places, at);
  const [last, next] = [places[n - 1], places[n]];
  if (last === undefined) return undefined;
  const kind = kindOf(row.domain);
  const known = next !== undefined && next.time_ms - last.time_ms <= GAP_MS[kind];
  const age = at - last.time_ms;
  if (!known && age > LINGER_MS[kind]) return undefined;
  const part = known ? age / (next.time_ms - last.time_ms) : 0;
  const pressure_cm = along(last.pressure_cm, known ? next.pressure_cm : undefined, part);
  const geometric_cm = along(last.geometric_cm, known ? next.geometric_cm : undefined, part);
  return {
    id: row.id,
    label: row.label,
    domain: row.domain,
    state: known || age <= FRESH_MS ? 'live' : 'coasting',
    begun_ms: places[0]?.time_ms ?? last.time_ms,
    last_ms: last.time_ms,
    time_ms: known ? at : last.time_ms,
    quality: 0,
    on_ground: last.on_ground,
    position: known ? between(last.position as PointE7, next.position as PointE7, part) : (last.position as PointE7),
    ...(pressure_cm === undefined ? {} : { pressure_cm }),
    ...(geometric_cm === undefined ? {} : { geometric_cm }),
    ...(last.speed_cm_s === undefined ? {} : { speed_cm_s: last.speed_cm_s }),
    ...(last.course_mdeg === undefined ? {} : { course_mdeg: last.course_mdeg }),
    ...(row.call_sign === undefined ? {} : { call_sign: row.call_sign }),
    ...(row.name === undefined ? {} : { name: row.name }),
    ...(row.icao === undefined ? {} : { icao: row.icao }),
    ...(row.mmsi === undefined ? {} : { mmsi: row.mmsi }),
  };
}
