// What our own picture has near a place that somebody asks about. Pure.
import type { PointE7, Track } from '../../api/documents';

const METRES_PER_E7 = 0.011_119_5;

/** On a small patch of the sphere; good to some percent within 100 km. */
export function metresApart(a: PointE7, b: PointE7): number {
  const across = ((((b[1] - a[1]) / 1e7 + 540) % 360) - 180) * 1e7 * Math.cos((((a[0] + b[0]) / 2e7) * Math.PI) / 180);
  return Math.hypot(b[0] - a[0], across) * METRES_PER_E7;
}
export interface Near {
  track: Track;
  metres: number;
  /** Where it would have been at the moment asked about, by its course and speed now. */
  at: PointE7;
}
/** The nearest ones, reckoned to the moment asked about; none farther than `within`. */
export function nearest(tracks: Iterable<Track>, place: PointE7, at_ms: number, within = 60_000, max = 4): Near[] {
  const found: Near[] = [];
  for (const track of tracks) {
    if (track.position === undefined) continue;
    const at = reckoned(track, at_ms);
    const metres = metresApart(place, at);
    if (metres <= within) found.push({ track, metres, at });
  }
  return found.sort((a, b) => a.metres - b.metres).slice(0, max);
}
const FAR_MS = 10 * 60_000;
function reckoned(track: Track, at_ms: number): PointE7 {
  const from = track.position ?? [0, 0];
  const ms = Math.max(-FAR_MS, Math.min(FAR_MS, at_ms - track.time_ms));
  const metres = ((track.speed_cm_s ?? 0) / 100) * (ms / 1000);
  const course = ((track.course_mdeg ?? 0) / 1000) * (Math.PI / 180);
  const north = (Math.cos(course) * metres) / METRES_PER_E7;
  const east =
    (Math.sin(course) * metres) / METRES_PER_E7 / Math.max(0.01, Math.cos((from[0] / 1e7) * (Math.PI / 180)));
  return [Math.round(from[0] + north), Math.round(from[1] + east)];
}
