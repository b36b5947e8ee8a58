// Distances and bearings on the WGS-84 ellipsoid, edges along great circles (docs/geometry.md). Here places are degrees,
// [longitude, latitude], as maps have them; the node's are `PointE7`.
import type { PointE7 } from '../api/documents';

export type LngLat = [lng: number, lat: number];

const RAD = Math.PI / 180;
const A = 6_378_137;
const F = 1 / 298.257_223_563;
const B = A * (1 - F);
const MEAN = 6_371_008.8;

export const fromE7 = ([lat, lng]: PointE7): LngLat => [lng / 1e7, lat / 1e7];
export const toE7 = ([lng, lat]: LngLat): PointE7 => [Math.round(lat * 1e7), Math.round(wrapLng(lng) * 1e7)];
/** In [-180, 180). */
export const wrapLng = (lng: number): number => ((((lng + 180) % 360) + 360) % 360) - 180;
/** The same place in the world copy that is nearest to `near`; `round` is once about the world, in the unit of both. */
export const nearLng = (lng: number, near: number, round = 360): number =>
  lng + round * Math.round((near - lng) / round);
const degrees = (angle: number): number => (((angle / RAD) % 360) + 360) % 360;

/** Metres, and the true bearing at the start, in degrees. Vincenty; near the antipode, where that does not end, the sphere. */
export function inverse(from: LngLat, to: LngLat): { metres: number; bearing: number } {
  const l = wrapLng(to[0] - from[0]) * RAD;
  const u1 = Math.atan((1 - F) * Math.tan(from[1] * RAD));
  const u2 = Math.atan((1 - F) * Math.tan(to[1] * RAD));
  const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = l;
  for (let turn = 0; turn < 100; turn += 1) {
    const [sl, cl] = [Math.sin(lambda), Math.cos(lambda)];
    const sinSigma = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
    if (sinSigma === 0) return { metres: 0, bearing: 0 };
    const cosSigma = s1 * s2 + c1 * c2 * cl;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (c1 * c2 * sl) / sinSigma;
    const cos2Alpha = 1 - sinAlpha * sinAlpha;
    const cos2m = cos2Alpha === 0 ? 0 : cosSigma - (2 * s1 * s2) / cos2Alpha;
    const c = (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha));
    const before = lambda;
    lambda = l + (1 - c) * F * sinAlpha * (sigma + c * sinSigma * (cos2m + c * cosSigma * (2 * cos2m * cos2m - 1)));
    if (Math.abs(lambda) > 4) break;
    if (Math.abs(lambda - before) > 1e-12) continue;
    const k = (cos2Alpha * (A * A - B * B)) / (B * B);
    const { big, small } = series(k);
    const delta = correction(small, sinSigma, cosSigma, cos2m);
    return { metres: B * big * (sigma - delta), bearing: degrees(Math.atan2(c2 * sl, c1 * s2 - s1 * c2 * cl)) };
  }
  return sphere(from, to);
}
function sphere(from: LngLat, to: LngLat): { metres: number; bearing: number } {
  const [p1, p2, dl] = [from[1] * RAD, to[1] * RAD, wrapLng(to[0] - from[0]) * RAD];
  const h = Math.sin((p2 - p1) / 2) ** 2 + Math.cos(p1) * Math.cos(p2) * Math.sin(dl / 2) ** 2;
  const bearing = Math.atan2(
    Math.sin(dl) * Math.cos(p2),
    Math.cos(p1) * Math.sin(p2) - Math.sin(p1) * Math.cos(p2) * Math.cos(dl),
  );
  return { metres: 2 * MEAN * Math.asin(Math.min(1, Math.sqrt(h))), bearing: degrees(bearing) };
}

/** The series of Vincenty in the squared second eccentricity along the geodesic. */
function series(k: number): { big: number; small: number } {
  return {
    big: 1 + (k / 16_384) * (4096 + k * (k * (320 - 175 * k) - 768)),
    small: (k / 1024) * (256 + k * (k * (74 - 47 * k) - 128)),
  };
}
function correction(small: number, sinSigma: number, cosSigma: number, cos2m: number): number {
  const odd = (small / 6) * cos2m * (4 * sinSigma * sinSigma - 3) * (4 * cos2m * cos2m - 3);
  return small * sinSigma * (cos2m + (small / 4) * (cosSigma * (2 * cos2m * cos2m - 1) - odd));
}

/** Where one comes from a place, by a true bearing, after so many metres. Longitudes are not wrapped. */
export function destination(from: LngLat, bearing: number, metres: number): LngLat {
  const [sinB, cosB] = [Math.sin(bearing * RAD), Math.cos(bearing * RAD)];
  const u = Math.atan((1 - F) * Math.tan(from[1] * RAD));
  const [su, cu] = [Math.sin(u), Math.cos(u)];
  const sigma1 = Math.atan2(Math.tan(u), cosB);
  const sinAlpha = cu * sinB;
  const cos2Alpha = 1 - sinAlpha * sinAlpha;
  const { big, small } = series((cos2Alpha * (A * A - B * B)) / (B * B));
  let sigma = metres / (B * big);
  let cos2m = Math.cos(2 * sigma1 + sigma);
  for (let turn = 0; turn < 20; turn += 1) {
    cos2m = Math.cos(2 * sigma1 + sigma);
    const before = sigma;
    sigma = metres / (B * big) + correction(small, Math.sin(sigma), Math.cos(sigma), cos2m);
    if (Math.abs(sigma - before) < 1e-12) break;
  }
  const [ss, cs] = [Math.sin(sigma), Math.cos(sigma)];
  const across = su * ss - cu * cs * cosB;
  const lat = Math.atan2(su * cs + cu * ss * cosB, (1 - F) * Math.hypot(sinAlpha, across));
  const lambda = Math.atan2(ss * sinB, cu * cs - su * ss * cosB);
  const c = (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha));
  const l = lambda - (1 - c) * F * sinAlpha * (sigma + c * ss * (cos2m + c * cs * (2 * cos2m * cos2m - 1)));
  return [from[0] + l / RAD, lat / RAD];
}

/** A way along great circles, with a place at least every `step` degrees; longitudes go on without a jump at 180°. */
export function densify(line: readonly LngLat[], step = 0.5): LngLat[] {
  const [first] = line;
  if (first === undefined) return [];
  const out: LngLat[] = [first];
  for (let i = 1; i < line.length; i += 1) {
    const from = out.at(-1) ?? first;
    const to = line[i] ?? first;
    const a = unit(from);
    const b = unit(to);
    const angle = Math.acos(Math.max(-1, Math.min(1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])));
    const pieces = Math.min(720, Math.max(1, Math.ceil(angle / RAD / step)));
    for (let k = 1; k < pieces; k += 1) {
      const f = k / pieces;
      const [wa, wb] = [Math.sin((1 - f) * angle) / Math.sin(angle), Math.sin(f * angle) / Math.sin(angle)];
      const [x, y, z] = [wa * a[0] + wb * b[0], wa * a[1] + wb * b[1], wa * a[2] + wb * b[2]];
      const lng = Math.atan2(y, x) / RAD;
      out.push([nearLng(lng, (out.at(-1) ?? from)[0]), Math.atan2(z, Math.hypot(x, y)) / RAD]);
    }
    out.push([nearLng(to[0], (out.at(-1) ?? from)[0]), to[1]]);
  }
  return out;
}
function unit([lng, lat]: LngLat): [number, number, number] {
  const c = Math.cos(lat * RAD);
  return [c * Math.cos(lng * RAD), c * Math.sin(lng * RAD), Math.sin(lat * RAD)];
}
