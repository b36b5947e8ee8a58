// What was measured: legs with distance and true bearing, and how long it takes.
import type { PointE7 } from '../../api/documents';
import { fromE7, inverse } from '../../view/geodesy';

export interface MeasuredLeg {
  metres: number;
  /** At its start, true, in millidegrees. */
  bearing_mdeg: number;
  /** From the beginning, this leg included. */
  total: number;
}
export function legsOf(points: readonly PointE7[]): MeasuredLeg[] {
  let total = 0;
  return points.slice(1).map((to, i) => {
    const { metres, bearing } = inverse(fromE7(points[i] ?? to), fromE7(to));
    total += metres;
    return { metres, bearing_mdeg: Math.round(bearing * 1000), total };
  });
}
/** Milliseconds over so many metres; undefined: one does not move. */
export const timeFor = (metres: number, speedCmS: number): number | undefined =>
  speedCmS > 0 ? Math.round((metres / speedCmS) * 100_000) : undefined;
