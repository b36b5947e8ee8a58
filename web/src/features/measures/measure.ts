// What a measure is for people, and whom it touches as far as it can be told before it is said. Pure.
import type { Band, Leg, Measure, TimeWindow, Volume, Zone } from '../../api/documents';
import { dateTimeGroup } from '../../i18n/time';

export type MeasureState = 'force' | 'coming' | 'over' | 'withdrawn';
export const MEASURE_STATES = ['force', 'coming', 'over', 'withdrawn'] as const;

export function stateOf(measure: Pick<Measure, 'ended' | 'volumes'>, now: number): MeasureState {
  if (measure.ended) return 'withdrawn';
  if (measure.volumes.some((v) => v.window.start_ms <= now && now < v.window.end_ms)) return 'force';
  return measure.volumes.some((v) => v.window.start_ms > now) ? 'coming' : 'over';
}
/** When its state changes next; undefined: never. */
export function nextOf(measure: Pick<Measure, 'ended' | 'volumes'>, now: number): number | undefined {
  if (measure.ended) return undefined;
  const moments = measure.volumes.flatMap((v) => [v.window.start_ms, v.window.end_ms]).filter((ms) => ms > now);
  return moments.length === 0 ? undefined : Math.min(...moments);
}
const overlaps = (a: TimeWindow, b: TimeWindow): boolean => a.start_ms < b.end_ms && b.start_ms < a.end_ms;
/** Other references are not compared: they may meet. */
function meet(a: Band | undefined, b: Band | undefined): boolean {
  if (a === undefined || b === undefined || (a.ref ?? 'wgs84') !== (b.ref ?? 'wgs84')) return true;
  return (a.lower_cm ?? -Infinity) < (b.upper_cm ?? Infinity) && (b.lower_cm ?? -Infinity) < (a.upper_cm ?? Infinity);
}
const OVER = new Set(['refused', 'lapsed', 'cancelled', 'revoked', 'ended', 'expired']);
/** Legs of others in that zone at that time and height; where exactly is not looked at. */
export function legsNear(legs: readonly Leg[], zone: string, volumes: readonly Volume[]): Leg[] {
  return legs.filter(
    (leg) =>
      leg.zone === zone &&
      !OVER.has(leg.state) &&
      volumes.some((v) =>
        (leg.volumes ?? [{ window: leg.window } as Volume]).some(
          (l) => overlaps(v.window, l.window) && meet(v.band, l.band),
        ),
      ),
  );
}
/** Where this node decides: nobody else's zone can be closed. */
export const ownZones = (zones: readonly Zone[]): Zone[] => zones.filter((zone) => zone.sequenced_here === true);

/** `M-262103`, with a number behind it where that is taken. */
export function measureId(now: number, taken: (id: string) => boolean): string {
  const id = `M-${dateTimeGroup(now).slice(0, 6)}`;
  for (let n = 1; ; n += 1) {
    const next = n === 1 ? id : `${id}-${String(n)}`;
    if (!taken(next)) return next;
  }
}
