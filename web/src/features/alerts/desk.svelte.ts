// What the list is made of, which row the keys act on, and what acknowledges.
import { act } from '../../api/act';
import { api } from '../../api/client';
import type { Alert } from '../../api/documents';
import { asProblem, type Problem } from '../../api/problem';
import { Doc } from '../../state/collection.svelte';
import { clock } from '../../state/clock.svelte';
import { owed } from '../../state/threads.svelte';
import { may, world } from '../../state/world.svelte';
import { view } from '../../view/view.svelte';
import { bell, Heard, toneOfTalk } from './bell.svelte';
import { history } from './history.svelte';
import { rowsOf, type OverdueAlarm, type PlanRow, type Row } from './rows';

const PLANS_MS = 60_000;
const heard = new Heard();

/** How it stands with the daily plans. A node that knows no cycle has none. */
export const plans = new Doc<readonly PlanRow[]>(
  async () => {
    try {
      return (await api.get('/v1/talks/plans')).plans as PlanRow[];
    } catch (thrown) {
      if (asProblem(thrown).status === 404) return [];
      throw thrown;
    }
  },
  () => clock.ms(),
);

class Desk {
  readonly rows: readonly Row[] = $derived.by(() =>
    rowsOf({
      alerts: world.alerts.list,
      owed: owed.list,
      overdue: (world.overdue.value?.alarms ?? []) as unknown as OverdueAlarm[],
      lines: world.lines.value?.lines ?? [],
      watch: world.watch.value,
      plans: plans.value ?? [],
      legs: world.legs.value?.legs ?? [],
      control: world.control.list,
      peers: world.peers.value,
      clock: world.clockState.value,
    }),
  );
  chosen = $state<string | undefined>(undefined);
  /** What went wrong with which row. */
  problems = $state.raw<ReadonlyMap<string, Problem>>(new Map());
  busy = $state.raw<ReadonlySet<string>>(new Set());

  /** Chosen here, and what the map draws. */
  choose(row: Row): void {
    this.chosen = row.key;
    if (row.of === 'picture') {
      view.select({ kind: 'alert', id: String(row.alert.id) });
      const where = row.alert.finding.where;
      if (where !== undefined) view.goToPlace(where);
    } else if (row.of === 'leg') view.select({ kind: 'leg', id: row.leg.request });
    else if (row.of === 'overdue') view.select({ kind: 'thread', id: `${row.alarm.opener}/${row.alarm.thread}` });
    else if (row.of === 'owed') view.select({ kind: 'thread', id: `${row.item.row.opener}/${row.item.row.thread}` });
    else if (row.of === 'line') view.select({ kind: 'peer', id: row.line.peer });
  }
  /** The most urgent that nobody has seen. */
  next(): Row | undefined {
    return this.rows.find((row) => row.unseen && canAcknowledge(row));
  }
  async acknowledge(row: Row): Promise<void> {
    if (this.busy.has(row.key) || !row.unseen) return;
    this.busy = new Set([...this.busy, row.key]);
    const problems = new Map(this.problems);
    problems.delete(row.key);
    try {
      if (row.of === 'picture') {
        const alert = await api.post('/v1/alerts/{id}/acknowledge', { path: { id: row.alert.id } });
        world.alerts.take(alert as unknown as Alert, 'acknowledged');
      } else if (row.of === 'overdue') {
        await act(
          'talk.acknowledge_overdue',
          { message: row.alarm.hash, text: '' },
          `ack-${row.alarm.hash.slice(0, 24)}-${String(row.alarm.rounds)}`,
        );
        world.refresh('overdue', 'threads');
      }
    } catch (thrown) {
      problems.set(row.key, asProblem(thrown));
    } finally {
      this.problems = problems;
      this.busy = new Set([...this.busy].filter((key) => key !== row.key));
    }
  }
  async check(row: Row): Promise<void> {
    if (row.of !== 'line' || this.busy.has(row.key)) return;
    this.busy = new Set([...this.busy, row.key]);
    const problems = new Map(this.problems);
    problems.delete(row.key);
    try {
      await act('line.check_now', { peer: row.line.peer });
      world.refresh('lines');
    } catch (thrown) {
      problems.set(row.key, asProblem(thrown));
    } finally {
      this.problems = problems;
      this.busy = new Set([...this.busy].filter((key) => key !== row.key));
    }
  }

  start(): () => void {
    const ends = [
      owed.start(),
      world.alerts.on((alert, event) => {
        history.take(alert, event);
        const why = heard.take(alert);
        if (why !== undefined) bell.ring(alert.priority, why);
      }),
      world.onTalk((event) => {
        const tone = toneOfTalk(event);
        if (tone !== undefined) bell.ring(tone, 'new');
        if (event.type === 'talk') void plans.refresh();
      }),
    ];
    if (may('talks.read')) void plans.refresh();
    const timer = setInterval(() => {
      if (may('talks.read')) void plans.refresh();
    }, PLANS_MS);
    return () => {
      for (const end of ends) end();
      clearInterval(timer);
      bell.stop();
      heard.clear();
      history.clear();
      plans.clear();
      this.chosen = undefined;
      this.problems = new Map();
    };
  }
}
export const desk = new Desk();

export const canAcknowledge = (row: Row): boolean =>
  (row.of === 'picture' && may('picture.act')) || (row.of === 'overdue' && may('talks.write'));
