// When the figures of an alert were found. The node's `changed_ms` moves with each sounding too, while the finding stays: what
// counts down is reckoned from when the finding was last another.
import type { Alert } from '../../api/documents';

export interface Moments {
  /** When it will be so, or was first; undefined: it cannot be told. */
  violation_ms: number | undefined;
  closest_ms: number | undefined;
}

export class FindingTimes {
  private readonly kept = new Map<string, { text: string; at_ms: number }>();

  note(alert: Alert): void {
    const text = JSON.stringify(alert.finding);
    const key = `${String(alert.id)} ${String(alert.raised_ms)}`;
    if (alert.state === 'cleared') this.kept.delete(key);
    else if (this.kept.get(key)?.text !== text) this.kept.set(key, { text, at_ms: alert.changed_ms });
  }
  moments(alert: Alert): Moments {
    const at = this.kept.get(`${String(alert.id)} ${String(alert.raised_ms)}`)?.at_ms ?? alert.changed_ms;
    const { now, to_violation_ms, to_closest_ms } = alert.finding;
    return {
      violation_ms:
        now || alert.over_ms !== undefined
          ? alert.violated_ms
          : to_violation_ms === undefined
            ? undefined
            : at + to_violation_ms,
      closest_ms: to_closest_ms === undefined || alert.over_ms !== undefined ? undefined : at + to_closest_ms,
    };
  }
  clear(): void {
    this.kept.clear();
  }
}
