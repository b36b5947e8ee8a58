// What is in the part of the map that is seen, nearest to the middle first: for the list beside it, and for who cannot see it.
import type { Ref } from '../../view/view.svelte';
import { inverse, type LngLat } from '../../view/geodesy';
import { anchorOf } from '../../view/outline';
import type { Area } from '../../view/scene';

export interface Seen {
  ref: Ref;
  label: string;
  detail: string;
  metres: number;
}
export interface Window {
  west: number;
  south: number;
  east: number;
  north: number;
}
export function within([lng, lat]: LngLat, of: Window): boolean {
  if (lat < of.south || lat > of.north) return false;
  const width = of.east - of.west;
  return width >= 360 || (((lng - of.west) % 360) + 360) % 360 <= width;
}

export function seen(
  tracks: Iterable<{ id: number; place: LngLat; label: string; detail: string }>,
  areas: readonly Area[],
  of: Window,
  middle: LngLat,
): Seen[] {
  const out: Seen[] = [];
  for (const track of tracks) {
    if (within(track.place, of))
      out.push({
        ref: { kind: 'track', id: String(track.id) },
        label: track.label,
        detail: track.detail,
        metres: inverse(middle, track.place).metres,
      });
  }
  const had = new Set<string>();
  for (const area of areas) {
    const key = `${area.ref.kind} ${area.ref.id}`;
    const at = anchorOf(area.outline);
    if (had.has(key) || at === undefined || !within(at, of)) continue;
    had.add(key);
    out.push({ ref: area.ref, label: area.label, detail: '', metres: inverse(middle, at).metres });
  }
  return out.sort((a, b) => a.metres - b.metres);
}
/** The next in line behind `current`, or before it; the nearest where there is none. */
export function next(of: readonly Seen[], current: Ref | undefined, step: 1 | -1): Seen | undefined {
  const tracks = of.filter((s) => s.ref.kind === 'track').sort((a, b) => Number(a.ref.id) - Number(b.ref.id));
  const at = tracks.findIndex((s) => s.ref.id === current?.id && current.kind === 'track');
  if (at < 0) return of.find((s) => s.ref.kind === 'track');
  return tracks[(at + step + tracks.length) % tracks.length];
}
