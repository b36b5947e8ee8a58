// Alerts that this console has seen end. The node keeps those in sight alone.
import type { Alert, AlertEvent } from '../../api/documents';

const MAX = 300;

export interface Past {
  alert: Alert;
  cleared_ms: number;
}
export class History {
  list = $state.raw<readonly Past[]>([]);
  private readonly last = new Map<number, Alert>();

  take(alert: Alert, event: AlertEvent): void {
    if (event !== 'cleared' && alert.state !== 'cleared') {
      this.last.set(alert.id, alert);
      return;
    }
    // What is cleared still says how it was: who had seen it, and since when it was over.
    const before = this.last.get(alert.id);
    this.last.delete(alert.id);
    this.list = [{ alert: { ...(before ?? {}), ...alert }, cleared_ms: alert.changed_ms }, ...this.list].slice(0, MAX);
  }
  clear(): void {
    this.last.clear();
    this.list = [];
  }
}
export const history = new History();
