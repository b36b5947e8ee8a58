// Alerts in sight, the same on all stations: their life is the node's (docs/picture.md). The console only shows it.
import type { Alert, AlertEvent, Priority } from '../api/documents';

export const PRIORITIES: readonly Priority[] = ['emergency', 'alarm', 'warning', 'caution'];
export type AlertListener = (alert: Alert, event: AlertEvent) => void;

/** Unseen before seen, then by priority, then the newest first. */
export function byUrgency(a: Alert, b: Alert): number {
  const rank = (x: Alert): number =>
    (x.state === 'unacknowledged' || x.state === 'rectified' ? 0 : 10) +
    PRIORITIES.indexOf(x.priority) +
    (x.over_ms === undefined ? 0 : 5);
  return rank(a) - rank(b) || b.raised_ms - a.raised_ms || b.id - a.id;
}

/** It wants to be acknowledged: cautions do not. */
export const wantsAcknowledgement = (alert: Alert): boolean =>
  (alert.state === 'unacknowledged' && alert.priority !== 'caution') || alert.state === 'rectified';

export class AlertStore {
  private items = new Map<number, Alert>();
  /** What was in sight when the stream began anew. */
  private before = new Map<number, Alert>();
  private version = $state(0);
  private readonly listeners = new Set<AlertListener>();
  /** The most urgent first. */
  readonly list: readonly Alert[] = $derived.by(() => {
    void this.version;
    return [...this.items.values()].sort(byUrgency);
  });
  /** Those that somebody has to acknowledge. */
  readonly unseen: readonly Alert[] = $derived(this.list.filter(wantsAcknowledgement));

  get(id: number): Alert | undefined {
    void this.version;
    return this.items.get(id);
  }
  on(listener: AlertListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  take(alert: Alert, event: AlertEvent): void {
    const seen = this.items.get(alert.id) ?? this.before.get(alert.id);
    const known = seen?.raised_ms === alert.raised_ms ? seen : undefined;
    this.before.delete(alert.id);
    if (alert.state === 'cleared') this.items.delete(alert.id);
    else this.items.set(alert.id, alert);
    this.version += 1;
    // After a break the stream begins anew: what was heard before is not news.
    if (known?.changed_ms === alert.changed_ms && known.attention === alert.attention && known.state === alert.state)
      return;
    for (const listener of this.listeners) listener(alert, event);
  }
  /** The stream begins anew: what is in sight comes again. */
  begin(): void {
    this.before = this.items;
    this.items = new Map();
    this.version += 1;
  }
  clear(): void {
    this.before = new Map();
    this.items = new Map();
    this.version += 1;
  }
}
