// One list of everything that alarms: of the live picture, of what is said, of the node and its lines. Pure.
import type { Alert, AlertKind, Line, Peers, Priority, WatchState, ZoneControl } from '../../api/documents';
import { PRIORITIES, wantsAcknowledgement } from '../../state/alerts.svelte';
import type { OwedItem, Precedence } from '../../state/threads.svelte';

export type OtherKind =
  | 'stop'
  | 'danger'
  | 'overdue'
  | 'line'
  | 'unattended'
  | 'peerUnattended'
  | 'plan'
  | 'overstay'
  | 'halted'
  | 'pinned'
  | 'recovery'
  | 'charter'
  | 'clock';
export const OTHER_KINDS: readonly OtherKind[] = [
  'stop',
  'danger',
  'overdue',
  'line',
  'unattended',
  'peerUnattended',
  'plan',
  'overstay',
  'halted',
  'pinned',
  'recovery',
  'charter',
  'clock',
];

/** Our message whose receipt is overdue (GET /v1/talks/overdue, `alarms`). */
export interface OverdueAlarm {
  hash: string;
  peer: string;
  precedence: Precedence;
  receipt: string;
  due_ms: number;
  elapsed_ms: number;
  rounds: number;
  opener: string;
  thread: string;
  watch: string;
  alarmed_ms?: number;
  heard_ms?: number;
  refusal?: string;
}
export interface PlanRow {
  peer: string;
  submitter: 'us' | 'peer';
  day_ms: number;
  submit_by_ms: number;
  overdue: boolean;
  rounds: number;
}
export interface OverstayLeg {
  request: string;
  call_sign: string;
  flight: string;
  zone: string;
  home: string;
  overdue: boolean;
  window: { end_ms: number };
}

interface Base {
  key: string;
  priority: Priority;
  /** Somebody has to acknowledge it: it flashes. */
  unseen: boolean;
  /** Over, or only to be known. */
  calm: boolean;
  since_ms: number | undefined;
}
export type Row =
  | (Base & { of: 'picture'; kind: AlertKind; alert: Alert })
  | (Base & { of: 'owed'; kind: 'stop' | 'danger'; item: OwedItem })
  | (Base & { of: 'overdue'; kind: 'overdue'; alarm: OverdueAlarm })
  | (Base & { of: 'line'; kind: 'line' | 'peerUnattended'; line: Line })
  | (Base & { of: 'plan'; kind: 'plan'; plan: PlanRow })
  | (Base & { of: 'leg'; kind: 'overstay'; leg: OverstayLeg })
  | (Base & {
      of: 'node';
      kind: 'unattended' | 'halted' | 'pinned' | 'recovery' | 'charter' | 'clock';
      about: string;
      text: string;
    });

export interface Sources {
  alerts: readonly Alert[];
  owed: readonly OwedItem[];
  overdue: readonly OverdueAlarm[];
  lines: readonly Line[];
  watch: WatchState | undefined;
  plans: readonly PlanRow[];
  legs: readonly OverstayLeg[];
  control: readonly ZoneControl[];
  peers: Peers | undefined;
  clock: { fit: boolean; text: string } | undefined;
}

const OVERDUE: Record<Precedence, Priority> = {
  stop: 'emergency',
  immediate: 'alarm',
  priority: 'warning',
  routine: 'warning',
};

const isDanger = (item: OwedItem): boolean => item.message?.parts?.some((p) => 'danger' in p.part) === true;

export function rowsOf(of: Sources): Row[] {
  const rows: Row[] = of.alerts.map((alert) => ({
    of: 'picture',
    kind: alert.kind,
    alert,
    key: `picture:${String(alert.id)}`,
    priority: alert.priority,
    unseen: wantsAcknowledgement(alert),
    calm: alert.over_ms !== undefined,
    since_ms: alert.raised_ms,
  }));
  for (const item of of.owed) {
    const kind = item.row.precedence === 'stop' ? 'stop' : isDanger(item) ? 'danger' : undefined;
    if (kind === undefined) continue;
    rows.push({
      of: 'owed',
      kind,
      item,
      key: `owed:${item.row.hash}`,
      priority: kind === 'stop' ? 'emergency' : 'alarm',
      unseen: item.row.state === 'received',
      calm: false,
      since_ms: item.message?.time_ms ?? item.row.received_ms,
    });
  }
  for (const alarm of of.overdue) {
    rows.push({
      of: 'overdue',
      kind: 'overdue',
      alarm,
      key: `overdue:${alarm.hash}`,
      priority: OVERDUE[alarm.precedence],
      unseen: true,
      calm: false,
      since_ms: alarm.due_ms,
    });
  }
  for (const leg of of.legs) {
    if (!leg.overdue) continue;
    const key = `overstay:${leg.request}`;
    rows.push({
      of: 'leg',
      kind: 'overstay',
      leg,
      key,
      priority: 'alarm',
      unseen: false,
      calm: false,
      since_ms: leg.window.end_ms,
    });
  }
  for (const line of of.lines) {
    if (line.missed)
      rows.push({
        of: 'line',
        kind: 'line',
        line,
        key: `line:${line.peer}`,
        priority: 'warning',
        unseen: false,
        calm: false,
        since_ms: line.checked_ms,
      });
    else if (line.watch.state === 'unattended')
      rows.push({
        of: 'line',
        kind: 'peerUnattended',
        line,
        key: `watch:${line.peer}`,
        priority: 'caution',
        unseen: false,
        calm: false,
        since_ms: line.watch.time_ms,
      });
  }
  for (const plan of of.plans) {
    if (!plan.overdue) continue;
    const key = `plan:${plan.peer}:${plan.submitter}:${String(plan.day_ms)}`;
    rows.push({
      of: 'plan',
      kind: 'plan',
      plan,
      key,
      priority: 'warning',
      unseen: false,
      calm: false,
      since_ms: plan.submit_by_ms,
    });
  }
  return [...rows, ...nodeRows(of)].sort(byUrgency);
}

function nodeRows(of: Sources): Row[] {
  const rows: Row[] = [];
  const add = (
    kind: Extract<Row, { of: 'node' }>['kind'],
    priority: Priority,
    about: string,
    text: string,
    since_ms?: number,
  ): void => {
    rows.push({
      of: 'node',
      kind,
      about,
      text,
      key: `${kind}:${about}`,
      priority,
      unseen: false,
      calm: false,
      since_ms,
    });
  };
  if (of.watch?.attended === false) add('unattended', 'warning', '', '');
  for (const zone of of.control) if (zone.state === 'halted') add('halted', 'alarm', zone.zone, '');
  for (const peer of of.peers?.peers ?? []) if (peer.pinned) add('pinned', 'alarm', peer.id, peer.trouble);
  const recovery = of.peers?.recovery;
  if (recovery !== undefined) add('recovery', 'alarm', '', recovery.text ?? recovery.reason ?? '', recovery.since_ms);
  const charter = of.peers?.charter;
  if (charter !== undefined && charter.trouble !== '') add('charter', 'warning', '', charter.trouble);
  if (of.clock?.fit === false) add('clock', 'warning', '', of.clock.text);
  return rows;
}

/** Unseen first, then what stands, then what is over; within by priority, then the newest. */
export function byUrgency(a: Row, b: Row): number {
  const rank = (row: Row): number =>
    (row.unseen ? (row.calm ? 5 : 0) : row.calm ? 20 : 10) + PRIORITIES.indexOf(row.priority);
  return rank(a) - rank(b) || (b.since_ms ?? 0) - (a.since_ms ?? 0) || (a.key < b.key ? -1 : 1);
}

export type Counts = Record<Priority, { all: number; unseen: number }>;
export function countsOf(rows: readonly Row[]): Counts {
  const counts: Counts = {
    emergency: { all: 0, unseen: 0 },
    alarm: { all: 0, unseen: 0 },
    warning: { all: 0, unseen: 0 },
    caution: { all: 0, unseen: 0 },
  };
  for (const row of rows) {
    if (row.calm && !row.unseen) continue;
    counts[row.priority].all += 1;
    if (row.unseen) counts[row.priority].unseen += 1;
  }
  return counts;
}
