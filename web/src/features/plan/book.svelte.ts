// Plans of these days: the threads in which they stand, and how the node says that the cycle stands.
import { api } from '../../api/client';
import { clock } from '../../state/clock.svelte';
import { Doc } from '../../state/collection.svelte';
import { ThreadBook } from '../../state/threads.svelte';
import { world } from '../../state/world.svelte';
import { plansOf, type DayPlan, type Standing } from './plans';

const DAYS_MS = 4 * 86_400_000;
const THREADS_MAX = 60;
const EVERY_MS = 30_000;

class PlanBook {
  private readonly threads = new ThreadBook();
  /** A node without a cycle says an empty list. */
  readonly cycle = new Doc<readonly Standing[]>(
    async () => (await api.get('/v1/talks/plans')).plans as unknown as Standing[],
    () => clock.ms(),
  );
  private readonly looked = $derived(
    [...world.threads.list]
      .filter((thread) => thread.thread.startsWith('plan') || clock.ms() - thread.changed_ms < DAYS_MS)
      .sort(
        (a, b) =>
          Number(b.thread.startsWith('plan')) - Number(a.thread.startsWith('plan')) || b.changed_ms - a.changed_ms,
      )
      .slice(0, THREADS_MAX),
  );
  readonly plans: readonly DayPlan[] = $derived(
    plansOf(
      this.looked.map((of) => ({
        opener: of.opener,
        thread: of.thread,
        messages: this.threads.get(of.opener, of.thread)?.messages ?? [],
      })),
    ),
  );
  readonly loading: boolean = $derived(this.looked.some((of) => this.threads.get(of.opener, of.thread) === undefined));

  /** While somebody looks. */
  start(): () => void {
    const end = $effect.root(() => {
      $effect(() => {
        for (const of of this.looked) this.threads.want(of.opener, of.thread, `${String(of.changed_ms)} ${of.state}`);
      });
    });
    void this.cycle.refresh();
    const timer = setInterval(() => void this.cycle.refresh(), EVERY_MS);
    return () => {
      end();
      clearInterval(timer);
      this.threads.clear();
    };
  }
}
export const book = new PlanBook();
