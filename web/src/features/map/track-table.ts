// The tracks as numbers, for drawing: one row each, in arrays that grow. Nothing here is made anew a second.
import type { Track } from '../../api/documents';
import { nearLng, wrapLng } from '../../view/geodesy';

const EARTH_M = 40_075_016.68;
const RAD = Math.PI / 180;
/** Dots behind a craft. */
export const TRAIL = 8;

export const mercatorX = (lng: number): number => (lng + 180) / 360;
export const mercatorY = (lat: number): number => {
  const limited = Math.max(-85.0511, Math.min(85.0511, lat));
  return (1 - Math.log(Math.tan(Math.PI / 4 + (limited * RAD) / 2)) / Math.PI) / 2;
};
export const lngOf = (x: number): number => x * 360 - 180;
export const latOf = (y: number): number => (2 * Math.atan(Math.exp((1 - 2 * y) * Math.PI)) - Math.PI / 2) / RAD;
/** Mercator units a metre, at a latitude. */
export const mercatorPerMetre = (lat: number): number => 1 / (EARTH_M * Math.max(0.05, Math.cos(lat * RAD)));

export interface Vector {
  /** How far ahead, in seconds. */
  air_s: number;
  sea_s: number;
}
/** How old a place looks: 1 new, less when nobody is heard. */
export const freshness = (state: string): number => (state === 'stale' ? 0.5 : state === 'coasting' ? 0.75 : 1);
export const trailEvery = (domain: string): number => (domain === 'sea' ? 120_000 : 20_000);

/** The height over the sea that a track has, in metres; undefined: none is known. */
export function heightOf(track: Track): number | undefined {
  if (track.domain === 'sea' || track.on_ground) return 0;
  const cm = track.geometric_cm ?? track.pressure_cm;
  return cm === undefined ? undefined : cm / 100;
}

export class TrackTable {
  size = 0;
  x = new Float64Array(0);
  y = new Float64Array(0);
  /** Metres; NaN: not known. */
  z = new Float32Array(0);
  /** Mercator units a second. */
  dx = new Float64Array(0);
  dy = new Float64Array(0);
  climb = new Float32Array(0);
  sea = new Uint8Array(0);
  fresh = new Float32Array(0);
  uncertainty_m = new Float32Array(0);
  scale = new Float64Array(0);
  ids: number[] = [];
  trailX = new Float64Array(0);
  trailY = new Float64Array(0);
  trailCount = new Uint8Array(0);
  trailAt = new Float64Array(0);
  private readonly rows = new Map<number, number>();

  rowOf(id: number): number | undefined {
    return this.rows.get(id);
  }
  clear(): void {
    this.size = 0;
    this.ids = [];
    this.rows.clear();
  }
  put(track: Track): void {
    if (track.position === undefined) {
      this.drop(track.id);
      return;
    }
    let row = this.rows.get(track.id);
    if (row === undefined) {
      row = this.size;
      this.size += 1;
      if (row >= this.x.length) this.grow();
      this.rows.set(track.id, row);
      this.ids[row] = track.id;
      this.trailCount[row] = 0;
      this.trailAt[row] = 0;
    }
    const [lat, lng] = [track.position[0] / 1e7, track.position[1] / 1e7];
    this.x[row] = mercatorX(lng);
    this.y[row] = mercatorY(lat);
    this.z[row] = heightOf(track) ?? Number.NaN;
    const per = mercatorPerMetre(lat);
    const course = (track.course_mdeg ?? 0) * (RAD / 1000);
    const speed = track.course_mdeg === undefined ? 0 : (track.speed_cm_s ?? 0) / 100;
    this.dx[row] = speed * Math.sin(course) * per;
    this.dy[row] = -speed * Math.cos(course) * per;
    this.climb[row] = (track.climb_cm_s ?? 0) / 100;
    this.sea[row] = track.domain === 'sea' ? 1 : 0;
    this.fresh[row] = freshness(track.state);
    this.uncertainty_m[row] = track.uncertainty_m ?? 0;
    this.scale[row] = per;
    this.remember(row, track);
  }
  drop(id: number): void {
    const row = this.rows.get(id);
    if (row === undefined) return;
    this.rows.delete(id);
    const last = this.size - 1;
    this.size = last;
    const moved = this.ids.pop();
    if (row === last || moved === undefined) return;
    for (const array of [
      this.x,
      this.y,
      this.z,
      this.dx,
      this.dy,
      this.climb,
      this.sea,
      this.fresh,
      this.uncertainty_m,
      this.scale,
      this.trailCount,
      this.trailAt,
    ])
      array[row] = array[last] ?? 0;
    this.trailX.copyWithin(row * TRAIL, last * TRAIL, (last + 1) * TRAIL);
    this.trailY.copyWithin(row * TRAIL, last * TRAIL, (last + 1) * TRAIL);
    this.ids[row] = moved;
    this.rows.set(moved, row);
  }
  /** Where it is, in degrees. */
  place(row: number): [lng: number, lat: number] {
    return [wrapLng(lngOf(this.x[row] ?? 0)), latOf(this.y[row] ?? 0)];
  }
  /** By how many worlds a place is to be moved so that it stands near another. */
  static shift(x: number, near: number): number {
    return (nearLng(lngOf(x), lngOf(near)) - lngOf(x)) / 360;
  }

  private remember(row: number, track: Track): void {
    const at = this.trailAt[row] ?? 0;
    if (track.state === 'stale' || (at !== 0 && track.time_ms - at < trailEvery(track.domain))) return;
    const from = row * TRAIL;
    this.trailX.copyWithin(from + 1, from, from + TRAIL - 1);
    this.trailY.copyWithin(from + 1, from, from + TRAIL - 1);
    this.trailX[from] = this.x[row] ?? 0;
    this.trailY[from] = this.y[row] ?? 0;
    this.trailCount[row] = Math.min(TRAIL, (this.trailCount[row] ?? 0) + 1);
    this.trailAt[row] = track.time_ms;
  }
  private grow(): void {
    const room = Math.max(256, this.x.length * 2);
    const wider = <T extends Float64Array | Float32Array | Uint8Array>(array: T, length = room): T => {
      const next = new (array.constructor as new (n: number) => T)(length);
      next.set(array);
      return next;
    };
    this.x = wider(this.x);
    this.y = wider(this.y);
    this.z = wider(this.z);
    this.dx = wider(this.dx);
    this.dy = wider(this.dy);
    this.climb = wider(this.climb);
    this.sea = wider(this.sea);
    this.fresh = wider(this.fresh);
    this.uncertainty_m = wider(this.uncertainty_m);
    this.scale = wider(this.scale);
    this.trailX = wider(this.trailX, room * TRAIL);
    this.trailY = wider(this.trailY, room * TRAIL);
    this.trailCount = wider(this.trailCount);
    this.trailAt = wider(this.trailAt);
  }
}
