// From when to when, and at which levels.
import type { Band } from '../../api/documents';

export interface Timed {
  window: { start_ms: number; end_ms: number };
  band?: Band;
}
export function spanOf(volumes: readonly Timed[]): { start_ms: number; end_ms: number } | undefined {
  if (volumes.length === 0) return undefined;
  let [start_ms, end_ms] = [Infinity, -Infinity];
  for (const { window } of volumes) {
    start_ms = Math.min(start_ms, window.start_ms);
    end_ms = Math.max(end_ms, window.end_ms);
  }
  return { start_ms, end_ms };
}
export function bandsOf(volumes: readonly Timed[]): Band[] {
  const found = new Map<string, Band>();
  for (const { band } of volumes)
    if (band !== undefined) found.set(`${band.ref ?? ''} ${String(band.lower_cm)} ${String(band.upper_cm)}`, band);
  return [...found.values()];
}
