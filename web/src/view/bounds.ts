import type { Outline, PointE7, Volume } from '../api/documents';
import type { Area } from './view.svelte';

const CM_PER_DEGREE = 11_132_000;

function grow(area: Area, by: number, latE7: number): Area {
  const dLat = (by / CM_PER_DEGREE) * 1e7;
  const dLng = dLat / Math.max(0.05, Math.cos((latE7 / 1e7) * (Math.PI / 180)));
  return { south: area.south - dLat, west: area.west - dLng, north: area.north + dLat, east: area.east + dLng };
}
/** The rectangle about places; not across the 180th meridian. */
export function boundsOfPoints(points: readonly PointE7[]): Area | undefined {
  const [first] = points;
  if (first === undefined) return undefined;
  const area: Area = { south: first[0], north: first[0], west: first[1], east: first[1] };
  for (const [lat, lng] of points) {
    area.south = Math.min(area.south, lat);
    area.north = Math.max(area.north, lat);
    area.west = Math.min(area.west, lng);
    area.east = Math.max(area.east, lng);
  }
  return area;
}
export function boundsOfOutline(outline: Outline): Area | undefined {
  const of = outline as {
    circle?: { centre: PointE7; radius_cm: number };
    corridor?: { line: PointE7[]; left_cm: number; right_cm: number };
    polygon?: PointE7[];
  };
  if (of.circle !== undefined) {
    const [lat, lng] = of.circle.centre;
    return grow({ south: lat, north: lat, west: lng, east: lng }, of.circle.radius_cm, lat);
  }
  if (of.corridor !== undefined) {
    const line = boundsOfPoints(of.corridor.line);
    return line === undefined ? undefined : grow(line, Math.max(of.corridor.left_cm, of.corridor.right_cm), line.north);
  }
  return boundsOfPoints(of.polygon ?? []);
}
/** The rectangle about all of them. */
export function boundsOf(volumes: readonly Pick<Volume, 'outline'>[]): Area | undefined {
  return volumes.reduce<Area | undefined>((sum, volume) => {
    const area = boundsOfOutline(volume.outline);
    if (area === undefined || sum === undefined) return sum ?? area;
    return {
      south: Math.min(sum.south, area.south),
      west: Math.min(sum.west, area.west),
      north: Math.max(sum.north, area.north),
      east: Math.max(sum.east, area.east),
    };
  }, undefined);
}
