// A plain chart of a few outlines: equirectangular about its middle. Pure.
import type { Outline, PointE7 } from '../../api/documents';
import { fromE7, type LngLat } from '../../view/geodesy';
import { ringOf } from '../../view/outline';

export interface Frame {
  west: number;
  north: number;
  width: number;
  height: number;
  /** Of a degree of longitude, as a part of one of latitude. */
  squeeze: number;
}
const MARGIN = 0.08;

export function frameOf(outlines: readonly Outline[], places: readonly PointE7[], aspect: number): Frame | undefined {
  const points = [...outlines.flatMap(ringOf), ...places.map(fromE7)];
  const [first] = points;
  if (first === undefined) return undefined;
  // Across the 180th meridian the shorter way counts.
  const lng = points.map((p) => first[0] + ((((p[0] - first[0] + 180) % 360) + 360) % 360) - 180);
  const lat = points.map((p) => p[1]);
  const [west, east, south, north] = [Math.min(...lng), Math.max(...lng), Math.min(...lat), Math.max(...lat)];
  const squeeze = Math.max(0.05, Math.cos((((south + north) / 2) * Math.PI) / 180));
  let width = Math.max(0.05, (east - west) * squeeze);
  let height = Math.max(0.05, north - south);
  if (width / height < aspect) width = height * aspect;
  else height = width / aspect;
  width *= 1 + 2 * MARGIN;
  height *= 1 + 2 * MARGIN;
  return {
    west: (west + east) / 2 - width / squeeze / 2,
    north: (south + north) / 2 + height / 2,
    width,
    height,
    squeeze,
  };
}
export function toFrame(frame: Frame, [lng, lat]: LngLat): [x: number, y: number] {
  const east = ((((lng - frame.west) % 360) + 360) % 360) * frame.squeeze;
  return [(east / frame.width) * 1000, ((frame.north - lat) / frame.width) * 1000];
}
export const pathOf = (frame: Frame, outline: Outline): string =>
  `M${ringOf(outline)
    .map((p) =>
      toFrame(frame, p)
        .map((n) => n.toFixed(1))
        .join(' '),
    )
    .join('L')}Z`;
/** Meridians and parallels at round degrees, a handful. */
export function graticule(frame: Frame): { step: number; lng: number[]; lat: number[] } {
  const step = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30].find((s) => frame.height / s <= 8) ?? 30;
  const row = (from: number, to: number): number[] => {
    const out: number[] = [];
    for (let v = Math.ceil(from / step) * step; v <= to; v += step) out.push(Number(v.toFixed(2)));
    return out;
  };
  return {
    step,
    lng: row(frame.west, frame.west + frame.width / frame.squeeze),
    lat: row(frame.north - frame.height, frame.north),
  };
}

export interface Name {
  key: string;
  text: string;
  /** Its middle. */
  x: number;
  y: number;
}
export const NAME_SIZE = 20;
/** How wide a name is, near enough. */
export const nameWidth = (text: string): number => text.length * NAME_SIZE * 0.6;
/** The same names, none over another: who comes later gives way downwards. */
export function spread(names: readonly Name[]): Name[] {
  const placed: Name[] = [];
  for (const name of names) {
    let { y } = name;
    const meets = (other: Name): boolean =>
      Math.abs(other.y - y) < NAME_SIZE &&
      Math.abs(other.x - name.x) < (nameWidth(other.text) + nameWidth(name.text)) / 2;
    while (placed.some(meets)) y += NAME_SIZE / 2;
    placed.push({ ...name, y });
  }
  return placed;
}
