// Alerts that are over and out of sight, as the node keeps them (GET /v1/alerts/past): the last that ended first.
import { api, type Client } from '../../api/client';
import type { Alert, AlertEvent } from '../../api/documents';
import { asProblem, type Problem } from '../../api/problem';

export type PastAlert = Alert & { ended_ms: number };
const PAGE = 100;

const keyOf = (alert: PastAlert): string => `${String(alert.id)} ${String(alert.ended_ms)}`;

export class History {
  list = $state.raw<readonly PastAlert[]>([]);
  state = $state<'empty' | 'loading' | 'ready' | 'failed'>('empty');
  problem = $state.raw<Problem | undefined>(undefined);
  /** There are older ones. */
  more = $state(false);
  private next: number | undefined;
  private turn = 0;

  constructor(private readonly client: Pick<Client, 'get'> = api) {}

  /** The first page, anew. */
  load(): Promise<void> {
    return this.fetch(undefined);
  }
  older(): Promise<void> {
    return this.next === undefined ? Promise.resolve() : this.fetch(this.next);
  }
  /** What ends while the list is shown stands on top of it. */
  take(alert: Alert, event: AlertEvent): void {
    if (event !== 'cleared' || this.state === 'empty') return;
    this.put([{ ...alert, ended_ms: alert.changed_ms }, ...this.list]);
  }
  clear(): void {
    this.turn += 1;
    this.list = [];
    this.state = 'empty';
    this.problem = undefined;
    this.next = undefined;
    this.more = false;
  }

  private put(list: readonly PastAlert[]): void {
    const seen = new Set<string>();
    this.list = list.filter((alert) => {
      const fresh = !seen.has(keyOf(alert));
      seen.add(keyOf(alert));
      return fresh;
    });
  }
  private async fetch(before: number | undefined): Promise<void> {
    this.turn += 1;
    const { turn } = this;
    this.state = 'loading';
    try {
      const page = await this.client.get('/v1/alerts/past', {
        query: { limit: PAGE, ...(before === undefined ? {} : { before }) },
      });
      if (turn !== this.turn) return;
      const came = page.alerts as unknown as readonly PastAlert[];
      this.put(before === undefined ? came : [...this.list, ...came]);
      this.next = page.next;
      this.more = page.next !== undefined;
      this.problem = undefined;
      this.state = 'ready';
    } catch (thrown) {
      if (turn !== this.turn) return;
      this.problem = asProblem(thrown);
      this.state = 'failed';
    }
  }
}
export const history = new History();
