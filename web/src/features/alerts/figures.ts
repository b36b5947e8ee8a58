// Until when, and how near: the figures of an alert, reckoned from when they were found.
import type { Alert } from '../../api/documents';

export interface Moments {
  /** When it will be so, or was first; undefined: it cannot be told. */
  violation_ms: number | undefined;
  closest_ms: number | undefined;
}

export function momentsOf(alert: Alert): Moments {
  const { at_ms, now, to_violation_ms, to_closest_ms } = alert.finding;
  return {
    violation_ms:
      now || alert.over_ms !== undefined
        ? alert.violated_ms
        : to_violation_ms === undefined
          ? undefined
          : at_ms + to_violation_ms,
    closest_ms: to_closest_ms === undefined || alert.over_ms !== undefined ? undefined : at_ms + to_closest_ms,
  };
}
